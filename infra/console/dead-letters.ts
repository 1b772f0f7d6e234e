import { deadLetterKey, noOrder } from '../../shared/ledger/keys.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { DeadLetter, DeadLetterRecord } from '../../shared/ledger/records/dead-letters.ts';
import { reasonOf } from '../../shared/model/errors.ts';
import { counted } from '../../shared/model/text.ts';
import { atOnce, mapConcurrently } from '../../shared/platform/map-concurrently.ts';
import { groupOf, type SeenTrouble, type Situation } from '../../shared/situation/read.ts';
import { headlineOf } from '../../shared/situation/words.ts';
import type { OperatorLedger } from '../local/operator-clients.ts';
import { signedNote } from '../ops/cli/target.ts';
import {
  copiesOf,
  type DeadLetterGroup,
  type DeadLetterMessage,
  groupDeadLetters,
  type ListedDeadLetter,
  queueOfStage,
  splitCopies,
} from '../ops/dead-letters/dead-letter.ts';
import { type DeadLetterQueue, hiddenInWords, splitIntoSqsPages } from '../ops/dead-letters/queue.ts';
import { orderRefusedWith } from '../ops/replay/accept.ts';
import { type ReplayOutcome, readOutcome, type SentAgain } from '../ops/replay/outcomes.ts';
import { type ReplayDependencies, replayDeadLetters } from '../ops/replay/replay.ts';

export type ChosenDeadLetters =
  | { readonly group: string }
  | { readonly letter: string | readonly string[] }
  | { readonly order: string };

/** Dead letters that are read from the ledger for a page, and from the queue. */
const mostDeadLettersRead = 1000;

type DeskDependencies = ReplayDependencies & {
  readonly ledger: OperatorLedger;
  readonly situation: () => Promise<Situation>;
};

/** A replay that was begun here. */
export interface BegunReplay {
  readonly id: string;
  readonly at: Date;
  /** What it does at this moment: a sentence without its full stop. */
  does: string;
  /** Once all is sent. */
  report?: Awaited<ReturnType<DeadLetterDesk['replay']>>;
  /** Why there is no report. */
  failure?: string;
  /** Outcomes that do not change any more. */
  readonly settled: Map<SentAgain, ReplayOutcome>;
  /** Resolves when it has ended, whichever way. */
  readonly ended: Promise<void>;
}

const mostReplaysKept = 50;

/**
 * The dead letters for pages, from the ledger. Only what the ledger does not know, and what is replayed or discarded, is
 * read from the queue, because that hides dead letters from others for a moment.
 */
export class DeadLetterDesk {
  readonly #dependencies: DeskDependencies;
  /** What was read from the queue last, for the page of one dead letter and for a choice. */
  #taken: readonly DeadLetterMessage[] = [];
  #running: Promise<unknown> = Promise.resolve();
  readonly #replays = new Map<string, BegunReplay>();
  #begun = 0;

  constructor(dependencies: DeskDependencies) {
    this.#dependencies = dependencies;
  }

  /** Those that the ledger knows, of each order one by cause: all are counted, and the oldest of each partner and cause are read. */
  async open({ at, troubles, cut }: Situation) {
    const kinds = [...Map.groupBy(troubles.filter(isDeadLetterTrouble), groupOf).values()];
    const ranked = kinds.flatMap((kind) => kind.map((trouble, rank) => ({ trouble, rank })));
    const shown = ranked.toSorted((a, b) => a.rank - b.rank).slice(0, mostDeadLettersRead);
    const keys = shown.flatMap(({ trouble }) => trouble.key ?? []);
    const records = await this.#dependencies.ledger.deadLetters.readOpen(keys);
    const deadLetters = shown.flatMap(({ trouble: { key, since, more } }): ListedDeadLetter[] => {
      const record = records.get(textOfKey(key));
      return record ? [{ ...filed(record, since), more }] : [];
    });
    /** There are more than are counted. */
    const isCut = cut.has('dead-letter');
    const counts = kinds.flatMap((kind) => kind.slice(0, 1).map((first) => headlineOf(first, kind.length)));
    /** What is open by partner and cause, where not all are listed. */
    const leftOut = isCut || ranked.length > shown.length ? counts : [];
    return { at, groups: groupDeadLetters(deadLetters), total: ranked.length, isCut, leftOut };
  }

