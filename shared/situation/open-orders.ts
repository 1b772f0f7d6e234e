import { noOrder, numberOf } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OpenConcern } from '../ledger/records/concerns.ts';
import { mostOpenOrders, type OpenOrders } from '../ledger/records/open-orders.ts';
import { isInAzumuta, type OrderEntry } from '../ledger/records/product-orders.ts';
import { hasEnded, lifeOf } from '../life/life.ts';
import type { Cause } from '../model/causes.ts';
import { type DueNow, dueDayOf, dueStateOf } from '../model/due.ts';
import { homeOfBookings } from '../model/orders.ts';
import { dayIn } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import { causeWords } from './cause-words.ts';

/** A product order that has a date, and is neither booked nor ended. */
export interface DueOrder {
  readonly number: string;
  /** The number that its booking is kept under: parts that are booked together have one. */
  readonly home: string;
  readonly dueDate: string | undefined;
  /** Where it stands, in words: `in Azumuta`, `for a person: unknown article`. */
  readonly place: string;
}

/** Product orders, each once; of more than are read, what was read of them. */
export interface OrdersNow {
  /** The first due first. */
  readonly late: readonly DueOrder[];
  readonly dueToday: readonly DueOrder[];
  /** How many bookings are missing of what is due on each of the plant's days, up to today: of parts that are booked together one. */
  readonly openOn: ReadonlyMap<string, number>;
  readonly inAzumuta: number;
  readonly toBeCreated: number;
  readonly toBeBooked: number;
  /** Those about which a concern or a dead letter is open. */
  readonly needPerson: number;
  /** More are open than were read; of late ones, too. */
  readonly isCut: boolean;
  readonly isLateCut: boolean;
}

/** The ERP does not want the order, or Azumuta has it no more: a person was asked to end it, so it is not late. */
export function isAboutEnd({ kind }: Pick<OpenConcern, 'kind'>): boolean {
  return kind === 'unwanted' || kind === 'removed';
}

type OrderLedger = Pick<Ledger, 'openOrders' | 'bookings' | 'concerns'>;

/** The only reader of what is late, due today, and how far open orders have got. */
export async function readOrdersNow(
  ledger: OrderLedger,
  open: readonly OpenConcern[],
  now: DueNow,
): Promise<OrdersNow> {
  const deadLetters = open.filter(({ kind }) => kind === 'dead-letter');
  const read = await ledger.openOrders.readOpen([...orderNumbersOf(deadLetters)]);
  const planned = new Set(read.planned.flatMap(({ home, parts }) => parts.map((part) => `${home} ${part}`)));
  const isPlanned = (entry: OrderEntry) => planned.has(`${homeOfBookings(entry)} ${entry.part.index}`);
  const entries = [...read.entries.values()];
  const ended = orderNumbersOf(open.filter(isAboutEnd));
  const refusals = new Map(deadLetters.map(({ key, cause }) => [numberOf({ ...key }), cause] as const));
  const asked = entries
    .filter(({ number, end }) => end === undefined && !ended.has(number))
    .filter((entry) => hasDueDayBy(entry, now));
  const unbooked = await mapConcurrently(asked, atOnce, async (entry) => {
    const isOpen = isPlanned(entry) || !(await hasEndedAlready(entry, ledger.bookings));
    return isOpen ? [dueOrderOf(entry, isPlanned(entry), refusals.get(entry.number))] : [];
  });
  const due = [...unbooked.flat(), ...(await readUnmade(ledger, open, now))].toSorted(compareDue);
  const late = due.filter((order) => dueStateOf(order, now) === 'late');
  const byDay = Map.groupBy(due, (order) => dueDayOf(order, now.timeZone) ?? '');
  return {
    late: late.slice(0, mostOpenOrders),
    dueToday: due.filter((order) => dueStateOf(order, now) === 'due today'),
    openOn: new Map([...byDay].map(([day, of]) => [day, new Set(of.map(({ home }) => home)).size])),
    inAzumuta: entries.filter((entry) => isInAzumuta(entry) && !isPlanned(entry)).length,
    toBeCreated: entries.filter(isToBeCreated).length,
    toBeBooked: planned.size,
    needPerson: orderNumbersOf(open.filter(({ kind }) => kind !== 'waiting')).size,
    isCut: read.isCut,
    isLateCut: late.length > mostOpenOrders || isLateLeft(read, now.at),
  };
}

