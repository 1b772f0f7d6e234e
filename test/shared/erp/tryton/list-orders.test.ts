import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plainValue, wireDateTime } from '../../../../shared/erp/tryton/wire.ts';
import type { ErpOrderRef, Watermark } from '../../../../shared/model/orders.ts';
import { failureOf, newSignal } from '../conformance/attempts.ts';
import { rejection } from '../conformance/rejection.ts';
import { createRpcServer, type RpcCall, type RpcServer } from './server.ts';

/** Tryton's table of productions, reduced to change times. */
interface Row {
  readonly id: number;
  readonly state: string;
  readonly created: string | null;
  readonly written: string | null;
  readonly quantity?: number | null;
  /** Default: its id. */
  readonly number?: string;
}

let server: RpcServer;
let table: Row[] = [];
/** SQLite sorts rows without a time first, PostgreSQL last. */
let nullsFirst = false;
beforeAll(() => {
  server = createRpcServer((call) =>
    call.method === 'model.production.search_read' ? { result: searchRead(call) } : undefined,
  );
});
beforeEach(() => {
  table = [];
  nullsFirst = false;
});

const times = fc.constantFrom(
  '2026-01-01T00:00:00.000000Z',
  '2026-01-01T00:00:00.000001Z',
  '2026-01-01T00:00:01.000000Z',
  '2026-01-02T00:00:00.500000Z',
);

describe('listing productions by a change time that may be missing', () => {
  it('lists cancelled productions only after a watermark, as cancelled', async () => {
    // Prepare
    const created = '2026-01-01T00:00:00.000000Z';
    table = [
      { id: 1, state: 'waiting', created, written: null },
      { id: 2, state: 'cancelled', created, written: null },
      { id: 3, state: 'done', created, written: null },
    ];

    // Act
    const first = await pagesOf(10);
    const later = await pagesOf(10, { changedAt: created });

    // Assess
    expect(first.flatMap(({ ids }) => ids)).toEqual([1]);
    expect(later.flatMap(({ states }) => states)).toEqual(['released', 'cancelled']);
  });

  it('reads all productions with the watermark’s own time again', async () => {
    // Prepare: 1 got this change time only after 2 was read.
    const moment = '2026-01-01T00:00:00.000001Z';
    table = [1, 2].map((id) => ({ id, state: 'waiting', created: moment, written: moment }));

    // Act
    const pages = await pagesOf(10, { changedAt: moment, id: '2' });

    // Assess
    expect(pages.flatMap(({ ids }) => ids)).toEqual([1, 2]);
  });
});

describe('listing productions that cannot be read', () => {
  const misfits = fc
    .array(
      fc.record({
        created: fc.option(times, { freq: 3 }),
        written: fc.option(times),
        quantity: fc.constantFrom(5, null),
      }),
      { maxLength: 12 },
    )
    .map((all): Row[] => all.map((row, at) => ({ ...row, id: at + 1, state: 'waiting' })));
  const isReadable = ({ created, quantity }: Row) => created !== null && quantity !== null;

  /** The page that begins with 1 ends before 3, which is older than 4. */
  const behindTheTimeless: Row[] = [
    { id: 1, state: 'waiting', created: null, written: null },
    { id: 2, state: 'waiting', created: '2026-01-01T00:00:00.000000Z', written: null },
    { id: 3, state: 'waiting', created: '2026-01-01T00:00:01.000000Z', written: null },
    {
      id: 4,
      state: 'waiting',
      created: '2026-01-01T00:00:00.000000Z',
      written: '2026-01-02T00:00:00.500000Z',
    },
  ];

  it('lists all others once, oldest first, and names each unreadable one that has a change time', async () => {
    await fc.assert(
      fc.asyncProperty(
        misfits,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (all, pageSize, first) => {
          table = all;
          nullsFirst = first;

          const pages = await pagesOf(pageSize);

          expect(pages.flatMap(({ ids }) => ids)).toEqual(inOrder(all.filter(isReadable)));
          const named = pages.flatMap(({ unreadable }) => unreadable.map(({ id }) => Number(id)));
          expect(new Set(named).size).toBe(named.length);
          const unreadable = all.filter((row) => !isReadable(row));
          expect(unreadable.map(({ id }) => id)).toEqual(expect.arrayContaining(named));
          const telling = unreadable.filter(({ written, created }) => written !== null || created !== null);
          expect(named).toEqual(expect.arrayContaining(telling.map(({ id }) => id)));
        },
      ),
      { numRuns: 40, examples: [[behindTheTimeless, 2, true]] },
    );
  });

  it('names the field, and leaves the watermark at the last readable change time', async () => {
    // Prepare
    const created = '2026-01-01T00:00:00.000000Z';
    table = [
      { id: 1, state: 'waiting', created, written: null },
      { id: 2, state: 'waiting', created: null, written: null },
    ];

    // Act
    const [page] = await pagesOf(10);

    // Assess
    expect(page).toMatchObject({ ids: [1], watermark: { changedAt: created, id: '1' } });
    expect(page?.unreadable).toEqual([
      {
        id: '2',
        reason:
          'Tryton lists order 2, which cannot be read: $.create_date: found null, expected string. Correct the order in Tryton and save it there: then it is listed again.',
      },
    ]);
  });
});

