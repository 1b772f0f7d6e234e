import Big from 'big.js';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import { compareDecimals, type Decimal, sumOf, toDecimal } from '../../model/quantity.ts';
import { definedFields } from '../../model/unread.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { requireWithinOrder } from '../beyond-order.ts';
import {
  type Built,
  builtOf,
  mayClose,
  notBookable,
  requireArticle,
  requireDecimals,
  requireUnit,
} from '../booking-rules.ts';
import { type ComponentUse, matchReportsToRouting, matchUsesToPlan } from '../detail-rules.ts';
import { rejected } from '../failures.ts';
import type { BookingProof, DetailName, ListName, Lists, LookUpList } from './schemas.ts';

/** What every function of a procedure gets. */
export interface ProcedureContext {
  /** The answer of a look-up, by its name. */
  readonly found: (name: string) => HttpResponse;
  /** The answer of an earlier step of this attempt, by its name; undefined if it did not run. */
  readonly answered: (name: string) => HttpResponse | undefined;
}

/** What the functions of `book` get. */
export interface BookContext extends ProcedureContext {
  readonly completion: Completion;
  /** Its figures, which were checked: above 0, in one unit, and lots that add up. All are 0 for an amendment. */
  readonly built: Built;
  /**
   * The components that differ from the plan, each with its line of the order, what was used in its unit, and lots that add
   * up; none without `completion.components`. For a configuration of which a look-up lists `components`.
   */
  readonly uses: readonly ComponentUse<RestComponent>[];
  /** What `completion.operations` reports, each with its operation of the order. A look-up has to list `operations`. */
  readonly reports: ReturnType<BookingFigures['reports']>;
  /** Identifies this booking for ever: write it into the ERP, and search for it. */
  readonly key: BookingKey;
}

/** What the functions of `link` get. */
export interface LinkContext extends ProcedureContext {
  readonly order: ErpOrderRef;
  readonly productOrder: ProductOrderRef;
}

/** An amendment has no quantity. */
const nothingBuilt: Built = {
  good: '0',
  scrap: '0',
  produced: '0',
  goodLots: [],
  scrapped: [],
};

/** What was recorded of a booking, compared with what look-ups tell and list of its order. */
export class BookingFigures {
  readonly built: Built;
  readonly #completion: Completion;
  readonly #lists: Lists;
  readonly #partner: string;
  readonly #decimals: number | undefined;
  #final: boolean;
  /** What the order is for now. Until a look-up tells it: what its product orders were made for. */
  #quantity: Decimal | undefined;
  /** What a look-up tells of it. */
  #ordered: Decimal | undefined;

  /** @throws Rejected for figures that the ERP cannot take. */
  constructor(
    completion: Completion,
    lists: Lists,
    {
      decimals,
      takes = [],
    }: { readonly decimals?: number | undefined; readonly takes?: readonly DetailName[] | undefined },
    partner: string,
  ) {
    this.built = completion.kind === 'amendment' ? nothingBuilt : builtOf(completion, partner);
    if (decimals !== undefined) requireDecimals(this.built, completion.erpOrder.number, decimals, partner);
    this.#completion = takes.includes('reasons') ? completion : withReasons(completion, this.built);
    this.#lists = lists;
    this.#partner = partner;
    this.#decimals = decimals;
    this.#final = completion.final;
    this.#quantity = completion.madeFor?.amount;
  }

