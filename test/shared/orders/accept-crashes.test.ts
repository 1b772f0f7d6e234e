import { beforeEach, describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { erpOrder } from '../../support/orders.ts';
import { callingThrough, overriding } from '../../support/overriding.ts';
import { acceptInto, collecting, each, type Mapping, together } from './order-stage.ts';

interface Wish {
  readonly amount: string;
  readonly article?: string;
  readonly state?: ErpOrder['state'];
  readonly mapping?: Mapping;
}

const prefixed: Mapping = { ...each, number: ({ number }) => `GH-${number}` };

const changes: [string, readonly Wish[], Wish][] = [
  ['is new', [], { amount: '3' }],
  ['grows', [{ amount: '2' }], { amount: '3' }],
  ['shrinks', [{ amount: '3' }], { amount: '2' }],
  ['is cancelled', [{ amount: '2' }], { amount: '2', state: 'cancelled' }],
  ['is released again', [{ amount: '2' }, { amount: '2', state: 'cancelled' }], { amount: '3' }],
  ['is of another article', [{ amount: '2' }], { amount: '2', article: 'GEAR-02' }],
  ['gets other numbers', [{ amount: '2' }], { amount: '2', mapping: prefixed }],
  ['is booked in another way', [{ amount: '2' }], { amount: '2', mapping: together }],
];

let table: Table;
let sent: string[];

beforeEach(() => {
  table = modelledTable();
  sent = [];
});

async function accept({ mapping = each, amount, ...wanted }: Wish, reached = table): Promise<void> {
  const order = erpOrder({ number: 'MO/1', quantity: { amount, unit: 'u' }, ...wanted });
  await acceptInto(ledgerOn(reached).ledger, [order], 'pull', {
    queues: collecting(sent),
    map: (one) => mapProductOrders(mapping, one),
  });
}

/** What was accepted before, with the first part created if `created`. */
async function prepare(before: readonly Wish[], created: boolean): Promise<void> {
  table = modelledTable();
  sent = [];
  for (const one of before) await accept(one);
  if (!created || before.length === 0) return;
  const { claims } = ledgerOn(table).ledger;
  const claimant = { owner: 'o', messageId: 'm', endsAt: new Date('2026-11-24T08:01:00Z') };
  const claimed = await claims.claim(orderKey('MO/1/1'), claimant);
  if (claimed.outcome === 'claimed') await claims.complete(claimed.claim, {}, { event: 'created' });
}

type Disturbance = 'dies after it' | 'loses its answer';

/** A table: after one of its calls the process dies, or the AWS SDK sends it once more as the answer was lost. */
function disturbed(whole: Table, at: number, how: Disturbance | 'none') {
  let calls = 0;
  const reached = callingThrough(whole, async (call) => {
    calls += 1;
    if (calls !== at) return call();
    const answer = await call();
    if (how === 'dies after it') throw new Error('The process dies.');
    return how === 'loses its answer' ? call() : answer;
  });
  return { table: reached, calls: () => calls };
}

/** The ledger in the end, and the orders that wait without a message. */
async function world(): Promise<object> {
  const { erpOrders, knownOrders } = ledgerOn(table).ledger;
  const numbers = await erpOrders.productOrdersOf('MO/1');
  const productOrders = [];
  for (const number of numbers) {
    const { entry, concerns } = await knownOrders.read(number);
    const nothing = { history: [], enqueued: false, sentAgainAt: undefined };
    const { history: _, enqueued: __, sentAgainAt: ___, ...says } = entry ?? nothing;
    const waits = entry?.state === 'waiting' && !sent.includes(number);
    productOrders.push({ ...says, concerns, waits });
  }
  const { version: _, ...record } = (await erpOrders.find(erpOrder({ number: 'MO/1' }))) ?? { version: 0 };
  return { record, productOrders };
}

describe.each(changes)('an ERP order that %s', (_, before, wish) => {
  /** The calls of one run without a crash, and its result. */
  async function undisturbed(created: boolean) {
    await prepare(before, created);
    const whole = disturbed(table, 0, 'none');
    await accept(wish, whole.table);
    return { calls: whole.calls(), expected: await world() };
  }

  it.each([true, false])(
    'is corrected by the next pull, after whatever call the process dies (part 1 created: %s)',
    async (created) => {
      const { calls, expected } = await undisturbed(created);
      for (let call = 1; call <= calls; call++) {
        await prepare(before, created);
        const dying = accept(wish, disturbed(table, call, 'dies after it').table);
        await expect(dying).rejects.toThrow('The process dies.');
        await accept(wish);
        expect(await world()).toEqual(expected);
      }
    },
  );

  it('ends as wanted, whichever answer of DynamoDB is lost', async () => {
    const { calls, expected } = await undisturbed(false);
    for (let call = 1; call <= calls; call++) {
      await prepare(before, false);
      await accept(wish, disturbed(table, call, 'loses its answer').table);
      expect(await world()).toEqual(expected);
    }
  });

  it('leaves nothing to do', async () => {
    for (const created of [true, false]) {
      const { expected } = await undisturbed(created);
      const writes: string[] = [];
      const second = overriding(table, {
        putIf: async (item) => Boolean(writes.push(item.pk)),
        async update(key, update) {
          writes.push(`${key.pk} ${Object.keys(update.set ?? {})}`);
          return undefined;
        },
      });
      await accept(wish, second);
      expect([await world(), writes.filter((write) => !write.endsWith(' enqueued,sentAgainAt'))]).toEqual([
        expected,
        [],
      ]);
    }
  });
});

it('sends no part of an order before all are written, as an ERP may not list an order that is begun', async () => {
  // Prepare
  await prepare([], false);
  const whole = disturbed(table, 0, 'none');
  await accept({ amount: '3' }, whole.table);
  expect(sent).toHaveLength(3);

  for (let call = 1; call <= whole.calls(); call++) {
    await prepare([], false);

    // Act
    await expect(accept({ amount: '3' }, disturbed(table, call, 'dies after it').table)).rejects.toThrow();

    // Assess
    expect(sent, `call ${call}`).toEqual([]);
  }
});
