import { expect, it } from 'vitest';
import { type Probed, probeAccount } from '../../../../infra/ops/probe/probe.ts';
import type { ScreenValues } from '../../../../infra/ops/probe/screen-values.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { testClock } from '../../../support/clock.ts';
import { type Answer, startServer } from '../../../support/server.ts';

/** The answers of an account, by path, made of the query. */
type Routes = Readonly<Record<string, (query: Readonly<Record<string, string>>) => Answer>>;

async function probed(routes: Routes, other: Answer, seen: ScreenValues): Promise<Probed> {
  const { url } = await startServer(
    ({ url: { pathname, searchParams } }) =>
      routes[pathname.replace('/api/v1', '')]?.(Object.fromEntries(searchParams)) ?? other,
  );
  const { signal } = new AbortController();
  const look = { contract: defaultContract, clock: testClock(), apiKey: 'key', signal, seen };
  return probeAccount({ ...look, baseUrl: `${url}/api/v1` });
}

const certain = ({ findings }: Probed) =>
  Object.fromEntries(findings.map(({ line, set, certainty }) => [line, `${set} (${certainty})`]));

it('understands an account that talks JSON:API and refuses unknown queries', async () => {
  // Prepare
  const orders = ['P-1', 'P-2', 'P-10'].map((number, at) => ({
    ...{ type: 'orders', id: `o-${at}`, links: { self: `/api/v1/orders/o-${at}` } },
    attributes: {
      ...{ 'order-number': number, 'article-code': 'PUMP-1', state: 'completed', options: ['Left', 'IP67'] },
      ...{ properties: { Voltage: 2300, Client: 'Acme' }, 'finished-at': 1_763_971_800_000 },
    },
    relationships: { reports: { data: [{ type: 'reports', id: 'rep-1' }] } },
  }));
  const article = { id: 'a-1', attributes: { code: 'PUMP-1', options: [{ id: 'v1', label: 'Left' }] } };
  const report = {
    ...{ id: 'rep-1', relationships: { instruction: { data: { id: 'ins-9' } } } },
    attributes: { 'order-number': 'P-2', checks: [{ question: 'Pressure', answer: '3.25', ok: true }] },
  };
  const filtered =
    <T extends { attributes: object }>(name: string, all: readonly T[]) =>
    ({ [`filter[${name}]`]: wanted, ...others }: Readonly<Record<string, string>>): Answer => {
      if (Object.keys(others).length > 0) return { status: 400, body: { errors: [{ id: 1, code: 'P-2' }] } };
      const data = all.filter(({ attributes }) => !wanted || Object(attributes)[name] === wanted);
      return { body: { data, links: { next: null } } };
    };
  const routes: Routes = {
    '/orders': filtered('order-number', orders),
    '/orders/o-1': () => ({ body: { data: orders[1] } }),
    '/reports/rep-1': () => ({ body: { data: report } }),
    '/instructions/ins-9': () => ({ body: { data: { id: 'ins-9', attributes: { title: 'Test' } } } }),
    '/articles': filtered('code', [article]),
  };

  // Act
  const none = { status: 404, body: { errors: [] } };
  const result = await probed(routes, none, {
    ...{ number: 'P-2', article: 'PUMP-1', variant: 'Left', completedStatus: 'completed' },
    ...{ parameter: { name: 'Voltage', value: '2300' }, recorded: { step: 'Pressure', value: '3.25' } },
  });

  // Assess
  expect(result.complaints).toEqual([]);
  expect(result.proposal.settings).toMatchObject({
    operations: {
      findProductOrder: { path: '/orders', query: { 'filter[order-number]': '{number}' } },
      findArticle: { query: { 'filter[code]': '{number}' } },
      readRecording: { path: '/reports/{id}', answer: 'data' },
      readWorkInstruction: { path: '/instructions/{id}', answer: 'data' },
    },
  });
  expect(certain(result)).toMatchObject({
    'productOrder.number': 'attributes.order-number (sure)',
    'productOrder.parameters': 'attributes.properties (sure)',
    'productOrder.recordings': 'relationships.reports.data (sure)',
    'recording.workInstructionId': 'relationships.instruction.data.id (sure)',
    'step.value': 'answer (sure)',
    'list.next': 'links.next (to confirm)',
  });
});

