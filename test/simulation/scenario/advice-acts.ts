import * as z from 'zod/mini';
import { endings } from '../../../infra/ops/orders/end-order.ts';
import {
  type Advice,
  adviceOnConcerns,
  adviceOnDeadLetters,
  adviceOnOthers,
  adviceOnUnfiled,
} from '../../../shared/situation/advice.ts';
import type { Chance } from '../world/chance.ts';
import { inAzumuta } from '../world/integration.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import { actingOf, entriesOf, noteDone } from './acting.ts';
import { replayAll } from './administrators.ts';
import { isSeenTo, seeToFigures } from './beyond-order.ts';
import { postOrder } from './erp-posts.ts';
import { complete, giveStepItsName, isToBuild } from './operator.ts';
import { giveUp, openEntries, personActs, remakeOf } from './person-acts.ts';
import { plannerDoes } from './planners.ts';
import { madeAs, type ReleasedOrder, type ScenarioState } from './released-order.ts';
import { because, type settled } from './scenario-event.ts';
import { partsOf } from './setting.ts';

/** What a person was told of one product order, and what there is to do it with. */
export interface Advised {
  readonly number: string;
  /** The other ERP order that it is about, by its id, else its number. */
  readonly claimant: string | undefined;
  readonly order: ReleasedOrder;
  readonly world: World;
  readonly state: ScenarioState;
  readonly chance: Chance;
}

/** Does what its advice says. @returns false where it cannot be done now. @throws UsageError as the command does */
type Act = (advised: Advised) => Promise<boolean>;
/** Why nobody does it in a journey. */
interface NotDone {
  readonly because: string;
}
type AdviceAct = Act | NotDone;
/** An entry of the advice without an act does not compile, and neither does an act without an entry. */
export type ActsOn<Table> = Readonly<Record<keyof Table, AdviceAct>>;

const mappingIsRight = {
  because: 'The mapping of a journey is right: no event gives it a fault to correct.',
};
const isSent = { because: 'Its advice is to wait, or it is what an event of the scenario ends by itself.' };
const notInView = {
  because: 'No view of what is open says it: it is told of one order that somebody looks up.',
};

export const actsOnConcerns: ActsOn<typeof adviceOnConcerns> = {
  changed: correctInAzumuta,
  unwanted: seeToUnwanted,
  'number-taken': giveNumberOfItsOwn,
  refused: { because: 'No ERP model has an order that is refused before it is mapped.' },
  removed: seeToRemoved,
  // The ERP is corrected by documents of its own, which no model keeps.
  'figures-changed': (advised) => settle(advised, 'figures-changed'),
  // No model gives the number of another order away: the ERP still means the order that was built.
  'used-again': (advised) => settle(advised, 'used-again'),
  'time-ahead': { because: 'The clock of each ERP model is right.' },
  'unknown-numbers': { because: 'It is of no order, and nobody forges triggers in a journey.' },
};

const actsOnLetters: ActsOn<typeof adviceOnDeadLetters> = {
  configuration: mappingIsRight,
  'order-data': giveOrderItsNumber,
  'unknown-article': createArticle,
  'unknown-order': seeToState,
  'order-state': seeToState,
  conflict: bookByHandAndEnd,
  'quantity-or-lots': correctFigures,
  'completion-unclear': correctStep,
  'booked-otherwise': correctInErpAndEnd,
  'refused-by-erp': replayOnceWanted,
  'refused-by-azumuta': replayOnceWanted,
  'unreadable-message': { because: 'Each trigger of the model can be read.' },
  'waited-too-long': replayOnceWanted,
  'internal-error': replayOnceWanted,
};

const actsOnUnfiled: ActsOn<{ readonly unfiled: typeof adviceOnUnfiled }> = {
  unfiled: { because: 'No event makes a call that nobody can read, and a second copy is of no order alone.' },
};

const actsOnOthers: ActsOn<typeof adviceOnOthers> = {
  'refused by the mapping': mappingIsRight,
  waiting: isSent,
  overdue: completeWhatIsBuilt,
  'late and under way': isSent,
  'channel-down': { because: 'The mail of a journey always arrives.' },
  'partner-down': isSent,
  'credentials refused': isSent,
  'booking refused, dead letter gone': notInView,
  'creation refused, dead letter gone': notInView,
  'sent again': notInView,
  'bookings paused': isSent,
  'bookings paused until': isSent,
  paused: isSent,
  'paused until': isSent,
  'paused too long': isSent,
  slow: isSent,
  stalled: { because: 'No event stops a function for good.' },
};

interface AdviceEntry {
  /** As it is counted. */
  readonly what: string;
  readonly act: AdviceAct;
}

