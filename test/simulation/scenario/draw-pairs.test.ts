import { afterAll, expect, it } from 'vitest';
import { type Outcome, runScenario } from '../run-scenario.ts';
import { simulateFetch } from '../world/network.ts';
import type { Entry } from '../world/timeline.ts';
import { drawPairs, pairOf, type pairs } from './draw-pairs.ts';
import { drawScenario } from './scenario.ts';

afterAll(simulateFetch());

/** The invocations of a run, each with its entries. */
const invocationsIn = ({ timeline }: Outcome): readonly (readonly Entry[])[] =>
  [...Map.groupBy(timeline, ({ together }) => together).values()].filter((all) =>
    all[0]?.what.startsWith('begins'),
  );
const has = (all: readonly Entry[], text: RegExp) => all.some(({ what }) => text.test(what));
const spanOf = (all: readonly Entry[]) => ({ from: all[0]?.at ?? 0, to: all.at(-1)?.at ?? 0 });

/** Whether two invocations about the same thing overlap; they are in different containers then. */
function overlap(outcome: Outcome, stage: RegExp, subject: RegExp): boolean {
  const begun = invocationsIn(outcome).filter(([first]) => first && stage.test(first.who));
  return begun.some((one, at) =>
    begun.slice(at + 1).some((other) => {
      const [its, others] = [one, other].map((all) => subject.exec(all[0]?.what ?? '')?.[0]);
      return its !== undefined && its === others && spanOf(one).to > spanOf(other).from;
    }),
  );
}

/** How a pair shows that both accidents met. */
const meets: Readonly<Record<keyof typeof pairs, (outcome: Outcome) => boolean>> = {
  'late effect, lost hold': (outcome) =>
    invocationsIn(outcome).some(
      (all) =>
        has(all, /◀ the call takes effect after/) &&
        has(all, /changes (ORDER|LOCK).*◀|dies: .* changes (ORDER|LOCK)/),
    ),
  'doubt, release': (outcome) => outcome.happened.size === 2,
  'two posts': (outcome) => overlap(outcome, /^accept/, /"number":"[^"]*"/),
  'two hints': (outcome) => overlap(outcome, /^book/, /"productOrderNumber":"[^"]*"/),
  'two probes': ({ timeline }) => {
    const probes = timeline.filter(({ what }) => /changes BREAKER#\w+ STATE/.test(what));
    return probes.some((one, at) => {
      const next = probes[at + 1];
      return next !== undefined && next.who !== one.who && next.at - one.at < 1000 && /✗/.test(next.what);
    });
  },
  'rework, refusal': ({ timeline }) =>
    timeline.some(({ what }) => /BOOKING#\S+#recording#/.test(what)) &&
    timeline.some(({ what }) => what.includes('◀ the partner refuses it')),
  'discard, rework': ({ timeline }) => {
    const discarded = timeline.findIndex(({ what }) => what.startsWith('discards'));
    return (
      discarded >= 0 &&
      timeline.slice(discarded).some(({ who, what }) => /^book/.test(who) && /^begins/.test(what))
    );
  },
  'copy, death': (outcome) =>
    overlap(outcome, /^/, /"(number|key|productOrderNumber)":"[^"]*"/) &&
    invocationsIn(outcome).some((all) => has(all, /^dies: (before|after)/)),
};

// The keys of the table are the names.
it.each(Object.keys(meets) as (keyof typeof meets)[])(
  'draws a pair in one of twenty scenarios, and lets both accidents meet: %s',
  async (name) => {
    const seeds = Array.from({ length: 1000 }, (_, at) => at + 1).filter(
      (seed) => pairOf(seed).name === name,
    );
    expect(seeds.length).toBeGreaterThan(50);

    // The rarest, two probes, meets in one of six of them.
    for (const seed of seeds) {
      const drawn = drawScenario(seed);
      const scenario = { ...drawn, orders: drawn.orders.slice(0, 2) };
      const events = drawPairs(seed, scenario);
      if (meets[name](await runScenario({ ...scenario, events }, { isRead: true }))) return;
    }
    expect.fail('They never meet.');
  },
);
