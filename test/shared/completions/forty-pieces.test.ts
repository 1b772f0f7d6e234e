import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { partIndexes } from '../../../shared/model/orders.ts';
import { bcTarget } from '../erp/conformance/bc-target.ts';
import { odooTarget } from '../erp/conformance/odoo-target.ts';
import { sapTarget } from '../erp/conformance/sap-target.ts';
import type { ErpConformanceTarget } from '../erp/conformance/target.ts';
import { sandboxTarget } from '../erp/rest/target.ts';
import { TrytonBooks } from '../erp/tryton/books.ts';
import { createRpcServer } from '../erp/tryton/server.ts';
import { mapping } from './completed.ts';
import { hourSeconds, shifts } from './shifts.ts';
import { startCompletionStage } from './stage.ts';

const sandboxes = await startCompletionStage();

type Booked = { readonly bookings: number; readonly notes: number; readonly good: string };
type CountedErp = Pick<ErpConformanceTarget, 'faults' | 'connector' | 'planOrder'> & {
  readonly booked: (order: Awaited<ReturnType<ErpConformanceTarget['planOrder']>>) => Promise<Booked>;
};

const counted = (target: ErpConformanceTarget): CountedErp => ({
  ...target,
  booked: async (order) => {
    const { bookings, notes, good, state } = await target.books(order);
    expect(state).toBe('done');
    return { bookings, notes: notes.length, good };
  },
});

/** A test server of Tryton has one production, whoever asks for it. */
function trytonOf40(): CountedErp {
  const books = new TrytonBooks({ quantity: 40 });
  const { faults, connector } = createRpcServer(books.answer);
  return {
    faults,
    connector: () => connector(),
    planOrder: async () => ({ number: '17', id: '17', article: 'GEAR' }),
    booked: async () => {
      const done = books.moves.filter(({ state }) => state === 'done');
      const good = done.reduce((sum, { quantity }) => sum + quantity, 0);
      expect(books.state).toBe('done');
      return { bookings: done.length, notes: books.notes.length, good: String(good) };
    },
  };
}

