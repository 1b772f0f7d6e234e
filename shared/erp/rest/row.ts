import * as z from 'zod/mini';
import { reasonOf } from '../../model/errors.ts';
import type { ErpOrder } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import type { PartnerCall } from '../../platform/http.ts';
import { fieldOf, hasLostDigits, leavesOf } from '../../platform/json.ts';
import { mapConcurrently } from '../../platform/map-concurrently.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { UnreadableOrder } from '../connector.ts';
import { firstUsableName, unreadableOrder } from '../read-rows.ts';
import { isAccepted, saidBy } from './errors.ts';
import type { RestAnswer, RestDetail, RestListing, RestQuestion } from './options.ts';
import { instantWithZone, type ParsedRestOrder, restOrderSchema } from './row-schema.ts';
import { numberOrIdSchema } from './schemas.ts';
import type { Reader } from './session.ts';

/** A row of a listing, as far as it could be read: as an order, or as one that is for a person. */
export interface ReadRow {
  /** Tells rows apart: the ERP's id, or the number; the row's path when there is neither. */
  readonly rowId: string;
  /** ISO instant in UTC, rounded down to the millisecond, so that resuming there misses nothing. */
  readonly changedAt: string | undefined;
  readonly order?: ErpOrder;
  readonly unreadable?: UnreadableOrder;
}

/**
 * @returns a function that reads the rows of a page. Whatever is wrong with a row, a function of the configuration included,
 *   makes this row unreadable; only an ERP that is down ends the page. The JSON path of a row names one without a name.
 */
export function createRestRowReader<Row>(reader: Reader, listing: RestListing<Row>, call: PartnerCall) {
  const withDetails = createDetailReader(reader, listing.detail, call);
  return async (list: readonly unknown[], pathOf: (index: number) => string): Promise<ReadRow[]> => {
    const rows = await withDetails(list.map((raw) => parseRow(listing.row, raw)));
    return rows.map((row, index) => readRow(listing, row, reader.partner, pathOf(index)));
  };
}

function parseRow<Row>(schema: RestListing<Row>['row'], raw: unknown): ParsedRow<Row> {
  // An invalid row is no Row, so `orders.order` may fail or return nonsense; but only the configuration knows
  // where an order's number and change time are, and nothing else of the result is used then.
  const row = raw as Row;
  try {
    const parsed = parse(schema, raw);
    if (parsed.ok) return { raw, row: parsed.value };
    return { raw, row, problem: `it is invalid for orders.row (${describeMismatches(parsed.mismatches)})` };
  } catch (error) {
    return { raw, row, problem: `orders.row fails on it with "${reasonOf(error)}"` };
  }
}

function readRow<Row>(
  listing: RestListing<Row>,
  { raw, row, detail, problem }: ParsedRow<Row>,
  partner: string,
  path: string,
): ReadRow {
  let why = problem;
  let mapped: unknown;
  try {
    mapped = listing.order(row, detail);
  } catch (error) {
    why ??= `orders.order fails on it with "${reasonOf(error)}"`;
  }
  const [id, number] = [nameAt(mapped, 'id'), nameAt(mapped, 'number')];
  const changedAt = changeOf(mapped);
  const whole = parse(restOrderSchema, mapped);
  // Of an order that is not released, its name is enough where the rest of it cannot be read.
  const isKnownByName = fieldOf(mapped, 'state') === 'other' && number && changedAt;
  if (isKnownByName) {
    const order = whole.ok
      ? erpOrderFromMapped(whole.value)
      : { ...notReleased, number, ...definedFields({ id }) };
    return { rowId: id ?? number, changedAt, order: { ...order, changedAt } };
  }

  why ??= whole.ok
    ? whyRounded(whole.value, [raw, detail?.json])
    : `orders.order returns no valid order for it (${describeMismatches(whole.mismatches)})`;
  const isReadable = why === undefined && whole.ok && changedAt;
  if (isReadable) {
    const order = { ...erpOrderFromMapped(whole.value), changedAt };
    return { rowId: order.id ?? order.number, changedAt, order };
  }
  const name = firstUsableName([number, id, fieldOf(raw, 'number'), fieldOf(raw, 'id')]) ?? path;
  const correct = `Correct the order in ${partner}, or \`orders\` in the configuration, and save it there`;
  const timeless = 'it has no time of change; give changedAt, or createdAt for one that was never changed';
  const unreadable = unreadableOrder(partner, name, why ?? timeless, correct);
  return { rowId: id ?? number ?? name, changedAt, unreadable };
}

