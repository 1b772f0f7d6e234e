import Big from 'big.js';
import { placeInWords } from '../../model/completion-lines.ts';
import type { Completion } from '../../model/completions.ts';
import { compareDecimals, type Decimal, sumOf } from '../../model/quantity.ts';
import { type Built, notBookable, type Refuse } from '../booking-rules.ts';
import { type ComponentUse, matchUsesToPlan, type PlannedComponent } from '../detail-rules.ts';
import type { Reader } from './client.ts';
import { partner } from './options.ts';
import { filterOfRows } from './order.ts';
import { type BcOrderLine, type BcPlannedPart, bcComponentSchema, enumText } from './records.ts';

/** A consumption line as the page `bookings` takes it in its details. */
export interface ComponentToPost {
  readonly lineNo: number;
  readonly quantity: number;
  readonly lots: readonly { readonly number: string; readonly quantity: number }[];
}

/** A part of the plan, with its lines. */
interface PlannedPart extends PlannedComponent {
  readonly lines: readonly BcPlannedPart[];
}

/** The components of a line. */
export function readComponents(reader: Reader, line: BcOrderLine): Promise<BcPlannedPart[]> {
  return reader.readRows(
    {
      page: 'orderComponents',
      filter: filterOfRows(line, line.lineNo),
      what: `the components of order ${line.number}`,
    },
    bcComponentSchema,
  );
}

/** What is consumed, and the same in words, for a refusal of the ERP that names a part only. */
export interface PlannedUse {
  readonly toPost: readonly ComponentToPost[];
  /** By the part's number: ` (step "Scan" of recording r1)`, with its lots. */
  readonly inWords: ReadonlyMap<string, string>;
}

/**
 * Consumption of the components that Business Central does not flush: those that were recorded, and the others as planned for
 * what was built, unless nothing else was used.
 * @throws Rejected for a component that the order does not have, or that Business Central takes by itself.
 */
export function planUses(
  completion: Completion,
  plan: readonly BcPlannedPart[],
  { line, built }: { readonly line: BcOrderLine; readonly built: Built },
): PlannedUse {
  const { components } = completion;
  if (!components) return { toPost: [], inWords: new Map() };
  const refuse: Refuse = (why) => notBookable(partner, line.number, why);
  const parts = [...Map.groupBy(plan, ({ itemNo }) => itemNo)].map(([article, lines]) =>
    plannedPart(article, lines, line, built),
  );
  const flushed = parts.filter(({ lines }) => lines.some(isFlushed));
  const manual = parts.filter((part) => !flushed.includes(part));
  const own = components.used.filter((one) => !flushed.some(({ article }) => article === one.article));
  for (const one of components.used) {
    const part = flushed.find(({ article }) => article === one.article);
    if (part) requireAsFlushed(one, part, refuse);
  }
  if (components.all) requireNoneFlushed(flushed, components.used, refuse);
  const narrowed: Completion = { ...completion, components: { ...components, used: own } };
  const recorded = matchUsesToPlan(narrowed, manual, partner);
  const others = components.all
    ? []
    : manual.filter((part) => !recorded.some(({ planned }) => planned.article === part.article));
  const uses: ComponentUse<PlannedPart>[] = [...recorded, ...others.map(useAsPlanned)];
  for (const use of uses) requireTracking(use, refuse);
  return {
    toPost: uses.flatMap(postedByLine),
    inWords: new Map(uses.map((use) => [use.planned.article, useInWords(use)])),
  };
}

/** Flushing method `Manual` and `Pick + Manual` take only what is posted (MfgItemJnlPostLine.Codeunit.al of microsoft/BCApps, `PostConsumption` 58). */
function isFlushed({ flushingMethod }: BcPlannedPart): boolean {
  return !enumText(flushingMethod).endsWith('Manual');
}

