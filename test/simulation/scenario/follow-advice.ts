import { UsageError } from '../../../infra/ops/cli/command.ts';
import { numberOf } from '../../../shared/ledger/keys.ts';
import { readSituation, type SeenTrouble, type TroubleKind } from '../../../shared/situation/read.ts';
import { adviceOn } from '../../../shared/situation/words.ts';
import { createChance } from '../world/chance.ts';
import { graceHours } from '../world/integration.ts';
import { plantZone } from '../world/moments.ts';
import { queueUrlOf } from '../world/plant.ts';
import type { World } from '../world/world.ts';
import { entriesOf, slowly } from './acting.ts';
import { toolsOf } from './administrators.ts';
import { adviceEntryOf } from './advice-acts.ts';
import type { ReleasedOrder, ScenarioState } from './released-order.ts';

/** What a person was told of a product order, and has done. Times in epoch milliseconds. */
export interface Followed {
  /** As it is counted. */
  readonly what: string;
  readonly kind: TroubleKind;
  readonly cause: SeenTrouble['cause'];
  readonly number: string;
  readonly at: number;
  /** How far people and accidents had come when it was done. */
  mark: string;
  /** Nothing has changed until this reading. */
  unchangedUntil: number;
  /** The last reading that told it, while nothing had changed. */
  toldAt: number;
  isEnded: boolean;
  /** Something has changed since: it may be told for that. */
  isOvertaken: boolean;
}

/** Of each kind of what is open, how many were told, were followed, and were over after that. */
export type AdviceSteps = Readonly<Record<'told' | 'followed' | 'ended', readonly string[]>>;

interface Open {
  readonly what: string;
  readonly trouble: SeenTrouble;
  readonly number: string;
}

/** Advice that has not helped so often does not help, and a person who follows it for ever would hide that. */
const mostTries = 5;
/** Shorter than in production, where what is retried by itself is not told for some minutes. */
const outageSeconds = 300;

/** A person who reads what is open as a mail would say it, and does what the advice says. */
export class AdviceFollower {
  readonly #world: World;
  readonly #state: ScenarioState;
  readonly #chance;
  readonly #told = new Map<string, string>();
  readonly followed: Followed[] = [];
  #unfiled = 0;
  /** Whether the person has begun. */
  isThere = false;

  constructor(world: World, state: ScenarioState) {
    this.#world = world;
    this.#state = state;
    this.#chance = createChance(world.scenario.seed ^ 0x3243f6a9);
  }

  /**
   * What is told is followed once, and again only after something has changed. Of each order one at a time, and its dead
   * letter first, as it stops the order: what else is told of it may be over by then.
   */
  async follow(): Promise<void> {
    this.isThere = true;
    const { time, timeline, plant } = this.#world;
    const done: Followed[] = [];
    const seenTo = new Set<ReleasedOrder>();
    for (const { what, trouble, number } of lettersFirst(await this.read())) {
      const before = this.followed.filter((one) => one.what === what && one.number === number);
      const isDone = before.length === mostTries || before.some(({ isOvertaken }) => !isOvertaken);
      const order = this.#orderOf(number);
      if (isDone || !order || seenTo.has(order)) continue;
      const outcome = await this.#does(trouble, number, order);
      if (outcome !== 'left') seenTo.add(order);
      if (outcome !== 'done') continue;
      timeline.note('administrator', () => `follows the advice on ${what} of ${number}`);
      const { kind, cause } = trouble;
      const at = time.now();
      done.push({
        what,
        kind,
        cause,
        number,
        at,
        mark: '',
        unchangedUntil: at,
        toldAt: at,
        isEnded: false,
        isOvertaken: false,
      });
    }
    // Several acts may be about one order.
    for (const one of done) one.mark = this.#markOf(one.number);
    this.followed.push(...done);
    for (const poller of Object.values(plant.pollers)) poller.wake();
  }

  /** Reads what is open, and notes what is told still. */
  async read(): Promise<readonly Open[]> {
    const { time } = this.#world;
    const open = await this.#open();
    for (const { what, trouble } of open) this.#told.set(trouble.id, what);
    for (const one of this.followed) {
      if (one.mark !== this.#markOf(one.number)) one.isOvertaken = true;
      const isTold = open.some(({ what, number }) => what === one.what && number === one.number);
      if (!isTold) one.isEnded = true;
      if (one.isOvertaken) continue;
      one.unchangedUntil = time.now();
      if (isTold) one.toldAt = time.now();
    }
    return open;
  }

  steps(): AdviceSteps {
    return {
      told: [...this.#told.values()],
      followed: this.followed.map(({ what }) => what),
      ended: this.followed.filter(({ isEnded }) => isEnded).map(({ what }) => what),
    };
  }

  async #open(): Promise<readonly Open[]> {
    const { plant } = this.#world;
    const tools = toolsOf(this.#world, slowly(this.#world));
    const { troubles, unfiled } = await readSituation(
      {
        ...tools,
        queue: async () => ({ waiting: 0, underWay: 0 }),
        countDeadLetters: async () => plant.queues.messages(queueUrlOf('dead-letters')).length,
        graceHours,
        timeZone: plantZone,
        outageSeconds,
      },
      this.#unfiled,
    );
    this.#unfiled = unfiled;
    return troubles
      .filter(({ isDue }) => isDue)
      .map((trouble) => {
        const { order, key } = trouble;
        return {
          what: adviceEntryOf(adviceOn(trouble)).what,
          trouble,
          number: order ?? (key ? numberOf({ ...key }) : ''),
        };
      });
  }

  #orderOf(number: string): ReleasedOrder | undefined {
    return this.#state.orders.find(
      (one) => one && entriesOf(one, this.#world).some((entry) => entry.number === number),
    );
  }

  /** `stopped`: a command has refused to go on, after some of it was done perhaps. */
  async #does(
    trouble: SeenTrouble,
    number: string,
    order: ReleasedOrder,
  ): Promise<'done' | 'left' | 'stopped'> {
    const { act } = adviceEntryOf(adviceOn(trouble));
    if (typeof act !== 'function') return 'left';
    const claimant = trouble.key?.sk.split('#')[2];
    const advised = {
      number,
      claimant,
      order,
      world: this.#world,
      state: this.#state,
      chance: this.#chance,
    };
    try {
      return (await act(advised)) ? 'done' : 'left';
    } catch (error) {
      // What is under way is followed on the next day.
      if (error instanceof UsageError) return 'stopped';
      throw error;
    }
  }

  #markOf(number: string): string {
    const order = this.#orderOf(number);
    if (!order) return '';
    const { changes, done, corrected, later, reworked, postedAt, dueDate } = order;
    const recordings = [...corrected.values()].map(({ at }) => at);
    const counts = [changes.length, done.length, later.size, reworked.length, this.#world.happened.size];
    return [...counts, postedAt, dueDate, ...recordings].join(' ');
  }
}

function lettersFirst(open: readonly Open[]): readonly Open[] {
  const isLetter = ({ trouble }: Open) => trouble.kind === 'dead-letter';
  return [...open.filter(isLetter), ...open.filter((one) => !isLetter(one))];
}
