import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { isNothingSent } from '../../../shared/ledger/claims.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import type { Via } from '../../../shared/orders/wanted-order.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { erpOrder } from '../../support/orders.ts';
import { callingThrough } from '../../support/overriding.ts';
import {
  type AttemptEnd,
  acceptInto,
  collecting,
  each,
  type Mapping,
  startOrderStage,
  together,
} from './order-stage.ts';

type Stage = Awaited<ReturnType<typeof startOrderStage>>;

const mappings: readonly Mapping[] = [
  {},
  { number: ({ id }) => `GH-${id}` },
  { number: () => 'X' },
  each,
  together,
  { ...each, number: () => 'X' },
];
const ends: readonly AttemptEnd[] = ['created', 'in doubt', 'failed', 'refused', 'refused after it was sent'];

const posted = fc.record({
  id: fc.constantFrom('a', 'b'),
  state: fc.constantFrom('released' as const, 'released' as const, 'released' as const, 'cancelled' as const),
  amount: fc.constantFrom('1', '2', '3'),
  article: fc.constantFrom('GEAR-01', 'GEAR-02'),
  unit: fc.constantFrom('u', 'kg'),
  renamed: fc.boolean(),
  via: fc.constantFrom<Via>('endpoint', 'pull'),
  crashAfter: fc.oneof(fc.constant(1000), fc.nat(6)),
});
const attempted = fc.record({
  at: fc.nat(9),
  how: fc.constantFrom(...ends),
  meanwhile: fc.boolean(),
});
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ posted }) },
  { weight: 3, arbitrary: fc.record({ attempted }) },
  { weight: 1, arbitrary: fc.record({ mapping: fc.constantFrom(...mappings) }) },
);
const events = fc.array(event, { minLength: 1, maxLength: 25, size: 'max' });

type Entry = Omit<OrderEntry, 'history' | 'enqueued' | 'expiresAt' | 'awaiting'>;

/** What the ledger has of all product orders, but for their journeys. */
async function entriesOf({ ledger }: Stage): Promise<Map<string, Entry>> {
  const known = ['MO/a', 'MO/a-B', 'MO/b', 'MO/b-B'].map((one) => ledger.erpOrders.productOrdersOf(one));
  const entries = new Map<string, Entry>();
  for (const number of new Set((await Promise.all(known)).flat())) {
    const entry = await ledger.orders.find(number);
    if (!entry) throw new Error('The index lists what is there.');
    const { history: _, enqueued: __, expiresAt: ___, awaiting: ____, ...says } = entry;
    entries.set(number, says);
  }
  return entries;
}

/** A table at whose first write something happens, and in which the process dies after so many. */
function disturbed(table: Table, crashAfter: number, meanwhile: () => Promise<void>): Table {
  let writes = 0;
  return callingThrough(table, async (call, name) => {
    if (name !== 'putIf' && name !== 'update') return call();
    writes += 1;
    if (writes === 1) await meanwhile();
    if (writes > crashAfter) throw new Error('The process dies.');
    return call();
  });
}

/** Accepts an order; what must be looked at in Azumuta is there as it was made. @returns how much of it is news. */
async function accept(stage: Stage, order: ErpOrder, via: Via, mapping: Mapping, table = stage.table) {
  const sent: string[] = [];
  const [accepted] = await acceptInto(ledgerOn(table, stage.clock).ledger, [order], via, {
    clock: stage.clock,
    map: (one) => mapProductOrders(mapping, one),
    queues: collecting(sent),
  });
  for (const number of sent) {
    const entry = await stage.ledger.orders.find(number);
    if (!entry || !isNothingSent(entry)) await stage.look(number);
  }
  return accepted?.news;
}

it('gives a part one number, touches nothing that may exist and does nothing twice, whatever claims or crashes come in between', async () => {
  await fc.assert(
    fc.asyncProperty(events, async (sequence) => {
      const stage = await startOrderStage();
      let mapping: Mapping = {};
      let meanwhile = async () => {};
      for (const happened of sequence) {
        stage.clock.advance(400);
        if ('mapping' in happened) mapping = happened.mapping;
        else if ('attempted' in happened) {
          const { at, how } = happened.attempted;
          const attempt = async () => {
            const all = [...(await entriesOf(stage))];
            const open = all.filter(([, { state, end }]) => state !== 'done' && !end);
            const [number] = open[at % Math.max(open.length, 1)] ?? [];
            if (number !== undefined) await stage.attempt(number, how);
          };
          if (happened.attempted.meanwhile) meanwhile = attempt;
          else await attempt();
        } else {
          const { id, amount, unit, renamed, via, crashAfter, ...more } = happened.posted;
          const number = `MO/${id}${renamed ? '-B' : ''}`;
          const order = erpOrder({ ...more, id, number, quantity: { amount, unit } });
          let then = await entriesOf(stage);
          const table = disturbed(stage.table, crashAfter, async () => {
            await meanwhile();
            meanwhile = async () => {};
            then = await entriesOf(stage);
          });
          await accept(stage, order, via, mapping, table).catch((error: Error) => {
            if (error.message !== 'The process dies.') throw error;
            return accept(stage, order, via, mapping);
          });
          await holds(stage, then, order, mapping);
        }
      }
    }),
    { numRuns: 60 },
  );
});

async function holds(
  stage: Stage,
  before: Map<string, Entry>,
  order: ErpOrder,
  mapping: Mapping,
): Promise<void> {
  const now = await entriesOf(stage);
  for (const [number, was] of before) {
    const is = now.get(number);
    const isOfAnother = was.erpOrder.id !== order.id && !was.end;
    if (isOfAnother) expect(is).toEqual(was);
    if (was.state === 'done' || was.state === 'claimed')
      expect({ ...is, erpOrder: was.erpOrder }).toEqual(was);
    if (!isNothingSent(was)) expect([is?.end, is && isNothingSent(is)]).toEqual([undefined, false]);
  }
  const live = [...now.values()].filter(({ erpOrder: of, end }) => of.id === order.id && !end);
  expect(new Set(live.map(({ part }) => `${part.first} ${part.book}`)).size).toBeLessThanOrEqual(1);
  const wanted = order.state === 'cancelled' ? [] : mapProductOrders(mapping, order).productOrders;
  const asWanted = new Set(wanted.map(({ draft, part }) => `${draft.number} ${part.book}`));
  const surplus = live.filter(({ number, part }) => !asWanted.has(`${number} ${part.book}`));
  // What may exist keeps its numbers; else nothing is left that is not wanted.
  if (surplus.every(isNothingSent)) expect(surplus).toEqual([]);

  // What happened meanwhile is seen now, and then there is nothing new.
  await accept(stage, order, 'pull', mapping);
  const concernsOf = () => Promise.all([...now.keys()].map((one) => stage.ledger.knownOrders.read(one)));
  const told = async () => (await concernsOf()).map(({ concerns }) => concerns);
  const [entries, open] = [await entriesOf(stage), await told()];
  expect(await accept(stage, order, 'pull', mapping)).toBe(0);
  expect([await entriesOf(stage), await told()]).toEqual([entries, open]);
}
