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

/** What an ERP order is mapped to. */
interface Made {
  readonly owner: string;
  readonly as: string;
  readonly index: number;
  readonly content: string;
  readonly fate: 'withdrawn' | 'to be created' | 'refused' | 'refused, perhaps there' | 'perhaps there';
}

/** A second implementation of the promise: what must exist after what was posted and tried. */
class Model {
  readonly made = new Map<string, Made>();
  readonly told = new Map<string, string>();
  readonly news: string[] = [];
  /** Surely created: Azumuta is looked at. */
  readonly #created = new Set<string>();
  readonly #numbered = new Map<string, { readonly as: string; readonly of: number }>();

  hear({ order, mapped, via }: WantedOrder): void {
    const owner = String(order.id);
    const mine = [...this.made].filter(([, one]) => one.owner === owner);
    const was = this.#numbered.get(owner);
    const is = mapped ? { as: `${mapped.split.number} ${mapped.split.book}`, of: mapped.split.of } : was;
    const isAnew = is?.as !== was?.as;
    if (isAnew && mine.some(([, { fate }]) => mayExist(fate))) {
      for (const [number, { fate, as, index }] of mine)
        if (as === was?.as && (fate !== 'withdrawn' || index <= was.of))
          this.#alert(`${number} changed`, `numbered ${is?.as} ${is?.of}`);
      return;
    }
    if (is) this.#numbered.set(owner, is);
    const wanted = new Set((mapped?.productOrders ?? []).map(({ draft }) => draft.number));
    for (const [number, one] of mine.filter(
      ([each, { fate }]) => fate !== 'withdrawn' && (isAnew || !wanted.has(each)),
    ))
      if (mayExist(one.fate)) this.#alert(`${number} unwanted`, mapped ? `surplus ${is?.of}` : 'cancelled');
      else {
        this.made.set(number, { ...one, fate: 'withdrawn' });
        this.#over(number);
      }
    for (const {
      draft: { number },
      part: { index },
      contentHash,
    } of mapped?.productOrders ?? []) {
      const content = `content ${contentHash} ${order.quantity.unit}`;
      const {
        owner: other,
        content: before,
        fate,
      } = this.made.get(number) ?? { owner, content, fate: 'withdrawn' };
      if (fate !== 'withdrawn' && other !== owner) this.#alert(`${number} by ${owner}`, 'mapped');
      else if (before !== content && fate === 'perhaps there') {
        this.#alert(`${number} changed`, content);
        // Only a look shows that it is there, and what is not created yet cannot be looked at.
        if (this.#created.has(number)) this.told.delete(`${number} unwanted`);
      } else {
        const isOpen =
          fate === 'withdrawn' ||
          before !== content ||
          (via === 'endpoint' && fate !== 'perhaps there' && fate !== 'to be created');
        const next = fate === 'refused, perhaps there' ? 'perhaps there' : 'to be created';
        if (isOpen) this.made.set(number, { owner, as: String(is?.as), index, content, fate: next });
        this.#over(number);
      }
    }
    for (const [number, { owner: other }] of this.made)
      if (other === owner || !wanted.has(number)) this.told.delete(`${number} by ${owner}`);
  }

  attempt(number: string, how: Attempt): void {
    const one = this.made.get(number);
    if (!one) return;
    const isSure = !mayExist(one.fate);
    const fates = {
      'is created': 'perhaps there',
      'ends in doubt': 'perhaps there',
      'surely sent nothing': isSure ? 'to be created' : 'perhaps there',
      'is refused': isSure ? 'refused' : 'refused, perhaps there',
      'is refused after it was sent': 'refused, perhaps there',
    } as const;
    this.made.set(number, { ...one, fate: fates[how] });
    if (how === 'is created') this.#created.add(number);
  }

  #over(number: string): void {
    for (const kind of ['changed', 'unwanted']) this.told.delete(`${number} ${kind}`);
  }

  #alert(key: string, what: string): void {
    if (this.told.get(key) !== what) this.news.push(`${key}: ${what.split(' ')[0]}`);
    this.told.set(key, what);
  }
}

const mayExist = (fate: Made['fate']) => fate.endsWith('perhaps there');

/** What the ledger has under a number, in the terms of the model. */
function fateOf({
  withdrawn,
  state,
  surelyNotCreated,
}: OrdersInMemory['entries'] extends Map<string, infer Entry> ? Entry : never): Made['fate'] {
  if (withdrawn) return 'withdrawn';
  if (state === 'rejected') return surelyNotCreated ? 'refused' : 'refused, perhaps there';
  return surelyNotCreated ? 'to be created' : 'perhaps there';
}

function wantedOf(posted: Extract<Event, { what: 'posted' }>, mapping: Mapping): WantedOrder {
  const { id, state, amount, unit, article } = posted;
  const number = `MO/${id}${posted.renamed ? '-B' : ''}`;
  const order = erpOrder({ id, number, state, article, quantity: { amount, unit } });
  const mapped = state === 'cancelled' ? undefined : mapProductOrders(mapping, order);
  return { order, mapped, via: posted.asked ? 'endpoint' : 'pull', now: new Date(0) };
}

it('creates, withdraws and alerts as the ERP wants, whatever happens in whichever order', () => {
  fc.assert(
    fc.property(events, (sequence) => {
      const [ledger, model] = [new OrdersInMemory(), new Model()];
      let mapping: Mapping = {};
      for (const happened of sequence) {
        if (happened.what === 'mapping') mapping = mappings[happened.mapping] ?? {};
        else if (happened.what === 'attempt') {
          const number = ledger.openNumber(happened.at);
          if (number === undefined) continue;
          ledger.attempt(number, happened.how);
          model.attempt(number, happened.how);
        } else {
          const wanted = wantedOf(happened, mapping);
          ledger.accept(wanted, { crashAfter: happened.crashAfter });
          model.hear(wanted);
        }
        expect(
          [...ledger.entries].map(([number, entry]) => [number, entry.erpOrder.id, fateOf(entry)]).sort(),
        ).toEqual([...model.made].map(([number, { owner, fate }]) => [number, owner, fate]).sort());
        const open = (told: ReadonlyMap<string, unknown>) => [...told.keys()].sort();
        expect(open(ledger.told)).toEqual(open(model.told));
        expect(ledger.news.map(kindOf).sort()).toEqual([...model.news].sort());
      }
    }),
    { numRuns: 350 },
  );
});

/** `MO/1 changed: …` in the words of the model. */
const kindOf = (told: string) => told.replace(/: .*/, (what) => `: ${wordOf(what)}`);
const wordOf = (what: string) =>
  /numbered/.test(what)
    ? 'numbered'
    : /cancelled/.test(what)
      ? 'cancelled'
      : /has \d+ part/.test(what)
        ? 'surplus'
        : /mapped/.test(what)
          ? 'mapped'
          : 'content';

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
    { numRuns: 350 },
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