  get completion(): Completion {
    return { ...this.#completion, final: this.#final };
  }

  /**
   * @param isBegun Whether it is booked already in part: then its own share is not left of the plan.
   * @throws Rejected for a component that the ERP cannot take so, or that its look-up lists in several lines.
   */
  uses(isBegun = true): ComponentUse<RestComponent>[] {
    const { components, ...completion } = this.#completion;
    if (!components) return [];
    const quantity = this.#quantity;
    const listed = this.#needed('components');
    // A booking that has begun goes on.
    if (!isBegun) for (const { article } of components.used) this.#requireOneLine(article, listed);
    const plan = listed.map((one) => {
      if (quantity === undefined)
        throw new Error('no look-up tells the `quantity` of the order, for which its components are planned');
      return toRestComponent(one, new Big(this.built.produced).div(quantity), this.#decimals);
    });
    const beyondPlan = components.beyondPlan || isBegun;
    return matchUsesToPlan({ ...completion, components: { ...components, beyondPlan } }, plan, this.#partner);
  }

  reports() {
    if (!this.#completion.operations) return [];
    return matchReportsToRouting(
      this.#completion,
      this.#needed('operations'),
      ({ names }) => names,
      this.#partner,
    );
  }

  /** Only the first one would be compared with what was used. */
  #requireOneLine(article: string, listed: LookUpList<'components'>): void {
    const lines = listed.filter((one) => one.article === article).length;
    if (lines < 2) return;
    const where = `${this.#partner}: order ${this.#completion.erpOrder.number} has component ${article} in ${lines} lines`;
    const remedy =
      'let `components` of erp.book.lookUp list each article once, with what its lines plan in sum';
    throw rejected('configuration', `${where}, where one can be booked: ${remedy}.`);
  }

  #needed<Name extends ListName>(name: Name): LookUpList<Name> {
    const listed = this.#lists(name);
    if (listed) return listed;
    throw new Error(`no look-up lists the \`${name}\` of the order`);
  }

  /** @throws Rejected for more than the order is for, where a look-up tells its quantity, and nobody else has compared. */
  requireWithinOrder(): void {
    const ordered = this.#ordered;
    if (ordered === undefined) return;
    requireWithinOrder(this.#completion, {
      subject: `${this.#partner}: order ${this.#completion.erpOrder.number}`,
      ordered,
      good: this.built.good,
      scrap: this.built.scrap,
      unit: this.built.unit,
    });
  }

  /** @throws Rejected for what was recorded, and the order does not have, as far as look-ups list it. */
  requireListed(): void {
    if (this.#lists('components')) this.#requireLots(this.uses(false));
    if (this.#lists('operations')) this.reports();
  }

  #requireLots(uses: readonly ComponentUse<RestComponent>[]): void {
    const [known, partner] = [this.#lists('lots'), this.#partner];
    if (!known) return;
    for (const { planned, lots, place } of uses)
      for (const { number } of lots) {
        const lot = known.find((one) => one.article === planned.article && one.number === number);
        const amount = sumOf(lots.flatMap((one) => (one.number === number ? one.amount : [])));
        const isShort = lot?.open && compareDecimals(amount, lot.open) > 0;
        const why = !lot
          ? `is none that ${partner} has`
          : lot.blocked
            ? `is blocked in ${partner}`
            : isShort && `has only ${lot.open} left, and ${amount} were used`;
        if (why)
          throw notBookable(
            partner,
            this.#completion.erpOrder.number,
            `lot ${number} of component ${planned.article}${place} ${why}: correct what was recorded, or the lot in ${partner}`,
          );
      }
  }

  /** @throws Rejected when the order is for another product, or counted in another unit. */
  requireSame(article: string | undefined, unit: string | undefined): void {
    const { erpOrder } = this.#completion;
    if (article !== undefined) requireArticle(this.#completion, article, this.#partner);
    if (unit !== undefined) requireUnit(this.built, erpOrder.number, unit, this.#partner);
  }

  /** Takes what the order is for now. @throws Rejected when that is no decimal. */
  takeQuantity(quantity: string | undefined, unit = ''): void {
    if (quantity === undefined) return;
    const { erpOrder } = this.#completion;
    const amount = toDecimal(quantity);
    if (amount === undefined) {
      const says = `${this.#partner} tells "${quantity}" for the quantity of order ${erpOrder.number}`;
      throw rejected('configuration', `${says}, which is no decimal: check erp.book.lookUp.`);
    }
    this.#quantity = amount;
    this.#ordered = amount;
    this.#final = mayClose(this.#completion, { amount, unit }, this.built.produced);
  }

  /** Why an answer with our key does not prove this booking: it names other figures, or none. */
  whyNotProven({ good, scrap }: BookingProof): string | undefined {
    if (this.#completion.kind === 'amendment') return undefined;
    if (!isEqualAmount(good ?? '', this.built.good)) return `does not name ${this.built.good} as good`;
    const isOther = !isEqualAmount(scrap ?? this.built.scrap, this.built.scrap);
    return isOther ? `names ${scrap} as scrap, in the place of ${this.built.scrap}` : undefined;
  }

  /** @throws Rejected when what the ERP shows with our key is not what was built, or not what was used. */
  compareBooked(good: string | undefined, used: LookUpList<'used'> | undefined): void {
    const { kind, erpOrder, components } = this.#completion;
    const booked = `${this.#partner} has booked`;
    const isOther = good !== undefined && kind === 'quantity' && !isEqualAmount(good, this.built.good);
    if (isOther) {
      const other = `${booked} ${good} of order ${erpOrder.number}, but ${this.built.good} was built`;
      const remedy = 'correct it there; if it rounds, let the mapping round, and say so in erp.decimals';
      throw rejected('booked-otherwise', `${other}: ${remedy}.`);
    }
    if (!used || !components) return;
    const asked = new Map(components.used.map(({ article, quantity }) => [article, quantity?.amount]));
    for (const { article } of components.all ? used : []) if (!asked.has(article)) asked.set(article, '0');
    for (const [article, amount] of asked) {
      const sum = sumOf(used.flatMap((one) => (one.article === article ? one.quantity : [])));
      if (amount === undefined || isEqualAmount(sum, amount)) continue;
      const other = `${sum} of component ${article} for order ${erpOrder.number}, but ${amount} were used`;
      throw rejected('booked-otherwise', `${booked} ${other}: correct it there.`);
    }
  }
}

function isEqualAmount(shown: string, amount: Decimal): boolean {
  const decimal = toDecimal(shown);
  return decimal !== undefined && compareDecimals(decimal, amount) === 0;
}

/** A completion whose notes tell the reasons of its scrap, for an ERP that takes them nowhere else. */
function withReasons(completion: Completion, { scrapped, unit = '' }: Built): Completion {
  const reasonNotes = scrapped.flatMap(({ amount, number, reason }) =>
    reason === undefined
      ? []
      : [`Scrap: ${[`${amount} ${unit}`.trim(), number].filter(Boolean).join(' of ')}, ${reason}`],
  );
  return reasonNotes.length === 0
    ? completion
    : { ...completion, notes: [...completion.notes, ...reasonNotes] };
}

export type RestComponent = ReturnType<typeof toRestComponent>;

/** @param share How much of the order is built now. */
function toRestComponent(
  { article, planned, used, unit, id }: LookUpList<'components'>[number],
  share: Big,
  decimals: number | undefined,
) {
  const now = share.times(planned);
  return {
    article,
    share: (decimals === undefined ? now : now.round(decimals)).toFixed(),
    open: new Big(planned).minus(used ?? '0').toFixed(),
    unit: unit ?? undefined,
    ...definedFields({ id: id ?? undefined }),
  };
}
