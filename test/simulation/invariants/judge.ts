import type { BuiltProductOrder } from '../partners/azumuta.ts';
import type { People } from '../scenario/people.ts';
import { personActs } from '../scenario/person-acts.ts';
import { givenUpParts, isAbout, isGivenUp, type ReleasedOrder } from '../scenario/released-order.ts';
import { disruptive } from '../scenario/scenario-event.ts';
import { partsOf, shareOf } from '../scenario/setting.ts';
import { sourceParameter } from '../world/integration.ts';
import type { World } from '../world/world.ts';
import { judgeAlerts } from './alerts.ts';
import { judgeBatches } from './batches.ts';
import { judgeCalls } from './calls.ts';
import { isWantedByErp, judgeConcerns } from './concerns.ts';
import { asBooked, judgeCorrections } from './corrections.ts';
import { type DeadLetter, deadLettersOf } from './dead-letters.ts';
import { judgeDetails, judgeWorkingTime } from './details.ts';
import { createFindings, type Find, type Finding, isOpenConcern } from './finding.ts';
import { judgeFollowed } from './followed.ts';
import { judgeJourneys, judgeLinks } from './journey.ts';
import { judgeLedger } from './ledger.ts';
import { judgeParts, judgeRework, judgeTogether } from './parts.ts';
import { indexOf, keysOf } from './quantities.ts';
import { judgeWakes } from './wakes.ts';

export { type Finding, invariants } from './finding.ts';

/** Compares the partners' own data with each other and with the ledger, once all work has ended. */
export function judge(world: World, people: People): readonly Finding[] {
  const { find, all } = createFindings();
  const deadLetters = deadLettersOf(world);
  const orders = people.orders.filter(Boolean);
  for (const order of orders) {
    // The ERP keeps the books of all orders that a planner split from one order together.
    const family = orders.filter((one) => one.family === order.family);
    judgeOrder(world, order, { deadLetters, family }, find);
  }
  judgeOrigins(world, people, find);
  judgeLedger(world, people, find);
  judgeConcerns(world, people, find);
  judgeWakes(world, people, find);
  judgeBatches(world, people, find);
  judgeAlerts(world, find);
  judgeFollowed(world, people.follower.followed, find);
  judgeCalls(world, find);
  return all();
}

/** Checks where product orders come from. Those that people typed by hand have no source. */
function judgeOrigins({ azumuta }: World, { orders }: People, find: Find): void {
  const known = new Set<unknown>([
    undefined,
    ...orders.flatMap((order) => order?.ref.id ?? order?.ref.number ?? []),
  ]);
  for (const { number, parameters } of azumuta.productOrders())
    if (!known.has(parameters[sourceParameter]))
      find('ordered', `${number} is in Azumuta, but no planner released it.`);
}

/** What is known of one order when its checks begin. */
interface JudgedOrder {
  readonly order: ReleasedOrder;
  /** The orders whose books the ERP keeps together with this one's. */
  readonly family: readonly ReleasedOrder[];
  readonly deadLetters: readonly DeadLetter[];
  /** Its product orders that are in Azumuta now. */
  readonly made: readonly BuiltProductOrder[];
  /** Number of product orders that the ERP wants. */
  readonly wanted: number;
  /** Whether people did something after which it need not end as planned. */
  readonly isChanged: boolean;
  readonly books: ReturnType<World['erp']['books']>;
}

function judgeOrder(
  world: World,
  order: ReleasedOrder,
  given: { readonly deadLetters: readonly DeadLetter[]; readonly family: readonly ReleasedOrder[] },
  find: Find,
): void {
  const deadLetters = given.deadLetters.filter(({ body, order: number }) =>
    isAbout({ body, numbers: [number] }, order, world),
  );
  const made = world.madeFor(order.ref);
  const wanted = partsOf(world.scenario, order.quantity);
  const isChanged = order.changes.some((one) => disruptive.has(one));
  const books = world.erp.books(order.ref);
  const judged = { order, family: given.family, deadLetters, made, wanted, isChanged, books };
  judgeCreation(judged, find);
  judgeShares(world, judged, find);
  if (deadLetters.length === 0 && !isChanged) {
    const marks = new Set(books.bookings.map(({ mark }) => mark));
    judgeJourneys(world, made, marks, order.changes.includes('operator opens it again'), find);
    judgeLinks(world, order, made, books.productOrders, find);
  }
  if (deadLetters.length === 0) judgeChanges(world, judged, find);
  if (deadLetters.length === 0 && !isChanged) judgeDetails(world, order, made, find);
  if (deadLetters.length === 0) judgeParts(world, order, made, find);
  if (deadLetters.length === 0) judgeCorrections(world, order, made, find);
  judgeWorkingTime(world, order, given.family, find);
  judgeRework(world, order, find);
  judgeTogether(world, made, find);
  for (const parts of bookedTogether(world, judged)) judgeBookings(world, judged, parts, find);
  judgeUnexplainedBookings(world, judged, find);
  judgePlausible(judged, find);
  for (const done of order.done) personActs[done.event.kind].isRight(done, order, world, find);
}

