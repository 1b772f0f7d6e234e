import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import type { template } from '../../../../shared/erp/template/index.ts';
import { notUsedBy } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import { sandboxCannot, sandboxTarget } from '../rest/target.ts';

// A folder that git ignores, below the project, so that packages are found.
mkdirSync('cdk.out', { recursive: true });
const copies = mkdtempSync(resolve('cdk.out', 'connector-'));
afterAll(() => rmSync(copies, { recursive: true }));

/** Makes a connector as its author begins one: a copy of the template under another name. */
async function madeFromTemplate(): Promise<typeof template> {
  const folder = join(copies, 'acme');
  cpSync('shared/erp/template', folder, { recursive: true });
  const shared = pathToFileURL(resolve('shared')).pathname;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
    const file = join(folder, name);
    const source = readFileSync(file, 'utf8').replaceAll('template', 'acme').replaceAll('Template', 'Acme');
    writeFileSync(
      file,
      source.replaceAll("from '../../", `from '${shared}/`).replaceAll("from '../", `from '${shared}/erp/`),
    );
  }
  const { acme } = await import(pathToFileURL(join(folder, 'index.ts')).href);
  return acme;
}

describeErpConformance(
  'a connector made from the template',
  async () => {
    const acme = await madeFromTemplate();
    return sandboxTarget(({ baseUrl, ...options }) => acme({ url: baseUrl, ...options }));
  },
  {
    ...sandboxCannot,
    assembly: notUsedBy(
      'the template takes only quantities, and says so in lacks',
      'shared/erp/template/index.ts',
    ),
    'page-cap': notUsedBy(
      'orders of one change time must fit on one page; else the listing ends with a sentence',
      'shared/erp/template/list-orders.ts',
    ),
  },
);
