import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { tableOf } from '../../../infra/ops/cli/output.ts';
import { simulateFetch } from '../../simulation/world/network.ts';
import { backlogPlot } from './backlog-plot.ts';
import { type BacklogRun, runBacklog } from './run-backlog.ts';

/**
 * Lets bookings wait for an ERP that is down, has it come back, and measures how they are worked off beside new
 * completions, in virtual time: prints the figures and draws `backlog.svg`. `node test/bench/backlog/backlog.ts`
 */
function above(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('It takes a number above 0.');
  return Number(text);
}

interface Wishes {
  readonly waiting: number;
  readonly perSecond: number;
  readonly atOnce?: number;
  readonly outageMinutes: number;
  readonly newEverySeconds: number;
  readonly seed: number;
}

const wishes = new Command('node test/bench/backlog/backlog.ts')
  .option('--waiting <n>', 'bookings that wait when the ERP comes back', above, 20_000)
  .option('--per-second <n>', 'calls a second that it bears', above, 5)
  .option('--at-once <n>', 'calls at once', above)
  .option('--outage-minutes <n>', 'how long it is down', above, 120)
  .option('--new-every-seconds <n>', 'between two new completions', above, 20)
  .option('--seed <n>', 'what chance begins with', above, 1)
  .parse()
  .opts<Wishes>();

const say = (line: string) => void process.stdout.write(`${line}\n`);
const tell = (line: string) => void process.stderr.write(`${line}\n`);
const seconds = (ms: number | undefined) => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`);

/** Waits of the new completions from when the ERP is found well, shortest first. */
function waitsOf({ fresh, foundWellAt }: BacklogRun): readonly number[] {
  return fresh
    .filter(({ at }) => at >= foundWellAt)
    .map(({ waitMs }) => waitMs)
    .toSorted((one, other) => one - other);
}

const part = (sorted: readonly number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1];

simulateFetch();
// Many errors are thrown in a run, and nobody reads where.
Error.stackTraceLimit = 0;
const began = performance.now();
const progress = ({ minute, waiting }: { readonly minute: number; readonly waiting: number }) => {
  if (minute % 30 !== 0) return;
  tell(
    `${(minute / 60).toFixed(1)} h: ${waiting} wait (${Math.round((performance.now() - began) / 1000)} s)`,
  );
};
tell('New completions alone');
const alone = await runBacklog({ ...wishes, waiting: 0, outageMinutes: 1, newForMinutes: 240 });
tell(`${wishes.waiting} bookings come in while the ERP is down`);
const run = await runBacklog({ ...wishes, progress });
tell(`All is done after ${Math.round((performance.now() - began) / 1000)} s`);

const rows = [
  ['alone', alone],
  ['with the backlog', run],
] as const;
for (const line of tableOf(
  [
    { title: 'New completions' },
    ...['number', 'p50', 'p95', 'worst'].map((title) => ({ title, right: true })),
  ],
  rows.map(([name, each]) => {
    const waits = waitsOf(each);
    return [name, String(waits.length), ...[0.5, 0.95, 1].map((share) => seconds(part(waits, share)))];
  }),
))
  say(line);
const busiest = Math.max(...run.minutes.map(({ calls }) => calls));
say('');
say(
  `The backlog: ${run.minutes.length} minutes, ${run.minutes.reduce((sum, { calls }) => sum + calls, 0)} calls.`,
);
say(
  `Calls in any 60 seconds: ${run.mostPerMinute} at most (it bears ${60 * wishes.perSecond}), ${busiest} in the busiest minute; ${run.refused} were refused.`,
);
say(
  `${run.fresh.filter(({ at }) => at < run.foundWellAt).length} new ones came before the ERP was found well, after ${seconds(run.foundWellAt)}: they are of the backlog.`,
);
say(
  `Not booked once: ${run.wrong.length}. Dead letters: ${run.deadLetters}. Unexpected: ${run.unexpected.length}.`,
);
const aloneMs = part(waitsOf(alone), 0.95) ?? 0;
const picture = backlogPlot(run, { perSecond: wishes.perSecond, aloneMs });
writeFileSync(fileURLToPath(new URL('./backlog.svg', import.meta.url)), picture);
