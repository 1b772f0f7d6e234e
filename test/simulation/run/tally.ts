import { counted, tableLines } from '../../../infra/ops/cli/output.ts';
import type { Finding } from '../invariants/judge.ts';
import { followedAdvice } from '../scenario/advice-acts.ts';
import type { SeedRun } from './seed-run.ts';

export type SeedFinding = Finding & { readonly seed: number };

/** The combined result of many seeds. */
export interface Tally {
  scenarios: number;
  journeys: number;
  readonly findings: SeedFinding[];
  /** By kind: how often it was drawn, and how often it happened. */
  readonly kinds: Map<string, { drawn: number; happened: number }>;
  /** By what is open: how often people were told, did what the advice says, and it was over after that. */
  readonly advice: Map<string, { told: number; followed: number; ended: number }>;
}

export function newTally(): Tally {
  const advice = new Map(followedAdvice.map((what) => [what, { told: 0, followed: 0, ended: 0 }]));
  return { scenarios: 0, journeys: 0, findings: [], kinds: new Map(), advice };
}

export function add(tally: Tally, { seed, journeys, findings, drawn, happened, advice }: SeedRun): void {
  tally.scenarios += 1;
  tally.journeys += journeys;
  tally.findings.push(...findings.map((finding) => ({ seed, ...finding })));
  for (const [counter, names] of [
    ['drawn', drawn],
    ['happened', happened],
  ] as const) {
    for (const name of names) {
      const count = tally.kinds.get(name) ?? { drawn: 0, happened: 0 };
      count[counter] += 1;
      tally.kinds.set(name, count);
    }
  }
  for (const step of ['told', 'followed', 'ended'] as const)
    for (const what of advice[step]) {
      const count = tally.advice.get(what) ?? { told: 0, followed: 0, ended: 0 };
      count[step] += 1;
      tally.advice.set(what, count);
    }
}

/** For each entry of the advice that people follow, and each other that was told, what became of it. */
export function adviceLines({ advice }: Tally): readonly string[] {
  const rows = [...advice].sort(([one], [other]) => one.localeCompare(other));
  const counts = (['told', 'followed', 'ended'] as const).map((title) => ({
    title,
    cell: ([, count]: (typeof rows)[number]) => String(count[title]),
    right: true,
  }));
  return tableLines([{ title: 'Open', cell: ([what]) => what }, ...counts], rows);
}

/**
 * For each kind of event, how often it was drawn and how often it happened. A kind that never happened was not tested.
 */
export function kindLines({ kinds }: Tally): readonly string[] {
  const rows = [...kinds].sort(([one], [other]) => one.localeCompare(other));
  return tableLines(
    [
      { title: 'Event', cell: ([kind]) => kind },
      { title: 'drawn', cell: ([, { drawn }]) => String(drawn), right: true },
      { title: 'happened', cell: ([, { happened }]) => String(happened), right: true },
    ],
    rows,
  );
}

/** The broken invariants, each with its seeds. */
export function findingLines({ findings }: Tally): readonly string[] {
  const seedsOf = Map.groupBy(findings, ({ invariant }) => invariant);
  return [...seedsOf].map(([invariant, found]) => {
    const seeds = [...new Set(found.map(({ seed }) => seed))];
    const more = seeds.length > 20 ? ' …' : '';
    return `Broken: ${invariant} ${counted(seeds.length, 'seed')}: ${seeds.slice(0, 20).join(', ')}${more}`;
  });
}
