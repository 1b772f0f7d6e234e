import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import type { WantedOrder } from '../../../shared/orders/wanted-order.ts';
import { erpOrder } from '../../support/orders.ts';
import { type Attempt, attempts, OrdersInMemory } from './orders-in-memory.ts';

type Mapping = Parameters<typeof mapProductOrders>[0];

const mappings: Record<string, Mapping> = {
  'own number': {},
  prefixed: { number: ({ id }) => `GH-${id}` },
  'one number for all': { number: () => 'X' },
  'a number for each part': { split: { per: 'unit', book: 'each' } },
  'parts booked together': { split: { per: 'unit', book: 'when-all-done' } },
  'parts of one number for all': { number: () => 'X', split: { per: 'unit', book: 'each' } },
};

type Event =
  | { readonly what: 'mapping'; readonly mapping: string }
  | { readonly what: 'attempt'; readonly at: number; readonly how: Attempt; readonly meanwhile: boolean }
  | {
      readonly what: 'posted';
      readonly id: string;
      readonly state: 'released' | 'cancelled';
      readonly amount: string;
      readonly article: string;
      readonly unit: string;
      readonly renamed: boolean;
      readonly asked: boolean;
      readonly crashAfter: number;
    };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('posted' as const),
      id: fc.constantFrom('a', 'b'),
      state: fc.constantFrom(
        'released' as const,
        'released' as const,
        'released' as const,
        'cancelled' as const,
      ),
      amount: fc.constantFrom('1', '2', '3'),
      article: fc.constantFrom('GEAR-01', 'GEAR-02'),
      unit: fc.constantFrom('u', 'kg'),
      renamed: fc.boolean(),
      asked: fc.boolean(),
      crashAfter: fc.oneof(fc.constant(1000), fc.nat(6)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('attempt' as const),
      at: fc.nat(9),
      how: fc.constantFrom(...attempts),
      meanwhile: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('mapping' as const),
      mapping: fc.constantFrom(...Object.keys(mappings)),
    }),
  },
);
const events = fc.array(event, { minLength: 1, maxLength: 25, size: 'max' });

function wantedOf(posted: Extract<Event, { what: 'posted' }>, mapping: Mapping): WantedOrder {
  const { id, state, amount, unit, article } = posted;
  const number = `MO/${id}${posted.renamed ? '-B' : ''}`;
  const order = erpOrder({ id, number, state, article, quantity: { amount, unit } });
  const mapped = state === 'cancelled' ? undefined : mapProductOrders(mapping, order);
  return { order, mapped, via: posted.asked ? 'endpoint' : 'pull', now: new Date(0) };
}

it('gives a part one number, touches nothing that may exist and does nothing twice, whatever claims or crashes come in between', () => {
  fc.assert(
    fc.property(events, (sequence) => {
      const ledger = new OrdersInMemory();
      let mapping: Mapping = {};
      let meanwhile: (() => void) | undefined;
      for (const happened of sequence) {
        if (happened.what === 'mapping') mapping = mappings[happened.mapping] ?? {};
        else if (happened.what === 'attempt') {
          const attempt = () => {
            const number = ledger.openNumber(happened.at);
            if (number !== undefined) ledger.attempt(number, happened.how);
          };
          if (happened.meanwhile) meanwhile = attempt;
          else attempt();
        } else {
          const wanted = wantedOf(happened, mapping);
          const before = new Map(ledger.entries);
          let then = before;
          ledger.accept(wanted, {
            crashAfter: happened.crashAfter,
            meanwhile() {
              meanwhile?.();
              meanwhile = undefined;
              then = new Map(ledger.entries);
            },
          });
          holds(ledger, then, wanted);
        }
      }
    }),
    { numRuns: 250 },
  );
});

function holds(ledger: OrdersInMemory, before: OrdersInMemory['entries'], wanted: WantedOrder): void {
  for (const [number, was] of before) {
    const is = ledger.entries.get(number);
    const isOfAnother = was.erpOrder.id !== wanted.order.id && !was.withdrawn;
    if (isOfAnother) expect(is).toBe(was);
    if (was.state === 'done' || was.state === 'claimed')
      expect({ ...is, erpOrder: was.erpOrder }).toEqual(was);
    if (!was.surelyNotCreated) expect(is).toMatchObject({ withdrawn: false, surelyNotCreated: false });
  }
  const live = [...ledger.entries.values()].filter(
    ({ erpOrder: { id }, withdrawn }) => id === wanted.order.id && !withdrawn,
  );
  expect(new Set(live.map(({ part: { first, book } }) => `${first} ${book}`)).size).toBeLessThanOrEqual(1);
  const asWanted = new Set(
    (wanted.mapped?.productOrders ?? []).map(({ draft, part }) => `${draft.number} ${part.book}`),
  );
  const keepsItsNumbers = live.some(
    ({ surelyNotCreated, number, part }) => !surelyNotCreated && !asWanted.has(`${number} ${part.book}`),
  );
  if (!keepsItsNumbers)
    for (const { number, part, surelyNotCreated } of live)
      if (surelyNotCreated) expect(asWanted).toContain(`${number} ${part.book}`);

  // What happened meanwhile is seen now, and then there is nothing new.
  ledger.accept({ ...wanted, via: 'pull' });
  const [entries, told] = [new Map(ledger.entries), new Map(ledger.told)];
  ledger.news.length = 0;
  ledger.accept({ ...wanted, via: 'pull' });
  expect([ledger.entries, ledger.told, ledger.news]).toEqual([entries, told, []]);
}