/** Everything that is advised, each with what is done about it. */
const adviceEntries: ReadonlyMap<Advice, AdviceEntry> = new Map([
  ...entriesIn(adviceOnConcerns, actsOnConcerns),
  ...entriesIn(adviceOnDeadLetters, actsOnLetters, 'dead letter: '),
  ...entriesIn({ unfiled: adviceOnUnfiled }, actsOnUnfiled),
  ...entriesIn(adviceOnOthers, actsOnOthers),
]);

function entriesIn<Name extends string>(
  table: Readonly<Record<Name, Advice>>,
  acts: Readonly<Record<Name, AdviceAct>>,
  before = '',
): (readonly [Advice, AdviceEntry])[] {
  // The keys of the table are the names.
  const names = Object.keys(table) as Name[];
  return names.map((name) => [table[name], { what: `${before}${name}`, act: acts[name] }]);
}

/** @throws Error for an advice that stands in no table. */
export function adviceEntryOf(advice: Advice): AdviceEntry {
  const entry = adviceEntries.get(advice);
  if (entry) return entry;
  throw new Error(`Nothing is done about this advice: ${advice.steps.map(({ does }) => does).join(' ')}`);
}

/** What people follow in journeys; and what nobody does there, with the reason. */
export const followedAdvice: readonly string[] = [...adviceEntries.values()].flatMap(({ what, act }) =>
  typeof act === 'function' ? [what] : [],
);
export const adviceNotFollowed: Readonly<Record<string, string>> = Object.fromEntries(
  [...adviceEntries.values()].flatMap(({ what, act }) =>
    typeof act === 'function' ? [] : [[what, act.because]],
  ),
);

/** In journeys, what was told by then is of this minute. */
const minuteOf = ({ time, beginning }: World) => (time.now() - beginning) / minuteMs;
const placeOf = ({ order, state }: Advised) => state.orders.indexOf(order);
/** What was cancelled once may look open, where only its rest was: the planner knows. */
const isWanted = ({ order, world }: Advised) =>
  !order.isWithheld &&
  !order.changes.includes('planner cancels') &&
  world.erp.books(order.ref).state === 'open';

