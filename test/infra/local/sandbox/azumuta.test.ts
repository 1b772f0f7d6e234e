import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { azumutaBasePath, azumutaSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { pathOfOperation } from '../../../../infra/local/sandbox/azumuta/routes.ts';
import { type Sandbox, startSandbox } from '../../../../infra/local/sandbox/sandboxes.ts';
import { defaultBaseUrl, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { addressOf } from '../../../../shared/azumuta/operations.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { azumutaAt } from '../../../support/partners.ts';
import { patient } from '../../../support/patient.ts';
import { startServer } from '../../../support/server.ts';
import { newFolder } from '../../new-folder.ts';
import { apiOf } from './started.ts';

const listSchema = z.object({
  object: z.literal('list'),
  url: z.string(),
  next: z.nullable(z.string()),
  data: z.array(
    z.looseObject({ object: z.string(), id: z.string().check(z.regex(/^[2-9A-HJ-NP-TW-Za-km-z]{17}$/)) }),
  ),
});
const { signal } = new AbortController();
/** For tests that look at their own orders only. */
const shared = await forAllTests(startSandbox.azumuta());

async function withOrder(number: string, sandbox: Sandbox<'azumuta'> = shared) {
  const client = azumutaAt(sandbox.url);
  const article = await client.findArticle('GEAR-01', { signal });
  if (!article) throw new Error('the catalogue has no GEAR-01');
  const parameters = { 'Customer name': 'De Smet', Quantity: 5 };
  const draft = { number, article: 'GEAR-01', parameters, variants: ['Left'] };
  const create = () => client.createProductOrder(draft, article, { signal });
  const { control } = sandbox;
  const triggered = () =>
    control.triggerLog().filter(({ productOrderNumber }) => productOrderNumber === number);
  return { control, triggered, create, created: await create() };
}

it.each(Object.entries(defaultContract.operations))(
  'answers the call %s where the contract says that it is',
  async (_, operation) => {
    // Prepare
    if (!operation) throw new Error('no such operation');
    const { method } = operation;
    const path = addressOf(operation, new URL(defaultBaseUrl).pathname);

    // Act
    const { text } = await apiOf(shared, azumutaSandboxKey)(path, method === 'GET' ? undefined : {});

    // Assess
    expect(text).not.toContain(`There is no ${method}`);
  },
);

it('lists in the envelope that Azumuta documents, with Meteor ids and mixed names', async () => {
  const response = await apiOf(shared, azumutaSandboxKey)(`${azumutaBasePath}/workinstructions`);

  const { data } = listSchema.parse(JSON.parse(response.text));
  expect(data.map(({ object }) => object)).toEqual(Array(5).fill('work-instruction'));
  expect(new Set(data.map(({ name }) => typeof name))).toEqual(new Set(['string', 'object']));
});

it('pages without missing an entry', async () => {
  // Prepare
  const sandbox = await startSandbox.azumuta();
  onTestFinished(sandbox.stop);
  sandbox.store.pageSize = 1;
  const api = apiOf(sandbox, azumutaSandboxKey);

  // Act
  const first = listSchema.parse(JSON.parse((await api(pathOfOperation('findArticle'))).text));
  const second = listSchema.parse(JSON.parse((await api(first.next ?? '')).text));

  // Assess
  const numbers = [...first.data, ...second.data].map(({ number }) => number);
  expect(numbers).toEqual(['GEAR-01', 'GEAR-02']);
  expect(second.next).toBeNull();
});

it('refuses a wrong key with 401', async () => {
  expect(await apiOf(shared, 'another key')(pathOfOperation('findArticle'))).toMatchObject({ status: 401 });
});

it('creates the same number twice: there is no idempotency to rely upon', async () => {
  const { create, created, control } = await withOrder('MO/0007');

  const second = await create();

  expect(second.id).not.toBe(created.id);
  const numbers = control.productOrders().map(({ number }) => number);
  expect(numbers.filter((number) => number === 'MO/0007')).toHaveLength(2);
});

it.each([
  { method: 'GET', ids: 'singular', one: true },
  { method: 'GET', ids: 'list', one: false },
  { method: 'POST', ids: 'singular', one: true },
  { method: 'POST', ids: 'list', one: false },
] as const)('calls a $method trigger with $ids ids', async ({ method, ids, one }) => {
  // Prepare
  const number = `${method} ${ids}`;
  const { control, triggered } = await withOrder(number);
  const { calls, url } = await startServer(() => ({ status: 202 }));
  control.setTriggers([{ method, ids, url }]);

  // Act
  const { recordings } = control.complete(number);
  await expect.poll(triggered, patient).toMatchObject([{ outcome: 202 }]);

  // Assess
  const [call] = calls;
  const sent =
    method === 'POST' ? JSON.parse(call?.body ?? '') : Object.fromEntries(call?.url.searchParams ?? []);
  const all = recordings.map(({ id }) => id);
  const recorded = one
    ? { recordingId: all.at(-1) }
    : { recordingIds: method === 'POST' ? all : all.join(',') };
  expect(sent).toMatchObject({ productOrderNumber: number, ...recorded });
});

it('logs why a trigger was not answered, and does not try again', async () => {
  // Prepare
  const { control, triggered } = await withOrder('unanswered');
  control.setTriggers([{ method: 'GET', url: 'http://127.0.0.1:9/nobody' }]);

  // Act
  control.complete('unanswered');

  // Assess
  await expect.poll(triggered, patient).toMatchObject([{ outcome: expect.stringContaining('no answer') }]);
});

it('has its product orders and recordings when it is started again', async () => {
  // Prepare
  const file = join(newFolder(), 'books.json');
  const first = await startSandbox.azumuta(file);
  const { control } = await withOrder('MO/0001', first);
  control.complete('MO/0001');
  const before = first.store.productOrders();

  // Act
  await first.stop();
  const second = await startSandbox.azumuta(file);
  onTestFinished(second.stop);

  // Assess
  expect(before).toHaveLength(1);
  expect(second.store.productOrders()).toEqual(before);
});
