import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { template } from '../../../shared/erp/template/index.ts';
import { firstAttempt } from './conformance/attempts.ts';
import { bcTarget } from './conformance/bc-target.ts';
import { completionOf, quantityKey } from './conformance/completions.ts';
import type { FaultProxy } from './conformance/fault-proxy.ts';
import { odooTarget } from './conformance/odoo-target.ts';
import { sapTarget } from './conformance/sap-target.ts';
import type { ErpConformanceTarget } from './conformance/target.ts';
import { sandboxTarget } from './rest/target.ts';
import { TrytonBooks } from './tryton/books.ts';
import { createRpcServer } from './tryton/server.ts';

// What is left when the process dies after any of these calls is in `conformance/suite-exactly-once.ts`.

type PassedCall = ReturnType<FaultProxy['calls']>[number];
type BookableErp = Pick<ErpConformanceTarget, 'faults' | 'connector' | 'planOrder'>;

/** A connector, and how the docstring of its `index.ts` names a call. */
interface Documented {
  readonly name: string;
  readonly folder: string;
  readonly start: () => Promise<BookableErp>;
  readonly article: string;
  readonly notes?: readonly string[];
  readonly nameOf: (call: PassedCall) => readonly string[];
}

const documented: readonly Documented[] = [
  {
    name: 'Odoo 17 over JSON-RPC',
    folder: 'odoo',
    start: () => odooTarget(17, {}),
    article: 'CHAIR',
    nameOf: ({ body }) => {
      const { service, args } = JSON.parse(body).params;
      return service === 'common' ? [] : [`${args[3]} ${args[4]}`];
    },
  },
  {
    name: 'Odoo 19 over JSON-2',
    folder: 'odoo',
    start: () => odooTarget(19, {}),
    article: 'CHAIR',
    nameOf: ({ url }) => [url.replace('/json/2/', '').replace('/', ' ')],
  },
  {
    name: 'SAP S/4HANA',
    folder: 'sap-s4hana',
    start: () =>
      sapTarget(
        { auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-sap' },
        { goodsMovements: 'receipt', notesField: 'OrderLongText' },
      ),
    article: 'FG226',
    notes: ['All checks in order'],
    nameOf: ({ method, url }) => {
      const [path = ''] = url.replace('/sap/opu/odata/sap/', '').split('?');
      return [`${method} ${path.replace(/\([^)]*\)/, '')}`];
    },
  },
  {
    name: 'Business Central',
    folder: 'business-central',
    start: () => bcTarget({ auth: 'oauth2', user: 'azumuta-client', secret: 'canary-oauth-bc' }),
    article: 'CHAIR',
    nameOf: ({ method, url }) => {
      const page = /\/companies\([^)]*\)\/(\w+)/.exec(url)?.[1];
      return page === undefined ? [] : [`${method} ${page}`];
    },
  },
  {
    name: 'Tryton',
    folder: 'tryton',
    start: async () => {
      const { faults, connector } = createRpcServer(new TrytonBooks().answer);
      const order = { number: '17', id: '17', article: 'CHAIR' };
      return { faults, connector: () => connector(), planOrder: async () => order };
    },
    article: 'CHAIR',
    nameOf: ({ body }) => [JSON.parse(body).method.replace('model.', '')],
  },
  {
    name: 'any ERP by configuration',
    folder: 'rest',
    start: () => sandboxTarget(),
    article: 'GEAR-01',
    nameOf: ({ method }) => [method === 'GET' ? 'book.lookUp' : 'book.steps'],
  },
  {
    name: 'the template',
    folder: 'template',
    start: () => sandboxTarget(({ baseUrl, ...options }) => template({ url: baseUrl, ...options })),
    article: 'GEAR-01',
    nameOf: ({ method, url }) => {
      const [path = ''] = url.split('?');
      return [`${method} ${path.replace(/(?<=production-orders\/)[^/]+/, '{order}')}`];
    },
  },
];

/** What the numbered lines of the docstring name before their colon. */
function callsInDocstring(folder: string): string[] {
  const text = readFileSync(`shared/erp/${folder}/index.ts`, 'utf8').replaceAll(/\n \* {2,}/g, ' ');
  const lines = text.matchAll(/^ \* \d+\. (?<calls>`.*?`): /gm);
  return Array.from(lines, ({ groups: { calls = '' } = {} }) => calls.slice(1, -1).split('`, `')).flat();
}

it.each(documented)(
  'names in the docstring of the connector the calls of a booking, in their order: $name',
  async ({ folder, start, article, notes = [], nameOf }) => {
    // Prepare
    const { faults, connector, planOrder } = await start();
    const order = await planOrder({ article, quantity: '5' });
    const completion = completionOf(order, { notes });
    faults.reset();

    // Act
    await connector().book(completion, quantityKey(completion.productOrder), firstAttempt());

    // Assess: how many look-ups and steps there are, only the configuration of `rest` says.
    const called = faults.calls().flatMap(nameOf);
    const calls = folder === 'rest' ? called.filter((name, at) => name !== called[at - 1]) : called;
    expect(callsInDocstring(folder)).toEqual(calls);
  },
);
