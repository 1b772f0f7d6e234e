import { counted } from '../../../infra/ops/cli/output.ts';
import { shorten } from '../../../shared/model/text.ts';
import type { Finding } from '../invariants/judge.ts';
import { type Outcome, runScenario } from '../run-scenario.ts';
import { drawScenario, type Scenario } from '../scenario/scenario.ts';
import type { PlannedOrder } from '../scenario/setting.ts';
import { wordsOf } from '../scenario/words.ts';
import type { Entry } from '../world/timeline.ts';
import { allOf, type Kept, reduced, shrink } from './shrink.ts';

/** Shrinking ends by then, with what it has reached. */
const shrinkMs = 20_000;

/** The least of a failing seed's scenario that still breaks the invariant. */
export async function shrunk(seed: number, { invariant }: Finding): Promise<Kept> {
  const scenario = drawScenario(seed);
  const until = performance.now() + shrinkMs;
  const breaks = async (kept: Kept) => {
    const { findings } = await runScenario(reduced(scenario, kept));
    return findings.some((finding) => finding.invariant === invariant);
  };
  return shrink(allOf(scenario), breaks, () => performance.now() < until);
}

/** Runs what is kept of a seed's scenario once more. @returns lines for a person, which are the same each time. */
export async function explained(
  seed: number,
  kept: Kept,
  { isFull }: { readonly isFull: boolean },
): Promise<{ readonly outcome: Outcome; readonly lines: readonly string[] }> {
  const drawn = drawScenario(seed);
  const scenario = reduced(drawn, kept);
  const outcome = await runScenario(scenario, { isRead: true });
  const { findings, timeline } = outcome;
  const concerned = isFull ? timeline : concerning(outcome);
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
      `What happens (${counted(kept.happenings.length, 'happening')} of ${drawn.happenings.length})`,
      ...scenario.happenings.map(
        (one) => `  ${outcome.happened.has(one) ? '' : 'never came: '}${wordsOf(one)}.`,
      ),
      '',
      `Timeline${isFull ? '' : ' of what concerns the findings (--full shows all)'}`,
      ...concerned.map((entry) => lineOf(entry, isFull ? Number.POSITIVE_INFINITY : shortLine)),
      '',
      `Replay: ${commandOf(seed, kept, drawn)}`,
    ],
  };
}

/** The command that runs it again. */
export function commandOf(seed: number, kept: Kept, drawn: Scenario): string {
  const placesOf = (places: readonly number[]) => places.map((place) => place + 1).join() || 'none';
  const orders = kept.orders.length === drawn.orders.length ? '' : ` --orders ${placesOf(kept.orders)}`;
  return `npm run simulate -- --seed ${seed} --only ${placesOf(kept.happenings)}${orders}`;
}

function settingOf({ erp, split, via, atOnce, perSecond }: Scenario): string {
  const splits = {
    one: 'one product order each',
    each: 'split, each part booked',
    'when-all-done': 'split, booked when all is done',
  };
  const limits = [atOnce && `${atOnce} at once`, perSecond && `${perSecond} a second`].filter(Boolean);
  const limit = limits.join(', ') || 'no limit';
  return `${erp}, orders by ${via}, ${splits[split]}, ${limit} to a partner`;
}

function wordsOfOrder(
  { article, quantity, scrap, releasedAt, builtAfter }: PlannedOrder,
  names: readonly string[] = [],
): string {
  const wanted = `${quantity} of ${article}${scrap > 0 ? `, ${scrap} of it scrap` : ''}`;
  return `${names[0] ?? 'never released'}: ${wanted}, released at minute ${releasedAt}, built ${builtAfter} minutes later.`;
}

/**
 * The accidents, and all that was done in one go with anything that names the orders of the findings, but for reads
 * that went well and said nothing. Where no order is to blame, all that was done.
 */
function concerning({ findings, names, timeline }: Outcome): readonly Entry[] {
  const told = findings.map(({ sentence }) => sentence).join('\n');
  const concerned = names.filter((some) => some.some((name) => told.includes(name))).flat();
  if (concerned.length === 0) return timeline.filter(isTelling);
  const isNaming = ({ what }: Entry) => concerned.some((name) => what.includes(name));
  const together = new Set(timeline.filter(isNaming).map((entry) => entry.together));
  return timeline.filter(
    (entry) => entry.who === 'accident' || (together.has(entry.together) && isTelling(entry)),
  );
}

function isTelling({ what }: Entry): boolean {
  return !/^(ledger|secrets): (reads|looks for) [^◀✗]*$|^says: Partner$/.test(what);
}

/** So much of what was done is told where nobody wants it in full. */
const shortLine = 140;

function lineOf({ at, who, what }: Entry, limit: number): string {
  // How it failed, and which accident it met, is never cut.
  const end = what.search(/ ✗ | {2}◀ /);
  const told = end < 0 ? shorten(what, limit) : shorten(what.slice(0, end), limit) + what.slice(end);
  return `  ${new Date(at).toISOString().slice(5, 23).replace('T', ' ')}  ${who.padEnd(26)} ${told}`;
}
