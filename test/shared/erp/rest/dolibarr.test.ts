import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, newSignal, nextAttempt } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { dolibarr } from './dolibarr.ts';
import { connected } from './sandbox.ts';

const apiKey = 'canary-dol';
const order = { number: 'MO2611-0001' };
const productOrder = productOrderOf(order);
const key = quantityKey(productOrder);

const produceSchema = z.object({
  inventorycode: z.string(),
  autoclose: z.number(),
  arraytoconsume: z.array(z.object({ objectid: z.number(), qty: z.number() })),
  arraytoproduce: z.array(z.object({ objectid: z.number(), qty: z.number() })),
});

/**
 * As much of Dolibarr as the configuration uses, with its habits: 404 for an empty list, errors under
 * `error.message`, the same inventorycode twice books twice, 500 when two write at once.
 */
async function startDolibarr({ orders = 1 } = {}) {
  const mos = Array.from({ length: orders }, (_, n) => ({
    id: String(n + 1),
    ref: `MO2611-${String(n + 1).padStart(4, '0')}`,
    fk_product: 42,
    qty: 5,
    status: 1,
    tms: 1_790_000_000 + n,
    lines: [
      { id: 11, role: 'toconsume', qty: '10', fk_warehouse: null },
      { id: 12, role: 'toproduce', qty: '5', fk_warehouse: 2 },
    ],
  }));
  const movements: { id: number; inventorycode: string; objectid: number; qty: number }[] = [];
  let deadlocks = 0;
  const none: Answer = { status: 404, body: { error: { code: 404, message: 'Not Found: nothing found' } } };
  const found = (list: readonly unknown[]): Answer => (list.length === 0 ? none : { body: list });

  const server = await startServer(({ method, url, headers, body }) => {
    if (headers.dolapikey !== apiKey)
      return { status: 401, body: { error: { code: 401, message: 'Unauthorized' } } };
    const route = url.pathname.replace('/api/index.php', '');
    const filter = url.searchParams.get('sqlfilters') ?? '';
    const equals = /:=:'(.*)'\)/.exec(filter)?.[1];
    if (route === '/stockmovements') return found(movements.filter((one) => one.inventorycode === equals));
    if (route === '/mos' && equals !== undefined) return found(mos.filter(({ ref }) => ref === equals));
    if (route === '/mos') {
      const statuses = /status:in:([\d,]+)/.exec(filter)?.[1]?.split(',').map(Number) ?? [];
      const since = /tms:>=:'(.*?)'/.exec(filter)?.[1];
      const from = since === undefined ? 0 : Date.parse(`${since.replace(' ', 'T')}Z`) / 1000;
      const limit = Number(url.searchParams.get('limit'));
      const page = Number(url.searchParams.get('page'));
      const listed = mos.filter((mo) => statuses.includes(mo.status) && mo.tms >= from);
      return found(listed.sort((a, b) => a.tms - b.tms).slice(page * limit, (page + 1) * limit));
    }
    const mo = mos.find(({ id }) => route.startsWith(`/mos/${id}`));
    if (!mo) return none;
    if (method === 'GET') return { body: mo };
    if (deadlocks > 0) {
      deadlocks -= 1;
      return {
        status: 500,
        body: { error: { code: 500, message: 'Deadlock found when trying to get lock' } },
      };
    }
    const asked = produceSchema.parse(JSON.parse(body));
    for (const { objectid, qty } of [...asked.arraytoconsume, ...asked.arraytoproduce]) {
      movements.push({ id: movements.length + 1, inventorycode: asked.inventorycode, objectid, qty });
    }
    mo.status = asked.autoclose ? 3 : 2;
    return { body: mo.id };
  });
  return {
    mos,
    movements,
    deadlock: () => {
      deadlocks = 1;
    },
    connector: connected(dolibarr({ baseUrl: server.url, pageSize: 2 }), { apiKey }),
  };
}

it('lists released manufacturing orders in pages that count from zero and end with a 404', async () => {
  // Prepare
  const { mos, connector } = await startDolibarr({ orders: 5 });
  const [, second] = mos;
  if (second) second.status = 3;

  // Act
  const numbers: string[] = [];
  for await (const { orders } of connector.releasedOrders(undefined, newSignal())) {
    numbers.push(...orders.map(({ number }) => number));
  }

  // Assess
  expect(numbers).toEqual(['MO2611-0001', 'MO2611-0003', 'MO2611-0004', 'MO2611-0005']);
});

it('produces and consumes in proportion, and finds its movements by inventory code', async () => {
  // Prepare
  const { movements, mos, connector } = await startDolibarr();
  const completion = completionOf(order, { quantity: { amount: '3' }, final: false }, productOrder);

  // Act
  const receipts = [
    await connector.book(completion, key, firstAttempt()),
    await connector.book(completion, key, nextAttempt()),
  ];

  // Assess
  expect(receipts.map(({ alreadyBooked }) => alreadyBooked)).toEqual([false, true]);
  expect(movements).toEqual([
    { id: 1, inventorycode: key, objectid: 11, qty: 6 },
    { id: 2, inventorycode: key, objectid: 12, qty: 3 },
  ]);
  expect(mos[0]?.status).toBe(2);
});

it('lets an order wait that ran into a deadlock, and looks before it comes again', async () => {
  // Prepare
  const { movements, deadlock, connector } = await startDolibarr();
  deadlock();

  // Act
  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));
  await connector.book(completionOf(order), key, nextAttempt());

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
  expect(movements.length).toBe(2);
});

it('rejects an order that somebody else produced, and one that is unknown', async () => {
  // Prepare
  const { mos, movements, connector } = await startDolibarr();
  for (const mo of mos) mo.status = 3;

  // Act
  const failures = [
    await failureOf(connector.book(completionOf(order), key, firstAttempt())),
    await failureOf(connector.book(completionOf({ number: 'MO2611-0009' }), key, firstAttempt())),
  ];

  // Assess
  expect(failures).toMatchObject([
    { name: 'Rejected', message: expect.stringContaining('somebody else') },
    { name: 'UnknownOrder', message: expect.stringContaining('MO2611-0009') },
  ]);
  expect(movements).toEqual([]);
});
