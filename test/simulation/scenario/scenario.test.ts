import { afterAll, expect, it } from 'vitest';
import { calmJourney } from '../calm-journey.ts';
import { runScenario } from '../run-scenario.ts';
import { beginning, minuteMs } from '../world/moments.ts';
import { simulateFetch } from '../world/network.ts';
import { effects, type Given } from './effects.ts';
import { drawScenario } from './scenario.ts';
import type { ScenarioEvent } from './scenario-event.ts';
import { kindOf, wordsOf } from './words.ts';

afterAll(simulateFetch());

const scenarios = Array.from({ length: 3000 }, (_, seed) => drawScenario(seed));

it('draws each kind of event in at least one of a hundred scenarios', () => {
  const counts = new Map<string, number>();
  for (const { events } of scenarios)
    for (const name of new Set(events.map(kindOf))) counts.set(name, (counts.get(name) ?? 0) + 1);

  const expected = new Set(effects.flatMap(({ accident }) => accident.map(kindOf)));
  expect([...counts.keys()].toSorted()).toEqual([...expected].toSorted());
  expect([...counts].filter(([, count]) => count < scenarios.length / 100)).toEqual([]);
});

/** The entries of a journey's timeline without the names of the accidents, and whether those happened. */
async function journey(accident: readonly ScenarioEvent[], { look, events = [], ...given }: Given) {
  const [minute, see] = look ?? [0, () => ''];
  const { timeline, happened, findings } = await runScenario(
    { ...calmJourney(...accident, ...events), ...given },
    {
      isRead: true,
      disturb: ({ time, ...world }) =>
        time.at(beginning + minute * minuteMs, () =>
          world.timeline.note('look', () => JSON.stringify(see({ time, ...world }))),
        ),
    },
  );
  const entries = timeline
    .filter(({ who }) => who !== 'accident' && who !== 'people')
    .map(
      ({ at, who, what }) => `${Math.floor((at - beginning) / 1000)} ${who}: ${what.replace(/ {2}◀ .*/, '')}`,
    );
  return { entries, happened, findings };
}

/** The same journey without the accident; several accidents share it. */
const calmOnes = new Map<string, ReturnType<typeof journey>>();
function calmJourneyOf(given: Given) {
  const name = `${JSON.stringify(given)} ${given.look?.[1]}`;
  const calm = calmOnes.get(name) ?? journey([], given);
  calmOnes.set(name, calm);
  return calm;
}

it.each(
  effects.map(({ accident, shows, given }) => {
    const [erp = 'rest', [words]] = [given.erp, accident.map(wordsOf)];
    return { erp, words, accident, shows, given };
  }),
)('changes a journey by an accident ($erp): $words', async ({ accident, shows, given }) => {
  // Act
  const calm = await calmJourneyOf(given);
  const { entries, happened, findings } = await journey(accident, given);

  // Assess
  const timesIn = (all: readonly string[], entry: RegExp) => all.filter((one) => entry.test(one)).length;
  const counted = shows.map((show) => {
    const [entry, wanted] = show instanceof RegExp ? [show] : show;
    const [before, after] = [timesIn(calm.entries, entry), timesIn(entries, entry)];
    return { entry, before, after, isShown: wanted === undefined ? after > before : after === wanted };
  });
  expect(findings).toEqual([]);
  expect(accident.filter((one) => !happened.has(one))).toEqual([]);
  expect(counted.filter(({ isShown }) => !isShown)).toEqual([]);
  expect(counted.some(({ before, after }) => before !== after)).toBe(true);
});
