import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Listr } from 'listr2';
import { reasonOf } from '../../shared/model/errors.ts';
import { printFigures, printJourneys, printPlaces } from './demo/report.ts';
import { createStory, type Story, type StoryProgress } from './demo/scenario.ts';
import { type LocalSystem, localOverrides, startLocalSystem } from './run-locally.ts';

const help = `Runs both flows on this machine: the synthesized stack, an Azumuta sandbox and an ERP sandbox.

  npm start                          tell the story once, then keep serving
  npm start -- --once                tell it and exit: 0 only if every order arrived
  npm start -- --no-demo             only serve
  npm start -- --orders 100          a longer story (default 8)
  npm start -- --config <file>       another integration file (default integration.config.ts)
  npm start -- --data <folder>       keep everything there; a stop and start loses nothing
  npm start -- --verbose             also print restarts, retries and what differs from a deployment

With another configuration, AZUMUTA_API_KEY and ERP_CREDENTIALS (JSON) in the environment become the local
secrets, so that real partners can be called. Ctrl-C stops everything.
`;

type Wishes = NonNullable<ReturnType<typeof wishesOf>>;

/** @returns nothing when help is all that is asked for. */
function wishesOf(commandLine: string[]) {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      once: { type: 'boolean', default: false },
      'no-demo': { type: 'boolean', default: false },
      orders: { type: 'string', default: '8' },
      config: { type: 'string', default: 'integration.config.ts' },
      data: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const orders = Number(values.orders);
  if (!Number.isInteger(orders) || orders < 1)
    throw new Error(`--orders takes a whole number from 1, not "${values.orders}".`);
  if (values.once && values['no-demo'])
    throw new Error('--once tells the story, --no-demo leaves it out: choose one.');
  return { ...values, demo: !values['no-demo'], orders };
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
  const ending = endOnSignals();
  try {
    return await run(wishes, ending.signal);
  } catch (error) {
    if (ending.signal.aborted) return 130;
    process.stderr.write(`\n${reasonOf(error)}\n`);
    return 1;
  }
}

async function run(wishes: Wishes, signal: AbortSignal): Promise<number> {
  const remarks: string[] = [];
  const log = (line: string) => {
    // Mails are for people, so they are shown to whoever sits here.
    if (/^mail to /.test(line)) process.stdout.write(`  ✉ ${line}\n`);
    else if (wishes.verbose) process.stderr.write(`  · ${line}\n`);
    else remarks.push(line);
  };
  const running: { system?: LocalSystem; story?: Story } = {};
  try {
    await tasksOf(wishes, running, log, signal).run();
    const { system, story } = running;
    if (!system) throw new Error('Nothing was started.');
    let complete = true;
    if (story) {
      printJourneys(await story.journeys());
      const figures = await story.figures();
      printFigures(figures, localOverrides);
      complete = figures.booked === figures.orders;
    }
    if (wishes.once) return complete ? 0 : 1;
    printPlaces(system);
    await new Promise<void>((stop) => signal.addEventListener('abort', () => stop(), { once: true }));
    return 0;
  } catch (error) {
    for (const line of remarks.slice(-20)) process.stderr.write(`  · ${line}\n`);
    throw error;
  } finally {
    if (running.system) await running.system.stop();
  }
}

function tasksOf(
  wishes: Wishes,
  running: { system?: LocalSystem; story?: Story },
  log: (line: string) => void,
  signal: AbortSignal,
) {
  const told =
    (show: (progress: StoryProgress) => string, task: { title: string }) => (progress: StoryProgress) => {
      task.title = show(progress);
    };
  let tell: (progress: StoryProgress) => void = () => undefined;
  const story = () => {
    if (!running.system) throw new Error('Nothing was started.');
    running.story ??= createStory(running.system, wishes.orders, (progress) => tell(progress), signal);
    return running.story;
  };
  const parts = {
    sandboxes: 'starting the sandboxes',
    synthesis: 'synthesizing the stack',
    platform: 'starting its queues, tables and functions',
    secrets: 'setting the secrets',
  };
  return new Listr(
    [
      {
        title: 'Start the plant',
        task: async (_, task) => {
          const start = Date.now();
          running.system = await startLocalSystem({
            integrationFile: wishes.config,
            // Whoever breaks something here does not wait five minutes to be told.
            overrides: { ...localOverrides, scheduleSeconds: { SchedulesAlerts: 15 } },
            log,
            signal,
            progress: (part) => {
              task.title = `Start the plant: ${parts[part]}`;
            },
            ...(wishes.data === undefined ? {} : { dataDir: wishes.data }),
          });
          task.title = `The plant runs (${((Date.now() - start) / 1000).toFixed(1)} s)`;
        },
      },
      {
        title: 'Orders out: ERP → Azumuta',
        enabled: wishes.demo,
        task: async (_, task) => {
          tell = told(
            ({ released, created }) =>
              `Orders out: ${released} released in the ERP, ${created} created in Azumuta`,
            task,
          );
          await story().ordersOut();
        },
      },
      {
        title: 'Work done in Azumuta',
        enabled: wishes.demo,
        task: async (_, task) => {
          tell = told(
            ({ completed }) => `Work done: ${completed} of ${wishes.orders} completed in Azumuta`,
            task,
          );
          await story().workDone();
        },
      },
      {
        title: 'Results back: Azumuta → ERP',
        enabled: wishes.demo,
        task: async (_, task) => {
          tell = told(({ booked }) => `Results back: ${booked} of ${wishes.orders} booked in the ERP`, task);
          await story().resultsBack();
        },
      },
    ],
    { renderer: process.stdout.isTTY ? 'default' : 'simple', registerSignalListeners: false },
  );
}

/** The first Ctrl-C stops in good order, the second at once: the pieces end by themselves when this process does. */
function endOnSignals(): AbortController {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (ending.signal.aborted) process.exit(130);
      ending.abort();
    });
  }
  return ending;
}

const exitCode = await main();
// Sockets to partners that are gone may linger.
await pause(0);
process.exit(exitCode);
