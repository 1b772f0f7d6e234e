import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { outageReport, runOutage } from './accidents/outage.ts';
import { isBalanced, progressLine, reportOf } from './report.ts';
import { runChaos } from './run.ts';

interface Options {
  readonly minutes?: number;
  readonly rate?: number;
  readonly killEvery: number;
  readonly faultsEvery: number;
  readonly single?: boolean;
  readonly seed?: number;
  readonly keep?: boolean;
  readonly outage?: number;
}

const command = new Command('npm run chaos --')
  .description(
    'Kills processes, lets both partners fail and sets clocks apart under load, and then counts whether anything was lost or done twice. It exits with 0 only if every completion was booked, exactly once.',
  )
  .option('--minutes <n>', 'minutes of load (default: 40 seconds)', positive)
  .option('--rate <n>', 'orders (and completions) per second (default: 6; in an outage 20)', positive)
  .option('--kill-every <s>', 'seconds between two kills', positive, 4)
  .option('--faults-every <s>', 'seconds between two batches of faults', positive, 3.5)
  .option('--single', 'one trigger an order, and no pull: nothing makes up for a loss')
  .option('--seed <n>', 'the same draws as an earlier run; the timing still varies', positive)
  .option('--keep', 'leave the data folder, with the log of the platform in it')
  .option(
    '--outage <s>',
    'instead: the ERP answers 503 for so many seconds, at --rate completions/s',
    positive,
  )
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
    balanced = options.outage === undefined ? await chaos(options) : await outage(options.outage);
    return balanced ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  } finally {
    // After a failure, the data is needed to find its cause.
    if (balanced && !options.keep) rmSync(dataDir, { recursive: true, force: true });
    else say(`Everything is in ${dataDir}`);
  }

  async function outage(seconds: number): Promise<boolean> {
    const perSecond = options.rate ?? 20;
    const result = await runOutage({ dataDir, log, say, seconds, perSecond });
    say(outageReport(result));
    return result.findings.length === 0;
  }

  async function chaos({ rate = 6, single = false, minutes = 40 / 60, ...given }: Options): Promise<boolean> {
    const seed = Math.floor(given.seed ?? 1 + Math.random() * 1_000_000);
    say(`seed ${seed}`);
    const result = await runChaos({
      seed,
      loadSeconds: minutes * 60,
      perSecond: rate,
      killEverySeconds: given.killEvery,
      faultsEverySeconds: given.faultsEvery,
      single,
      ...{ dataDir, isEnough: () => true },
      log,
      tell: (progress) => say(progressLine(progress)),
    });
    say(reportOf(seed, result));
    return isBalanced(result);
  }
}

process.exit(await main(command.parse().opts<Options>()));