/** A tenth more than the ERP has ever wanted may be built. */
function judgePlausible(
  { order: { ref, accepted, mostWanted }, family, books }: JudgedOrder,
  find: Find,
): void {
  // What a planner split off is booked in the same books.
  if (family.length > 1) return;
  for (const { mark, good, scrap } of books.bookings)
    for (const [figure, most] of [
      [good, mostWanted * 1.1],
      [scrap, mostWanted],
    ] as const)
      if (mark !== undefined && Number(figure) > most && !accepted.has(figure))
        find('plausible', `${ref.number} is for ${mostWanted} at most, and ${figure} are booked.`);
}

function judgeCreation({ order, deadLetters, made, wanted, isChanged }: JudgedOrder, find: Find): void {
  const { number } = order.ref;
  const numbers = made.map((one) => one.number);
  if (new Set(numbers).size < made.length)
    find('created', `${number} is in Azumuta twice: ${numbers.join(', ')}.`);
  if (!isChanged && made.length !== wanted)
    find('created', `${number} should have ${wanted} product order(s) in Azumuta, but has ${made.length}.`);
  // A quantity of zero cannot be booked, so it becomes a dead letter for a person.
  if (!isChanged && order.figures !== 'zero')
    for (const { stage, reason } of deadLetters) find('deadLetters', `${number}, ${stage}: ${reason}`);
}

/** Checks what each product order of a calm order is for: the judge counts it, as it must not believe what was made. */
function judgeShares({ scenario }: World, { order, made, isChanged }: JudgedOrder, find: Find): void {
  if (isChanged || scenario.split === 'one') return;
  for (const one of made) {
    const share = shareOf(scenario, order.quantity, indexOf(one));
    if (Number(one.parameters.Quantity) !== share)
      find('created', `${one.number} is made for ${String(one.parameters.Quantity)}, its share is ${share}.`);
  }
}

/** The completed product orders of an order, grouped by the booking that they belong to. */
function bookedTogether(
  { scenario, wasTriggerAccepted }: World,
  { order: { removed }, made }: JudgedOrder,
): readonly (readonly BuiltProductOrder[])[] {
  // A removed product order cannot be read any more, so if its trigger was lost, nobody learns of it.
  const isUnreported = (one: BuiltProductOrder) =>
    removed.includes(one) && !one.recordings.some(({ id }) => wasTriggerAccepted(id));
  const completed = [...made, ...removed].filter((one) => one.status === 'completed' && !isUnreported(one));
  return scenario.split === 'when-all-done' ? [completed] : completed.map((one) => [one]);
}

