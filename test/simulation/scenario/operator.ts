import type { CompletionRequest } from '../../../infra/local/sandbox/azumuta/complete.ts';
import type { BuiltProductOrder } from '../partners/azumuta.ts';
import { dayMs, minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { sendAgain } from './administrators.ts';
import { isSeenTo, seeToFigures, timesTooMany } from './beyond-order.ts';
import type { ReleasedOrder, ScenarioState } from './released-order.ts';
import type { OtherFigures } from './scenario-event.ts';
import { partsOf } from './setting.ts';

/** How often an operator looks for something to build. */
const lookAgainMs = 3 * minuteMs;
/** After this time the operator stops looking: an order that is still missing is lost or was reported. */
const patienceMs = 24 * 60 * minuteMs;
/** Whoever remembers it then does not look for what is missing. */
const forgottenMs = 3 * dayMs;
/** Between two product orders that are completed one after the other. */
const betweenMs = 4 * minuteMs;
const enoughForAllMs = 60 * minuteMs;

/** Completes the open product orders of an order one after the other, until the wanted quantity is built. */
export function startOperator(world: World, order: ReleasedOrder, state: ScenarioState): void {
  const { time, scenario } = world;
  const done = state.addTask();
  const startsAfterMs = order.planned.builtAfter * minuteMs + (order.isForgotten ? forgottenMs : 0);
  const givesUpAt = time.now() + (order.isForgotten ? startsAfterMs + enoughForAllMs : patienceMs);
  time.after(startsAfterMs, build);

  function build(): void {
    const made = world.madeFor(order.ref);
    const wanted = partsOf(scenario, order.quantity);
    // A reopened product order is completed by somebody else.
    const inTurn = order.planned.lastPartFirst ? made.toReversed() : made;
    const all = inTurn.filter((one) => one.recordings.length === 0 && isToBuild(order, one, world));
    const [open] = all;
    const isDone = made.filter(({ status }) => status === 'completed').length >= wanted;
    if (isDone || time.now() > givesUpAt || (!open && isWithdrawn(order))) done();
    else {
      for (const one of order.areBuiltAtOnce ? all : all.slice(0, 1)) complete(world, order, one);
      if (open && order.renamedStep) recordUnderAnotherName(world, open, order, state);
      if (open && isSeenTo(order.figures)) seeToItLater(world, order, state);
      time.after(open ? betweenMs : lookAgainMs, build);
    }
  }
}

function isWithdrawn({ changes }: ReleasedOrder): boolean {
  const last = changes.findLast((one) => one === 'planner cancels' || one === 'planner releases it again');
  return last === 'planner cancels' || changes.includes('planner finishes it by hand');
}

/**
 * A product order that was typed by hand is built only once the integration has adopted it. An earlier completion is
 * reported.
 */
export function isToBuild({ typed }: ReleasedOrder, one: BuiltProductOrder, world: World): boolean {
  return one.status !== 'completed' && (!typed.has(one.id) || world.isKnown(one));
}

/** Records what was built as planned, or as the order's operators record. */
export function complete(
  { scenario, azumuta, timeline }: World,
  { planned, quantity, figures, renamedStep }: ReleasedOrder,
  { id, number, parameters }: BuiltProductOrder,
): void {
  const ofPart = scenario.per === undefined ? 1 : Number(parameters.Quantity);
  const pieces = scenario.split === 'one' ? quantity : ofPart;
  const scrap = Math.min(planned.scrap, pieces - 1);
  // Business Central keeps numbers in capital letters.
  const own = id.slice(0, 6).toUpperCase();
  const serials = {
    plain: [],
    lots: [`L-${own}`],
    serials: Array.from({ length: pieces }, (_, at) => `S-${own}-${at + 1}`),
    assembly: [],
  };
  // Under a renamed step another quantity is recorded than is planned, as the plan would be booked without a trace else;
  // of an order that a planner has reduced to one piece that one, as a booking of nothing is refused.
  const good = renamedStep ? Math.max(1, pieces - 1) : pieces - scrap;
  timeline.note(
    'operator',
    () => `completes ${number}: ${good} good, ${scrap} scrap, ${figures ?? 'as planned'}`,
  );
  const other = figures && otherRecordings(figures, good);
  azumuta.complete(number, { id, quantity: good, scrap, serials: serials[planned.article], ...other });
}

/** A person sees to what was refused as more than its order. */
function seeToItLater(world: World, order: ReleasedOrder, { addTask }: ScenarioState): void {
  const over = addTask();
  world.time.after(correctedAfterMs, () => void seeToFigures(world, [order]).then(over));
}

const otherName = 'Pieces';
/** By then a person was told that the step is missing. */
const correctedAfterMs = 90 * minuteMs;

/** The step has got another name in Azumuta, until a person gives it back and sends the dead letter again. */
function recordUnderAnotherName(
  world: World,
  made: BuiltProductOrder,
  { renamedStep }: ReleasedOrder,
  state: ScenarioState,
): void {
  world.azumuta.renameStep(made.id, 'Good quantity', otherName);
  if (renamedStep === 'corrected once told') return;
  const over = state.addTask();
  world.time.after(correctedAfterMs, () => {
    giveStepItsName(world, made);
    sendAgain(world, state);
    over();
  });
}

export function giveStepItsName({ azumuta, timeline }: World, { id, number }: BuiltProductOrder): void {
  timeline.note('operator', () => `calls the step of ${number} "Good quantity" again`);
  azumuta.renameStep(id, otherName, 'Good quantity');
}

function otherRecordings(figures: OtherFigures, good: number): CompletionRequest {
  switch (figures) {
    case 'fewer':
      return { quantity: Math.max(1, good - 1) };
    case 'more':
      return { quantity: good + 1 };
    case 'mistyped':
      return { quantity: good * timesTooMany };
    case 'zero':
      return { quantity: 0, scrap: 0 };
    case 'no quantity':
      return { quantity: null };
    case 'no recording':
      return { recordings: 0 };
    case 'recorded twice':
      return { recordings: 4 };
    default:
      return figures satisfies never;
  }
}