it('understands an account with recordings in its orders that only searches, and answers a page for all else', async () => {
  // Prepare
  const recording = {
    ...{ recordingId: 31, orderId: 5, docId: 'WI-1', docName: 'Assembly', user: 'An' },
    ...{ start: '2026-11-20 07:00:00', end: '2026-11-20 07:20:00', minutes: 20 },
    results: [
      { name: 'Good', result: 1234 },
      { name: 'Bad', result: 0 },
    ],
  };
  const order = {
    ...{ orderId: 5, orderNumber: '4711', statusText: 'Afgesloten', qtyPlanned: 5, qtyDone: 5 },
    ...{ item: { itemNumber: 'AX', itemId: 9 }, extra: { Batch: 'B-77' }, recordings: [recording] },
  };
  const searched =
    (name: string, all: readonly object[]) =>
    ({ search = '' }) => ({
      body: all.filter((each) => Object(each)[name].includes(search)),
    });
  const routes: Routes = {
    '/workorders': searched('orderNumber', [
      order,
      { ...order, orderId: 6, orderNumber: '4712', recordings: [] },
    ]),
    '/workorders/5': () => ({ body: order }),
    '/items': searched('itemNumber', [
      { itemId: 9, itemNumber: 'AX' },
      { itemId: 10, itemNumber: 'AY' },
    ]),
    '/docs/WI-1': () => ({ body: { docId: 'WI-1', docName: 'Assembly' } }),
  };

  // Act
  const page = { body: '<html>', headers: { 'content-type': 'text/html' } };
  const result = await probed(routes, page, {
    ...{ number: '4711', article: 'AX', completedStatus: 'Afgesloten' },
    ...{ parameter: { name: 'Batch', value: 'B-77' }, recorded: { step: 'Good', value: '1234' } },
  });

  // Assess
  expect(result.complaints).toEqual([]);
  expect(result.proposal.settings).toMatchObject({
    operations: {
      findProductOrder: { path: '/workorders', query: { search: '{number}' } },
      readRecording: { path: '/workorders/{productOrder.id}', answer: 'recordings' },
      readWorkInstruction: { path: '/docs/{id}' },
    },
    list: { entries: '' },
  });
  // Two quantities have the same value as its id.
  expect(certain(result)).toMatchObject({
    'productOrder.id': 'orderId (to confirm)',
    'productOrder.status': 'statusText (sure)',
    'recording.id': 'recordingId (sure)',
    'recording.workInstructionName': 'docName (sure)',
  });
});

it('finds the recordings of an order that names none by what was recorded', async () => {
  // Prepare
  const order = { id: 'o-1', number: 'MO/0001', status: 'completed' };
  const recordings = [
    { id: 'r-1', steps: [{ name: 'Torque', value: 42.25 }] },
    { id: 'r-2', steps: [{ name: 'Weight', value: 17.5 }] },
  ];
  const routes: Routes = {
    '/productorders': ({ number }) => ({ body: { data: number === order.number ? [order] : [] } }),
    '/productorders/o-1': () => ({ body: order }),
    '/productorders/o-1/executions': () => ({ body: { data: recordings } }),
  };

  // Act
  const seen = { number: 'MO/0001', recorded: { value: '17.5' } };
  const result = await probed(routes, { status: 404, body: {} }, seen);

  // Assess
  expect(result.complaints).toEqual([]);
  expect(result.proposal.settings).toMatchObject({
    operations: { readRecording: { path: '/productorders/{productOrder.id}/executions', answer: 'data' } },
  });
  expect(certain(result)).toMatchObject({ 'recording.id': 'id (sure)', 'step.value': 'value (sure)' });
});

it('says what to do when no list has the number', async () => {
  const result = await probed({}, { status: 404, body: {} }, { number: '4711' });

  expect(result).toMatchObject({ stopped: undefined, proposal: { settings: {} }, complaints: [] });
  expect(result.findings).toContainEqual({
    ...{ line: 'operations.findProductOrder.path', certainty: 'not found' },
    why: 'no list that was tried has the number: ask Azumuta for its address, and write it there',
  });
});
