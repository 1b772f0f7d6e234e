import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import type { ErpOrder, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import type { TrytonClient } from './client.ts';
import type { TrytonOptions } from './options.ts';
import { fieldOf, wireDateTime } from './wire.ts';

const listedFields = [
  ...['number', 'reference', 'state', 'quantity', 'unit.symbol', 'product.code', 'product.rec_name'],
  ...['planned_date', 'planned_start_date', 'write_date', 'create_date'],
];

const listedSchema = z.looseObject({
  id: z.int(),
  number: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  state: z.string(),
  quantity: z.nullable(z.number()),
  planned_date: z.nullable(z.string()),
  planned_start_date: z.nullable(z.string()),
  write_date: z.nullable(z.string()),
  create_date: z.string(),
});
type Listed = z.infer<typeof listedSchema>;

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
  client: TrytonClient,
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

  while (true) {
    const written = await page('write_date', [['write_date', '!=', null], ...beyond('write_date', position)]);
    const created = await page('create_date', [
      ['write_date', '=', null],
      ...beyond('create_date', position),
    ]);
    const both = [...written, ...created].sort(byChange).slice(0, pageSize);
    const last = both.at(-1);
    if (!last) return;
    if (position && !isBeyond(last, position)) throw standingStill();
    position = { changedAt: changedAtOf(last), id: last.id };
    yield {
      orders: both.map((one) => orderOf(one, orderFields)),
      watermark: { changedAt: position.changedAt, id: String(last.id) },
    };
    if (both.length < pageSize) return;
  }

  function page(by: 'write_date' | 'create_date', domain: readonly unknown[]): Promise<Listed[]> {
    const order = [
      [by, 'ASC'],
      ['id', 'ASC'],
    ];
    return client.call({
      model: 'production',
      method: 'search_read',
      params: [[...scope, ...domain], 0, pageSize, order, [...listedFields, ...orderFields]],
      what: 'listing released productions',
      answer: z.array(listedSchema),
      writes: false,
      signal,
    });
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
export function byChange(a: Listed, b: Listed): number {
  const [atA, atB] = [changedAtOf(a), changedAtOf(b)];
  if (atA !== atB) return atA < atB ? -1 : 1;
  return a.id - b.id;
}

/** Guards the loop: a database that compares times otherwise than it stores them would give one page for ever. */
function isBeyond(listed: Listed, { changedAt, id }: Position): boolean {
  const at = changedAtOf(listed);
  return id === undefined ? true : at > changedAt || (at === changedAt && listed.id > id);
}

function standingStill(): RetryLater {
  return new RetryLater(
    'Tryton lists the same productions again and again: its database does not compare change times as it stores them.',
    { scope: 'partner' },
  );
}

function changedAtOf(listed: Listed): string {
  return listed.write_date ?? listed.create_date;
}

function orderOf(listed: Listed, orderFields: readonly string[]): ErpOrder {
  const { id, number, reference, state, quantity, planned_date, planned_start_date } = listed;
  const text = (name: string): string | undefined => {
    const value = fieldOf(listed, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const unit = text('unit.symbol');
  const attributes = {
    reference,
    productName: text('product.rec_name'),
    plannedStartDate: planned_start_date,
    ...Object.fromEntries(orderFields.map((name) => [name, fieldOf(listed, name)])),
  };
  return {
    id: String(id),
    number: number ?? `(${id})`,
    // A product without a code is known by its name.
    article: text('product.code') ?? text('product.rec_name') ?? '',
    quantity: { amount: toDecimal(quantity) ?? '0', ...(unit === undefined ? {} : { unit }) },
    ...(planned_date ? { dueDate: planned_date } : {}),
    state: state === 'cancelled' ? 'cancelled' : 'released',
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)),
  };
}