/** The orders that concerns name, each once. */
function orderNumbersOf(concerns: readonly OpenConcern[]): ReadonlySet<string> {
  const numbers = concerns.map(({ key }) => numberOf({ ...key }));
  return new Set(numbers.filter((number) => number !== noOrder));
}

function hasDueDayBy(due: { readonly dueDate?: string | undefined }, { at, timeZone }: DueNow): boolean {
  const day = dueDayOf(due, timeZone);
  return day !== undefined && day <= dayIn(timeZone, at);
}

/** What the ERP wants, and cannot become a product order now: only its concern has a date. */
async function readUnmade(
  { concerns }: OrderLedger,
  open: readonly OpenConcern[],
  now: DueNow,
): Promise<readonly DueOrder[]> {
  const refused = open.filter(({ kind }) => kind === 'refused').slice(0, mostOpenOrders);
  const dates = await concerns.readDueDates(refused.map(({ key }) => key));
  return refused
    .map(({ key, cause }) => {
      const number = numberOf({ ...key });
      const dueDate = dates.get(`${key.pk} ${key.sk}`);
      return { number, home: number, dueDate, place: placeOfRefused(cause) };
    })
    .filter((order) => hasDueDayBy(order, now));
}

function isToBeCreated({ state, end }: OrderEntry): boolean {
  return (state === 'waiting' || state === 'claimed') && end === undefined;
}

/** What is completed is not in the index: its dead letter named it, which may be that of an amendment. */
async function hasEndedAlready(
  entry: OrderEntry,
  bookings: Pick<Ledger['bookings'], 'listOfOrder'>,
): Promise<boolean> {
  const isAwaited = entry.state !== 'done' || entry.awaiting !== undefined;
  if (isAwaited) return false;
  const listed = await bookings.listOfOrder(homeOfBookings(entry));
  return hasEnded(lifeOf({ entry, concerns: [], bookings: listed }).stage);
}

function dueOrderOf(entry: OrderEntry, isPlanned: boolean, refusal: Cause | undefined): DueOrder {
  const { number, dueDate } = entry;
  return { number, home: homeOfBookings(entry), dueDate, place: placeOf(entry, isPlanned, refusal) };
}

function placeOf(entry: OrderEntry, isPlanned: boolean, refusal: Cause | undefined): string {
  const cause = refusal ?? (entry.state === 'rejected' ? entry.cause : undefined);
  if (cause !== undefined) return placeOfRefused(cause);
  if (isPlanned) return 'to be booked';
  return isInAzumuta(entry) ? 'in Azumuta' : 'to be created';
}

const placeOfRefused = (cause: Cause) => `for a person: ${causeWords[cause]}`;

/** The reconciliation moves what it has asked about, by less than this. */
const movedByMs = 24 * 3_600_000;

function isLateLeft({ knownUntil }: OpenOrders, at: Date): boolean {
  return knownUntil <= at.getTime() + movedByMs;
}

function compareDue(one: DueOrder, other: DueOrder): number {
  const [a, b] = [one, other].map(({ dueDate = '', number }) => `${dueDate} ${number}`);
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** `12`, `at least 1000`. */
export function atLeast(count: number, isCut: boolean): string {
  return `${isCut ? 'at least ' : ''}${count}`;
}

/** `2 in Azumuta, 1 for a person: unknown article`. */
export function placesInWords(places: readonly string[]): string {
  const byPlace = [...Map.groupBy(places, (place) => place)];
  return byPlace.map(([place, of]) => `${of.length} ${place}`).join(', ');
}
