import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { unsettling } from '../scenario/happening.ts';
import { isAbout } from '../scenario/names.ts';
import type { People } from '../scenario/people.ts';
import type { ReleasedOrder } from '../scenario/released-order.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';

/** What a run must not end with: the promise that it breaks, and how. */
export interface Finding {
  readonly invariant: string;
  readonly sentence: string;
}

export const invariants = {
  created: 'Every accepted order is created once, or told.',
  booked: 'What was completed is booked once, or is a dead letter with its cause.',
  figures: 'A booking has the quantity, the scrap and the lots that were recorded.',
  nothingElse: 'Nothing is booked that Azumuta does not say.',
  recordings: 'Each recording is told once.',
  letters: 'A dead letter has a cause that a person can mend, and goes away once it is mended.',
  rest: 'After the last accident all comes to rest.',
  leases: 'No lock, lease or claim outlives its holder beyond its time.',
  items: 'No item of the ledger comes near its limit.',
} as const;

type Find = (invariant: keyof typeof invariants, sentence: string) => void;

/** Compares the partners' own books with each other, once all has come to rest. */
export function judge(world: World, people: People): readonly Finding[] {
  const findings: Finding[] = [];
  const find: Find = (invariant, sentence) => findings.push({ invariant: invariants[invariant], sentence });
  const letters = lettersOf(world);
  const orders = people.orders.filter(Boolean);
  for (const order of orders) {
    // The ERP keeps the books of what a planner split together.
    const family = orders.filter((one) => one.family === order.family);
    judgeOrder(world, order, { letters, family }, find);
  }
  judgeLedger(world, find);
  return findings;
}

interface Letter {
  readonly body: string;
  readonly stage: string;
  readonly reason: string;
  readonly order: string;
}

function lettersOf({ plant }: World): readonly Letter[] {
  return plant.queues.messages(queueUrlOf('dead-letters')).map(({ body, attributes }) => ({
    body,
    stage: textOf(attributes.stage) ?? 'none: moved by SQS',
    reason: textOf(attributes.reason) ?? '',
    order: textOf(attributes.orderNumber) ?? '',
  }));
}

const textOf = (attribute: string | { readonly StringValue: string } | undefined) =>
  typeof attribute === 'object' ? attribute.StringValue : attribute;

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
  const built = [...made, ...removed];
  // Azumuta cannot be asked about what is not there any more: where its trigger was lost, nobody knows of it.
  const isUnheard = (one: BuiltProductOrder) =>
    removed.includes(one) && !one.recordings.some(({ id }) => world.wasHeard(id));
  const completed = built.filter((one) => one.status === 'completed' && !isUnheard(one));
  const units = scenario.split === 'when-all-done' ? [completed] : completed.map((one) => [one]);
  const ours = new Set(
    family
      .flatMap((one) => [...world.madeFor(one.ref), ...one.removed])
      .flatMap(({ id, status }) => (status === 'completed' ? [erp.markOf(`${id}#quantity`)] : [])),
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
      const isPartly = scenario.split === 'when-all-done' && parts.length < wanted;
      if (own.length === 0 && !isPartly && !isChanged)
        find('booked', `${name} is completed, and is not booked.`);
      if (own.length === 0 && !isPartly && isChanged && !isTold(world, order, made))
        find('booked', `${name} is completed and not booked, and nobody was told (${changes.join(', ')}).`);
    }
    for (const booking of bookings) {
      const told = bookedWith(parts, booking, scenario, isChanged);
      // A planner who changes an order while it is booked is told what came of it.
      if (!isChanged || own.length === 0) judgeFigures(told, booking, name, find);
      for (const part of told) judgeRecordings(world, order, part, books.links, find);
    }
  }
  for (const { mark, good } of books.bookings) {
    if (mark !== undefined && !ours.has(mark))
      find('nothingElse', `${ref.number} has a booking ${mark} of ${good}, of nothing that is completed.`);
    if (mark === undefined && !family.some((one) => one.changes.includes('planner finishes it by hand')))
      find('nothingElse', `${ref.number} has a booking of ${good} without a mark.`);
  }
}

/** Which part of its ERP order a product order was made as: `…/2` is the second; an operator's new name begins with it. */
function indexOf({ number }: BuiltProductOrder): number {
  return Number(/\/(\d+)(?:-R)*$/.exec(number)?.[1] ?? 1);
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
  const planned = () => parts.reduce((total, { parameters }) => total + Number(parameters.Quantity), 0);
  const sum = (figure: 'good' | 'scrap') =>
    figure === 'good' && recordings.every(({ good }) => good === undefined)
      ? planned()
      : recordings.reduce((total, one) => total + (one[figure] ?? 0), 0);
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

function judgeRecordings(
  { wasHeard }: World,
  { later }: ReleasedOrder,
  { number, recordings }: BuiltProductOrder,
  links: readonly string[],
  find: Find,
): void {
  for (const { id } of recordings) {
    const told = links.filter((url) => url.endsWith(`/${id}`)).length;
    // Azumuta is not asked about what was completed before: a trigger that is lost then is lost.
    const isUnknown = later.has(id) && !wasHeard(id);
    if (told > 1 || (told === 0 && !isUnknown))
      find('recordings', `Recording ${id} of ${number} is told ${told} times.`);
  }
}

/** Whether the ledger tells a person that an order is not as it was: what they did is theirs to settle. */
function isTold(
  { plant }: World,
  { numbers: own }: ReleasedOrder,
  made: readonly BuiltProductOrder[],
): boolean {
  const numbers = [...own, ...made.map(({ number }) => number)];
  return plant.table.items().some(({ pk, sk }) => {
    const kind = String(sk);
    return (
      numbers.some((number) => pk === `ORDER#${number}`) &&
      (kind.startsWith('CONFLICT') || kind.startsWith('DEAD-LETTER'))
    );
  });
}

/** AWS: an item has 400 KB at most. Half of it is far from what one order needs. */
const mostBytes = 200_000;

function judgeLedger({ plant, time }: World, find: Find): void {
  const largest = plant.table.largest();
  if (largest && largest.bytes > mostBytes)
    find('items', `${largest.key.pk} ${largest.key.sk} has ${largest.bytes} bytes.`);
  for (const item of plant.table.items()) {
    const until = Number(item.leaseUntil ?? 0);
    if (until > time.now())
      find('leases', `${String(item.pk)} ${String(item.sk)} is held until ${new Date(until).toISOString()}.`);
  }
}
