import { noOrder, numberOf } from '../ledger/keys.ts';
import type { ViewLedger } from '../ledger/ledger.ts';
import type { OpenConcern, OrderConcernKind } from '../ledger/records/concerns.ts';
import { isOfBooking } from '../ledger/records/dead-letters.ts';
import { mostOpenOrders, type OpenOrders } from '../ledger/records/open-orders.ts';
import { isBookedTogether } from '../ledger/records/product-orders.ts';
import { hasEnded, type Stage } from '../life/life.ts';
import type { Cause } from '../model/causes.ts';
import { type DueNow, type DueState, dueDayOf, dueStateOf } from '../model/due.ts';
import { homeOfBookings } from '../model/orders.ts';
import { dayIn } from '../model/time.ts';
import { causeWords } from './cause-words.ts';
import { type OrderPlace, type StandFacts, standOf } from './stand.ts';

/** A product order that is neither booked nor ended, or of which something is open. */
export interface OrderNow {
  readonly number: string;
  /** The number that its booking is kept under: parts that are booked together have one. */
  readonly home: string;
  readonly dueDate: string | undefined;
  readonly stage: Stage;
  readonly place: OrderPlace;
  readonly due: DueState;
  readonly needsNothing: boolean;
  readonly needsPerson: boolean;
  /** What is open about it. */
  readonly open: readonly OpenConcern[];
  /** Why it was refused. */
  readonly refusal: Cause | undefined;
}

/** Figures of orders. Each is the length of the list of that name. */
export const orderFigures = [
  'in Azumuta',
  'to be created',
  'to be booked',
  'for a person',
  'late',
  'due today',
] as const;
export type OrderFigure = (typeof orderFigures)[number];

/** Product orders, each once; of more than are read, what was read of them. */
export interface OrdersNow {
  /** The first due first. */
  readonly all: readonly OrderNow[];
  /** How many bookings are missing of what is due on each of the plant's days, up to today: of parts that are booked together one. */
  readonly openOn: ReadonlyMap<string, number>;
  /** Figures of which there is more than was read. */
  readonly cut: ReadonlySet<OrderFigure>;
}

const isOf: Readonly<
  Record<OrderFigure, (order: Pick<OrderNow, 'place' | 'due' | 'needsPerson'>) => boolean>
> = {
  'in Azumuta': ({ place }) => place === 'in Azumuta',
  'to be created': ({ place }) => place === 'to be created',
  'to be booked': ({ place }) => place === 'to be booked',
  'for a person': ({ needsPerson }) => needsPerson,
  late: ({ due }) => due === 'late',
  'due today': ({ due }) => due === 'due today',
};

/** Whether a figure counts an order that stands so; and its list shows it. */
export function countsAs(
  figure: OrderFigure,
  order: Pick<OrderNow, 'place' | 'due' | 'needsPerson'>,
): boolean {
  return isOf[figure](order);
}

/** The orders of a figure: the first due first; those for a person by what is open. */
export function ordersOf(figure: OrderFigure, { all }: Pick<OrdersNow, 'all'>): readonly OrderNow[] {
  const counted = all.filter((order) => countsAs(figure, order));
  if (figure !== 'for a person') return counted;
  return counted.toSorted((one, other) => whatIsOpen(one).localeCompare(whatIsOpen(other), 'en'));
}

/** Those of one cause follow each other, the oldest first; behind them those that are only late. */
function whatIsOpen({ open: [first] }: OrderNow): string {
  if (!first) return 'z';
  return `${first.kind} ${first.partner} ${first.cause} ${first.since.toISOString()}`;
}

/** `12`, `at least 1000`. */
export function countOrders(figure: OrderFigure, orders: Pick<OrdersNow, 'all' | 'cut'>): string {
  return atLeast(ordersOf(figure, orders).length, orders.cut.has(figure));
}

/** `1 product order`, `at least 1000 product orders`. */
export function countProductOrders(figure: OrderFigure, orders: Pick<OrdersNow, 'all' | 'cut'>): string {
  const isOne = ordersOf(figure, orders).length === 1;
  return `${countOrders(figure, orders)} ${isOne ? 'product order' : 'product orders'}`;
}

type OrderLedger = Pick<ViewLedger, 'openOrders' | 'concerns' | 'deadLetters'>;

/** What is open about orders, by their numbers. */
type OpenByNumber = ReadonlyMap<string, readonly OpenConcern[]>;

/** The only reader of where open orders stand: of each order once. */
export async function readOrdersNow(
  ledger: OrderLedger,
  open: readonly OpenConcern[],
  now: DueNow,
): Promise<OrdersNow> {
  const { named, isCut: isNamedCut } = nameOrders(open);
  const read = await ledger.openOrders.readOpen([...named.keys()]);
  const refused = [...named.values()].flat().filter(({ kind }) => kind === 'refused');
  const [dueDates, sharedByHome] = await Promise.all([
    ledger.concerns.readDueDates(refused.map(({ key }) => key)),
    readSharedDeadLetters(ledger, read, named),
  ]);
  const numbers = new Set([...read.entries.keys(), ...named.keys()]);
  const all = [...numbers]
    .map((number) => {
      const [entry, ofOrder = []] = [read.entries.get(number), named.get(number)];
      const home = entry ? homeOfBookings(entry) : number;
      const shared = home === number ? [] : (sharedByHome.get(home) ?? []);
      const about = ofOrder.flatMap(({ key }) => dueDates.get(`${key.pk} ${key.sk}`) ?? []);
      const bookings = read.bookings.get(home) ?? [];
      const dueDate = entry ? entry.dueDate : about[0];
      return orderNow({ number, home, entry, bookings, dueDate }, ofOrder, shared, now);
    })
    .filter(({ stage, needsPerson }) => needsPerson || !hasEnded(stage))
    .toSorted(compareDue);
  return { all, openOn: countOpenOn(all, now), cut: figuresCut(read, isNamedCut, now.at) };
}