describe('reading one production', () => {
  const created = '2026-01-01T00:00:00.000000Z';
  const rowOf = (id: number, state = 'waiting'): Row => ({ id, state, created, written: null });
  const read = async (order: ErpOrderRef) => server.connector().readOrder?.(order, newSignal());

  it.each([
    ['waiting', 'released'],
    ['assigned', 'released'],
    // Our booking of a part starts it, and it is listed no more.
    ['running', 'released'],
    ['draft', 'other'],
    ['request', 'other'],
    ['done', 'other'],
    ['cancelled', 'cancelled'],
  ])('that is %s tells that it is %s', async (state, expected) => {
    table = [rowOf(17, state), rowOf(18)];

    const found = await read({ number: '17', id: '17' });

    expect(found).toMatchObject({ id: '17', number: '17', state: expected, changedAt: created });
  });

  it('asks in the company of our user alone, and not for an id that no production has', async () => {
    table = [rowOf(17)];
    server.calls.length = 0;

    const found = [await read({ number: '17' }), await read({ number: '17', id: 'x' })];

    expect(found).toMatchObject([{ id: '17' }, undefined]);
    const asked = server.calls.filter(({ method }) => method.endsWith('search_read'));
    expect(asked.map(({ params }) => params[0])).toEqual([
      [
        ['number', '=', '17'],
        ['company', '=', 1],
      ],
    ]);
  });

  it('refuses it when several have its number', async () => {
    table = [rowOf(17), { ...rowOf(18), number: '17' }];

    const failure = await failureOf(read({ number: '17' }));

    expect(failure).toMatchObject(rejection(/several orders 17 \(ids 17, 18\)/, 'order-data'));
  });
});

async function pagesOf(pageSize: number, since?: Watermark) {
  const pages = [];
  for await (const page of server.connector({ pageSize }).releasedOrders(since, newSignal())) {
    const { orders, ...rest } = page;
    pages.push({
      ids: orders.map(({ id }) => Number(id)),
      states: orders.map(({ state }) => state),
      ...rest,
    });
  }
  return pages;
}

function inOrder(all: readonly Row[]): number[] {
  const at = (row: Row) => row.written ?? row.created ?? '';
  return [...all]
    .sort((a, b) => (at(a) === at(b) ? a.id - b.id : at(a) < at(b) ? -1 : 1))
    .map(({ id }) => id);
}

/** The part of Tryton's search that the listing uses; domains are those of trytond's documentation. */
function searchRead({ params }: RpcCall): unknown[] {
  const [domain, , limit, order] = params as [unknown[], number, number | null, [[string]] | null];
  const [[by]] = order ?? [['id']];
  const key = (row: Row) => String(columnOf(row, by) ?? (nullsFirst ? '' : '~'));
  return table
    .filter((row) => fits(row, domain))
    .sort((a, b) => (key(a) === key(b) ? a.id - b.id : key(a) < key(b) ? -1 : 1))
    .slice(0, limit ?? undefined)
    .map((row) => ({
      id: row.id,
      number: numberOf(row),
      reference: null,
      state: row.state,
      quantity: row.quantity === undefined ? 5 : row.quantity,
      planned_date: null,
      planned_start_date: null,
      'product.': { code: 'GEAR', rec_name: 'Gear' },
      create_date: row.created && wireDateTime(row.created),
      write_date: row.written && wireDateTime(row.written),
    }));
}

function fits(row: Row, domain: readonly unknown[]): boolean {
  const [operator, ...clauses] = domain;
  if (operator === 'OR') return clauses.some((clause) => fitsClause(row, clause));
  return domain.every((clause) => fitsClause(row, clause));
}

function fitsClause(row: Row, clause: unknown): boolean {
  if (!Array.isArray(clause)) throw new Error(`no clause: ${JSON.stringify(clause)}`);
  if (typeof clause[0] !== 'string' || clause[0] === 'OR') return fits(row, clause);
  const [field, operator, wanted] = clause as [string, string, unknown];
  if (field === 'product' || field === 'company') return true;
  const value = columnOf(row, field);
  const other = plainValue(wanted);
  if (operator === 'in') return Array.isArray(other) && other.includes(value);
  if (operator === '=') return value === other;
  if (operator === '!=') return value !== other;
  // As in SQL: a comparison with nothing is never true.
  if (value === null || other === null) return false;
  const [a, b] = typeof value === 'number' ? [value, Number(other)] : [String(value), String(other)];
  if (operator === '>') return a > b;
  if (operator === '>=') return a >= b;
  throw new Error(`no operator: ${operator}`);
}

function numberOf({ id, number = String(id) }: Row): string {
  return number;
}

function columnOf(row: Row, field: string): string | number | null {
  const values: Record<string, string | number | null> = {
    id: row.id,
    number: numberOf(row),
    state: row.state,
    write_date: row.written,
    create_date: row.created,
  };
  const value = values[field];
  if (value === undefined) throw new Error(`no field: ${field}`);
  return value;
}