const wantedSchema = z.object({
  wanted: z.object({
    draft: z.object({
      number: z.string(),
      article: z.string(),
      parameters: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  }),
});

/** Gives the product order what the ERP wants. What is built, or has another number or article by now, stays as it is. */
async function correctInAzumuta(advised: Advised): Promise<boolean> {
  const { number, order, world } = advised;
  const { azumuta, plant } = world;
  const [there] = madeAs(number, order, world);
  const concern = plant.table
    .items()
    .find(({ pk, sk }) => pk === `ORDER#${number}` && sk === 'CONCERN#changed');
  const draft = z.safeParse(wantedSchema, concern).data?.wanted.draft;
  const isOnlyFigures = draft?.number === number && draft.article === there?.article;
  if (!there || !draft || !isOnlyFigures || there.status === 'completed') return settle(advised, 'changed');
  for (const [name, value] of Object.entries(draft.parameters))
    azumuta.setParameter(there.number, name, value);
  return true;
}

/** The mapping is corrected, and the ERP sends the second order again: the one that came later, whichever is called so. */
async function giveNumberOfItsOwn({ claimant, world, state }: Advised): Promise<boolean> {
  const second = state.orders.find((one) => one && (one.ref.id ?? one.ref.number) === claimant);
  if (!second || second.isWithheld || world.erp.books(second.ref).state !== 'open') return false;
  const own = `${second.ref.number}-OWN`;
  second.numbers.add(own);
  world.mapTo(second.ref, own);
  world.erp.touch(second.ref);
  if (world.scenario.via === 'endpoint') postOrder(world, second, state.addTask());
  return true;
}

/** What is not built is removed in Azumuta; what is built is wanted again and booked, or booked by hand. */
async function seeToUnwanted(advised: Advised): Promise<boolean> {
  const { number, order, world, chance } = advised;
  const [there] = madeAs(number, order, world);
  if (isDiscarded(advised)) return bookByHandAndEnd(advised);
  if (there?.status === 'completed')
    return chance.happens(0.5) && releaseAgain(advised) ? replay(advised) : bookByHandAndEnd(advised);
  const removed = there && world.azumuta.remove(there.number);
  if (!removed) return false;
  order.removed.push(removed);
  order.changes.push('operator removes it');
  return true;
}

async function seeToRemoved(advised: Advised): Promise<boolean> {
  const { number, order, world, state } = advised;
  const was = order.removed.findLast((one) => one.number === number);
  if (was?.status === 'completed' || !isWanted(advised)) return bookByHandAndEnd(advised);
  const entry = entriesOf(order, world).find((one) => one.number === number);
  if (!entry) return false;
  const event = {
    kind: 'person has it made again',
    after: 'removed',
    order: placeOf(advised),
    at: minuteOf(world),
  } as const;
  await remakeOf(entry, order, actingOf(event, world, state));
  return true;
}

async function seeToState(advised: Advised): Promise<boolean> {
  const isAgain = isWanted(advised) || (advised.chance.happens(0.5) && releaseAgain(advised));
  return isAgain ? replay(advised) : bookByHandAndEnd(advised);
}

function releaseAgain(advised: Advised): boolean {
  const { order, world, state } = advised;
  const event = {
    kind: 'planner releases it again',
    order: placeOf(advised),
    at: minuteOf(world),
  } as const;
  if (!plannerDoes(order, event, world, state)) return false;
  order.changes.push(event.kind);
  return true;
}

async function replayOnceWanted(advised: Advised): Promise<boolean> {
  return isWanted(advised) ? replay(advised) : bookByHandAndEnd(advised);
}

/** As the ledger has it: somebody had given it another one in the ERP. */
async function giveOrderItsNumber(advised: Advised): Promise<boolean> {
  const { number, order, world } = advised;
  const was = entriesOf(order, world).find((one) => one.number === number)?.erpOrder.number;
  if (was !== undefined && was !== order.ref.number && world.erp.rename?.(order.ref, was))
    order.ref = { ...order.ref, number: was };
  return replayOnceWanted(advised);
}

async function createArticle(advised: Advised): Promise<boolean> {
  advised.world.azumuta.createArticle(inAzumuta(advised.order.ref.article));
  return replayOnceWanted(advised);
}

async function correctStep(advised: Advised): Promise<boolean> {
  const { order, world } = advised;
  if (!order.renamedStep) return bookByHandAndEnd(advised);
  for (const made of world.madeFor(order.ref)) giveStepItsName(world, made);
  return replayOnceWanted(advised);
}

/** What is booked is corrected by documents of the ERP, which no model keeps; what is not is booked by hand. */
async function correctInErpAndEnd(advised: Advised): Promise<boolean> {
  const { number, order, world, state } = advised;
  const event = {
    kind: 'person gives up an order',
    byHand: false,
    order: placeOf(advised),
    at: minuteOf(world),
  } as const;
  const acting = actingOf(event, world, state);
  if (openEntries(order, acting).some((one) => one.number === number)) return bookByHandAndEnd(advised);
  const entry = entriesOf(order, world).find((one) => one.number === number);
  if (!entry) return false;
  await giveUp(number, entry.part.index, order, acting);
  return true;
}

async function replay({ number, world, state }: Advised): Promise<boolean> {
  await replayAll(world, state.orders, { orders: new Set([number]) });
  return true;
}

async function correctFigures(advised: Advised): Promise<boolean> {
  const { order, world } = advised;
  if (!isSeenTo(order.figures)) return bookByHandAndEnd(advised);
  await seeToFigures(world, [order]);
  return true;
}

/**
 * Who has discarded its letter takes care of what was built, and would book it twice by a replay. Of parts that are booked
 * together, the letter of one speaks for the others.
 */
function isDiscarded({ number, order, world }: Advised): boolean {
  const isTogether = world.scenario.split === 'when-all-done';
  return order.done.some(
    ({ event, number: discarded, isTakenBack }) =>
      event.kind === 'dead letter is discarded' && (discarded === number || isTogether) && !isTakenBack,
  );
}

/** The models book the whole order by hand, so all of it ends. */
function bookByHandAndEnd(advised: Advised): Promise<boolean> {
  const { world, state } = advised;
  const event = {
    kind: 'person gives up an order',
    byHand: !isDiscarded(advised),
    order: placeOf(advised),
    at: minuteOf(world),
  } as const;
  return personActs[event.kind].does(actingOf(event, world, state));
}

async function settle(advised: Advised, concern: (typeof settled)[number]): Promise<boolean> {
  const { number, order, world, state } = advised;
  const event = { kind: 'person settles', concern, order: placeOf(advised), at: minuteOf(world) } as const;
  const acting = actingOf(event, world, state);
  const index = entriesOf(order, world).find((one) => one.number === number)?.part.index ?? 1;
  await endings.settle({ number, kind: concern, go: true, note: because }, acting.dependencies);
  noteDone(acting, order, { number, index });
  return true;
}

/** It stands in the hall, and nobody has said so. Parts that are booked together wait for each other, so all of them are completed. */
async function completeWhatIsBuilt({ number, order, world }: Advised): Promise<boolean> {
  const isWhole = world.scenario.split === 'when-all-done';
  const made = isWhole ? world.madeFor(order.ref) : madeAs(number, order, world);
  const open = made.filter((one) => one.recordings.length === 0 && isToBuild(order, one, world));
  const built = made.filter(({ status }) => status === 'completed').length + open.length;
  if (open.length === 0 || (isWhole && built < partsOf(world.scenario, order.quantity))) return false;
  for (const one of open) complete(world, order, one);
  return true;
}
