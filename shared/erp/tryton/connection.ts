import * as z from 'zod/mini';
import type { TrytonReader, TrytonWriter } from './client.ts';
import type { TrytonOptions } from './options.ts';

/** What a booking knows of this Tryton before it looks at a production. */
interface Facts {
  readonly options: TrytonOptions;
  readonly abilities: Abilities;
  /** Of our user, or as the options say. */
  readonly company: number | undefined;
}

/** What a look works with: it cannot write. */
export interface Reader extends TrytonReader, Facts {}

/** What a booking works with once it has looked. */
export interface Writer extends TrytonWriter, Facts {}

/** Which modules this Tryton has, and which rights our user has, as far as bookings need them. */
export interface Abilities {
  /** Module `stock_lot`: moves have lots. */
  readonly lots: boolean;
  /** Module `production_work`: productions have works. */
  readonly works: boolean;
  may(permission: Permission, model: string): boolean;
}

export type Permission = 'write' | 'create';

/** Reads the facts once, and again after `forget`: a person may have changed modules or rights. */
export function createFactReader(options: TrytonOptions) {
  let abilities: Abilities | undefined;
  return {
    async read(tryton: TrytonReader): Promise<Facts> {
      abilities ??= await readAbilities(tryton);
      return { options, abilities, company: await tryton.readCompany() };
    },
    forget(): void {
      abilities = undefined;
    },
  };
}

/** 1, true and null allow it (`ir.model.access.check`, 7.0). */
const allowed = z.pipe(
  z.nullish(z.union([z.boolean(), z.number()])),
  z.transform((value) => value == null || Boolean(value)),
);
const accessSchema = z.record(z.string(), z.object({ write: allowed, create: allowed }));

/** Makes three calls. */
async function readAbilities({ read }: TrytonReader): Promise<Abilities> {
  async function hasField(model: string, field: string): Promise<boolean> {
    const fields = await read({
      model,
      method: 'fields_get',
      params: [[field]],
      what: `asking whether ${model} has the field ${field}`,
      answer: z.record(z.string(), z.unknown()),
    });
    return field in fields;
  }

  const lots = await hasField('stock.move', 'lot');
  const works = await hasField('production', 'works');
  const models = ['production', 'stock.move', ...(lots ? ['stock.lot'] : [])];
  const access = await read({
    model: 'ir.model.access',
    method: 'get_access',
    params: [models],
    what: 'asking for the rights of our user',
    answer: accessSchema,
  });
  return { lots, works, may: (permission, model) => access[model]?.[permission] ?? true };
}
