// Every connector, one line each: its folder. What a plant's bundle does not use is left out of it, since these are
// re-exports. Tools import all of them: `import * as connectors from '…/registry.ts'`.

export { businessCentral } from './business-central/index.ts';
export { odoo } from './odoo/index.ts';
export { rest } from './rest/index.ts';
export { sapS4Hana } from './sap-s4hana/index.ts';
export { tryton } from './tryton/index.ts';
