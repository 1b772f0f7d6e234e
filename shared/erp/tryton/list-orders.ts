import * as z from 'zod/mini';
import type { ErpOrder, ErpOrderRef, Watermark } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { isRecord } from '../../platform/json.ts';
import type { ReleasedOrdersPage } from '../connector.ts';
import { type KeyedPage, listByKeys } from '../list-by-keys.ts';
import { createRowReader, onlyOrder } from '../read-rows.ts';
import type { TrytonReader, TrytonSearch } from './client.ts';
import type { TrytonOptions } from './options.ts';
import { outputOf, producedFields, productionDomain } from './production.ts';
import { dottedField, fieldsFor, wireDateTime } from './wire.ts';

const changeTimeSchema = z.iso.datetime();

const listedText = z.nullish(z.string());

const listedTrytonProductionSchema = z.looseObject({
  id: z.int(),
  number: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  state: z.string(),
  quantity: z.number(),
  'unit.': z.nullish(z.looseObject({ symbol: listedText })),
  'product.': z
    .looseObject({ code: listedText, rec_name: listedText })
    .check(z.refine(({ code, rec_name }) => Boolean(code || rec_name), 'a product with a code or a name')),
  planned_date: z.nullable(z.iso.date()),
  planned_start_date: z.nullable(z.string()),
  write_date: z.nullable(changeTimeSchema),
  create_date: changeTimeSchema,
});
type ListedTrytonProduction = z.infer<typeof listedTrytonProductionSchema>;

/** Of a production in a listing: by when it was written, or created if it never was. */
const positionSchema = z.object({ id: z.int(), changedAt: changeTimeSchema });

/** How far a listing has got: after this order at this time, or (without id) at this time inclusively. */
interface TrytonPosition {
  readonly changedAt: string;
  readonly id?: number;
}

const releasedStates = ['waiting', 'assigned'] as const;

/**
 * Lists productions by (change time, id). The change time is the write date, or the create date until the first
 * write (seen on 7.0: `write_date` is null until then), and Tryton cannot sort by that pair. So each page asks
 * for the next few of both kinds, each in its own order from the same position, and keeps the first few of
 * the two together: the later ones are asked for again from where the page ends.
 */
export async function* listReleasedOrders(
  tryton: TrytonReader,
  since: Watermark | undefined,
): AsyncIterable<ReleasedOrdersPage> {
  const { states: released = releasedStates, pageSize = 50 } = tryton.options;
  const company = await tryton.readCompany();
  // Without a watermark nothing has been listed yet, so nothing can have been withdrawn.
  const states = since ? [...released, 'cancelled'] : released;
  const scope = [
    ['state', 'in', states],
    ['product', '!=', null],
    ...(company === undefined ? [] : [['company', '=', company]]),
  ];

  yield* listByKeys<TrytonPosition>({
    partner: 'Tryton',
    // The watermark's own time is read again as a whole: another order may have got the same time since.
    pageSize,
    since,
    from: since && { changedAt: since.changedAt },
    readPage: (behind, limit) => readPage(tryton, scope, behind, limit),
    watermarkOf: ({ changedAt, id }) => ({ changedAt, id: String(id) }),
    ordersOf: rowReader(tryton),
    endlessBecause: 'its database does not compare change times as it stores them',
  });
}

