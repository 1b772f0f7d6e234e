import { expect, vi } from 'vitest';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { lifeOf } from '../../../shared/life/life.ts';
import { azumutaPeopleOn } from '../../support/azumuta-people.ts';
import { type Fault, setFaults } from '../../support/faults.ts';
import { plannersOn } from '../../support/planners.ts';
import { patience, type Rehearsal } from './rehearsal.ts';

const small = { product: 'GEAR-01', quantity: '5' } as const;
const { product: article } = small;

const search = routeOfOperation('findProductOrder');
const creation = routeOfOperation('createProductOrder');
const booking = 'POST /api/production-orders/{number}/bookings';
const down = (route: string): Fault => ({ kind: 'status', status: 503, route });
const refusing: Fault = { kind: 'status', status: 422, message: 'The period is closed', route: booking };
/** SQS has dropped a dead letter by then. */
const manyDays = 16;
const longAgo = '2026-01-05';

/** Numbers of orders, by what has become of each. */
export type Lives = Awaited<ReturnType<typeof liveOneEach>>;
type InFlight = Awaited<ReturnType<typeof leaveInFlight>>;

/** What each of `liveOneEach` is until somebody goes on with it, whichever version runs. */
export const held = {
  givenUp: 'given up',
  refused: 'to be booked, dead-letter',
  removed: 'removed, removed',
  withdrawn: 'withdrawn',
  ignored: 'completed',
};
/** What each of them is in the end. */
export const ended = {
  givenUp: 'given up',
  refused: 'booked',
  removed: 'booked',
  withdrawn: 'booked',
  ignored: 'booked',
};
/** What each of `leaveInFlight` is once the partners answer. */
export const landed = {
  built: 'booked',
  typed: 'booked',
  begun: 'in Azumuta',
  unmade: 'given up',
};

const peopleOf = ({ system: { sandboxes } }: Rehearsal) => azumutaPeopleOn(sandboxes.azumuta.store);
const plannersOf = ({ system: { sandboxes } }: Rehearsal) => plannersOn(sandboxes.erp.store);

/**
 * One order for each way in which a life ends, or stands still, under the version that runs.
 * @param ignored A number that the ERP does not know yet.
 */
export async function liveOneEach(stack: Rehearsal, ignored: string) {
  const created = [small, small, { ...small, dueDate: longAgo }].map((order) => stack.release(order));
  const [givenUp = '', refused = '', removed = ''] = await Promise.all(created);
  await Promise.all([givenUp, refused, removed].map(stack.isCreated));
  const withdrawn = await refuseAndWithdraw(stack, refused);

  await stack.command('orders', 'give-up', givenUp, '--because', 'scrapped', '--go');
  peopleOf(stack).remove(removed);
  await stack.run('Reconcile');
  await stack.isInStage(removed, 'removed');

  peopleOf(stack).typeByHand(ignored, article, 5);
  stack.system.azumuta.complete(ignored);
  await stack.hasBookings(ignored, 'ignored');
  await stack.isIdle();
  return { givenUp, refused, removed, withdrawn, ignored };
}

/** The ERP refuses an order that is built, for longer than SQS keeps its dead letter, and cancels another before it is made. */
async function refuseAndWithdraw(stack: Rehearsal, refused: string): Promise<string> {
  const { erp, azumuta } = stack.system;
  setFaults(erp, [refusing]);
  setFaults(azumuta, [down(search)]);
  const withdrawn = await stack.release(small);
  azumuta.complete(refused);
  await vi.waitUntil(async () => (await stack.standing(refused)).deadLetters.length > 0, patience);
  plannersOf(stack).cancel(withdrawn);
  await stack.pullUntil(withdrawn, 'withdrawn');
  setFaults(erp, []);
  setFaults(azumuta, []);
  await stack.daysHaveGoneBy(refused, manyDays);
  return withdrawn;
}

/**
 * What is under way while a version is replaced: one that is built, one that was typed by hand and built, one whose creation
 * got no answer, and one that a person gives up while its creation waits.
 */
export async function leaveInFlight(stack: Rehearsal) {
  const { erp, azumuta } = stack.system;
  const built = await stack.release(small);
  await stack.isCreated(built);
  const [unsent] = erp.release(small);
  const typed = unsent?.number ?? '';
  peopleOf(stack).typeByHand(typed, article, 5);

  setFaults(erp, [down(booking)]);
  setFaults(azumuta, [down(creation)]);
  for (const number of [built, typed]) azumuta.complete(number);
  await Promise.all([built, typed].map(stack.isPlanned));
  const begun = await stack.release(small);
  await stack.isInStage(begun, 'being created');
  setFaults(azumuta, [down(search)]);
  const unmade = await stack.release(small);
  // It may be tried at this moment: then the command says to type it again.
  const giveUp = () => stack.command('orders', 'give-up', unmade, '--because', 'not needed', '--go');
  await vi.waitFor(giveUp, patience);
  expect(await stack.depth()).toBeGreaterThan(0);
  return { built, typed, begun, unmade };
}

/** The partners answer again: the version that runs now does what was under way, and a day of the plant goes by. */
export async function land(stack: Rehearsal, { built, typed, begun }: InFlight): Promise<void> {
  setFaults(stack.system.erp, []);
  setFaults(stack.system.azumuta, []);
  await Promise.all([
    stack.isCreated(begun),
    ...[built, typed].map((number) => stack.hasBookings(number, 'done')),
  ]);
  await stack.isIdle();
  for (const schedule of ['Pull', 'Reconcile', 'Alerts'] as const) await stack.run(schedule);
  await stack.isIdle();
}

/** People and the ERP go on with each life: all is made and built, also what was given up. */
export async function goOn(stack: Rehearsal, lives: Lives): Promise<void> {
  const { azumuta, erp } = stack.system;
  const { givenUp, refused, removed, withdrawn, ignored } = lives;
  azumuta.complete(givenUp);
  await stack.command('replay', '--order', refused, '--go');
  await stack.command('orders', 'remake', removed, '--because', 'removed by mistake', '--go');
  plannersOf(stack).releaseAgain(withdrawn);
  const [unsent] = erp.release(small);
  plannersOf(stack).revise(unsent?.number ?? '', { number: ignored });
  for (const number of [withdrawn, ignored]) await stack.release({ number });
  await Promise.all([removed, withdrawn, ignored].map(stack.isCreated));
  for (const number of [removed, withdrawn]) azumuta.complete(number);
  await Promise.all([refused, removed, withdrawn].map((number) => stack.hasBookings(number, 'done')));
  await stack.isIdle();
}

/**
 * How far each order is, as the version that runs tells it; where it tells nothing, as the ledger has it. Then what is open
 * about it.
 */
export async function standOf(stack: Rehearsal, orders: Readonly<Record<string, string>>) {
  const stands = Object.entries(orders).map(async ([name, number]) => {
    const known = await stack.standing(number);
    const kinds = known.concerns.map(({ kind }) => kind);
    const letters = known.deadLetters.map(() => 'dead-letter');
    const stage = (await stack.stageTold(number)) ?? lifeOf(known).stage;
    return [name, [stage, ...kinds, ...letters].join(', ')] as const;
  });
  return Object.fromEntries(await Promise.all(stands));
}
