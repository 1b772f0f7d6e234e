import Big from 'big.js';
import type { BeyondOrder, Completion } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import { type Decimal, formatQuantity } from '../model/quantity.ts';
import { wordForAnyShell } from '../platform/shell-word.ts';
import type { Built } from './booking-rules.ts';

/** What a booking is compared with: all figures in the unit of what it is for. */
export interface Compared extends Pick<Built, 'good' | 'scrap' | 'unit'> {
  /** What it is for: `Product order MO/0042`, `Odoo: order WH/MO/00042`. */
  readonly subject: string;
  /** What that is for. */
  readonly ordered: Decimal;
  /** The number by which a person accepts its figures. */
  readonly order: string;
  /** What others have booked as good on it; 0 where nobody tells. */
  readonly before?: Decimal;
}

type Counted = Pick<Completion, 'productOrder' | 'quantity' | 'scrap'>;
export type Figure = 'good' | 'scrap';
const bothFigures: readonly Figure[] = ['good', 'scrap'];

/** One of these precedes what accepts the figures, in every refusal that a person may overrule. */
const ifItWasBuilt = ' If it was really built: ';
export const ifNoneIsBooked = ' If none of this is booked yet: ';
const conditions = [ifItWasBuilt, ifNoneIsBooked] as const;

/** How a person accepts the figures of a booking, by the number that its bookings are kept under. */
export function acceptingInWords(
  condition: (typeof conditions)[number],
  order: string,
  figures: string,
): string {
  const word = wordForAnyShell(order);
  return word === undefined
    ? `${condition}accept ${figures} on its page in the console`
    : `${condition}npm run replay -- --order ${word} --accept ${figures} --go --stack <stack>`;
}

/**
 * Whether a booking is more than what it is for, as it is where a comma was lost, or where each part of an order carries
 * the quantity of the whole. No ERP that was seen asks: it books 4,000 on an order of 400.
 * @param recorded Where the figures were recorded, in words. It is asked only of a booking that is refused.
 * @returns a refusal, which names the figures by which a person may accept it; undefined for a booking within its order.
 */
export function refusalBeyondOrder(
  completion: Counted,
  limits: BeyondOrder,
  compared: Compared,
  recorded: (beyond: readonly Figure[]) => string,
): Rejected | undefined {
  const { subject, ordered, before = '0', unit } = compared;
  const built = { good: new Big(before).plus(compared.good), scrap: new Big(compared.scrap) };
  const most = (figure: Figure) => new Big(ordered).times(limits[figure] ?? 0);
  const beyond = bothFigures.filter(
    (figure) => limits[figure] !== undefined && built[figure].gt(most(figure)),
  );
  if (beyond.length === 0) return undefined;
  const figures = figuresAsRecorded(completion);
  const completed = beyond.map((figure) => `${figures[figure]} ${figure}`).join(' and ');
  const allowed = beyond.map((figure) => `${most(figure).toFixed()} ${figure}`).join(' and ');
  const booked = before === '0' ? '' : ` (${before} are booked)`;
  const accepted = beyond.map((figure) => figures[figure]).join('+');
  const accepting = acceptingInWords(ifItWasBuilt, compared.order, accepted);
  return new Rejected(
    `${subject} is for ${formatQuantity({ amount: ordered, unit })}${booked}, and was completed with ${completed}${recorded(beyond)}: more than ${allowed} needs a person. Correct it in Azumuta, then replay.${accepting}`,
    { causeCode: 'quantity-or-lots', wrote: 'nothing' },
  );
}

/** The figures by which a person may accept a refused booking, as its reason names them; undefined for any other refusal. */
export function figuresToAccept(reason = ''): string | undefined {
  const accepting = conditions
    .map((condition) => reason.split(condition)[1])
    .find((text) => text !== undefined);
  return /\baccept (\S+)/.exec(accepting ?? '')?.[1];
}

/** The figures of a booking as they were recorded: a person accepts these. */
function figuresAsRecorded({ quantity, scrap }: Counted): Readonly<Record<Figure, Decimal>> {
  return { good: quantity?.amount ?? '0', scrap: scrap?.amount ?? '0' };
}

/**
 * What is still compared of a booking of which a person has accepted figures: nothing is undefined.
 * @param accepted What a refusal named: `4000`, or `4000+300` for good and scrap.
 */
export function limitsLeft(
  { good, scrap, ...limits }: BeyondOrder,
  completion: Counted,
  accepted: string | undefined,
): BeyondOrder | undefined {
  const isGoodLeft = good !== undefined && !isFigureAccepted(accepted, completion, 'good');
  const isScrapLeft = scrap !== undefined && !isFigureAccepted(accepted, completion, 'scrap');
  if (!isGoodLeft && !isScrapLeft) return undefined;
  return { ...limits, ...(isGoodLeft ? { good } : {}), ...(isScrapLeft ? { scrap } : {}) };
}

/** Whether what a person has accepted is this figure of the booking. */
export function isFigureAccepted(
  accepted: string | undefined,
  completion: Counted,
  figure: Figure,
): accepted is string {
  return accepted?.split('+').includes(figuresAsRecorded(completion)[figure]) ?? false;
}

/**
 * For an order that was typed into Azumuta by hand, or is counted there in another unit than the ERP's: nobody but the ERP
 * knows for how much it is.
 * @throws Rejected when the booking is more than the order is for, unless a person has accepted that.
 */
export function requireWithinOrder(completion: Completion, compared: Omit<Compared, 'order'>): void {
  const { beyondOrder, productOrder } = completion;
  if (!beyondOrder) return;
  const { recorded = '', order = productOrder.number } = beyondOrder;
  const refusal = refusalBeyondOrder(completion, beyondOrder, { ...compared, order }, () => recorded);
  if (refusal) throw refusal;
}
