import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import type { ErpOrder, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { beginning, createRowReader, placesOf } from '../read-rows.ts';
import type { TrytonReader } from './client.ts';
import type { TrytonOptions } from './options.ts';
import { fieldOf, wireDateTime } from './wire.ts';

const listedFields = [
  ...['number', 'reference', 'state', 'quantity', 'unit.symbol', 'product.code', 'product.rec_name'],
  ...['planned_date', 'planned_start_date', 'write_date', 'create_date'],
];

const time = z.iso.datetime();

/** Where a production stands in a listing by change time: when it was written, or created if it never was. */
const placeSchema = z.union([
  z.pipe(
    z.object({ id: z.int(), write_date: time }),
    z.transform(({ id, write_date }) => ({ id, changedAt: write_date })),
  ),
  z.pipe(
    z.object({ id: z.int(), write_date: z.null(), create_date: time }),
    z.transform(({ id, create_date }) => ({ id, changedAt: create_date })),
  ),
]);
type Place = z.infer<typeof placeSchema>;

const text = z.nullish(z.string());

const listedSchema = z.looseObject({
  id: z.int(),
  number: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  state: z.string(),
  quantity: z.number(),
  'unit.': z.nullish(z.looseObject({ symbol: text })),
  'product.': z
    .looseObject({ code: text, rec_name: text })
    .check(z.refine(({ code, rec_name }) => Boolean(code || rec_name), 'a product with a code or a name')),
  planned_date: z.nullable(z.iso.date()),
  planned_start_date: z.nullable(z.string()),
  write_date: z.nullable(time),
  create_date: time,
});
type Listed = z.infer<typeof listedSchema>;

/** One answer: rows with their places, and those that tell none. */
interface ListedPage {
  readonly placed: readonly { readonly place: Place; readonly row: unknown }[];
  readonly unplaced: readonly unknown[];
  /** There may be more behind it. */
  readonly full: boolean;
}

/** Where a listing stands: after this order at this time, or (without id) at this time inclusively. */
export interface Position {
  readonly changedAt: string;
  readonly id?: number;
}

export const releasedStates = ['waiting', 'assigned'];

/**
 * Productions by (change time, id). The change time is the write date, or the create date until the first
 * write (seen on 7.0: `write_date` is null until then), and Tryton cannot sort by that pair. So each page asks
 * for the next few of both kinds, each in its own order from the same position, and keeps the first few of
 * the two together: the later ones are asked for again from where the page ends. Nothing is skipped when an
 * order changes between two pages, since a change only ever moves an order behind the position.
 */
export async function* listReleasedOrders(
  client: TrytonReader,
  options: TrytonOptions,
  since: Watermark | undefined,
  signal: AbortSignal,
): AsyncIterable<ReleasedOrdersPage> {
  const { states: released = releasedStates, pageSize = 50, orderFields = [] } = options;
  const { company } = await client.preferences(signal);
  // Without a watermark nothing was released to anybody, so that nothing can have been withdrawn.
  const states = since ? [...released, 'cancelled'] : released;
  const scope = [
    ['state', 'in', states],
    ['product', '!=', null],
    ...(company === undefined ? [] : [['company', '=', company]]),
  ];
  // The watermark's own time is read again as a whole: an order may have been given it since.
  let position: Position | undefined = since && { changedAt: since.changedAt };
  let watermark = since ?? beginning;
  let limit = pageSize;
  const readRows = createRowReader(listedSchema, { partner: 'Tryton', names: ['number', 'id'], list: '$' });

  while (true) {
    const lists = [
      await page('write_date', [['write_date', '!=', null], ...beyond('write_date', position)]),
      await page('create_date', [['write_date', '=', null], ...beyond('create_date', position)]),
    ];
    const all = lists.flatMap(({ placed }) => placed).sort((a, b) => byChange(a.place, b.place));
    const unplaced = lists.flatMap((list) => list.unplaced);
    const full = lists.filter((list) => list.full);
    // Of a list that goes on, nobody knows what comes behind its last place.
    const known = all.slice(0, Math.min(pageSize, ...full.map(({ placed }) => placed.length)));
    const last = known.at(-1);
    // No row of a list tells its place, so the next page cannot begin behind one: a larger page sees further.
    if (!last && full.length > 0) {
      limit *= 2;
      continue;
    }
    if (last) {
      if (position && !isBeyond(last.place, position)) throw standingStill();
      position = last.place;
      watermark = { changedAt: position.changedAt, id: String(last.place.id) };
    }
    if (last || unplaced.length > 0) {
      const { fitting, unreadable } = readRows([...known.map(({ row }) => row), ...unplaced]);
      yield { orders: fitting.map((one) => orderOf(one, orderFields)), unreadable, watermark };
    }
    if (full.length === 0 && known.length === all.length) return;
  }

  async function page(by: 'write_date' | 'create_date', domain: readonly unknown[]): Promise<ListedPage> {
    const order = [
      [by, 'ASC'],
      ['id', 'ASC'],
    ];
    const rows = await client.read({
      model: 'production',
      method: 'search_read',
      params: [[...scope, ...domain], 0, limit, order, [...listedFields, ...orderFields]],
      what: 'listing released productions',
      answer: z.array(z.unknown()),
      signal,
    });
    const placed = rows.flatMap((row) => placesOf([row], placeSchema).map((place) => ({ place, row })));
    const unplaced = rows.filter((row) => !placed.some((one) => one.row === row));
    return { placed, unplaced, full: rows.length === limit };
  }
}

/** Tryton domain of what comes after a position in the order of (time, id). */
export function beyond(field: string, position: Position | undefined): unknown[] {
  if (!position) return [];
  const time = wireDateTime(position.changedAt);
  if (position.id === undefined) return [[field, '>=', time]];
  const laterAtThatTime = [
    [field, '=', time],
    ['id', '>', position.id],
  ];
  return [['OR', [[field, '>', time]], laterAtThatTime]];
}

/** ISO texts of equal form sort as the times do. */
function byChange(a: Place, b: Place): number {
  if (a.changedAt !== b.changedAt) return a.changedAt < b.changedAt ? -1 : 1;
  return a.id - b.id;
}

/** Guards the loop: a database that compares times otherwise than it stores them would give one page for ever. */
function isBeyond(place: Place, { changedAt, id }: Position): boolean {
  return id === undefined
    ? true
    : place.changedAt > changedAt || (place.changedAt === changedAt && place.id > id);
}

function standingStill(): RetryLater {
  return new RetryLater(
    'Tryton lists the same productions again and again: its database does not compare change times as it stores them.',
    { scope: 'partner' },
  );
}

function orderOf(listed: Listed, orderFields: readonly string[]): ErpOrder {
  const { id, number, reference, state, quantity, planned_date, planned_start_date } = listed;
  const { code, rec_name } = listed['product.'];
  const unit = listed['unit.']?.symbol;
  const attributes = {
    reference,
    productName: rec_name || undefined,
    plannedStartDate: planned_start_date,
    ...Object.fromEntries(orderFields.map((name) => [name, fieldOf(listed, name)])),
  };
  return {
    id: String(id),
    number: number ?? `(${id})`,
    // A product without a code is known by its name.
    article: code || rec_name || '',
    quantity: { amount: toDecimal(quantity) ?? '0', ...(unit ? { unit } : {}) },
    ...(planned_date ? { dueDate: planned_date } : {}),
    state: state === 'cancelled' ? 'cancelled' : 'released',
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)),
  };
}
