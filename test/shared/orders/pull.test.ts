import { expect, it } from 'vitest';
import type { UnreadableOrder } from '../../../shared/erp/connector.ts';
import { isWanted, mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { PartnerDown, Rejected } from '../../../shared/model/errors.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { pullOrders } from '../../../shared/orders/pull.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { claimedOrder } from '../../support/bookings.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { erpOrder } from '../../support/orders.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';
import { pullFrom } from './pull-stage.ts';

const { table, clock, ledger } = ledgerOn();
const sqs = await startSqsEndpoint();

/** One run over these orders of an ERP. */
function pull(
  orders: readonly ErpOrder[],
  accept: (order: ErpOrder) => boolean = () => true,
  unreadable: readonly UnreadableOrder[] = [],
  failure?: Error,
  mapping: Parameters<typeof mapProductOrders>[0] = {},
) {
  return pullOrders(
    { awsRequestId: `run at ${clock.now().toISOString()}`, getRemainingTimeInMillis: () => 60_000 },
    {
      ...pullFrom({ table, clock }, async function* () {
        if (failure) throw failure;
        yield { orders, unreadable, watermark: { changedAt: clock.now().toISOString() } };
      }),
      ledger,
      accept: (order) => isWanted({ accept }, order),
      queues: createQueues(sqs.client),
      queueUrl: sqs.queueUrl('product-orders'),
      map(order) {
        if (order.article === '')
          throw new Rejected(`ERP order ${order.number} has no article.`, { causeCode: 'order-data' });
        return mapProductOrders(mapping, order);
      },
    },
  );
}

it('calls nobody while it is paused, until it is resumed', async () => {
  // Prepare
  const orders = [erpOrder({ number: 'PAUSED-1' })];

  // Act
  await ledger.pauses.pauseFlow('pull');
  const paused = await pull(orders);
  await ledger.pauses.resumeFlow('pull');
  const resumed = await pull(orders);

  // Assess
  expect(paused).toMatchObject({ outcome: 'paused', orders: 0 });
  expect(resumed).toMatchObject({ outcome: 'read', queued: 1 });
});

it('reports an ERP that fails, and does not fail itself', async () => {
  const down = new PartnerDown('The ERP failed (503).');
  const failing = await pull([], undefined, [], down);

  // The next run has the lease, and goes on.
  expect(failing).toMatchObject({ outcome: 'the ERP is down', orders: 0 });
  expect(await pull([])).toMatchObject({ outcome: 'read' });
  await expect(pull([], undefined, [], new TypeError('a bug'))).rejects.toThrow('a bug');
});

it('goes on after an order that cannot be mapped, and records why, once', async () => {
  // Prepare
  const orders = [
    erpOrder({ number: 'UNFIT-1', article: '' }),
    erpOrder({ number: 'UNFIT-2', article: '', state: 'cancelled' }),
    erpOrder({ number: 'FIT-1' }),
  ];

  // Act
  const first = await pull(orders);
  clock.advance(300);
  const second = await pull(orders);

  // Assess
  expect(first).toMatchObject({ outcome: 'read', queued: 1, rejected: 1, cancelled: 0 });
  expect(second).toMatchObject({ outcome: 'read', rejected: 1 });
  const journey = await ledger.journeys.readJourney('UNFIT-1');
  expect(journey.map(({ event, note }) => `${event}: ${note}`)).toEqual([
    'refused: ERP order UNFIT-1 has no article.',
  ]);
  expect((await ledger.knownOrders.read('UNFIT-1')).concerns).toMatchObject([
    { kind: 'refused', cause: 'order-data' },
  ]);
});

it('treats an order on which accept fails as one that cannot be mapped, and goes on', async () => {
  // Act
  const report = await pull([erpOrder({ number: 'ODD-1' }), erpOrder({ number: 'EVEN-1' })], ({ number }) => {
    if (number.startsWith('ODD')) throw new TypeError('order.attributes.colour is undefined');
    return true;
  });

  // Assess
  expect(report).toMatchObject({ outcome: 'read', queued: 1, rejected: 1 });
  const [entry] = await ledger.journeys.readJourney('ODD-1');
  expect(entry).toMatchObject({
    event: 'refused',
    note: expect.stringContaining('order.attributes.colour is undefined'),
  });
});

it('records a row that cannot be read once, in the journey of its order, and goes on', async () => {
  // Prepare
  const row = { id: 'ROW-1', reason: 'Sandbox ERP lists order ROW-1, which cannot be read: it has no unit.' };

  // Act
  const reports = [];
  for (let runs = 0; runs < 2; runs++) {
    reports.push(await pull([erpOrder({ number: 'BEHIND-1' })], undefined, [row]));
    clock.advance(300);
  }

  // Assess
  expect(reports).toMatchObject(Array(2).fill({ outcome: 'read', queued: 1, rejected: 1 }));
  const journey = await ledger.journeys.readJourney('ROW-1');
  expect(journey.map(({ event, note }) => `${event}: ${note}`)).toEqual([`refused: ${row.reason}`]);
});

it('alerts to a cancellation, once, even if the configuration would not want the order any more', async () => {
  await pull([erpOrder({ number: 'UNWANTED-1' })]);
  const productOrder = { id: 'id of UNWANTED-1', number: 'UNWANTED-1' };
  const claim = await claimedOrder(ledger, 'UNWANTED-1');
  await ledger.claims.complete(claim, { productOrder }, { event: 'created' });
  const cancelled = () => pull([erpOrder({ number: 'UNWANTED-1', state: 'cancelled' })], () => false);
  expect([await cancelled(), await cancelled()]).toMatchObject([{ cancelled: 1 }, { cancelled: 0 }]);
});

it('records when it ran last, even if there was nothing to read', async () => {
  clock.advance(3600);
  await pull([]);
  expect(await ledger.pullState.readState()).toMatchObject({ endedAt: clock.now().toISOString() });
});

it('counts orders and the product orders that they become', async () => {
  const split = { split: { per: 'unit', book: 'each' } } as const;
  const report = await pull(
    [erpOrder({ number: 'MO/40', quantity: { amount: '40', unit: 'u' } })],
    undefined,
    [],
    undefined,
    split,
  );
  expect(report).toMatchObject({ orders: 1, queued: 1, queuedProductOrders: 40 });
});
