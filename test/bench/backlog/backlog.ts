import { type Column, tableLines } from '../../../infra/ops/cli/output.ts';
import { simulateFetch } from '../../simulation/world/network.ts';
import { quantile, sum } from '../statistics.ts';
import { runBacklog, waitsOf } from './run-backlog.ts';

/**
 * Lets bookings wait for an ERP that is down for two hours and then takes five calls a second, and measures in virtual
 * time how they and new completions are processed after it comes back. Prints the figures.
 * Run: `node test/bench/backlog/backlog.ts [bookings that wait]`
 */
const waiting = Number(process.argv[2] ?? 20_000);
const limits = { perSecond: 5, newEverySeconds: 20 };

const say = (line: string) => void process.stdout.write(`${line}\n`);
const tell = (line: string) => void process.stderr.write(`${line}\n`);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

simulateFetch();
// Many errors are thrown in a run, and nobody reads their stack traces.
Error.stackTraceLimit = 0;
const progress = ({ minute, left }: { readonly minute: number; readonly left: number }) => {
  if (minute % 30 === 0) tell(`${(minute / 60).toFixed(1)} h: ${left} wait`);
};
tell('New completions without a backlog');
const alone = await runBacklog({ ...limits, waiting: 0, outageMinutes: 1, newForMinutes: 240 });
tell(`${waiting} bookings come in while the ERP is down`);
const run = await runBacklog({ ...limits, waiting, outageMinutes: 120, progress });

const rows = Object.entries({ alone, 'with backlog': run }).map(([name, each]) => ({
  name,
  waits: waitsOf(each),
}));
const shareColumn = (title: string, share: number): Column<(typeof rows)[number]> => ({
  title,
  cell: ({ waits }) => seconds(quantile(waits, share)),
  right: true,
});
const table = tableLines(
  [
    { title: 'New completions', cell: ({ name }) => name },
    { title: 'number', cell: ({ waits }) => String(waits.length), right: true },
    shareColumn('p50', 0.5),
    shareColumn('p95', 0.95),
    shareColumn('worst', 1),
  ],
  rows,
);
for (const line of table) say(line);
const { callsByMinute } = run;
const early = run.fresh.filter(({ at }) => at < run.availableAt).length;
say('');
say(`The backlog: ${callsByMinute.length} minutes, ${sum(callsByMinute)} calls.`);
say(
  `Calls in any 60 seconds: at most ${run.maxPerMinute} (limit ${60 * limits.perSecond}), ${Math.max(...callsByMinute)} in the busiest minute; ${run.refused} refused.`,
);
say(
  `${early} new ones came before the ERP was found available, after ${seconds(run.availableAt)}, and count as backlog.`,
);
say(
  `Not booked exactly once: ${run.wrong.length}. Dead letters: ${run.deadLetters}. Unexpected: ${run.unexpected.length}.`,
);
