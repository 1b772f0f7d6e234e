import { describe, expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import type { KnownOrder } from '../../../shared/ledger/records/known-orders.ts';
import { removedInAzumuta } from '../../../shared/ledger/records/order-changes.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import {
  decideProductOrders,
  factsOf,
  type KnownErpOrder,
  type WantedOrder,
} from '../../../shared/orders/decide-product-orders.ts';
import { erpOrder } from '../../support/orders.ts';
import { nothingHappened } from './orders-in-memory.ts';

type Mapping = Parameters<typeof mapProductOrders>[0];

const perUnit = (book: 'each' | 'when-all-done'): Mapping => ({ split: { per: 'unit', book } });

/** The states that a product order may have in the ledger. */
const states = {
  withdrawn: { state: 'rejected', surelyNotCreated: true, withdrawn: true },
  'not created': { state: 'waiting', surelyNotCreated: true },
  refused: { state: 'rejected', surelyNotCreated: true },
  'refused, may be there': { state: 'rejected', surelyNotCreated: false },
  'perhaps created': { state: 'claimed', surelyNotCreated: false },
  created: { state: 'done', surelyNotCreated: false },
} as const;
type State = keyof typeof states;

const wants = (order: ErpOrder, mapping: Mapping = {}, asked = false): WantedOrder => ({
  order,
  mapped: order.state === 'cancelled' ? undefined : mapProductOrders(mapping, order),
  asked,
});

/** An accepted ERP order with all its product orders in one state. */
function accepted(
  order: ErpOrder,
  state: State,
  { mapping = {}, told = '' }: { mapping?: Mapping; told?: string } = {},
): KnownErpOrder & { record: object } {
  const { split, productOrders } = mapProductOrders(mapping, order);
  return {
    record: {
      erpOrder: factsOf(order),
      amount: order.quantity.amount,
      dueDate: undefined,
      state: 'released',
      split,
      mostParts: split.of,
      earlier: [],
      version: 1,
    },
    productOrders: new Map(
      productOrders.map(({ draft, part, contentHash }): [string, KnownOrder] => {
        const entry: OrderEntry = {
          number: draft.number,
          erpOrder: factsOf(order),
          ...{ draft, contentHash, part },
          ...{ enqueued: true, withdrawn: false, linkInDoubt: false, awaitsCompletion: false },
          ...nothingHappened,
          ...states[state],
        };
        return [
          draft.number,
          {
            entry,
            told,
            toldCause: undefined,
            answered: undefined,
            bookings: [],
            question: undefined,
            ...{ claimants: [], letters: [], alias: undefined },
          },
        ];
      }),
    ),
  };
}

const actionsOf = (known: KnownErpOrder, wanted: WantedOrder) =>
  decideProductOrders(known, wanted).parts.map(({ number, action }) => `${number} ${action}`);

