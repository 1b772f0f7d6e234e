import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { unsettling } from '../scenario/happening.ts';
import { isAbout } from '../scenario/names.ts';
import type { People } from '../scenario/people.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import { sourceParameter } from '../world/integration.ts';
import type { World } from '../world/world.ts';
import { judgeCalls } from './calls.ts';
import { createFindings, type Find, type Finding } from './finding.ts';
import { judgeJourneys } from './journey.ts';
import { judgeLedger } from './ledger.ts';
import { type Letter, lettersOf } from './letters.ts';
import { judgeLinks } from './links.ts';
import { indexOf, judgeParts, judgeRework } from './parts.ts';

export { type Finding, invariants } from './finding.ts';

/** Compares the partners' own books with each other, once all has come to rest. */
export function judge(world: World, people: People): readonly Finding[] {
  const { find, all } = createFindings();
  const letters = lettersOf(world);
  const orders = people.orders.filter(Boolean);
  for (const order of orders) {
    // The ERP keeps the books of what a planner split together.
    const family = orders.filter((one) => one.family === order.family);
    judgeOrder(world, order, { letters, family }, find);
  }
  judgeOrigins(world, people, find);
  judgeLedger(world, people, find);
  judgeCalls(world, find);
  return [...all(), ...world.watch.findings()];
}

/** What people type bears no source. */
function judgeOrigins({ azumuta }: World, { orders }: People, find: Find): void {
  const known = new Set<unknown>([
    undefined,
    ...orders.flatMap((order) => order?.ref.id ?? order?.ref.number ?? []),
  ]);
  for (const { number, parameters } of azumuta.productOrders())
    if (!known.has(parameters[sourceParameter]))
      find('ordered', `${number} is in Azumuta, and is no planner's.`);
}

function judgeOrder(
  world: World,
  order: ReleasedOrder,
  { letters, family }: { readonly letters: readonly Letter[]; readonly family: readonly ReleasedOrder[] },
  find: Find,
): void {
  const { scenario, erp } = world;
  const { ref, changes, removed } = order;
  const made = world.madeFor(ref);
  const own = letters.filter(({ body, order: number }) => isAbout({ body, numbers: [number] }, order, world));
  const wanted = scenario.split === 'one' ? 1 : order.quantity;
  const isChanged = changes.some((one) => unsettling.has(one));
  if (new Set(made.map(({ number }) => number)).size < made.length)
    find('created', `${ref.number} is twice in Azumuta: ${made.map(({ number }) => number).join(', ')}.`);
  if (!isChanged && made.length !== wanted)
    find('created', `${ref.number} should be ${wanted} product order(s) in Azumuta, and is ${made.length}.`);
  // Nothing can be booked with a quantity of zero: the letter is how a person is told.
  if (!isChanged && order.figures !== 'zero')
    for (const { stage, reason } of own) find('letters', `${ref.number}, ${stage}: ${reason}`);

  const books = erp.books(ref);
  const marks = new Set(books.bookings.map(({ mark }) => mark));
  if (own.length === 0 && !isChanged)
    judgeJourneys(world, made, marks, changes.includes('operator opens it again'), find);
  if (own.length === 0 && !isChanged) judgeLinks(world, order, made, books.productOrders, find);
  if (own.length === 0) judgeChanges(world, order, made, find);
  if (own.length === 0) judgeParts(world, order, made, find);
  judgeRework(world, order, find);
  const built = [...made, ...removed];
  // Azumuta cannot be asked about what is not there any more: where its trigger was lost, nobody knows of it.
  const isUnheard = (one: BuiltProductOrder) =>
    removed.includes(one) && !one.recordings.some(({ id }) => world.wasHeard(id));
  const completed = built.filter((one) => one.status === 'completed' && !isUnheard(one));
  const units = scenario.split === 'when-all-done' ? [completed] : completed.map((one) => [one]);
  const ours = new Set(
    family
      .flatMap((one) => [
        ...[...world.madeFor(one.ref), ...one.removed].filter(({ status }) => status === 'completed'),
        // Whoever removed it while it was open again had completed it once.
        ...one.reworked,
      ])
      .map(({ id }) => erp.markOf(`${id}#quantity`)),
  );
  for (const parts of units) {
    const first = scenario.split === 'when-all-done' ? built.find((one) => indexOf(one) === 1) : parts[0];
    if (!first || parts.length === 0) continue;
    const mark = erp.markOf(`${first.id}#quantity`);
    const bookings = books.bookings.filter((one) => one.mark === mark);
    const name = `${first.number} (${first.id})`;
    if (bookings.length > 1) find('booked', `${name} is booked ${bookings.length} times.`);
    // Without a part that was removed nobody can book the others; it may have been booked with them before.
    if (removed.length > 0 && scenario.split === 'when-all-done') continue;
    if (bookings.length === 0) {
      const isPartly = scenario.split === 'when-all-done' && parts.length < Math.max(wanted, made.length);
      if (own.length === 0 && !isPartly && !isChanged)
        find('booked', `${name} is completed, and is not booked.`);
      // What is removed may have been so before anybody could read it.
      const isRemoved = parts.some((part) => removed.includes(part));
      if (own.length === 0 && !isPartly && isChanged && !isRemoved && !isTold(world, order, made))
        find('booked', `${name} is completed and not booked, and nobody was told (${changes.join(', ')}).`);
    }
    for (const booking of bookings) {
      const told = bookedWith(parts, booking, scenario, isChanged);
      // Whoever discards a dead letter sees to what it was about.
      const isSeenTo = changes.includes('dead letter is discarded');
      // A planner who changes an order while it is booked is told what came of it.
      if (!isChanged || (own.length === 0 && !isSeenTo)) judgeFigures(told, booking, name, find);
      if (!isSeenTo)
        for (const part of told)
          judgeRecordings(world, order, part, { links: books.links, letters: own }, find);
    }
  }
  for (const { mark, good } of books.bookings) {
    if (mark !== undefined && !ours.has(mark))
      find('nothingElse', `${ref.number} has a booking ${mark} of ${good}, of nothing that is completed.`);
    if (mark === undefined && !family.some((one) => one.changes.includes('planner finishes it by hand')))
      find('nothingElse', `${ref.number} has a booking of ${good} without a mark.`);
  }
}

