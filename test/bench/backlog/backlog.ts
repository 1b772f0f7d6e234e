import { Command, InvalidArgumentError } from 'commander';
import { tableOf } from '../../../infra/ops/cli/output.ts';
import { simulateFetch } from '../../simulation/world/network.ts';
import { part, runBacklog, waitsOf } from './run-backlog.ts';

/**
 * Lets bookings wait for an ERP that is down, and measures in virtual time how they and new completions are processed
 * after it comes back. Prints the figures. Run: `node test/bench/backlog/backlog.ts`
 */
function above(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return Number(text);
}

interface Settings {
  readonly waiting: number;
  readonly perSecond: number;
  readonly atOnce?: number;
  readonly outageMinutes: number;
  readonly newEverySeconds: number;
  readonly seed: number;
}

const settings = new Command('node test/bench/backlog/backlog.ts')
  .option('--waiting <n>', 'number of bookings that wait when the ERP comes back', above, 20_000)
  .option('--per-second <n>', 'limit of calls per second', above, 5)
  .option('--at-once <n>', 'limit of simultaneous calls', above)
  .option('--outage-minutes <n>', 'duration of the outage', above, 120)
  .option('--new-every-seconds <n>', 'interval between new completions', above, 20)
  .option('--seed <n>', 'seed of the random choices', above, 1)
  .parse()
  .opts<Settings>();

const say = (line: string) => void process.stdout.write(`${line}\n`);
const tell = (line: string) => void process.stderr.write(`${line}\n`);
const seconds = (ms: number) => (Number.isNaN(ms) ? '–' : `${(ms / 1000).toFixed(1)} s`);

simulateFetch();
// Many errors are thrown in a run, and nobody reads their stack traces.
Error.stackTraceLimit = 0;
const began = performance.now();
const progress = ({ minute, waiting }: { readonly minute: number; readonly waiting: number }) => {
  if (minute % 30 !== 0) return;
  tell(
    `${(minute / 60).toFixed(1)} h: ${waiting} wait (${Math.round((performance.now() - began) / 1000)} s)`,
  );
};
tell('New completions without a backlog');
const alone = await runBacklog({ ...settings, waiting: 0, outageMinutes: 1, newForMinutes: 240 });
tell(`${settings.waiting} bookings come in while the ERP is down`);
const run = await runBacklog({ ...settings, progress });
tell(`All done after ${Math.round((performance.now() - began) / 1000)} s`);

const rows = [
  ['alone', alone],
  ['with backlog', run],
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
  `Calls in any 60 seconds: at most ${run.maxPerMinute} (limit ${60 * settings.perSecond}), ${busiest} in the busiest minute; ${run.refused} refused.`,
);
say(
  `${run.fresh.filter(({ at }) => at < run.availableAt).length} new ones came before the ERP was found available, after ${seconds(run.availableAt)}, and count as backlog.`,
);
say(
  `Not booked exactly once: ${run.wrong.length}. Dead letters: ${run.deadLetters}. Unexpected: ${run.unexpected.length}.`,
);
