import * as z from 'zod/mini';
import { toDecimal } from '../../model/quantity.ts';
import { made } from '../../model/unread.ts';
import type { Lacks } from '../connector.ts';
import { absent, name } from './mapped-order.ts';

const decimal = z.pipe(z.transform(toDecimal), z.string('a decimal'));

/** What a look-up can list of an order, besides its figures: each entry as the configuration reads it. */
const forms = {
  /** Lines of one article have to be one entry. */
  components: z.array(
    z.object({
      article: name,
      /** For the whole order. */
      planned: decimal,
      /** Of that, by earlier bookings. Default: none. */
      used: absent(decimal),
      unit: absent(z.string()),
      /** For the steps: what the ERP calls the line. */
      id: absent(name),
    }),
  ),
  operations: z.array(
    z.object({
      /** By which a mapping can name it: number, code, name. */
      names: z.array(name),
      id: absent(name),
    }),
  ),
  lots: z.array(
    z.object({
      article: name,
      number: name,
      /** What is left of it. Default: it is not counted. */
      open: absent(decimal),
      blocked: absent(z.boolean()),
    }),
  ),
  used: z.array(z.object({ article: name, quantity: decimal })),
};

export type ListName = keyof typeof forms;
export type Listed<Name extends ListName> = z.output<(typeof forms)[Name]>;
export const listSchemas: { readonly [Name in ListName]: z.ZodMiniType<Listed<Name>> } = forms;
/** What a look-up's function answers. What it finds in an answer is checked when it is read; a decimal is text or a number. */
export type RestList<Name extends ListName> = readonly {
  readonly [Field in keyof Listed<Name>[number]]: unknown;
}[];

/** What the first look-up lists that has such a list; undefined where none has one. */
export type Lists = <Name extends ListName>(name: Name) => Listed<Name> | undefined;

export const detailNames = ['components', 'operations', 'checks', 'reasons'] as const;
export type DetailName = (typeof detailNames)[number];

/** What no step says that it sends is refused, as it would be lost. */
export function lacksOf(takes: readonly DetailName[] = []): Lacks {
  const why = (name: DetailName) =>
    takes.includes(name) ? undefined : `erp.takes does not name ${name}, so no step sends them`;
  return made({ components: why('components'), operations: why('operations'), checks: why('checks') });
}
