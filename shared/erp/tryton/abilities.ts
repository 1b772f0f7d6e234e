import * as z from 'zod/mini';
import type { TrytonReader } from './client.ts';

/** What this Tryton has and our user may, as far as bookings go. */
export interface Abilities {
  /** Module `stock_lot`: moves have lots. */
  readonly lots: boolean;
  /** Module `production_work`: productions have works. */
  readonly works: boolean;
  /** Module `production_work_timesheet`: time can be booked on works. */
  readonly times: boolean;
  may(permission: Permission, model: string): boolean;
}

export type Permission = 'write' | 'create';

const fieldsSchema = z.record(z.string(), z.unknown());
/** 1, true and null allow it (`ir.model.access.check`, 7.0). */
const allowed = z.pipe(
  z.nullish(z.union([z.boolean(), z.number()])),
  z.transform((value) => value == null || Boolean(value)),
);
const accessSchema = z.record(z.string(), z.object({ write: allowed, create: allowed }));

/** Two or three calls, whose answers last as long as nobody mends something in Tryton. */
export async function readAbilities(
  client: TrytonReader,
  bookTimes: boolean,
  signal: AbortSignal,
): Promise<Abilities> {
  async function hasField(model: string, field: string): Promise<boolean> {
    const what = `asking whether ${model} has the field ${field}`;
    const call = {
      model,
      method: 'fields_get',
      params: [[field]],
      what,
      answer: fieldsSchema,
      signal,
    } as const;
    return field in (await client.read(call));
  }

  const lots = await hasField('stock.move', 'lot');
  const works = await hasField('production', 'works');
  const times = bookTimes && works && (await hasField('production.work', 'timesheet_work'));
  const models = [
    'production',
    'stock.move',
    ...(lots ? ['stock.lot'] : []),
    ...(times ? ['timesheet.line'] : []),
  ];
  const access = await client.read({
    model: 'ir.model.access',
    method: 'get_access',
    params: [models],
    what: 'asking what our user may',
    answer: accessSchema,
    signal,
  });
  return { lots, works, times, may: (permission, model) => access[model]?.[permission] ?? true };
}
