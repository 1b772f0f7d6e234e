import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrder } from '../../model/orders.ts';
import { toDecimal } from '../../model/quantity.ts';
import { describeMismatches, type Mismatch, parse } from '../../platform/validation.ts';
import type { RestListing } from './options.ts';

/** A row of a listing, read. */
export interface ListedOrder {
  /** Tells rows apart: the ERP's id, or the number. */
  readonly rowId: string;
  /** ISO instant in UTC, to the millisecond: rounded down, so that resuming there misses nothing. */
  readonly changedAt: string;
  /** Undefined for a row that is neither released nor cancelled. */
  readonly order: ErpOrder | undefined;
}

const absent = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));
const number = z.pipe(z.union([z.string().check(z.minLength(1)), z.number()]), z.transform(String));
const instant = z.iso.datetime({ offset: true, error: 'an ISO instant with a zone' });

const mappedSchema = z.object({
  number,
  id: absent(number),
  article: number,
  quantity: z
    .union([z.string(), z.number()])
    .check(z.refine((value) => toDecimal(value) !== undefined, 'a decimal')),
  unit: absent(z.string()),
  dueDate: absent(z.union([z.iso.date(), instant])),
  state: z.enum(['released', 'cancelled', 'other']),
  changedAt: absent(instant),
  createdAt: absent(instant),
  attributes: z.optional(z.record(z.string(), z.unknown())),
});

/**
 * One row as an order.
 * @param path JSON path of the row in the answer, for messages.
 * @throws Rejected naming the path of what does not fit.
 */
export function readRow<Row>(
  { row: rowSchema, order: map }: Pick<RestListing<Row>, 'row' | 'order'>,
  row: unknown,
  path: string,
  partner: string,
): ListedOrder {
  const parsed = parse(rowSchema, row);
  if (!parsed.ok) {
    throw new Rejected(
      `${partner} lists an order that does not fit: ${describeMismatches(parsed.mismatches.map(below(path)))}.`,
    );
  }
  const mapped = parse(mappedSchema, map(parsed.value));
  if (!mapped.ok) {
    throw new Rejected(
      `${partner}: orders.order makes an order that does not fit of ${path}: ${describeMismatches(mapped.mismatches)}.`,
    );
  }
  const { state, ...order } = mapped.value;
  const changed = order.changedAt ?? order.createdAt;
  if (!changed) {
    throw new Rejected(
      `${partner}: order ${order.number} (${path}) has no time of change; give changedAt, or createdAt for one that was never changed.`,
    );
  }
  return {
    rowId: order.id ?? order.number,
    changedAt: new Date(changed).toISOString(),
    order:
      state === 'other'
        ? undefined
        : {
            number: order.number,
            ...(order.id ? { id: order.id } : {}),
            article: order.article,
            quantity: {
              amount: toDecimal(order.quantity) ?? '0',
              ...(order.unit ? { unit: order.unit } : {}),
            },
            ...(order.dueDate ? { dueDate: order.dueDate } : {}),
            state,
            attributes: order.attributes ?? {},
          },
  };
}

function below(path: string): (mismatch: Mismatch) => Mismatch {
  return (mismatch) => ({ ...mismatch, path: path + mismatch.path.slice(1) });
}
