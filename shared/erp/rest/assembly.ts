import Big from 'big.js';
import * as z from 'zod/mini';
import type { Completion } from '../../model/completions.ts';
import { compareDecimals, type Decimal, sumOf, toDecimal } from '../../model/quantity.ts';
import { made } from '../../model/unread.ts';
import { type Built, notBookable } from '../booking-rules.ts';
import type { Lacks } from '../connector.ts';
import { reportsOf, type Use, usesOf } from '../detail-rules.ts';
import { rejected } from '../failures.ts';
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
export type RestComponent = ReturnType<typeof plannedOf>;
export type RestOperation = Listed<'operations'>[number];

/** What the first look-up lists that has such a list; undefined where none has one. */
export type Lists = <Name extends ListName>(name: Name) => Listed<Name> | undefined;

export const detailNames = ['components', 'operations', 'checks', 'reasons'] as const;
type DetailName = (typeof detailNames)[number];

/** What no step says that it sends is refused, as it would be lost. */
export function lacksOf(takes: readonly DetailName[] = []): Lacks {
  const why = (name: DetailName) =>
    takes.includes(name) ? undefined : `erp.takes does not name ${name}, so no step sends them`;
  return made({ components: why('components'), operations: why('operations'), checks: why('checks') });
}

/** A completion whose notes tell the reasons of its scrap, for an ERP that takes them nowhere else. */
export function withReasons(completion: Completion, { scrapped, unit = '' }: Built): Completion {
  const told = scrapped.flatMap(({ amount, number, reason }) =>
    reason === undefined
      ? []
      : [`Scrap: ${[`${amount} ${unit}`.trim(), number].filter(Boolean).join(' of ')}, ${reason}`],
  );
  return told.length === 0 ? completion : { ...completion, notes: [...completion.notes, ...told] };
}

/** What was recorded of a booking besides its quantity, beside what look-ups list of its order. */
export class OrderDetails {
  readonly #completion: Completion;
  readonly #produced: Decimal;
  readonly #partner: string;
  readonly #decimals: number | undefined;
  /** What the order is for now. Until a look-up tells it: what its product orders were made for. */
  quantity: Decimal | undefined;

  constructor(
    completion: Completion,
    { produced }: Built,
    { partner, decimals }: { readonly partner: string; readonly decimals: number | undefined },
  ) {
    this.#completion = completion;
    this.#produced = produced;
    this.#partner = partner;
    this.#decimals = decimals;
    this.quantity = completion.madeFor?.amount;
  }

  /** @param isBegun Whether it is booked already in part: then its own share is not left of the plan. */
  uses(lists: Lists, isBegun = true): Use<RestComponent>[] {
    const { components, ...completion } = this.#completion;
    if (!components) return [];
    const { quantity } = this;
    const plan = this.#needed(lists, 'components').map((one) => {
      if (quantity === undefined)
        throw new Error('no look-up tells the `quantity` of the order, for which its components are planned');
      return plannedOf(one, new Big(this.#produced).div(quantity), this.#decimals);
    });
    const beyondPlan = components.beyondPlan || isBegun;
    return usesOf({ ...completion, components: { ...components, beyondPlan } }, plan, this.#partner);
  }

  reports(lists: Lists) {
    if (!this.#completion.operations) return [];
    const routing = this.#needed(lists, 'operations');
    return reportsOf(this.#completion, routing, ({ names }) => names, this.#partner);
  }

  /** @throws Rejected for what the order does not have, as far as look-ups list it. */
  require(lists: Lists): void {
    if (lists('components')) this.#requireLots(this.uses(lists, false), lists('lots'));
    if (lists('operations')) this.reports(lists);
  }

  #requireLots(uses: readonly Use<RestComponent>[], known: Listed<'lots'> | undefined): void {
    if (!known) return;
    for (const { planned, lots, place } of uses)
      for (const { number } of lots) {
        const lot = known.find((one) => one.article === planned.article && one.number === number);
        const amount = sumOf(lots.flatMap((one) => (one.number === number ? one.amount : [])));
        const isShort = lot?.open && compareDecimals(amount, lot.open) > 0;
        const why = !lot
          ? `is none that ${this.#partner} has`
          : lot.blocked
            ? `is blocked in ${this.#partner}`
            : isShort && `has only ${lot.open} left, and ${amount} were used`;
        if (why)
          throw notBookable(
            this.#partner,
            this.#completion.erpOrder.number,
            `lot ${number} of component ${planned.article}${place} ${why}: correct what was recorded, or the lot in ${this.#partner}`,
          );
      }
  }

  /** @throws Rejected when the ERP has booked another quantity of a component than was recorded. */
  compareUsed(used: Listed<'used'>): void {
    const { components, erpOrder } = this.#completion;
    if (!components) return;
    const bookedOf = (article: string) =>
      sumOf(used.flatMap((one) => (one.article === article ? one.quantity : [])));
    const asked = components.used.flatMap(({ article, quantity }) =>
      quantity ? [{ article, amount: quantity.amount }] : [],
    );
    const unused = used
      .filter(({ article }) => components.all && !components.used.some((one) => one.article === article))
      .map(({ article }) => ({ article, amount: '0' }));
    const other = [...asked, ...unused].find(
      ({ article, amount }) => compareDecimals(bookedOf(article), amount) !== 0,
    );
    if (!other) return;
    const why = `${this.#partner} has booked ${bookedOf(other.article)} of component ${other.article} for order ${erpOrder.number}, but ${other.amount} were used: correct it there.`;
    throw rejected('booked-otherwise', why);
  }

  #needed<Name extends ListName>(lists: Lists, name: Name): Listed<Name> {
    const listed = lists(name);
    if (listed) return listed;
    throw new Error(`no look-up lists the \`${name}\` of the order`);
  }
}

/** @param share How much of the order is built now. */
function plannedOf(
  { article, planned, used, unit, id }: Listed<'components'>[number],
  share: Big,
  decimals: number | undefined,
) {
  const now = share.times(planned);
  return {
    article,
    share: (decimals === undefined ? now : now.round(decimals)).toFixed(),
    open: new Big(planned).minus(used ?? '0').toFixed(),
    unit: unit ?? undefined,
    ...made({ id: id ?? undefined }),
  };
}
