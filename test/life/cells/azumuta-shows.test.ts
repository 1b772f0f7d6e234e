import { describe, expect, it } from 'vitest';
import type { OrderConcernKind } from '../../../shared/ledger/records/concerns.ts';
import type { OrderOutcome } from '../../../shared/life/outcomes.ts';
import {
  type AzumutaEvent,
  type AzumutaRow,
  azumutaEvents,
  azumutaRowOf,
  azumutaRows,
  howFarBooked,
  whatAzumutaShows,
} from '../../../shared/life/what-azumuta-shows.ts';
import { eachWithPlant, plant } from '../acts.ts';
import { minutes } from '../plant.ts';
import { begin, expectOutcome } from './outcomes.ts';
import { bring, renamed, Scene, type Way } from './scene.ts';

eachWithPlant();

/** What brings a product order to each row. */
const rows: Record<AzumutaRow, (scene: Scene) => Promise<void>> = {
  withdrawn: bring.withdrawn,
  async 'given up'(scene) {
    await bring.made(scene);
    await bring.givenUp(scene);
  },
  'perhaps made': bring.refusedInDoubt,
  made: bring.made,
  async unwanted(scene) {
    await bring.made(scene);
    await bring.cancelled(scene);
  },
  async 'wanted again'(scene) {
    await bring.made(scene);
    await bring.cancelled(scene);
    plant.advance(minutes);
    scene.says({});
    await plant.pull();
  },
  built: bring.planned,
  async 'built, unwanted'(scene) {
    await bring.planned(scene);
    await bring.cancelled(scene);
  },
  booked: bring.booked,
};

/** Of what is withdrawn, Azumuta may have what was typed by hand. */
function typeWhatIsMissing({ number, quantity }: Scene): void {
  const all = plant.azumuta.productOrders();
  if (!all.some((one) => one.number === number))
    plant.azumuta.typeByHand(number, 'GEAR-01', { Quantity: quantity });
}

/** What Azumuta shows then: the triggers of it are on their way. */
const events: Record<AzumutaEvent, (scene: Scene) => void> = {
  equal: typeWhatIsMissing,
  renamed(scene) {
    typeWhatIsMissing(scene);
    plant.azumuta.rename(scene.number, renamed);
  },
  different(scene) {
    typeWhatIsMissing(scene);
    scene.showsQuantity = 9;
  },
  gone: ({ number }) => void plant.azumuta.remove(number),
  opened(scene) {
    typeWhatIsMissing(scene);
    plant.azumuta.reopen(scene.number);
    plant.azumuta.triggerAgain(scene.number);
  },
  completed(scene) {
    typeWhatIsMissing(scene);
    if (plant.azumuta.reopen(scene.number)) scene.built = 4;
    plant.azumuta.complete(scene.number, scene.built === undefined ? {} : { quantity: scene.built });
  },
};
const isHint = (event: AzumutaEvent) => event === 'opened' || event === 'completed';

/** A look, or a hint: bookings that were planned are booked then, unless they are taken back. */
async function ask(event: AzumutaEvent, { number, order }: Scene): Promise<void> {
  if (!isHint(event)) return void (await plant.looked());
  await plant.ledger.pauses.resumeFlow('bookings');
  if (event === 'opened') {
    const booked = plant.erp.books(order);
    await plant.work(2 * minutes);
    expect(plant.erp.books(order)).toEqual(booked);
    // Its trigger came before Azumuta shows it as completed.
    plant.azumuta.complete(number, { quantity: null });
    plant.triggers.length = 0;
  }
  await plant.work();
}

async function rowIn({ number }: Scene): Promise<AzumutaRow | undefined> {
  const { entry, concerns, bookings } = await plant.ledger.knownOrders.readStanding(number);
  return entry && azumutaRowOf({ entry, concerns, booking: howFarBooked(bookings, entry.part.index) });
}

/** A look asks where something is open. */
function opened(row: AzumutaRow, event: AzumutaEvent, outcome: OrderOutcome): readonly OrderConcernKind[] {
  if (isHint(event)) return [];
  if (row === 'unwanted' || row === 'wanted again' || row === 'built, unwanted') return [];
  if (outcome.to === 'tell') return [outcome.kind === 'changed' ? 'removed' : 'changed'];
  return outcome.to === 'end' && !outcome.kinds.includes('changed') ? ['removed'] : ['changed', 'removed'];
}

async function walk(row: AzumutaRow, event: AzumutaEvent, way: Way): Promise<void> {
  // Prepare
  const scene = new Scene(way);
  await rows[row](scene);
  plant.advance(minutes);
  const outcome = whatAzumutaShows[row][event];
  await begin(scene, opened(row, event, outcome));
  expect(await rowIn(scene)).toBe(row);
  events[event](scene);
  const isBooked = row !== 'withdrawn' && row !== 'unwanted' && row !== 'built, unwanted';
  const good = String(row === 'built' && scene.built ? scene.built : scene.ordered);
  const books = isBooked ? { good, times: 1 } : { good: '0', times: 0 };
  await expectOutcome(outcome, scene, () => ask(event, scene), { books });
}

/** Cells that cannot happen. */
const impossible: readonly {
  readonly row: AzumutaRow;
  readonly event: AzumutaEvent;
  readonly because: string;
}[] = [
  {
    row: 'perhaps made',
    event: 'renamed',
    because: 'the answer to its creation was lost, and its id with it: what is renamed looks gone',
  },
];

/** Cells in which it matters of how many parts its order is, how they are booked, or who made it. */
const otherWays: readonly (readonly [AzumutaRow, AzumutaEvent, Way])[] = [
  ['made', 'gone', 'when-all-done'],
  ['made', 'completed', 'typed by hand'],
  ['unwanted', 'gone', 'each'],
  ['built', 'gone', 'when-all-done'],
  ['built', 'opened', 'when-all-done'],
  ['booked', 'completed', 'when-all-done'],
];

const isPossible = (row: AzumutaRow, event: AzumutaEvent) =>
  !impossible.some((cell) => cell.row === row && cell.event === event);
const usual = azumutaRows.flatMap((row) =>
  azumutaEvents
    .filter((event) => isPossible(row, event))
    .map((event) => ({ row, event, way: 'alone' as const, to: whatAzumutaShows[row][event].to })),
);
const others = otherWays.map(([row, event, way]) => ({
  row,
  event,
  way,
  to: whatAzumutaShows[row][event].to,
}));

describe('what Azumuta shows of a product order', () => {
  it.each([...usual, ...others])('$event, where it is $row, $way: $to', ({ row, event, way }) =>
    walk(row, event, way),
  );
});