/** @param parts Completed product orders that are booked together. */
function judgeBookings(
  world: World,
  { order, deadLetters, made, wanted, isChanged, books }: JudgedOrder,
  parts: readonly BuiltProductOrder[],
  find: Find,
): void {
  const { erp, scenario } = world;
  const { changes, removed } = order;
  const isWhole = scenario.split === 'when-all-done';
  const [first] = parts;
  if (!first) return;
  const marks = keysOf(world, isWhole ? [...made, ...removed] : parts).map((key) => erp.markOf(key));
  const bookings = books.bookings.filter(({ mark }) => mark !== undefined && marks.includes(mark));
  const name = `${first.number} (${first.id})`;
  for (const mark of new Set(marks)) {
    const times = bookings.filter((one) => one.mark === mark).length;
    if (times > 1) find('booked', `${name} is booked ${times} times.`);
  }
  // If one part was removed, the others cannot be booked; they may have been booked together before.
  if (removed.length > 0 && isWhole) return;
  // What a person has given up is nobody's to book.
  const open = parts.filter(({ number }) => !isGivenUp(order, number));
  const left = Math.max(wanted, made.length) - givenUpParts(order).size;
  const isPartly = open.length === 0 || (isWhole && open.length < left);
  if (bookings.length === 0 && deadLetters.length === 0 && !isPartly) {
    if (!isChanged) find('booked', `${name} is completed, but not booked.`);
    // It may have been removed before anybody could read it.
    const isRemoved = parts.some((part) => removed.includes(part));
    if (isChanged && !isRemoved && !isReported(world, order, made))
      find('booked', `${name} is completed but not booked, and nothing reports it (${changes.join(', ')}).`);
  }
  if (isWhole && !isChanged && deadLetters.length === 0)
    judgeEachPart(world, { name, parts, isPartly, bookings, state: books.state }, find);
  for (const booking of bookings) {
    const partsBooked = isWhole ? bookedWith(world, parts, booking) : parts;
    // The person who discards a dead letter, or gives up what is booked in part, takes care of its completion.
    const isHandledByPerson =
      changes.includes('dead letter is discarded') || parts.every(({ number }) => isGivenUp(order, number));
    // A planner who changes an order while it is booked gets a report of the difference.
    if (!isChanged || (deadLetters.length === 0 && !isHandledByPerson))
      judgeFigures(
        partsBooked.map((part) => asBooked(part, order, world)),
        booking,
        name,
        find,
      );
    if (!isHandledByPerson)
      for (const part of partsBooked)
        judgeRecordings(world, order, part, { links: books.links, deadLetters }, find);
  }
}

interface JudgedParts {
  readonly name: string;
  /** Completed. */
  readonly parts: readonly BuiltProductOrder[];
  /** Fewer than the ERP order has. */
  readonly isPartly: boolean;
  readonly bookings: JudgedOrder['books']['bookings'];
  readonly state: JudgedOrder['books']['state'];
}

/**
 * Checks that each completed part is in a booking, once all are or where the plant has times for that, and that no booking
 * has closed the ERP order before the last.
 */
function judgeEachPart(
  world: World,
  { name, parts, isPartly, bookings, state }: JudgedParts,
  find: Find,
): void {
  const booked = new Set(bookings.flatMap((booking) => bookedWith(world, parts, booking)));
  const left = parts.filter((part) => !booked.has(part)).map(({ number }) => number);
  if (left.length > 0 && (!isPartly || world.scenario.bookAt))
    find('booked', `${left.join(', ')} of ${name} is completed, and in no booking.`);
  if (isPartly && bookings.length > 0 && state !== 'open')
    find('booked', `${name} is ${state} in the ERP, and parts of it are not completed.`);
}

/** Checks that each booking belongs to a completion, or was made by a planner. */
function judgeUnexplainedBookings(world: World, { order, family, books }: JudgedOrder, find: Find): void {
  const { number } = order.ref;
  const completed = family.flatMap((one) => [
    ...[...world.madeFor(one.ref), ...one.removed].filter(({ status }) => status === 'completed'),
    // A product order that was removed while it was open again had been completed before.
    ...one.reworked,
  ]);
  const ours = new Set(keysOf(world, completed).map((key) => world.erp.markOf(key)));
  const isBookedByHand = family.some((one) => one.changes.includes('planner finishes it by hand'));
  for (const { mark, good } of books.bookings) {
    if (mark !== undefined && !ours.has(mark))
      find('nothingElse', `${number} has a booking ${mark} of ${good}, but no completion for it.`);
    if (mark === undefined && !isBookedByHand)
      find('nothingElse', `${number} has a booking of ${good} without a mark.`);
  }
}

/**
 * A posted order is compared at once: a product order that does not match any more must be reported; one that is booked,
 * where the ERP still wants more.
 */