function plannedPart(
  article: string,
  lines: readonly BcPlannedPart[],
  line: BcOrderLine,
  built: Built,
): PlannedPart {
  const expected = sumOf(lines.map(({ expectedQuantity }) => expectedQuantity));
  const open = sumOf(lines.map(({ remainingQuantity }) => remainingQuantity));
  const isForNothing = compareDecimals(line.quantity, '0') === 0;
  const share = isForNothing
    ? '0'
    : new Big(expected).times(built.produced).div(line.quantity).round(5).toFixed();
  return { article, lines, open, share, unit: lines[0]?.unit };
}

function useAsPlanned(planned: PlannedPart): ComponentUse<PlannedPart> {
  const isMoreThanOpen = compareDecimals(planned.share, planned.open) > 0;
  return { planned, amount: isMoreThanOpen ? planned.open : planned.share, lots: [], place: '' };
}

type Used = NonNullable<Completion['components']>['used'][number];

function requireAsFlushed(one: Used, { article, share, lines }: PlannedPart, refuse: Refuse): void {
  const isAsPlanned = one.quantity === undefined || compareDecimals(one.quantity.amount, share) === 0;
  if (isAsPlanned && one.lots.length === 0) return;
  const method = enumText(lines[0]?.flushingMethod ?? '');
  throw refuse(
    `component ${article}${placeInWords(one)} is taken by ${partner} itself (${method}), and would be taken twice: let it be Manual, or leave it out of the mapping`,
  );
}

function requireNoneFlushed(flushed: readonly PlannedPart[], used: readonly Used[], refuse: Refuse): void {
  const surplus = flushed.find((part) => !used.some(({ article }) => article === part.article));
  if (!surplus) return;
  throw refuse(
    `nothing but the recorded components was used, and ${partner} takes ${surplus.article} by itself: let it be Manual, or let completions.components.all be false`,
  );
}

function requireTracking({ planned, amount, lots, place }: ComponentUse<PlannedPart>, refuse: Refuse): void {
  const isTracked = planned.lines.some(({ lotRequired, serialRequired }) => lotRequired || serialRequired);
  const isWithout = lots.length === 0 && compareDecimals(amount, '0') > 0;
  if (!isTracked || !isWithout) return;
  throw refuse(
    `component ${planned.article}${place} needs a lot or serial number: let the shop floor record it`,
  );
}

/** Each lot from the lines of the plan that have room for it. */
function postedByLine({ planned: { lines }, amount, lots }: ComponentUse<PlannedPart>): ComponentToPost[] {
  const rooms = lines.map(({ lineNo, remainingQuantity }) => ({ lineNo, room: new Big(remainingQuantity) }));
  const taken: readonly TakenLot[] = lots.length > 0 ? lots : [{ number: undefined, amount }];
  const pieces = taken.flatMap((lot) =>
    takeInOrder(rooms, lot.amount).map((piece) => ({ ...piece, number: lot.number })),
  );
  return [...Map.groupBy(pieces, ({ lineNo }) => lineNo)].map(([lineNo, of]) => ({
    lineNo,
    quantity: Number(sumOf(of.map((piece) => piece.amount))),
    lots: of.flatMap(({ number, amount: share }) =>
      number === undefined ? [] : [{ number, quantity: Number(share) }],
    ),
  }));
}

interface TakenLot {
  readonly number: string | undefined;
  readonly amount: Decimal;
}

/** One line is filled before the next; what goes beyond all of them is taken by the last. Uses up their rooms. */
function takeInOrder(rooms: { readonly lineNo: number; room: Big }[], amount: Decimal) {
  let rest = new Big(amount);
  const pieces: { readonly lineNo: number; readonly amount: Decimal }[] = [];
  for (const one of rooms) {
    const takesAll = one === rooms.at(-1) || rest.lte(one.room);
    const piece = takesAll ? rest : one.room;
    rest = rest.minus(piece);
    one.room = piece.gte(one.room) ? new Big(0) : one.room.minus(piece);
    if (piece.gt(0)) pieces.push({ lineNo: one.lineNo, amount: piece.toFixed() });
  }
  return pieces;
}

function useInWords({ amount, lots, place, planned: { unit } }: ComponentUse<PlannedPart>): string {
  const from = lots.map(({ number }) => number).join(', ');
  return `${amount} ${unit ?? ''}${from && ` from ${from}`}${place}`;
}
