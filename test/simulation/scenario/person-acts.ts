import { discardDeadLetters } from '../../../infra/console/dead-letters.ts';
import { UsageError } from '../../../infra/ops/cli/command.ts';
import type { DeadLetterMessage } from '../../../infra/ops/dead-letters/dead-letter.ts';
import { endings } from '../../../infra/ops/orders/end-order.ts';
import type { OrderEntry } from '../../../shared/ledger/records/product-orders.ts';
import { homeOfBookings } from '../../../shared/model/orders.ts';
import { isMadeOnce, type Rightness, staysDiscarded, staysEnded, staysSettled } from '../invariants/ended.ts';
import { type Acting, bookByHand, entriesOf, noteDone } from './acting.ts';
import { plannerDoes } from './planners.ts';
import { isAbout, isGivenUp, isOfGivenUp, madeAs, type ReleasedOrder } from './released-order.ts';
import { because, type EndedByPerson } from './scenario-event.ts';

type EventOf<Kind extends EndedByPerson['kind']> = Extract<EndedByPerson, { readonly kind: Kind }>;
type SettledEvent = EventOf<'person settles'>;
type RemadeEvent = EventOf<'person has it made again'>;

interface PersonAct<Event extends EndedByPerson> {
  /**
   * Does it with the product's own command, after what its next step says was done in the ERP or in Azumuta.
   * @returns false while there is nothing to end. @throws UsageError as the command does
   */
  readonly does: (acting: Acting<Event>) => Promise<boolean>;
  /** Checks, at the end, what is right since then. */
  readonly isRight: Rightness;
}

/** What people end. Each says when it is possible and what is done then, and what is right from then on. */
export const personActs: { readonly [Kind in EndedByPerson['kind']]: PersonAct<EventOf<Kind>> } = {
  'person gives up an order': { does: giveUpOrder, isRight: staysEnded },
  'person gives up a part': { does: giveUpPart, isRight: staysEnded },
  'person settles': { does: settle, isRight: staysSettled },
  'person has it made again': { does: remake, isRight: isMadeOnce },
  'dead letter is discarded': { does: discardLetter, isRight: staysDiscarded },
};

/** All its product orders that are not booked. */
async function giveUpOrder(acting: Acting<EventOf<'person gives up an order'>>): Promise<boolean> {
  const { event, world, state } = acting;
  const order = state.orders[event.order];
  const open = order ? openEntries(order, acting) : [];
  if (!order || open.length === 0) return false;
  if (event.byHand) bookByHand(order, world);
  for (const { number, part } of open) await giveUp(number, part.index, order, acting);
  return true;
}

async function giveUpPart(acting: Acting<EventOf<'person gives up a part'>>): Promise<boolean> {
  const { event, state } = acting;
  const order = state.orders[event.order];
  if (!order) return false;
  const entry = openEntries(order, acting).find(({ part }) => part.index === event.part);
  if (entry?.part.book !== 'when-all-done') return false;
  await giveUp(entry.number, entry.part.index, order, acting);
  return true;
}

/** Nobody gives up what is booked, unless something is open about that. */
export function openEntries(order: ReleasedOrder, { world }: Acting) {
  const items = world.plant.table.items();
  return entriesOf(order, world).filter((entry) => {
    const home = `ORDER#${homeOfBookings(entry)}`;
    const isBooked = items.some(
      ({ pk, kind, state, parts }) =>
        pk === home &&
        kind === 'quantity' &&
        state === 'done' &&
        Array.isArray(parts) &&
        parts.includes(entry.part.index),
    );
    return !isBooked && !isGivenUp(order, entry.number);
  });
}

export async function giveUp(
  number: string,
  index: number,
  order: ReleasedOrder,
  acting: Acting,
): Promise<void> {
  order.changes.push(acting.event.kind);
  await endings['give-up']({ number, go: true, note: because }, acting.dependencies);
  noteDone(acting, order, { number, index });
  await discardDeadLetters(
    { wanted: ({ numbers }) => isOfGivenUp(order, numbers), note: because },
    acting.tools,
  );
}

async function settle(acting: Acting<SettledEvent>): Promise<boolean> {
  const { event, world, state, dependencies } = acting;
  const order = state.orders[event.order];
  if (!order) return false;
  const items = world.plant.table.items();
  const told = (number: string) =>
    items.some(
      ({ pk, sk, content }) =>
        pk === `ORDER#${number}` && sk === `CONCERN#${event.concern}` && content !== '',
    );
  const entry = entriesOf(order, world).find(({ number }) => told(number));
  if (!entry) return false;
  const { number, part } = entry;
  if (!isPutRight(number, order, acting)) return false;
  await endings.settle({ number, kind: event.concern, go: true, note: because }, dependencies);
  noteDone(acting, order, { number, index: part.index });
  return true;
}