/** A posted order is compared at once: what was made of it by then and is not as it is wanted now, is told. */
function judgeChanges(
  world: World,
  order: ReleasedOrder,
  made: readonly BuiltProductOrder[],
  find: Find,
): void {
  const { split, via } = world.scenario;
  if (split !== 'one' || via !== 'endpoint' || !order.changes.includes('planner changes the quantity'))
    return;
  const other = made.find(({ parameters }) => Number(parameters.Quantity) !== order.quantity);
  if (other && !isTold(world, order, made))
    find(
      'told',
      `${other.number} is made for ${String(other.parameters.Quantity)}, the ERP wants ${order.quantity}, and nobody was told.`,
    );
}

/** An order that has fewer parts now may have been booked before, with all, or after, with those that are left. */
function bookedWith(
  parts: readonly BuiltProductOrder[],
  { good, scrap }: { readonly good: string; readonly scrap: string },
  { split }: World['scenario'],
  isChanged: boolean,
): readonly BuiltProductOrder[] {
  if (split !== 'when-all-done' || !isChanged) return parts;
  const byIndex = parts.toSorted((one, other) => indexOf(one) - indexOf(other));
  return byIndex.slice(0, Number(good) + Number(scrap));
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

/** What was recorded; what was planned, where no quantity was. */
function figureOf({ recordings, parameters }: BuiltProductOrder, figure: 'good' | 'scrap'): number {
  const recorded = recordings.flatMap((one) => one[figure] ?? []);
  if (figure === 'good' && recorded.length === 0) return Number(parameters.Quantity);
  return recorded.reduce((total, one) => total + one, 0);
}

function judgeRecordings(
  { wasHeard }: World,
  { later }: ReleasedOrder,
  { number, recordings }: BuiltProductOrder,
  { links, letters }: { readonly links: readonly string[]; readonly letters: readonly Letter[] },
  find: Find,
): void {
  for (const { id } of recordings) {
    const told = links.filter((url) => url.endsWith(`/${id}`)).length;
    // Azumuta is not asked about what was completed before: a trigger that is lost then is lost.
    const isUnknown = later.has(id) && !wasHeard(id);
    // What cannot be told any more, as the order was cancelled or removed since, a person has the letter of.
    const isPutAside = letters.some(
      ({ body }) => body.includes(id) || body.includes(`"productOrderNumber":"${number}"`),
    );
    if (told > 1 || (told === 0 && !isUnknown && !isPutAside))
      find('recordings', `Recording ${id} of ${number} is told ${told} times.`);
  }
}

/** Whether the ledger tells a person that an order is not as it was: what they did is theirs to settle. */
function isTold(
  { plant }: World,
  { numbers: own, changes }: ReleasedOrder,
  made: readonly BuiltProductOrder[],
): boolean {
  if (changes.includes('dead letter is discarded')) return true;
  const numbers = [...own, ...made.map(({ number }) => number)];
  return plant.table.items().some(({ pk, sk }) => {
    const kind = String(sk);
    return (
      numbers.some((number) => pk === `ORDER#${number}`) &&
      (kind.startsWith('CONFLICT') || kind.startsWith('DEAD-LETTER'))
    );
  });
}
