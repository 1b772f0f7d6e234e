import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { isBalanced, progressLine, reportOf } from './report.ts';
import { runChaos } from './run.ts';

interface Options {
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
    const { rate, single = false, minutes = 40 / 60, ...given } = options;
    const seed = Math.floor(given.seed ?? 1 + Math.random() * 1_000_000);
    say(`seed ${seed}`);
    const result = await runChaos({
      seed,
      loadSeconds: minutes * 60,
      perSecond: rate,
      killEverySeconds: given.killEvery,
      single,
      ...{ dataDir, log },
      tell: (progress) => say(progressLine(progress)),
    });
    say(reportOf(seed, result));
    return isBalanced(result);
  }
}

process.exit(await main(command.parse().opts<Options>()));