/** Does what the next step of the concern says. @returns false where it cannot be done now. */
function isPutRight(number: string, order: ReleasedOrder, { event, world }: Acting<SettledEvent>): boolean {
  const { azumuta } = world;
  const [there] = madeAs(number, order, world);
  switch (event.concern) {
    case 'changed':
      // It shall stay as it is.
      return true;
    case 'unwanted': {
      // What is built stays in Azumuta.
      if (there?.status === 'completed') bookByHand(order, world);
      const removed = there && there.status !== 'completed' && azumuta.remove(there.number);
      if (removed) {
        order.removed.push(removed);
        order.changes.push('operator removes it');
      }
      return true;
    }
    case 'removed': {
      const was = order.removed.findLast((one) => one.number === number);
      if (there || !was || was.status === 'completed') return false;
      return azumuta.typeByHand(number, was.article, typedAs(was.parameters)) !== undefined;
    }
    case 'used-again':
      // No model gives the number of another order away.
      return true;
    case 'figures-changed':
      // The ERP is corrected by documents of its own, which no model keeps.
      return true;
    default:
      return event.concern satisfies never;
  }
}

function typedAs(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : String(value),
    ]),
  );
}

async function remake(acting: Acting<RemadeEvent>): Promise<boolean> {
  const { event, world, state } = acting;
  const order = state.orders[event.order];
  if (!order) return false;
  if (event.after === 'withdrawn') return wantAgain(order, acting);
  // What was booked by hand, or is not wanted, nobody has made again.
  if (order.isWithheld || world.erp.books(order.ref).state !== 'open') return false;
  const items = world.plant.table.items();
  const isRemoved = (number: string) =>
    items.some(
      ({ pk, sk, content }) => pk === `ORDER#${number}` && sk === 'CONCERN#removed' && content !== '',
    ) && !order.removed.some((one) => one.number === number && one.status === 'completed');
  const entry = entriesOf(order, world).find(({ number, end }) =>
    event.after === 'given up' ? end?.how === 'given up' : isRemoved(number),
  );
  if (!entry) return false;
  await remakeOf(entry, order, acting);
  return true;
}

/** @throws UsageError as the command does */
export async function remakeOf(
  { number, part }: OrderEntry,
  order: ReleasedOrder,
  acting: Acting,
): Promise<void> {
  order.changes.push(acting.event.kind);
  await endings.remake({ number, go: true, note: because }, acting.dependencies);
  for (const act of order.done) if (act.number === number) act.isTakenBack = true;
  noteDone(acting, order, { number, index: part.index });
}

/** The command refuses what was withdrawn, which is made once the ERP wants it again: so the planner has the ERP want it. */
async function wantAgain(order: ReleasedOrder, acting: Acting<RemadeEvent>): Promise<boolean> {
  const { event, world, state, dependencies } = acting;
  const entry = entriesOf(order, world).find(({ end }) => end?.how === 'withdrawn');
  if (!entry) return false;
  const { number, part } = entry;
  const isMade = await endings.remake({ number, go: true, note: because }, dependencies).then(
    () => true,
    (error: unknown) => {
      if (error instanceof UsageError) return false;
      throw error;
    },
  );
  const release = { kind: 'planner releases it again', order: event.order, at: event.at } as const;
  if (!isMade && plannerDoes(order, release, world, state)) order.changes.push(release.kind);
  noteDone(acting, order, { number, index: part.index });
  return true;
}

/** The first one of the queue: somebody has done by hand what it is about, or it is not to be done. */
async function discardLetter(acting: Acting<EventOf<'dead letter is discarded'>>): Promise<boolean> {
  const { event, world, state, tools } = acting;
  let chosen: DeadLetterMessage | undefined;
  const about = (letter: DeadLetterMessage) =>
    state.orders.filter((one) => one && isAbout(letter, one, world));
  const wanted = (letter: DeadLetterMessage) => {
    if (chosen) return false;
    chosen = letter;
    for (const order of about(letter)) {
      order.changes.push(event.kind);
      if (event.byHand) bookByHand(order, world);
    }
    return true;
  };
  await discardDeadLetters({ wanted, note: because }, tools);
  // TypeScript does not see that the callback has set it.
  const letter = chosen as DeadLetterMessage | undefined;
  if (!letter) return false;
  const { orderNumber: number, booking = '', body } = letter;
  world.timeline.note('administrator', () => `discards ${body}`);
  for (const order of about(letter)) noteDone(acting, order, { number, index: 1, keys: booking.split(', ') });
  return true;
}