describe('a product order', () => {
  const order = erpOrder({ number: 'MO/1', id: 'a', quantity: { amount: '2' } });
  const same = wants(order, perUnit('each'));
  const asked = wants(order, perUnit('each'), true);
  const other = wants({ ...order, article: 'GEAR-02' }, perUnit('each'));
  const fewer = wants({ ...order, quantity: { amount: '1' } }, perUnit('each'));
  const gone = wants({ ...order, state: 'cancelled' });

  // One line for each line of the table: pulled again, posted again, other content, fewer parts, cancelled.
  it.each<[State, string, string, string, string, string]>([
    ['withdrawn', 'replace', 'replace', 'replace', 'unchanged', 'unchanged'],
    ['not created', 'unchanged', 'unchanged', 'replace', 'withdraw', 'withdraw'],
    ['refused', 'unchanged', 'replace', 'replace', 'withdraw', 'withdraw'],
    ['refused, may be there', 'unchanged', 'replace', 'replace', 'conflict', 'conflict'],
    ['perhaps created', 'unchanged', 'unchanged', 'conflict', 'conflict', 'conflict'],
    ['created', 'unchanged', 'unchanged', 'conflict', 'conflict', 'conflict'],
  ])('follows the table when it is %s', (state, ...expected) => {
    const known = accepted(order, state, { mapping: perUnit('each') });
    const second = [same, asked, other, fewer, gone].map((wanted) => actionsOf(known, wanted)[1]);
    expect(second).toEqual(expected.map((action) => `MO/1/2 ${action}`));
  });

  it.each<[State, string, string]>([
    ['not created', 'resolved', 'withdraw'],
    ['perhaps created', 'resolved', 'conflict'],
    ['created', 'resolved', 'conflict'],
  ])('is resolved when it is %s with a known conflict and the ERP wants it again', (state, again, less) => {
    const known = accepted(order, state, { mapping: perUnit('each'), told: 'surplus' });
    expect([same, fewer].map((wanted) => actionsOf(known, wanted)[1])).toEqual([
      `MO/1/2 ${again}`,
      `MO/1/2 ${less}`,
    ]);
  });

  it('is not resolved by an ERP that still wants it when it was removed in Azumuta', () => {
    const known = accepted(order, 'created', { mapping: perUnit('each'), told: removedInAzumuta });
    expect(actionsOf(known, same)).toEqual(['MO/1/1 unchanged', 'MO/1/2 unchanged']);
  });

  it('is created when the ledger does not know it, and ignored when it is cancelled', () => {
    const known = { record: undefined, productOrders: new Map() };
    expect(actionsOf(known, same)).toEqual(['MO/1/1 create', 'MO/1/2 create']);
    expect(actionsOf(known, gone)).toEqual([]);
  });

  it.each<[State, string]>([
    ['withdrawn', 'replace'],
    ['not created', 'conflict'],
    ['refused', 'conflict'],
    ['created', 'conflict'],
  ])(
    'is taken over or a conflict when it belongs to another ERP order and is %s, and left alone by a cancelled one',
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

  it('has its conflict with another ERP order resolved when that does not want it any more', () => {
    const owner = accepted(erpOrder({ number: 'MO/1', id: 'of another company' }), 'created');
    const claimed = new Map([...owner.productOrders].map(([n, one]) => [n, { ...one, claimants: ['twin'] }]));
    const twin = erpOrder({ number: 'MO/1', id: 'twin' });
    const { record } = accepted(twin, 'created');
    expect(
      decideProductOrders({ record, productOrders: claimed }, wants({ ...twin, state: 'cancelled' })).parts,
    ).toMatchObject([{ number: 'MO/1', action: 'resolved', claimant: 'twin' }]);
  });
});

describe('an ERP order with another mapping', () => {
  const order = erpOrder({ number: 'MO/1', id: 'a', quantity: { amount: '2' } });
  const mappings: [string, Mapping, string[]][] = [
    ['number', { ...perUnit('each'), number: () => 'GH-1' }, ['GH-1/1', 'GH-1/2']],
    ['split', {}, ['MO/1']],
    ['booking of its parts', perUnit('when-all-done'), ['MO/1/1', 'MO/1/2']],
  ];

  it.each(mappings)('keeps what may exist when the %s changes, with a conflict for each', (_, mapping) => {
    for (const state of ['perhaps created', 'created', 'refused, may be there'] as const) {
      const known = accepted(order, state, { mapping: perUnit('each') });
      const decision = decideProductOrders(known, wants(order, mapping));
      expect(decision).toMatchObject({ first: [], split: { number: 'MO/1', of: 2, book: 'each' } });
      expect(decision.parts.map(({ number, action }) => `${number} ${action}`)).toEqual([
        'MO/1/1 conflict',
        'MO/1/2 conflict',
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
      const made = decision.parts.filter(({ action }) => action === 'create' || action === 'replace');
      expect(made.map(({ number }) => number)).toEqual(numbers);
    },
  );

  it('keeps its number in Azumuta when the ERP renames it, and alerts a planner', () => {
    const known = accepted(order, 'created');
    expect(decideProductOrders(known, wants({ ...order, number: 'MO/1-B' })).parts).toMatchObject([
      {
        number: 'MO/1',
        action: 'conflict',
        sentence: expect.stringContaining('is mapped to MO/1-B (alone) now'),
      },
    ]);
  });
});

describe('the same content', () => {
  const order = erpOrder({
    ...{ number: 'MO/1', id: 'a', article: 'GEAR' },
    quantity: { amount: '5', unit: 'u' },
  });
  const { unit: _, ...bare } = order.quantity;

  it('may come without its unit, as an ERP that posts its orders need not send it', () => {
    expect(actionsOf(accepted(order, 'created'), wants({ ...order, quantity: bare }))).toEqual([
      'MO/1 unchanged',
    ]);
    expect(actionsOf(accepted({ ...order, quantity: bare }, 'created'), wants(order))).toEqual([
      'MO/1 unchanged',
    ]);
  });

  it('differs by the unit, or by an article that the mapping turns into the same', () => {
    const mapping = { article: () => 'GEAR', parameters: () => ({}) };
    const known = accepted(order, 'created', { mapping });
    for (const [changed, note] of [
      [{ ...order, quantity: { amount: '5', unit: 'kg' } }, 'unit in the ERP: was u, is kg'],
      [{ ...order, article: 'GEAR-02' }, 'article in the ERP: was GEAR, is GEAR-02'],
    ] as const)
      expect(decideProductOrders(known, wants(changed, mapping)).parts).toMatchObject([
        { action: 'conflict', sentence: `Product order MO/1 exists with other content. ${note}.` },
      ]);
  });

  it('differs by the type of a parameter, which the sentence shows', () => {
    const known = accepted(order, 'created', { mapping: { parameters: () => ({ Length: '5' }) } });
    expect(
      decideProductOrders(known, wants(order, { parameters: () => ({ Length: 5 }) })).parts,
    ).toMatchObject([{ action: 'conflict', change: { note: 'parameters["Length"]: was "5", is 5' } }]);
  });
});