/** Rows whose position can be read, in their order, and then the others. */
async function readPage(
  tryton: TrytonReader,
  scope: readonly unknown[],
  behind: TrytonPosition | undefined,
  limit: number,
): Promise<KeyedPage<TrytonPosition>> {
  async function readList(by: 'write_date' | 'create_date', condition: readonly unknown[]) {
    const rows = await searchListedProductions(tryton, {
      domain: [...scope, condition, ...domainBeyond(by, behind)],
      sort: [
        [by, 'ASC'],
        ['id', 'ASC'],
      ],
      limit,
      what: 'listing released productions',
    });
    const found = rows.map((row) => {
      const known = isRecord(row) ? { id: row.id, changedAt: row[by] } : row;
      return { row, position: positionSchema.safeParse(known).data };
    });
    const placed = found.flatMap(({ row, position }) => (position ? [{ row, position }] : []));
    return { placed, unplaced: found.filter(({ position }) => !position), isFull: rows.length === limit };
  }

  const lists = [
    await readList('write_date', ['write_date', '!=', null]),
    await readList('create_date', ['write_date', '=', null]),
  ];
  const all = lists.flatMap(({ placed }) => placed).sort((a, b) => byChange(a.position, b.position));
  const full = lists.filter(({ isFull }) => isFull);
  // Rows after the last position of a full list are not known yet.
  const placed = all.slice(0, Math.min(limit, ...full.map((list) => list.placed.length)));
  return {
    rows: [...placed, ...lists.flatMap((list) => list.unplaced)].map(({ row }) => row),
    end: placed.at(-1)?.position,
    hasMore: full.length > 0 || placed.length < all.length,
  };
}

function searchListedProductions(
  { search, options: { orderFields = [] } }: TrytonReader,
  asked: Omit<TrytonSearch<unknown>, 'row'>,
): Promise<unknown[]> {
  const { fields = [] } = asked;
  const all = [...fieldsFor(listedTrytonProductionSchema), ...orderFields, ...fields];
  return search('production', { ...asked, fields: [...new Set(all)], row: z.unknown() });
}

/** One production as it would be listed, and what was produced of it; undefined when our company has none. @throws Rejected */
export async function readListedOrder(
  tryton: TrytonReader,
  order: ErpOrderRef,
): Promise<ErpOrder | undefined> {
  const domain = productionDomain(order, await tryton.readCompany());
  if (!domain) return undefined;
  const what = `reading production ${order.number}`;
  const rows = await searchListedProductions(tryton, { domain, what, fields: producedFields });
  const found = onlyOrder('Tryton', order, rowReader(tryton)(rows));
  return found && { ...found, produced: outputOf(rows[0]) };
}

function rowReader({ options }: TrytonReader) {
  const named = { partner: 'Tryton', names: ['number', 'id'], list: '$' };
  return createRowReader(listedTrytonProductionSchema, (one) => erpOrderFromTryton(one, options), named);
}

/** Tryton domain of the records after a position in the order of (time, id). */
function domainBeyond(field: string, position: TrytonPosition | undefined): unknown[] {
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
function byChange(a: TrytonPosition, b: TrytonPosition): number {
  if (a.changedAt !== b.changedAt) return a.changedAt < b.changedAt ? -1 : 1;
  return (a.id ?? 0) - (b.id ?? 0);
}

function erpOrderFromTryton(
  listed: ListedTrytonProduction,
  { states = releasedStates, orderFields = [] }: TrytonOptions,
): ErpOrder {
  const { id, number, reference, state, quantity, planned_date, planned_start_date } = listed;
  const { code, rec_name } = listed['product.'];
  const unit = listed['unit.']?.symbol;
  const attributes = {
    reference,
    productName: rec_name || undefined,
    plannedStartDate: planned_start_date,
    ...Object.fromEntries(orderFields.map((name) => [name, dottedField(listed, name)])),
  };
  return {
    id: String(id),
    number: number ?? `(${id})`,
    // A product without a code goes by its name.
    article: code || rec_name || '',
    quantity: { amount: toDecimal(quantity) ?? '0', ...(unit ? { unit } : {}) },
    dueDate: planned_date || undefined,
    state: stateFromTryton(state, states),
    changedAt: listed.write_date ?? listed.create_date,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)),
  };
}

/** Our own booking of a part starts a production: one that is running is no new work, and released still. */
function stateFromTryton(state: string, released: readonly string[]): ErpOrder['state'] {
  if (state === 'cancelled') return 'cancelled';
  return state === 'running' || released.includes(state) ? 'released' : 'other';
}