  /** Those of the queue that belong to no order that the ledger knows. It reads up to a thousand dead letters of the queue. */
  async unfiled() {
    const { deadLetters: queue, ledger, situation } = this.#dependencies;
    const { troubles, at } = await situation();
    const settled = await ledger.deadLetters.listSettled(10 * mostDeadLettersRead);
    const open = troubles
      .filter(isDeadLetterTrouble)
      .flatMap(({ key, more = [] }) => [key, ...more].map(textOfKey));
    const known = new Set([...settled, ...open]);
    const hidden = await queue.hidden();
    const taken = await this.#take();
    const { firsts, copies } = splitCopies(taken);
    const deadLetters = firsts.filter(
      ({ filedUnder, messageId }) => !known.has(textOfKey(deadLetterKey(filedUnder, messageId))),
    );
    const more = taken.length >= mostDeadLettersRead;
    return { at, groups: groupDeadLetters(deadLetters), copies: copies.length, hidden, more };
  }

  async message(id: string): Promise<DeadLetterMessage | undefined> {
    const isIt = ({ sqsId, messageId }: DeadLetterMessage) => sqsId === id || messageId === id;
    return this.#taken.find(isIt) ?? (await this.#take()).find(isIt);
  }

  #take(): Promise<readonly DeadLetterMessage[]> {
    const { deadLetters } = this.#dependencies;
    return this.#inTurn(async () => {
      try {
        for await (const _page of deadLetters.take())
          if (deadLetters.held.length >= mostDeadLettersRead) break;
      } finally {
        await deadLetters.giveBack();
      }
      this.#taken = deadLetters.held;
      return this.#taken;
    });
  }

  /** What was chosen, among the dead letters that are listed and those that were read from the queue last. */
  async find(chosen: ChosenDeadLetters): Promise<readonly ListedDeadLetter[]> {
    const { ledger, clock } = this.#dependencies;
    if ('order' in chosen) {
      const records = await ledger.deadLetters.listOfOrder(chosen.order);
      return records.filter(({ isDead }) => isDead).map((record) => filed(record, clock.now()));
    }
    if ('group' in chosen) return this.#withOthers((await this.group(chosen.group))?.deadLetters ?? []);
    const groups = await this.#groups();
    const ids = new Set([chosen.letter].flat());
    return this.#withOthers(
      groups.flatMap(({ deadLetters }) =>
        deadLetters.filter((deadLetter) => ids.has(idOfDeadLetter(deadLetter))),
      ),
    );
  }

  /** Those of one reason, as they are listed. */
  async group(id: string): Promise<DeadLetterGroup | undefined> {
    return (await this.#groups()).find((group) => group.id === id);
  }

  /** Of those that are listed, and of those that were read from the queue last. */
  async #groups(): Promise<readonly DeadLetterGroup[]> {
    const { groups } = await this.open(await this.#dependencies.situation());
    return [...groups, ...groupDeadLetters(this.#taken)];
  }

  /** What is done to one that is listed for its order is done to all that it stands for. */
  async #withOthers(deadLetters: readonly ListedDeadLetter[]): Promise<readonly ListedDeadLetter[]> {
    const keys = deadLetters.flatMap(({ more = [] }) => more);
    if (keys.length === 0) return deadLetters;
    const { ledger, clock } = this.#dependencies;
    const records = await ledger.deadLetters.readOpen(keys);
    return [...deadLetters, ...[...records.values()].map((record) => filed(record, clock.now()))];
  }

  /**
   * An order is looked at again even when its dead letters are gone.
   * @param accepts Figures beyond its order, of one order.
   * @returns also how many the queue does not have. @throws UsageError for figures with which it was not refused
   */
  async replay(chosen: ChosenDeadLetters, note: string, accepts?: string, progress?: (text: string) => void) {
    const { ids, found, wanted, most } = await this.#select(chosen);
    const asked =
      'order' in chosen ? { orders: await this.#ordersOf(chosen.order, accepts), accepts } : { wanted, most };
    const { signal } = new AbortController();
    const report = await this.#inTurn(() =>
      replayDeadLetters({ go: true, note, signal, ...asked }, { ...this.#dependencies, progress }),
    );
    return { ...report, missing: 'order' in chosen ? 0 : ids.size - found.size };
  }

  /** Begins a replay, which goes on by itself: what it does is shown by its id. */
  begin(chosen: ChosenDeadLetters, note: string): BegunReplay {
    this.#begun += 1;
    const replay: BegunReplay = {
      id: String(this.#begun),
      at: this.#dependencies.clock.now(),
      does: 'It looks for them in the queue',
      settled: new Map(),
      ended: this.replay(chosen, note, undefined, (text) => {
        replay.does = text;
      })
        .then((report) => {
          replay.report = report;
        })
        .catch((error: unknown) => {
          replay.failure = reasonOf(error);
        }),
    };
    this.#replays.set(replay.id, replay);
    this.#replays.delete(String(this.#begun - mostReplaysKept));
    return replay;
  }

  /** Undefined for one of an earlier start of the console. */
  begun(id: string): BegunReplay | undefined {
    return this.#replays.get(id);
  }

  /** What has become of all that it has sent so far. */
  async outcomesOf({ report, settled }: BegunReplay): Promise<readonly ReplayOutcome[]> {
    const sent = report?.sent ?? [];
    return mapConcurrently(sent, atOnce, async (one) => {
      const known = settled.get(one);
      if (known) return known;
      const outcome = await readOutcome(one, this.#dependencies.ledger);
      if (outcome.outcome === 'booked' || outcome.outcome === 'refused again') settled.set(one, outcome);
      return outcome;
    });
  }

  /** Also ends the records of chosen dead letters that the queue does not have any more. @throws UsageError for such a note. */
  async discard(chosen: ChosenDeadLetters, why: string, by: string) {
    const note = signedNote(why, by);
    const { deadLetters, wanted, most } = await this.#select(chosen);
    const records = deadLetters.flatMap(({ record }) => record ?? []);
    return this.#inTurn(() => discardDeadLetters({ wanted, most, records, note }, this.#dependencies));
  }

  async #ordersOf(order: string, accepts: string | undefined): Promise<ReadonlySet<string>> {
    const asked = new Set([order]);
    const { ledger } = this.#dependencies;
    return accepts === undefined ? asked : new Set([await orderRefusedWith(accepts, asked, ledger)]);
  }

  /** How the chosen dead letters are recognised in the queue, of which no more is read than has to be. */
  async #select(chosen: ChosenDeadLetters) {
    const deadLetters = await this.find(chosen);
    const ids = new Set(deadLetters.map(idOfDeadLetter));
    const found = new Set<string>();
    const wanted = ({ sqsId, messageId, numbers }: DeadLetterMessage): boolean => {
      if ('order' in chosen) return numbers.includes(chosen.order);
      const id = [sqsId, messageId].find((each) => ids.has(each));
      if (id !== undefined) found.add(id);
      return id !== undefined;
    };
    return { deadLetters, ids, found, wanted, most: 'order' in chosen ? undefined : ids.size };
  }

  /** One task at a time: two tasks that read the queue at once would each see only some of the dead letters. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#running.then(task, task);
    this.#running = done.catch(() => undefined);
    return done;
  }
}

/** By what a person chooses it: in the queue there may be copies of one message. */
export const idOfDeadLetter = ({ sqsId, messageId }: ListedDeadLetter): string => sqsId ?? messageId;

const isDeadLetterTrouble = ({ kind }: SeenTrouble): boolean => kind === 'dead-letter';
const textOfKey = (key: SeenTrouble['key']): string => (key ? `${key.pk} ${key.sk}` : '');

function filed(record: DeadLetter, since: Date): ListedDeadLetter {
  const { orderNumber: filedUnder, stage } = record;
  const to = queueOfStage(stage);
  const route = to ? { to } : { whyNot: 'another version of this program has recorded it' };
  // The ledger keeps under this number what names no order.
  const orderNumber = filedUnder === noOrder ? '' : filedUnder;
  return { ...record, orderNumber, since, route, record };
}

interface DiscardDependencies {
  readonly deadLetters: DeadLetterQueue;
  readonly ledger: {
    readonly deadLetters: Pick<Ledger['deadLetters'], 'markDiscarded'>;
    readonly bookings: Pick<Ledger['bookings'], 'discardRefused'>;
  };
}

/**
 * Discards dead letters for good. The ledger is written first, so that every discarded dead letter has a note; after a run that
 * is killed, discarding a dead letter again adds another one.
 * @param most How many dead letters are wanted, if that is known: no more of the queue is read.
 * @param records What the ledger has of them: what the queue does not have any more is ended there.
 */
export async function discardDeadLetters(
  request: {
    readonly wanted: (deadLetter: DeadLetterMessage) => boolean;
    readonly most?: number | undefined;
    readonly records?: readonly DeadLetterRecord[];
    readonly note: string;
  },
  { deadLetters, ledger }: DiscardDependencies,
) {
  const { wanted, records = [], most = Number.POSITIVE_INFINITY, note } = request;
  let selected = 0;
  let discarded = 0;
  /** Second copies of what was discarded, removed with it. */
  let copies = 0;
  /** Records that were ended without a dead letter. */
  let ended = 0;
  /** Why it ended early; the dead letters that are not discarded are still there. */
  let failure: string | undefined;
  try {
    const hidden = records.length > 0 ? await deadLetters.hidden() : 0;
    const ids = new Set<string>();
    for await (const page of deadLetters.take()) {
      for (const deadLetter of page) if (wanted(deadLetter)) ids.add(deadLetter.sqsId);
      if (ids.size >= most) break;
    }
    const chosen = splitCopies(deadLetters.held.filter(({ sqsId }) => ids.has(sqsId))).firsts;
    selected = chosen.length;
    for (const page of splitIntoSqsPages(chosen)) {
      for (const deadLetter of page)
        await noteDiscard({ ...deadLetter, orderNumber: deadLetter.filedUnder }, note, ledger);
      const second = copiesOf(page, deadLetters.held);
      const left = await deadLetters.remove(page);
      discarded += page.length - left.length;
      for (const some of splitIntoSqsPages(second))
        copies += some.length - (await deadLetters.remove(some)).length;
    }
    const found = new Set(chosen.map(({ messageId }) => messageId));
    const lost = records.filter(({ messageId }) => !found.has(messageId));
    if (deadLetters.cameBack)
      failure = 'There are more dead letters than one run can look at: discard the rest again.';
    else if (lost.length > 0 && hidden > 0)
      failure = `Another run holds ${counted(hidden, 'dead letter')}: discard the rest again in ${hiddenInWords}.`;
    else
      for (const record of lost) {
        await noteDiscard(record, note, ledger);
        ended += 1;
      }
    if (discarded < selected) failure = 'SQS did not remove all of them: discard the rest again.';
  } catch (error) {
    failure = reasonOf(error);
  } finally {
    await deadLetters.giveBack();
  }
  return { selected, discarded, copies, ended, failure };
}

async function noteDiscard(
  { messageId, orderNumber, stage, reason, cause }: DeadLetterRecord,
  note: string,
  { bookings, deadLetters }: DiscardDependencies['ledger'],
): Promise<void> {
  await bookings.discardRefused(orderNumber, messageId, note);
  await deadLetters.markDiscarded({ messageId, orderNumber, stage, reason, cause }, note);
}
