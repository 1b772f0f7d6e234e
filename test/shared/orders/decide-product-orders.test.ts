import { describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { type Concern, removedConcern } from '../../../shared/ledger/records/concerns.ts';
import type { KnownOrder } from '../../../shared/ledger/records/known-orders.ts';
import { orderEntryOf } from '../../../shared/ledger/records/product-orders.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { decideProductOrders } from '../../../shared/orders/decide-product-orders.ts';
import {
  factsOf,
  type KnownErpOrder,
  type Via,
  type WantedOrder,
} from '../../../shared/orders/wanted-order.ts';
import { erpOrder, splitOrder } from '../../support/orders.ts';

type Mapping = Parameters<typeof mapProductOrders>[0];

const perUnit = (book: 'each' | 'when-all-done'): Mapping => ({ split: { per: 'unit', book } });

/** The states that a product order may have in the ledger. */
const states = {
  withdrawn: { state: 'rejected', attempts: 0, withdrawn: true },
  'not created': { state: 'waiting', attempts: 0 },
  refused: { state: 'rejected', attempts: 1, clean: true },
  'refused, may be there': { state: 'rejected', attempts: 1 },
  'perhaps created': { state: 'claimed', attempts: 1 },
  created: { state: 'done', attempts: 1 },
} as const;
type State = keyof typeof states;

const wants = (order: ErpOrder, mapping: Mapping = {}, via: Via = 'pull'): WantedOrder => ({
  order,
  mapped: order.state === 'cancelled' ? undefined : mapProductOrders(mapping, order),
  via,
  now: new Date('2026-11-24T08:00:00Z'),
});

/** An accepted ERP order with all its product orders in one state. */
function accepted(
  order: ErpOrder,
  state: State,
  { mapping = {}, concerns = [] }: { mapping?: Mapping; concerns?: readonly Concern[] } = {},
): KnownErpOrder & { record: object } {
  const { split, productOrders } = mapProductOrders(mapping, order);
  return {
    record: splitOrder(split.number, split.of, { book: 'each', split, erpOrder: factsOf(order) }),
    productOrders: new Map(
      productOrders.map(({ draft, part, contentHash }): [string, KnownOrder] => {
        const made = { number: draft.number, erpOrder: factsOf(order), draft, contentHash, part };
        const entry = orderEntryOf({ ...made, ...states[state], expiresAt: 0 });
        const known = { entry, concerns, bookings: [], deadLetters: [] };
        const nothing = {
          answered: undefined,
          question: undefined,
          window: undefined,
          batches: [],
          alias: undefined,
          nextJointKey: '',
        };
        return [draft.number, { number: draft.number, ...known, ...nothing }];
      }),
    ),
  };
}

const actionsOf = (known: KnownErpOrder, wanted: WantedOrder) =>
  decideProductOrders(known, wanted).parts.map(({ number, action }) => `${number} ${action}`);

const surplus: Concern = {
  kind: 'unwanted',
  content: 'surplus',
  cause: 'conflict',
  note: 'The ERP order has 1 part now',
};
const other5: Concern = {
  kind: 'changed',
  content: 'of 5',
  cause: 'conflict',
  note: 'parameters["Quantity"] is 1, wanted 5',
};

describe('a product order', () => {
  const order = erpOrder({ number: 'MO/1', id: 'a', quantity: { amount: '2' } });
  const same = wants(order, perUnit('each'));
  const asked = wants(order, perUnit('each'), 'endpoint');
  const other = wants({ ...order, article: 'GEAR-02' }, perUnit('each'));
  const fewer = wants({ ...order, quantity: { amount: '1' } }, perUnit('each'));
  const gone = wants({ ...order, state: 'cancelled' });

  // One line for each line of the table: pulled again, posted again, other content, fewer parts, cancelled.
  it.each<[State, string, string, string, string, string]>([
    ['withdrawn', 'replace', 'replace', 'replace', 'unchanged', 'unchanged'],
    ['not created', 'unchanged', 'unchanged', 'replace', 'withdraw', 'withdraw'],
    ['refused', 'unchanged', 'replace', 'replace', 'withdraw', 'withdraw'],
    ['refused, may be there', 'unchanged', 'replace', 'replace', 'concern', 'concern'],
    ['perhaps created', 'unchanged', 'unchanged', 'concern', 'concern', 'concern'],
    ['created', 'unchanged', 'unchanged', 'concern', 'concern', 'concern'],
  ])('follows the table when it is %s', (state, ...expected) => {
    const known = accepted(order, state, { mapping: perUnit('each') });
    const second = [same, asked, other, fewer, gone].map((wanted) => actionsOf(known, wanted)[1]);
    expect(second).toEqual(expected.map((action) => `MO/1/2 ${action}`));
  });

  it.each<[State, string, Concern, string, string]>([
    ['not created', 'wants it again', surplus, 'ends concerns', 'withdraw'],
    ['perhaps created', 'wants it again', surplus, 'ends concerns', 'concern'],
    ['created', 'wants it again', surplus, 'look', 'concern'],
    ['created', 'still wants what was removed in Azumuta', removedConcern, 'look', 'concern'],
  ])('follows what is open about it when it is %s and the ERP %s', (state, _, open, again, less) => {
    const known = accepted(order, state, { mapping: perUnit('each'), concerns: [open] });
    expect([same, fewer].map((wanted) => actionsOf(known, wanted)[1])).toEqual([
      `MO/1/2 ${again}`,
      `MO/1/2 ${less}`,
    ]);
  });

  it.each<[State, string, 'ends' | 'begins']>([
    ['perhaps created', 'ends concerns', 'ends'],
    ['created', 'look', 'begins'],
  ])(
    'has all that is open follow the ERP that wants it as it was made when it is %s',
    (state, action, how) => {
      const known = accepted(order, state, { mapping: perUnit('each'), concerns: [other5, surplus] });
      const { parts } = decideProductOrders(known, same);
      expect(parts[1]).toMatchObject({ action, [how]: [{ kind: 'changed' }, { kind: 'unwanted' }] });
    },
  );

  it('is wanted again with other content, which what is open since it was unwanted knows from then on', () => {
    const known = accepted(order, 'created', { mapping: perUnit('each'), concerns: [surplus] });
    const { parts } = decideProductOrders(known, other);
    expect(parts[1]).toMatchObject({
      action: 'concern',
      begins: [{ kind: 'changed' }, { kind: 'unwanted', wanted: { erpOrder: { article: 'GEAR-02' } } }],
    });
  });

  it('is created when the ledger does not know it, and ignored when it is cancelled', () => {
    const known = { record: undefined, productOrders: new Map() };
    expect(actionsOf(known, same)).toEqual(['MO/1/1 create', 'MO/1/2 create']);
    expect(actionsOf(known, gone)).toEqual([]);
  });

  it('has a part removed that was built beyond what it wants now, if the others are built as well', () => {
    const three = erpOrder({ number: 'MO/1', quantity: { amount: '3' } });
    const known = accepted(three, 'created', { mapping: perUnit('when-all-done') });
    const two = wants({ ...three, quantity: { amount: '2' } }, perUnit('when-all-done'));
    const actions = (...completed: readonly number[]) =>
      actionsOf({ ...known, completed: new Set(completed) }, two);
    expect(actions(1, 2, 3)).toEqual(['MO/1/1 unchanged', 'MO/1/2 unchanged', 'MO/1/3 concern']);
    expect(actions(1, 3)).toEqual(['MO/1/1 unchanged', 'MO/1/2 concern', 'MO/1/3 unchanged']);
    expect(actions(1)).toEqual(['MO/1/1 unchanged', 'MO/1/2 unchanged', 'MO/1/3 concern']);
  });

  it.each<[State, string]>([
    ['withdrawn', 'replace'],
    ['not created', 'concern'],
    ['refused', 'concern'],
    ['created', 'concern'],
  ])(
    'is taken over or needs a person when it belongs to another ERP order and is %s, and left alone by a cancelled one',
    (state, action) => {
      // Prepare
      const owner = accepted(erpOrder({ number: 'MO/1', id: 'of another company' }), state);
      const known = { ...owner, record: undefined };
      const twin = erpOrder({ number: 'MO/1', id: 'twin' });

      // Assess
      expect(actionsOf(known, wants(twin))).toEqual([`MO/1 ${action}`]);
      expect(actionsOf(known, wants({ ...twin, state: 'cancelled' }))).toEqual([]);
    },
  );

  it('is not made in part where the order that has its number has fewer parts', () => {
    const owner = accepted(erpOrder({ number: 'MO/1', id: 'first', quantity: { amount: '2' } }), 'created', {
      mapping: perUnit('each'),
    });
    const more = erpOrder({ number: 'MO/1', id: 'second', quantity: { amount: '3' } });
    expect(actionsOf({ ...owner, record: undefined }, wants(more, perUnit('each')))).toEqual([
      'MO/1/1 concern',
      'MO/1/2 concern',
    ]);
  });

  it('leaves a number that is another’s also where a part of it was made under that, once it has one of its own', () => {
    // Prepare
    const first = erpOrder({ number: 'MO/1', id: 'first', quantity: { amount: '2' } });
    const second = erpOrder({ number: 'MO/2', id: 'second', quantity: { amount: '3' } });
    const shared = { ...perUnit('each'), number: () => 'MO/1' };
    const taken: Concern = {
      kind: 'number-taken',
      claimant: 'second',
      content: 'mapped',
      cause: 'configuration',
      note: 'taken',
    };
    const { record, productOrders } = accepted(second, 'created', { mapping: shared });
    const another = accepted(first, 'created', { mapping: shared, concerns: [taken] });
    const known = { record, productOrders: new Map([...productOrders, ...another.productOrders]) };

    // Assess
    expect(actionsOf(known, wants(second, perUnit('each')))).toEqual([
      'MO/1/3 concern',
      'MO/1/1 unclaimed',
      'MO/1/2 unclaimed',
    ]);
  });
});

describe('an ERP order with another mapping', () => {
  const order = erpOrder({ number: 'MO/1', id: 'a', quantity: { amount: '2' } });
  const mappings: [string, Mapping, string[]][] = [
    ['number', { ...perUnit('each'), number: () => 'GH-1' }, ['GH-1/1', 'GH-1/2']],
    ['split', {}, ['MO/1']],
    ['booking of its parts', perUnit('when-all-done'), ['MO/1/1', 'MO/1/2']],
  ];

  it.each(mappings)('keeps what may exist when the %s changes, with a concern for each', (_, mapping) => {
    for (const state of ['perhaps created', 'created', 'refused, may be there'] as const) {
      const known = accepted(order, state, { mapping: perUnit('each') });
      const decision = decideProductOrders(known, wants(order, mapping));
      expect(decision).toMatchObject({ first: [], split: { number: 'MO/1', of: 2, book: 'each' } });
      expect(decision.parts.map(({ number, action }) => `${number} ${action}`)).toEqual([
        'MO/1/1 concern',
        'MO/1/2 concern',
      ]);
    }
  });

  it.each(mappings)(
    'withdraws all that surely does not exist before creating it anew when the %s changes',
    (_, mapping, numbers) => {
      const known = accepted(order, 'not created', { mapping: perUnit('each') });
      const decision = decideProductOrders(known, wants(order, mapping));
      expect(decision.first.map(({ number, action }) => `${number} ${action}`)).toEqual([
        'MO/1/1 withdraw',
        'MO/1/2 withdraw',
      ]);
      const withdrawn = accepted(order, 'withdrawn', { mapping: perUnit('each') });
      const then = decideProductOrders(withdrawn, wants(order, mapping));
      for (const { parts } of [decision, then]) {
        const made = parts.filter(({ action }) => action === 'create' || action === 'replace');
        expect(made.map(({ number }) => number)).toEqual(numbers);
      }
      expect(then.first).toEqual([]);
    },
  );

  it('leaves what was withdrawn, and has removed what is left of an earlier numbering', () => {
    // Prepare: part 2 was one too many, and a planner with an older mapping has made OLD
    const { record, productOrders } = accepted(order, 'created', { mapping: perUnit('each') });
    const withdrawn = accepted(order, 'withdrawn', { mapping: perUnit('each') }).productOrders.get('MO/1/2');
    const old = accepted(order, 'created', { mapping: { number: () => 'OLD' } }).productOrders.get('OLD');
    if (!withdrawn || !old) throw new Error('They are mapped so.');
    const known = {
      record: { ...record, split: { ...record.split, of: 1 } },
      productOrders: new Map([...productOrders, ['MO/1/2', withdrawn], ['OLD', old]]),
    };

    // Act
    const { parts } = decideProductOrders(known, wants(order));

    // Assess
    const told = parts.map((part) => [part.number, 'begins' in part && part.begins[0]?.kind]);
    expect(told).toEqual([
      ['MO/1/1', 'changed'],
      ['MO/1/2', undefined],
      ['OLD', 'unwanted'],
    ]);
  });
});

describe('the same content', () => {
  const order = erpOrder({
    number: 'MO/1',
    id: 'a',
    article: 'GEAR',
    quantity: { amount: '5', unit: 'u' },
  });
  const { unit: _, ...bare } = order.quantity;
  const mapping = { article: () => 'GEAR', parameters: () => ({}) };
  const known = accepted(order, 'created', { mapping });

  it('may come without its unit, as an ERP that posts its orders need not send it', () => {
    const posted = { ...order, quantity: bare };
    expect(actionsOf(accepted(order, 'created'), wants(posted))).toEqual(['MO/1 unchanged']);
    expect(actionsOf(accepted(posted, 'created'), wants(order))).toEqual(['MO/1 unchanged']);
  });

  it('differs by the unit', () => {
    const inKg = { ...order, quantity: { amount: '5', unit: 'kg' } };
    const note = 'unit in the ERP is u, wanted kg';
    expect(decideProductOrders(known, wants(inKg, mapping)).parts).toMatchObject([
      {
        action: 'concern',
        begins: [{ kind: 'changed', content: note, note, wanted: { erpOrder: { unit: 'kg' } } }],
        sentence: `Product order MO/1 exists with other content: ${note}.`,
      },
    ]);
  });

  it('may be of an article that was renamed in the ERP, if the mapping turns it into the same', () => {
    expect(actionsOf(known, wants({ ...order, article: 'GEAR-02' }, mapping))).toEqual(['MO/1 unchanged']);
  });

  it('differs by the type of a parameter, which is no difference in Azumuta: a look says so', () => {
    const long = accepted(order, 'created', { mapping: { parameters: () => ({ Length: '5' }) } });
    const wanted = wants(order, { parameters: () => ({ Length: 5 }) });
    expect(decideProductOrders(long, wanted).parts).toMatchObject([
      { action: 'concern', looks: true, begins: [{ note: 'the content is another' }] },
    ]);
  });
});