const sapLogin = { auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-sap' } as const;
const bcLogin = { auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-bc' } as const;
const sapOptions = { goodsMovements: 'receipt', notesField: 'OrderLongText' } as const;

interface OrderOf40 {
  readonly name: string;
  readonly article: string;
  readonly start: () => Promise<CountedErp>;
  /**
   * Bookings, notes and calls in a warm container, links apart. In SAP a note is a line of the order's long text, in Business
   * Central one of the booking's note, and in Tryton our key is one.
   */
  readonly takes: Readonly<Record<Way, readonly [bookings: number, notes: number, calls: number]>>;
}

const orders: readonly OrderOf40[] = [
  {
    name: 'Odoo 17',
    article: 'CHAIR',
    start: async () => counted(await odooTarget(17, {})),
    takes: { each: [40, 40, 523], per25: [2, 2, 29], shifts: [6, 6, 81], end: [1, 1, 16] },
  },
  {
    name: 'Odoo 19',
    article: 'CHAIR',
    start: async () => counted(await odooTarget(19, {})),
    takes: { each: [40, 40, 522], per25: [2, 2, 28], shifts: [6, 6, 80], end: [1, 1, 15] },
  },
  {
    name: 'SAP',
    article: 'FG226',
    start: async () => counted(await sapTarget(sapLogin, sapOptions)),
    takes: { each: [40, 120, 761], per25: [2, 6, 14], shifts: [6, 52, 47], end: [1, 42, 7] },
  },
  {
    name: 'Tryton',
    article: 'GEAR',
    start: async () => trytonOf40(),
    takes: { each: [40, 80, 367], per25: [2, 4, 25], shifts: [6, 12, 61], end: [1, 2, 16] },
  },
  {
    name: 'Business Central',
    article: 'CHAIR',
    start: async () => counted(await bcTarget(bcLogin, { finish: 'complete' })),
    takes: { each: [40, 40, 160], per25: [2, 2, 8], shifts: [6, 40, 24], end: [1, 40, 4] },
  },
  {
    name: 'the sandbox',
    article: 'GEAR-01',
    start: async () => counted(await sandboxTarget()),
    takes: { each: [40, 40, 160], per25: [2, 2, 8], shifts: [6, 40, 24], end: [1, 40, 4] },
  },
];

/** Each piece when it is completed; a product order for each 25, the last one at the end; at the ends of two shifts; all at the end. */
const ways = {
  each: { book: 'each', at: [], per: 1 },
  per25: { book: 'each', at: [], per: 25 },
  shifts: { book: 'when-all-done', at: ['14:00', '22:00'], per: 1 },
  end: { book: 'when-all-done', at: [], per: 1 },
} as const;
type Way = keyof typeof ways;

/** Three days with an early and a late shift. @returns bookings, notes and calls of the ERP */
async function build40(erp: CountedErp, article: string, way: Way): Promise<readonly number[]> {
  const { at, book, per } = ways[way];
  const order = await erp.planOrder({ article, quantity: '40' });
  const given = { connector: erp.connector(), order };
  const { stage, build, wake, handling } = await shifts(sandboxes, 40, {
    erp: given,
    book,
    at: [...at],
    ...(per > 1 && { per }),
  });
  Object.assign(
    handling,
    mapping({ links: () => [], quantity: ({ part }) => part?.quantity.amount }),
    at.length === 0 ? { bookingTimes: undefined } : {},
  );
  erp.faults.reset();
  const productOrders = [...partIndexes(Math.ceil(40 / per))];
  // From nine in the morning on: 7 pieces until 14:00, 7 until 22:00, and so on for three days; the 25th in the fourth shift.
  const built = per > 1 ? [0, 0, 0, 1, 0, 1] : [7, 7, 7, 7, 6, 6];
  for (const [shift, count] of built.entries()) {
    const started = stage.clock.now();
    expect(await build(...productOrders.splice(0, count))).toEqual([]);
    const isEarly = shift % 2 === 0;
    const tookSeconds = (stage.clock.now().getTime() - started.getTime()) / 1000;
    stage.clock.advance((isEarly ? 8 : 16) * hourSeconds - tookSeconds);
    if (at.length > 0) await wake();
  }
  const { bookings, notes, good } = await erp.booked(order);
  expect(good).toBe('40');
  return [bookings, notes, erp.faults.callCount()];
}

for (const { name, article, start, takes } of orders)
  for (const way of ['each', 'per25', 'shifts', 'end'] as const)
    it(`an order of 40 pieces over three days takes bookings, notes and calls of ${name}: ${way}`, async () => {
      expect(await build40(await start(), article, way)).toEqual(takes[way]);
    }, 60_000);

it('an order of 40 pieces is in the table of MAPPING.md as it was counted', () => {
  const page = readFileSync('shared/integration/MAPPING.md', 'utf8');
  for (const [way, name] of [
    ['each', 'each piece'],
    ['per25', 'each 25 pieces'],
    ['shifts', 'per shift'],
    ['end', 'at the end'],
  ] as const) {
    const [bookings, notes] = orders[0]?.takes[way] ?? [];
    const calls = orders.map(({ takes }) => takes[way][2]).join(', ');
    const row = page.split('\n').find((line) => line.startsWith(`| ${name} `));
    expect(row).toContain(`| ${bookings} | ${notes} | ${calls} |`);
  }
});

it('an order of 40 pieces that is booked at the ends of two shifts takes no more bookings and calls than was asked for', () => {
  for (const { takes } of orders) {
    const [bookings, , calls] = takes.shifts;
    expect(bookings).toBeLessThanOrEqual(7);
    expect(calls).toBeLessThanOrEqual(120);
  }
});