function judgeChanges(world: World, { order, made, books }: JudgedOrder, find: Find): void {
  const { split, via } = world.scenario;
  if (split !== 'one' || via !== 'endpoint' || !order.changes.includes('planner changes the quantity'))
    return;
  // What is there of an order that the ERP does not want any more is no matter of its quantity: see `judgeConcerns`.
  if (!isWantedByErp(order, books)) return;
  // The ledger keeps the number that it had before an operator renamed it.
  const partitions = [...order.numbers, ...made.map(({ number }) => number)].map((one) => `ORDER#${one}`);
  const isBooked = world.plant.table
    .items()
    .some(
      ({ pk, doneAt, kind }) =>
        kind === 'quantity' && typeof doneAt === 'string' && partitions.includes(String(pk)),
    );
  // Operators may build what the ERP wants since, and then its order is closed.
  if (isBooked && books.state !== 'open') return;
  const other = made.find(({ parameters: { Quantity } }) =>
    isBooked ? Number(Quantity) < order.quantity : Number(Quantity) !== order.quantity,
  );
  if (other && !isGivenUp(order, other.number) && !isReported(world, order, made))
    find(
      'reported',
      `${other.number} is made for ${String(other.parameters.Quantity)}, the ERP wants ${order.quantity}, and nothing reports it.`,
    );
}

/** The parts that the ledger says are in a booking: if they became fewer or more, not all that are completed. */
function bookedWith(
  { plant, erp }: World,
  parts: readonly BuiltProductOrder[],
  { mark }: { readonly mark?: string | undefined },
): readonly BuiltProductOrder[] {
  const booking = plant.table
    .items()
    .find(({ sk }) => mark !== undefined && mark === erp.markOf(String(sk).slice('BOOKING#'.length)));
  const indexes: unknown = booking?.parts;
  return parts.filter((part) => Array.isArray(indexes) && indexes.includes(indexOf(part)));
}

function judgeFigures(
  parts: readonly BuiltProductOrder[],
  booking: { readonly good: string; readonly scrap: string; readonly lots: readonly string[] },
  name: string,
  find: Find,
): void {
  const recordings = parts.flatMap((part) => part.recordings);
  const sum = (figure: 'good' | 'scrap') => parts.reduce((total, part) => total + figureOf(part, figure), 0);
  const serials = [...new Set(recordings.flatMap((one) => one.serials))].sort();
  for (const figure of ['good', 'scrap'] as const)
    if (Number(booking[figure]) !== sum(figure))
      find('figures', `${name}: ${booking[figure]} ${figure} booked, ${sum(figure)} recorded.`);
  if ([...booking.lots].sort().join() !== serials.join())
    find(
      'figures',
      `${name}: lots ${booking.lots.join(', ') || 'none'} booked, ${serials.join(', ') || 'none'} recorded.`,
    );
}

/** The recorded quantity; the planned one if none was recorded. */
function figureOf({ recordings, parameters }: BuiltProductOrder, figure: 'good' | 'scrap'): number {
  const recorded = recordings.flatMap((one) => one[figure] ?? []);
  if (figure === 'good' && recorded.length === 0) return Number(parameters.Quantity);
  return recorded.reduce((total, one) => total + one, 0);
}

function judgeRecordings(
  { wasTriggerAccepted }: World,
  { later }: ReleasedOrder,
  { number, recordings }: BuiltProductOrder,
  { links, deadLetters }: { readonly links: readonly string[]; readonly deadLetters: readonly DeadLetter[] },
  find: Find,
): void {
  for (const { id } of recordings) {
    const count = links.filter((url) => url.endsWith(`/${id}`)).length;
    // Azumuta is not asked again about completed product orders, so a later recording whose trigger is lost stays
    // unknown.
    const isUnknown = later.has(id) && !wasTriggerAccepted(id);
    // If the order was cancelled or removed since, its recordings are in a dead letter instead.
    const hasDeadLetter = deadLetters.some(
      ({ body }) => body.includes(id) || body.includes(`"productOrderNumber":"${number}"`),
    );
    if (count > 1 || (count === 0 && !isUnknown && !hasDeadLetter))
      find('recordings', `The ERP has ${count} links to recording ${id} of ${number}.`);
  }
}

/** Whether the ledger reports to a person that the order changed; that person then resolves the difference. */
function isReported(
  { plant }: World,
  { numbers: own, changes, done }: ReleasedOrder,
  made: readonly BuiltProductOrder[],
): boolean {
  if (changes.includes('dead letter is discarded')) return true;
  if (done.some(({ event }) => event.kind === 'person settles')) return true;
  const numbers = [...own, ...made.map(({ number }) => number)];
  return plant.table
    .items()
    .some(
      (item) =>
        numbers.some((number) => item.pk === `ORDER#${number}`) &&
        (isOpenConcern(item) || String(item.sk).startsWith('DEAD-LETTER')),
    );
}
