import * as z from 'zod/mini';
import { reasonOf } from '../../model/errors.ts';
import type { ErpOrder } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { fieldOf, hasLostDigits, leavesOf } from '../../platform/json.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { UnreadableOrder } from '../connector.ts';
import { nameOf, unreadableOrder } from '../read-rows.ts';
import type { Detail } from './details.ts';
import { instant, type MappedOrder, mappedSchema, name } from './mapped-order.ts';
import type { RestListing } from './options.ts';

/** A row of a listing, as far as it could be read. */
export interface ReadRow {
  /** Tells rows apart: the ERP's id, or the number; the row's path when there is neither. */
  readonly rowId: string;
  /** ISO instant in UTC, rounded down to the millisecond, so that resuming there misses nothing. */
  readonly changedAt: string | undefined;
  /** Undefined for a row that is neither released nor cancelled, and for one that cannot be read. */
  readonly order?: ErpOrder | undefined;
  readonly unreadable?: UnreadableOrder;
}

/** A row with its position in the listing; one without a time has the position where it was found. */
export type ListedOrder = ReadRow & { readonly changedAt: string };

/** A row as it was listed, and parsed by its schema. */
export type ParsedRow<Row> = { readonly raw: unknown } & (
  | { readonly fits: true; readonly row: Row }
  | { readonly fits: false; readonly problem: string }
);

export function parseRow<Row>(schema: RestListing<Row>['row'], raw: unknown): ParsedRow<Row> {
  try {
    const parsed = parse(schema, raw);
    if (parsed.ok) return { raw, fits: true, row: parsed.value };
    const problem = `it is invalid for orders.row (${describeMismatches(parsed.mismatches)})`;
    return { raw, fits: false, problem };
  } catch (error) {
    return { raw, fits: false, problem: `orders.row fails on it with "${reasonOf(error)}"` };
  }
}

/**
 * Reads one row as an order. Whatever is wrong with it, a function of the configuration included, makes this row
 * unreadable and is never thrown.
 * @param path JSON path of the row in the answer: names a row that has no other name.
 */
export function readRow<Row>(
  listing: Pick<RestListing<Row>, 'order'>,
  parsed: ParsedRow<Row>,
  detail: Detail,
  { path, partner }: { readonly path: string; readonly partner: string },
): ReadRow {
  const { mapped, problem } = mapRow(listing, parsed, detail);
  const { raw } = parsed;
  const [id, number] = [nameAt(mapped, 'id'), nameAt(mapped, 'number')];
  const changedAt = changeOf(mapped);
  const known = id ?? number;
  // Only an order that was released before is of interest, and of that only its name.
  if (fieldOf(mapped, 'state') === 'other' && number && changedAt)
    return {
      rowId: known ?? number,
      changedAt,
      order: { ...notReleased, number, ...(id ? { id } : {}), changedAt },
    };

  const whole = parse(mappedSchema, mapped);
  const invalid = whole.ok
    ? rounded(whole.value, [raw, detail.answer?.json])
    : `orders.order returns no valid order for it (${describeMismatches(whole.mismatches)})`;
  const why = problem ?? invalid;
  if (why === undefined && whole.ok && changedAt) {
    return {
      rowId: whole.value.id ?? whole.value.number,
      changedAt,
      order: { ...orderOf(whole.value), changedAt },
    };
  }
  const name = nameOf([number, id, fieldOf(raw, 'number'), fieldOf(raw, 'id')]) ?? path;
  const correct = `Correct the order in ${partner}, or \`orders\` in the configuration, and save it there`;
  const timeless = 'it has no time of change; give changedAt, or createdAt for one that was never changed';
  const unreadable = unreadableOrder(partner, name, why ?? timeless, correct);
  return { rowId: known ?? name, changedAt, unreadable };
}

/** When the order changed, as ISO in UTC; when it was created if it says that it never changed. */
function changeOf(mapped: unknown): string | undefined {
  const told = z.safeParse(instant, fieldOf(mapped, 'changedAt') ?? fieldOf(mapped, 'createdAt'));
  return told.success ? new Date(told.data).toISOString() : undefined;
}

/** Refuses a name made of a number that JSON.parse has rounded, as the name may be another order's. */
function rounded({ number, id, article }: MappedOrder, told: unknown): string | undefined {
  const names = [number, id, article].filter((name) => typeof name === 'string');
  const found = leavesOf(told)
    .filter(hasLostDigits)
    .map(String)
    .find((text) => names.some((name) => name.includes(text)));
  if (found === undefined) return undefined;
  return `a number in it has more digits than a JSON number can hold and has become ${found}; let the ERP give it as text`;
}

/** Names a row whose order cannot be read. */
function nameAt(mapped: unknown, key: 'id' | 'number'): string | undefined {
  const found = z.safeParse(name, fieldOf(mapped, key));
  return found.success ? found.data : undefined;
}

/** What orders.order returns for a row, and what went wrong. */
function mapRow<Row>(
  { order: map }: Pick<RestListing<Row>, 'order'>,
  parsed: ParsedRow<Row>,
  detail: Detail,
): { mapped: unknown; problem: string | undefined } {
  const problem = parsed.fits ? detail.problem : parsed.problem;
  // An invalid row is no Row, so `map` may fail or return nonsense; but only the configuration knows
  // where an order's number and change time are, and nothing else of the result is used then.
  const row = parsed.fits ? parsed.row : (parsed.raw as Row);
  try {
    return { mapped: map(row, detail.answer), problem };
  } catch (error) {
    return { mapped: undefined, problem: problem ?? `orders.order fails on it with "${reasonOf(error)}"` };
  }
}

/** An order that is not released, but for its name. */
const notReleased = { article: '', quantity: { amount: '0' }, state: 'other', attributes: {} } as const;

function orderOf({ state, ...order }: MappedOrder): ErpOrder {
  return {
    number: order.number,
    ...(order.id ? { id: order.id } : {}),
    article: order.article,
    quantity: { amount: toDecimal(order.quantity) ?? '0', ...(order.unit ? { unit: order.unit } : {}) },
    ...(order.dueDate ? { dueDate: order.dueDate } : {}),
    state,
    attributes: order.attributes ?? {},
  };
}
