import { mkdtempSync, rmSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { bundleFunctions } from '../../infra/build/bundle-functions.ts';
import { createProgress } from '../../infra/local/progress.ts';
import { reasonOf } from '../../shared/model/errors.ts';
import { sizesOf } from './bundles/bundle-sizes.ts';
import { environmentOf, importTimes, writeYardsticks } from './bundles/imports.ts';
import { type Flow, measureBill } from './cost/bill.ts';
import { monthRows, monthsOf, perMillionOf } from './cost/month.ts';
import { callsPerBooking } from './partners/calls-per-booking.ts';
import { type Partners, startPartners } from './partners/partners.ts';
import { type Figures, peerName } from './peers/figures.ts';
import { type BenchPlant, powertools, startBenchPlant } from './peers/plant.ts';
import { countLosses, measureRounds, measureWait } from './peers/rounds.ts';
import { markdownOf, rowsOf } from './table.ts';

const parts = ['bundles', 'completions', 'waits', 'accidents', 'calls', 'cost'] as const;
type Part = (typeof parts)[number];

interface Settings {
  readonly peers: 'powertools' | 'none';
  readonly rounds: number;
  readonly completions: number;
  readonly only: readonly Part[];
}

interface Task {
  readonly title: string;
  /** Default: it is done whatever is wanted. */
  readonly enabled?: () => boolean;
  readonly task: (tell: (status: string) => void) => Promise<void>;
}

const ownName = 'this bundle';
/** How long both partners take to answer. */
const delayMs = 5;
const root = fileURLToPath(new URL('../..', import.meta.url));

function whole(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0))
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

const command = new Command('npm run bench --')
  .description(
    'Measures the deployed bundles on the local platform, compares them with the pipeline of the AWS documentation (Powertools), and prints one table. It asserts nothing.',
  )
  .addOption(
    new Option('--peers <which>', 'what to compare with')
      .choices(['powertools', 'none'])
      .default('powertools'),
  )
  .option('--rounds <n>', 'number of rounds; the median is printed', whole, 3)
  .option('--completions <n>', 'completions per round', whole, 400)
  .addOption(
    new Option('--only <parts...>', 'measure only these parts')
      .choices([...parts])
      .default([...parts], 'all'),
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

async function measure(settings: Settings): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'azumuta-erp-bench-'));
  const figures: Figures = {};
  const stops: (() => Promise<void>)[] = [];
  const wants = (...some: readonly Part[]) => some.some((part) => settings.only.includes(part));
  const withPeer = settings.peers !== 'none';
  let partners: Partners;
  let plant: BenchPlant;

  const tasks: readonly Task[] = [
    {
      title: 'Starting the stubs and the platform',
      async task() {
        partners = await startPartners(delayMs);
        stops.push(partners.stop);
        await partners.reset();
        plant = await startBenchPlant({ partners });
        stops.push(plant.stop);
      },
    },
    {
      title: 'Bundles: bytes and import',
      enabled: () => wants('bundles'),
      async task() {
        const { metafile } = await bundleFunctions(
          resolve(root, 'integration.config.ts'),
          join(folder, 'bundles'),
        );
        figures.bundles = sizesOf(metafile);
        const yardsticks = await writeYardsticks(join(folder, 'yardsticks'));
        const environment = environmentOf(plant, 'receive-webhook');
        // The measured plant has no pages.
        const deployed = figures.bundles.filter(({ name }) => name !== 'show-pages');
        figures.imports = await importTimes(
          [
            { name: 'empty handler', file: yardsticks.empty, environment },
            { name: 'stock SQS client', file: yardsticks.stock, environment },
            ...deployed.map(({ name }) => ({
              name,
              file: join(folder, 'bundles', name, 'index.mjs'),
              environment: environmentOf(plant, name),
            })),
          ],
          settings.rounds * 7,
        );
      },
    },
    {
      title: 'Completions and accidents, in turns with Powertools',
      enabled: () => wants('completions', 'accidents'),
      async task(tell) {
        const contenders = [{ name: ownName, plant }];
        const peer = withPeer ? await startBenchPlant({ partners, ...powertools }) : undefined;
        if (peer) contenders.push({ name: peerName, plant: peer });
        if (peer) stops.push(peer.stop);
        if (wants('completions'))
          figures.completions = await measureRounds(contenders, partners, settings, tell);
        if (wants('accidents')) figures.accidents = await countLosses(contenders, partners, tell);
        await peer?.stop();
      },
    },
    {
      title: 'From trigger to booking',
      enabled: () => wants('waits'),
      async task(tell) {
        figures.waitMs = await measureWait(plant, partners, settings.rounds, tell);
      },
    },
    {
      title: 'Calls per booking of each connector',
      enabled: () => wants('calls'),
      async task() {
        figures.calls = await callsPerBooking();
      },
    },
    {
      title: 'Requests and time for the bill',
      enabled: () => wants('cost'),
      async task(tell) {
        const billOf = async (name: string, flow: Flow, options = {}) => {
          tell(`${name}: ${flow}`);
          return { name, flow, measured: await measureBill(flow, 100, { partners, ...options }) };
        };
        figures.bills = [
          await billOf(ownName, 'completions'),
          ...(withPeer ? [await billOf(peerName, 'completions', powertools)] : []),
          await billOf(ownName, 'completions with ten recordings'),
          await billOf(ownName, 'orders'),
          await billOf(ownName, 'orders in lists of 50'),
        ];
        figures.month = await monthsOf(perMillionOf(figures.bills, ownName));
      },
    },
  ];

  async function stopAll() {
    for (const stop of stops.splice(0).reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const interrupted = () => void stopAll().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);

  try {
    const { step } = createProgress();
    for (const { title, enabled, task } of tasks)
      if (enabled?.() !== false)
        await step(title, (change) => task((status) => change(`${title}: ${status}`)));
    return figures;
  } finally {
    await stopAll();
  }
}

try {
  const settings = command.parse().opts<Settings>();
  process.chdir(root);
  const figures = await measure(settings);
  const month = figures.month ? ['', ...monthRows(figures.month)] : [];
  process.stdout.write(`\n${[machineLine(), '', markdownOf(rowsOf(figures)), ...month].join('\n')}\n`);
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}

/** A line that describes this machine. */
function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores of ${model}, ${memory} GB, ${platform()} ${arch()}, Node ${process.version}`;
}