/** Orders with something open, by number: so many of each kind, so that many of one hide none of the others. */
function nameOrders(open: readonly OpenConcern[]): { named: OpenByNumber; isCut: boolean } {
  const ofOrders = open.filter(({ kind, key }) => kind !== 'waiting' && numberOf({ ...key }) !== noOrder);
  const kinds = [...Map.groupBy(ofOrders, ({ kind }) => kind).values()];
  const numbers = kinds.map((concerns) => [...new Set(concerns.map(({ key }) => numberOf({ ...key })))]);
  const first = new Set(numbers.flatMap((ofKind) => ofKind.slice(0, mostOpenOrders)));
  const named = Map.groupBy(ofOrders, ({ key }) => numberOf({ ...key }));
  return {
    named: new Map([...named].filter(([number]) => first.has(number))),
    isCut: numbers.some(({ length }) => length >= mostOpenOrders),
  };
}

/** Dead letters of bookings that are kept with a first part: they are of all parts. */
async function readSharedDeadLetters(
  { deadLetters }: OrderLedger,
  { entries }: OpenOrders,
  named: OpenByNumber,
): Promise<OpenByNumber> {
  const homes = [...entries.values()].filter(isBookedTogether).map(homeOfBookings);
  const open = [...new Set(homes)].flatMap((home) => named.get(home)?.filter(isOfDeadLetter) ?? []);
  const stillOpen = await deadLetters.readOpen(open.map(({ key }) => key));
  const ofBookings = open.filter(({ key }) => {
    const found = stillOpen.get(`${key.pk} ${key.sk}`);
    return found !== undefined && isOfBooking(found);
  });
  return Map.groupBy(ofBookings, ({ key }) => numberOf({ ...key }));
}

const isOfDeadLetter = ({ kind }: OpenConcern): boolean => kind === 'dead-letter';

function isOfConcern(kind: OpenConcern['kind']): kind is OrderConcernKind {
  return kind !== 'dead-letter' && kind !== 'waiting';
}

/** @param shared Dead letters that it shares with the first part. */
function orderNow(
  known: Pick<StandFacts, 'entry' | 'bookings'> & Pick<OrderNow, 'number' | 'home' | 'dueDate'>,
  open: readonly OpenConcern[],
  shared: readonly OpenConcern[],
  now: DueNow,
): OrderNow {
  const { number, home, entry, bookings, dueDate } = known;
  const dead = [...open.filter(isOfDeadLetter), ...shared];
  const concerns = open.flatMap(({ kind, cause }) => (isOfConcern(kind) ? { kind, cause } : []));
  const facts = { entry, bookings, deadLetters: dead, concerns, due: dueStateOf({ dueDate }, now) };
  const { stage, place, due, needsNothing, needsPerson } = standOf(facts);
  const [refused] = [...dead, ...concerns.filter(({ kind }) => kind === 'refused')];
  const refusal = refused?.cause ?? (entry?.state === 'rejected' ? entry.cause : undefined);
  return { number, home, dueDate, stage, place, due, needsNothing, needsPerson, open, refusal };
}

function countOpenOn(all: readonly OrderNow[], { at, timeZone }: DueNow): ReadonlyMap<string, number> {
  const today = dayIn(timeZone, at);
  const open = all.filter(({ needsNothing }) => !needsNothing);
  const byDay = Map.groupBy(open, (order) => dueDayOf(order, timeZone));
  const until = [...byDay].flatMap(([day, of]): [string, number][] => {
    const homes = new Set(of.map(({ home }) => home));
    return day !== undefined && day <= today ? [[day, homes.size]] : [];
  });
  return new Map(until);
}

/** Figures of which there is more than was read. @param isNamedCut Something is open about more orders. */
function figuresCut(read: OpenOrders, isNamedCut: boolean, at: Date): ReadonlySet<OrderFigure> {
  const isLateCut = isLateLeft(read, at);
  const isCut: Readonly<Record<OrderFigure, boolean>> = {
    'in Azumuta': read.isCut || isNamedCut,
    'to be created': read.isCut || isNamedCut,
    'to be booked': read.isCut || isNamedCut,
    'for a person': isNamedCut || isLateCut,
    late: isLateCut,
    'due today': isLateCut,
  };
  return new Set(orderFigures.filter((figure) => isCut[figure]));
}

/** The reconciliation moves what it has asked about, by less than this. */
const movedByMs = 24 * 3_600_000;

function isLateLeft({ knownUntil }: OpenOrders, at: Date): boolean {
  return knownUntil <= at.getTime() + movedByMs;
}

function compareDue(one: OrderNow, other: OrderNow): number {
  const [a, b] = [one, other].map(({ dueDate = '', number }) => `${dueDate} ${number}`);
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** `to be booked (refused by the ERP)`: where an order stands, and why it is refused. */
export function standInWords({ place, refusal }: Pick<OrderNow, 'place' | 'refusal'>): string {
  return refusal === undefined ? place : `${place} (${causeWords[refusal]})`;
}

/** `12`, `at least 1000`. */
export function atLeast(count: number, isCut: boolean): string {
  return `${isCut ? 'at least ' : ''}${count}`;
}

/** `2 in Azumuta, 1 to be created (unknown article)`. */
export function placesInWords(places: readonly string[]): string {
  const byPlace = [...Map.groupBy(places, (place) => place)];
  return byPlace.map(([place, of]) => `${of.length} ${place}`).join(', ');
}
