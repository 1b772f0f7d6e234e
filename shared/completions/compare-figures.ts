import { type BookingEntry, bookedQuantity } from '../ledger/records/bookings.ts';
import type { Concern } from '../ledger/records/concerns.ts';
import { isBookedTogether } from '../ledger/records/product-orders.ts';
import { Rejected, Wait } from '../model/errors.ts';
import { bookedFiguresIn, figuresOf } from './content.ts';
import type { BuiltPart } from './decide-bookings.ts';
import { betweenQuestionsMs, isSentBefore } from './decide-question.ts';
import type { HintDependencies } from './inquiry.ts';
import { readMapped } from './read-contents.ts';
import type { Evidence } from './read-facts.ts';
import { completedPartsIn } from './read-recordings.ts';

/** What Azumuta shows now of a booking's parts. */
interface ShownParts {
  readonly built: readonly BuiltPart[];
  /** What became of the others: `part 3 is not completed any more`. */
  readonly missing: readonly string[];
  readonly read: Evidence['read'];
}

/**
 * A recording may have been corrected since it was booked, and a quantity is booked once: the difference needs a person. Where
 * several parts are one booking, one of them may have been opened again or removed, too.
 * @param built The parts that this hint has read, as far as they are completed.
 */
export async function compareFigures(
  evidence: Evidence,
  built: readonly BuiltPart[],
  dependencies: HintDependencies,
): Promise<void> {
  const { facts, hint } = evidence;
  const booked = bookedQuantity(facts.bookings, facts.current.index);
  if (!booked?.figures) return;
  // Only what was booked may have been corrected; a forged trigger, which may name anything, must not cost reads.
  const namesOthers = hint.recordingIds.some((id) => !booked.recordingIds.includes(id));
  if (namesOthers) return;
  const shown = await readPartsOf(booked, { ...evidence, built }, dependencies);
  const is = shown && (await figuresShown(booked, shown, evidence, dependencies));
  if (!shown || is === undefined) return;
  // The mapping may word notes and links otherwise by now.
  const was = bookedFiguresIn({ ...booked.figures, notes: 0, links: 0 });
  const settled = await readSettledFigures(was, evidence, dependencies);
  if (is === (settled ?? was)) await endFiguresConcern(settled, evidence, dependencies);
  else await beginFiguresConcern({ was, settled, is, missing: shown.missing }, evidence, dependencies);
}

/** What a person has said to be right after it was booked: the ERP has that since, by its own documents. */
async function readSettledFigures(
  was: string,
  { home }: Evidence,
  { ledger: { concerns } }: HintDependencies,
): Promise<string | undefined> {
  const settled = await concerns.findSettled(home, 'figures-changed');
  const before = contentOf(was, '');
  return settled?.startsWith(before) ? settled.slice(before.length) : undefined;
}

const contentOf = (was: string, is: string) => `${was}, ${is}`;

/** In words; undefined where the mapping refuses them, or Azumuta does not show a recording that it lists, or one may change. */
async function figuresShown(
  booked: BookingEntry,
  { built, read }: ShownParts,
  evidence: Evidence,
  dependencies: HintDependencies,
): Promise<string | undefined> {
  const [current, ...others] = built;
  if (!current) return 'nothing';
  const facts = { ...evidence.facts, current, others };
  const mapped = await readMapped(booked, { ...evidence, facts, read }, dependencies);
  if (mapped instanceof Rejected || 'shows' in mapped) return undefined;
  return bookedFiguresIn({ ...figuresOf(mapped.completion), notes: 0, links: 0 });
}

/**
 * All parts of a booking, where it is known what becomes of them. Those that the hint has not read for its own sake are read
 * for a trigger and for a person, and while somebody is asked to correct the ERP; for triggers at most once a minute.
 * @throws Wait
 */
async function readPartsOf(
  booked: BookingEntry,
  evidence: Evidence & Pick<ShownParts, 'built'>,
  dependencies: HintDependencies,
): Promise<ShownParts | undefined> {
  const { facts, hint, attempt, concerns, home, readAt, entry } = evidence;
  const { ledger, reader, clock } = dependencies;
  const built = evidence.built.filter(({ index }) => booked.parts.includes(index));
  const unread = booked.parts.filter((index) => !built.some((part) => part.index === index));
  if (unread.length === 0) return { built, missing: [], read: evidence.read };
  const isAsked = hint.via !== 'reconciliation' || concerns.some(isOfFigures);
  if (!isAsked || !isBookedTogether(entry)) return undefined;
  const { comparedAt } = booked;
  if (comparedAt && !hint.again) {
    if (isSentBefore(comparedAt, attempt)) return undefined;
    waitBetweenComparisons(booked, comparedAt.getTime() + betweenQuestionsMs - clock.now().getTime());
  }
  const { completed } = await ledger.erpOrders.partsOf(
    (await ledger.erpOrders.find(entry.erpOrder)) ?? entry,
  );
  const wanted = unread.flatMap((index) => completed.get(index) ?? []);
  // Somebody has ended one, or it is of a time when nothing was noted of it.
  if (wanted.length < unread.length) return undefined;
  const known = new Set(evidence.read.keys());
  const read = await reader.readParts({ wanted, current: facts.current, known }, attempt);
  await ledger.bookings.recordCompared(home, booked, readAt);
  if (read.outOfTime) {
    attempt.log.warn('There is no time to compare a booking of so many parts', { booking: booked.key });
    return undefined;
  }
  const others = completedPartsIn(read.parts, () => 'us');
  const missing = read.parts.flatMap(({ index, order }) => {
    if (order?.completed) return [];
    return order ? `part ${index} is not completed any more` : `part ${index} is not there any more`;
  });
  return { built: [...built, ...others], missing, read: new Map([...evidence.read, ...read.recordings]) };
}

/** @throws Wait */
function waitBetweenComparisons({ key }: BookingEntry, leftMs: number): void {
  if (leftMs <= 0) return;
  const sentence = `Azumuta was asked about all parts of booking ${key} a moment ago.`;
  throw new Wait(sentence, { awaits: 'turn', afterSeconds: Math.ceil(leftMs / 1000) });
}

interface Difference {
  readonly was: string;
  readonly settled: string | undefined;
  readonly is: string;
  readonly missing: ShownParts['missing'];
}

async function beginFiguresConcern(
  { was, settled, is, missing }: Difference,
  { home, attempt }: Evidence,
  { ledger: { concerns } }: HintDependencies,
): Promise<void> {
  const why = missing.length > 0 ? `: ${missing.join(', ')}` : '';
  const since = settled === undefined ? '' : `, a person has settled ${settled} since`;
  const note = `It was booked as ${was}${since}, and Azumuta shows ${is} now${why}`;
  const content = contentOf(was, is);
  const cause = 'booked-otherwise';
  if ((await concerns.begin(home, { kind: 'figures-changed', content, note, cause })) === 'news')
    attempt.log.warn('A completion was corrected after it was booked', { was, is });
}

/** They are kept with the booking, so with the first part. */
async function endFiguresConcern(
  settled: string | undefined,
  { home, number, concerns: own }: Evidence,
  { ledger: { concerns, knownOrders } }: HintDependencies,
): Promise<void> {
  const open = home === number ? own : (await knownOrders.read(home)).concerns;
  for (const concern of open.filter(isOfFigures))
    await concerns.end(
      home,
      concern,
      `Azumuta shows again what ${settled === undefined ? 'was booked' : 'a person has settled'}.`,
    );
}

function isOfFigures({ kind }: Concern): boolean {
  return kind === 'figures-changed';
}
