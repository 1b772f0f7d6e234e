import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ChaosErpName, chaosPlants } from './erps/plants.ts';
import { type ChaosResult, type Progress, runChaos, sumOf } from './run.ts';

/** Differences that are printed. */
const maxFindings = 40;

interface Options {
  readonly erp: ChaosErpName;
  readonly minutes?: number;
  readonly rate: number;
  readonly killEvery: number;
  readonly single?: boolean;
  readonly seed?: number;
  readonly keep?: boolean;
}

const command = new Command('npm run chaos --')
  .description(
    'Kills processes and lets both partners fail under load, and then counts whether anything was lost or done twice. It exits with 0 only if every completion was booked, exactly once.',
  )
  .option('--minutes <n>', 'minutes of load at least (default: 40 seconds)', positive)
  .option('--rate <n>', 'orders (and completions) per second', positive, 6)
  .option('--kill-every <s>', 'seconds between two kills', positive, 4)
  .addOption(
    new Option('--erp <name>', 'whose plant it is').choices(Object.keys(chaosPlants)).default('sandbox'),
  )
  .option('--single', 'one trigger an order, and no pull: nothing makes up for a loss')
  .option('--seed <n>', 'the same draws as an earlier run; the timing still varies', positive)
  .option('--keep', 'leave the data folder, with the log of the platform in it')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

function positive(text: string): number {
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('It takes a number above 0.');
}

/** @returns the exit code. */
async function main(options: Options): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'azumuta-erp-chaos-'));
  const log = (line: string) =>
    appendFileSync(join(dataDir, 'chaos.log'), `${new Date().toISOString()} ${line}\n`);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  let balanced = false;
  try {
    balanced = await chaos();
    return balanced ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  } finally {
    // After a failure, the data is needed to find its cause.
    if (balanced && !options.keep) rmSync(dataDir, { recursive: true, force: true });
    else say(`Everything is in ${dataDir}`);
  }

  async function chaos(): Promise<boolean> {
    const { erp, rate, single = false, minutes = 40 / 60, ...given } = options;
    const seed = Math.floor(given.seed ?? 1 + Math.random() * 1_000_000);
    say(`seed ${seed}`);
    const result = await runChaos({
      erp,
      seed,
      loadSeconds: minutes * 60,
      perSecond: rate,
      killEverySeconds: given.killEvery,
      single,
      dataDir,
      log,
      tell: (progress) => say(progressLine(progress)),
    });
    say(reportOf(seed, result));
    return isBalanced(result);
  }
}

/** One line with the progress of a run. */
function progressLine(progress: Progress): string {
  const { phase, seconds, orders, completions, kills, faults, waiting } = progress;
  return `${seconds.toFixed(0).padStart(5)} s  ${phase}: ${orders} orders, ${completions} completed, ${waiting ?? '?'} in the queues, ${sumOf(kills)} kills, ${sumOf(faults)} faults`;
}

/** Whether no difference was found. */
function isBalanced({ balance: { lost, double, wrong } }: ChaosResult): boolean {
  return lost.length === 0 && double.length === 0 && wrong.length === 0;
}

/** The table at the end, and the differences. */
function reportOf(seed: number, result: ChaosResult): string {
  const { balance, loadSeconds, quietSeconds } = result;
  const rows: readonly (readonly [string, string | number])[] = [
    ['seed', seed],
    ['kills', listed(result.kills)],
    ['faults', listed(result.faults)],
    ['orders', result.orders],
    ['completions', result.completions],
    ['pulls', result.pulls],
    ['webhook calls', result.webhookCalls],
    ['retries', result.retries],
    ['lost', balance.lost.length],
    ['double', balance.double.length],
    ['wrong', balance.wrong.length],
    ['seconds', `${loadSeconds.toFixed(0)} of load, ${quietSeconds.toFixed(0)} until quiet`],
    ['rate', `${(result.completions / (loadSeconds + quietSeconds)).toFixed(1)} completions/s over all`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const findings = [...balance.lost, ...balance.double, ...balance.wrong];
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...findings.slice(0, maxFindings).map((finding) => `  ✗ ${finding}`),
    ...(findings.length > maxFindings ? [`  … and ${findings.length - maxFindings} more`] : []),
  ].join('\n');
}

function listed(counts: ReadonlyMap<string, number>): string {
  const each = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `${name} ${count}`);
  return `${sumOf(counts)} (${each.join(', ')})`;
}

process.exit(await main(command.parse().opts<Options>()));