/** When the order changed, as ISO in UTC; when it was created if it says that it never changed. */
function changeOf(mapped: unknown): string | undefined {
  const instant = z.safeParse(instantWithZone, fieldOf(mapped, 'changedAt') ?? fieldOf(mapped, 'createdAt'));
  return instant.success ? new Date(instant.data).toISOString() : undefined;
}

/** Refuses a name made of a number that JSON.parse has rounded, as the name may be another order's. */
function whyRounded({ number, id, article }: ParsedRestOrder, row: unknown): string | undefined {
  const names = [number, id, article].filter((name) => typeof name === 'string');
  const found = leavesOf(row)
    .filter(hasLostDigits)
    .map(String)
    .find((text) => names.some((name) => name.includes(text)));
  if (found === undefined) return undefined;
  return `a number in it has more digits than a JSON number can hold and has become ${found}; let the ERP give it as text`;
}

/** Names a row whose order cannot be read. */
function nameAt(mapped: unknown, key: 'id' | 'number'): string | undefined {
  return z.safeParse(numberOrIdSchema, fieldOf(mapped, key)).data;
}

/** An order that is not released, but for its name. */
const notReleased = {
  article: '',
  quantity: { amount: '0' },
  dueDate: undefined,
  state: 'other',
  attributes: {},
} as const;

function erpOrderFromMapped({ quantity, ...order }: ParsedRestOrder): ErpOrder {
  return {
    number: order.number,
    ...definedFields({ id: order.id ?? undefined }),
    article: order.article,
    quantity: { amount: toDecimal(quantity) ?? '0', ...definedFields({ unit: order.unit || undefined }) },
    dueDate: order.dueDate ?? undefined,
    state: order.state,
    ...definedFields({ produced: producedInRow(order) }),
    attributes: order.attributes ?? {},
  };
}

function producedInRow({ produced }: Pick<ParsedRestOrder, 'produced'>): ErpOrder['produced'] {
  const good = toDecimal(produced?.good);
  return good === undefined ? undefined : { good, ...definedFields({ scrap: toDecimal(produced?.scrap) }) };
}

/** So many requests for details at the same time. */
const detailsAtOnce = 4;

/** A row as it was listed. */
interface ParsedRow<Row> {
  readonly raw: unknown;
  /** What its schema makes of it; as it was listed if it is invalid. */
  readonly row: Row;
  /** The answer to a second request for it. */
  readonly detail?: RestAnswer;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/**
 * @returns a function that gives the rows of a page their details: each request is made once, whatever the page, and where
 *   the ERP refuses it, that is the problem of its rows.
 */
function createDetailReader<Row>(
  reader: Reader,
  detail: RestDetail<Row> | undefined,
  { signal, guard }: PartnerCall,
) {
  const known = new Map<string, Promise<Pick<ParsedRow<Row>, 'detail' | 'problem'>>>();

  async function readOne(question: RestQuestion) {
    const what = `reading ${question.path} for its orders`;
    // A 403 is about our rights to this one record.
    const reading = await reader.read(question, { what, signal, guard, accepts: [403] });
    const refused = `its detail at ${question.path} was refused`;
    if ('withheld' in reading) return { problem: refused + saidBy(reading.withheld, reading.status) };
    const answer = reading.shown;
    return isAccepted(answer) ? { detail: answer } : { problem: refused + reader.said(answer) };
  }

  async function withDetail(row: ParsedRow<Row>): Promise<ParsedRow<Row>> {
    if (!detail || row.problem !== undefined) return row;
    let question: RestQuestion | undefined;
    try {
      question = detail.request(row.row);
    } catch (error) {
      return { ...row, problem: `orders.detail.request fails on it with "${reasonOf(error)}"` };
    }
    if (!question) return row;
    const id = JSON.stringify(question);
    const asked = known.get(id) ?? readOne(question);
    known.set(id, asked);
    return { ...row, ...(await asked) };
  }

  return (rows: readonly ParsedRow<Row>[]) => mapConcurrently(rows, detailsAtOnce, withDetail);
}
