import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../shared/model/errors.ts';
import { outageReport, runOutage } from './accidents/outage.ts';
import { isBalanced, progressLine, reportOf } from './report.ts';
import { runChaos } from './run.ts';

const help = `Kills everything that may die, lets both partners fail, changes and renames orders, forges hints and sets clocks
apart, and then counts whether anything was lost or done twice.

  npm run chaos                      40 s of load
  npm run chaos -- --minutes 30      longer
  npm run chaos -- --rate 10         orders (and completions) per second, default 6; in an outage 20
  npm run chaos -- --kill-every 2    seconds between two kills, default 4
  npm run chaos -- --faults-every 10 seconds between two handfuls of faults, default 3.5
  npm run chaos -- --flood-every 20  seconds between two bursts of forged hints, default 6
  npm run chaos -- --single          one trigger an order, no pull: nothing makes good for what is lost
  npm run chaos -- --seed 7          the same draws again; the timing is the machine's
  npm run chaos -- --keep            leave the data folder, with the log of the platform in it
  npm run chaos -- --outage 60       instead: the ERP answers 503 for so many seconds, at --rate completions/s

It exits with 0 only if every accepted event was booked or dead-lettered, exactly once.
`;

interface Wishes {
  readonly seed: number;
  readonly seconds: number;
  readonly rate: number | undefined;
  readonly killEvery: number;
  readonly faultsEvery: number;
  readonly floodEvery: number;
  readonly outage: number | undefined;
  readonly single: boolean;
  readonly keep: boolean;
}

function wishesOf(commandLine: string[]): Wishes | undefined {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string' },
      'kill-every': { type: 'string' },
      'faults-every': { type: 'string' },
      'flood-every': { type: 'string' },
      outage: { type: 'string' },
      single: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const positive = (name: Exclude<keyof typeof values, 'single' | 'keep' | 'help'>) => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!(Number(text) > 0)) throw new Error(`--${name} takes a number above 0, not "${text}".`);
    return Number(text);
  };
  const minutes = positive('minutes');
  return {
    seed: Math.floor(positive('seed') ?? 1 + Math.random() * 1_000_000),
    seconds: minutes === undefined ? 40 : minutes * 60,
    rate: positive('rate'),
    killEvery: positive('kill-every') ?? 4,
    faultsEvery: positive('faults-every') ?? 3.5,
    floodEvery: positive('flood-every') ?? 6,
    outage: positive('outage'),
    single: values.single,
    keep: values.keep,
  };
}

/** @returns the exit code. */
async function main(): Promise<number> {
  let wishes: Wishes | undefined;
  try {
    wishes = wishesOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n\n${help}`);
    return 2;
  }
  if (!wishes) {
    process.stdout.write(help);
    return 0;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'azumuta-erp-chaos-'));
  const log = (line: string) =>
    appendFileSync(join(dataDir, 'chaos.log'), `${new Date().toISOString()} ${line}\n`);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  let balanced = false;
  try {
    if (wishes.outage !== undefined) {
      const outage = await runOutage({
        dataDir,
        log,
        say,
        seconds: wishes.outage,
        perSecond: wishes.rate ?? 20,
      });
      say(outageReport(outage));
      balanced = outage.findings.length === 0;
      return balanced ? 0 : 1;
    }
    say(`seed ${wishes.seed}`);
    const result = await runChaos({
      seed: wishes.seed,
      loadSeconds: wishes.seconds,
      perSecond: wishes.rate ?? 6,
      killEverySeconds: wishes.killEvery,
      faultsEverySeconds: wishes.faultsEvery,
      floodEverySeconds: wishes.floodEvery,
      single: wishes.single,
      dataDir,
      log,
      tell: (progress) => say(progressLine(progress)),
    });
    say(reportOf(wishes.seed, result));
    balanced = isBalanced(result);
    return balanced ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  } finally {
    // What does not add up can be looked into.
    if (balanced && !wishes.keep) rmSync(dataDir, { recursive: true, force: true });
    else say(`Everything is in ${dataDir}`);
  }
}

process.exit(await main());
