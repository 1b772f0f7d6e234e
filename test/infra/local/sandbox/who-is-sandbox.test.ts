import { expect, it } from 'vitest';
import { sandboxedPartners, sandboxSentence } from '../../../../infra/local/sandbox/who-is-sandbox.ts';
import demo from '../../../../integration.config.ts';

const sandbox = 'http://127.0.0.1:7001';
const azumutaAt = (baseUrl: string) => ({ ...demo.azumuta, baseUrl });

it.each([
  ['the demo', `${sandbox}/api/v1`, 'Sandbox ERP', 'Both partners are sandboxes here.'],
  [
    'a plant that tries its ERP with our Azumuta',
    `${sandbox}/api/v1`,
    'tryton',
    'Azumuta is a sandbox here. The ERP is real (tryton): what you complete is booked there.',
  ],
  [
    'a plant with its own Azumuta',
    'https://app.azumuta.com/api/v1',
    'Sandbox ERP',
    'The ERP is a sandbox here. Azumuta is real: orders are created there.',
  ],
  [
    'a plant with both of its own',
    'https://app.azumuta.com/api/v1',
    'odoo',
    'Both partners are real here (Azumuta, odoo), and nobody calls the sandboxes.',
  ],
])('says who is a sandbox, and never of a real partner that it is one: %s', (_, baseUrl, name, sentence) => {
  const integration = { azumuta: azumutaAt(baseUrl), erp: { ...demo.erp, name } };
  expect(sandboxSentence(sandboxedPartners(integration, { azumuta: sandbox }))).toBe(sentence);
});

it('knows the ERP of the demo', () => {
  expect(sandboxedPartners(demo, { azumuta: sandbox }).erp).toBe(true);
});
