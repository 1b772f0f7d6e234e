import { shorten } from '../../../shared/model/text.ts';
import type { Finding } from '../invariants/judge.ts';
import { type Outcome, runScenario } from '../run-scenario.ts';
import { drawScenario, type Scenario } from '../scenario/scenario.ts';
import type { PlannedOrder } from '../scenario/setting.ts';
import { wordsOf } from '../scenario/words.ts';
import type { Entry } from '../world/timeline.ts';
import { allOf, type Kept, reduced, shrink } from './shrink.ts';

/** Shrinking stops after this time with the best result so far. */
const shrinkMs = 20_000;

/** The smallest part of a failing seed's scenario that still breaks the invariant. */
export async function shrunk(seed: number, { invariant }: Finding): Promise<Kept> {
  const scenario = drawScenario(seed);
  const until = performance.now() + shrinkMs;
  const breaks = async (kept: Kept) => {
    const { findings } = await runScenario(reduced(scenario, kept));
    return findings.some((finding) => finding.invariant === invariant);
  };
  return shrink(allOf(scenario), breaks, () => performance.now() < until);
}

/** Runs the selected part of a seed's scenario again. @returns lines to print; they are the same each time. */
export async function explained(
  seed: number,
  kept: Kept,
  { full: isFull }: { readonly full: boolean },
): Promise<{ readonly outcome: Outcome; readonly lines: readonly string[] }> {
  const drawn = drawScenario(seed);
  const scenario = reduced(drawn, kept);
  const outcome = await runScenario(scenario, { isRead: true });
  const { findings, timeline } = outcome;
  const concerned = isFull ? timeline : entriesAbout(outcome);
  return {
    outcome,
    lines: [
      `Seed ${seed}: ${settingOf(scenario)}.`,
      ...(findings.length === 0 ? ['All promises are kept.'] : []),
      ...findings.flatMap(({ invariant, sentence }) => [`Broken: ${invariant}`, `  ${sentence}`]),
      '',
      'Orders',
      ...scenario.orders.map(
        (order, place) => `  ${place + 1}. ${wordsOfOrder(order, outcome.names[place])}`,
      ),
      '',
      `Events (${kept.events.length} of ${drawn.events.length})`,
      ...scenario.events.map(
        (one) => `  ${outcome.happened.has(one) ? '' : 'did not happen: '}${wordsOf(one)}.`,
      ),
      '',
      `Timeline${isFull ? '' : ', only entries about the findings (--full shows all)'}`,
      ...concerned.map((entry) => lineOf(entry, isFull ? Number.POSITIVE_INFINITY : shortLine)),
      '',
      `Replay: ${commandOf(seed, kept, drawn)}`,
    ],
  };
}

/** The command that repeats the run. */
function commandOf(seed: number, kept: Kept, drawn: Scenario): string {
  const placesOf = (places: readonly number[]) => places.map((place) => place + 1).join() || 'none';
  const orders = kept.orders.length === drawn.orders.length ? '' : ` --orders ${placesOf(kept.orders)}`;
  return `npm run simulate -- --seed ${seed} --only ${placesOf(kept.events)}${orders}`;
}

function settingOf({ erp, split, per, bookAt, clocks, via, atOnce, perSecond }: Scenario): string {
  const splits = {
    one: 'one product order each',
    each: 'split, each part booked',
    'when-all-done': 'split, booked when all is done',
  };
  const limits = [atOnce && `${atOnce} at once`, perSecond && `${perSecond} a second`].filter(Boolean);
  const limit = limits.join(', ') || 'none';
  const day = clocks ? `, clocks are ${clocks}` : '';
  const size = per === undefined ? '' : ` for each ${per} units`;
  const way = bookAt ? `split, booked at ${bookAt.join(', ')}${day}` : splits[split];
  return `${erp}, orders by ${via}, ${way}${size}, limit per partner: ${limit}`;
}

function wordsOfOrder(
  { article, quantity, scrap, releasedAt, builtAfter }: PlannedOrder,
  names: readonly string[] = [],
): string {
  const wanted = `${quantity} of ${article}${scrap > 0 ? `, ${scrap} of it scrap` : ''}`;
  return `${names[0] ?? 'never released'}: ${wanted}, released at minute ${releasedAt}, built ${builtAfter} minutes later.`;
}

/**
 * All accidents, and all entries of each invocation that names an order of the findings, without uneventful reads. If
 * no finding names an order, the entries of all invocations.
 */
function entriesAbout({ findings, names, timeline }: Outcome): readonly Entry[] {
  const sentences = findings.map(({ sentence }) => sentence).join('\n');
  const concerned = names.filter((some) => some.some((name) => sentences.includes(name))).flat();
  if (concerned.length === 0) return timeline.filter(isInformative);
  const isNaming = ({ what }: Entry) => concerned.some((name) => what.includes(name));
  const together = new Set(timeline.filter(isNaming).map((entry) => entry.together));
  return timeline.filter(
    (entry) => entry.who === 'accident' || (together.has(entry.together) && isInformative(entry)),
  );
}

function isInformative({ what }: Entry): boolean {
  return !/^(ledger|secrets): (reads|queries) [^◀✗]*$|^logs: Partner$/.test(what);
}

/** Maximum length of an entry, unless --full is given. */
const shortLine = 140;

function lineOf({ at, who, what }: Entry, limit: number): string {
  // The error and the accident at the end of an entry are never cut.
  const end = what.search(/ ✗ | {2}◀ /);
  const shown = end < 0 ? shorten(what, limit) : shorten(what.slice(0, end), limit) + what.slice(end);
  return `  ${new Date(at).toISOString().slice(5, 23).replace('T', ' ')}  ${who.padEnd(26)} ${shown}`;
}
