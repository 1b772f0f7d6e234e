import { dirname, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { reasonOf } from '../../shared/model/errors.ts';
import { systemSentenceOf } from '../../shared/platform/system-errors.ts';
import { loadIntegration } from '../build/load-configuration.ts';
import { printCommandsToTry, printOutcome } from './demo/report.ts';
import { runDemo } from './demo/scenario.ts';
import { createProgress, type ProgressDisplay } from './progress.ts';
import { type ReplayServer, startReplayServer } from './recorded/replay-server.ts';
import { environmentOfReplay, replayedConfiguration, runReplay } from './recorded/run-replay.ts';
import { type LocalSystem, localOverrides, startLocalSystem } from './run-locally.ts';
import { azumutaSandboxBaseUrl } from './sandbox/api.ts';
import { sandboxedPartners } from './sandbox/who-is-sandbox.ts';

interface StartOptions {
  readonly once?: boolean;
  readonly demo: boolean;
  readonly config: string;
  readonly data?: string;
  readonly azumuta?: string;
  readonly verbose?: boolean;
}

const startCommand = new Command('npm start --')
  .description(
    'Runs both flows on this machine: the synthesized stack, an Azumuta sandbox and an ERP sandbox. A demo shows them once; then everything keeps running until Ctrl-C.',
  )
  .addOption(new Option('--once', 'end after the demo: with 0 only if every order arrived').conflicts('demo'))
  .option('--no-demo', 'run without the demo')
  .option('-c, --config <file>', 'integration file', 'integration.config.ts')
  .option('--data <folder>', 'keep all data there: a stop and start loses nothing')
  .addOption(
    new Option(
      '--azumuta <recording>',
      'instead of the demo, run both flows once with an Azumuta that speaks as the kit has recorded it, by the contract of --config if one is given',
    ).conflicts(['demo', 'data']),
  )
  .option('--verbose', 'also print restarts and retries')
  .helpOption('-h, --help', 'show this help')
  .addHelpText(
    'after',
    `
With another configuration, AZUMUTA_API_KEY and ERP_CREDENTIALS (JSON) in the environment become the local secrets, so
that real partners can be called.`,
  )
  .allowExcessArguments(false)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

const noDemoInShadow =
  'The configuration is in shadow, in which nothing arrives that a demo could show: add --no-demo, or leave deployment.mode out.';

/** @returns the exit code. */
async function runPlantAndDemo(options: StartOptions, signal: AbortSignal): Promise<number> {
  const logged: string[] = [];
  const progress = createProgress(process.stdout);
  const log = (line: string) => {
    // Mails are meant for people, so they are always shown.
    if (/^mail to /.test(line)) progress.note(`  ✉ ${line}`);
    else if (options.verbose) {
      progress.end();
      process.stderr.write(`  · ${line}\n`);
    } else logged.push(line);
  };
  let system: LocalSystem | undefined;
  let server: ReplayServer | undefined;
  try {
    if (options.azumuta !== undefined) {
      server = await startReplayServer(options.azumuta);
      const replayed = { config: replayedConfiguration };
      const environment = environmentOfReplay(server, givenPlant(options));
      system = await startPlant(replayed, progress, log, signal, environment);
      for (const line of await runReplay(system, server, progress.step, signal))
        process.stdout.write(`${line}\n`);
      return 0;
    }
    system = await startPlant(options, progress, log, signal);
    const isShadow = system.emulator.stack.outputs.Mode === 'shadow';
    if (options.demo && isShadow) throw new Error(noDemoInShadow);
    if (options.demo) printOutcome(await runDemo(system, progress.step, signal));
    if (options.once) return 0;
    printCommandsToTry(system, await findSandboxed(options.config, system));
    await new Promise<void>((stop) => signal.addEventListener('abort', () => stop(), { once: true }));
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    for (const line of logged.slice(-20)) process.stderr.write(`  · ${line}\n`);
    process.stderr.write(`\n${systemSentenceOf(error) ?? reasonOf(error)}\n`);
    return 1;
  } finally {
    await system?.stop();
    await server?.close();
  }
}

/** As the configuration of a replay imports it. */
function givenPlant({ config }: StartOptions): string | undefined {
  if (startCommand.getOptionValueSource('config') === 'default') return undefined;
  return relative(dirname(replayedConfiguration), config).replaceAll('\\', '/');
}

/** The configuration is read here as it was synthesized: with the addresses of the sandboxes. */
async function findSandboxed(config: string, { sandboxes: { azumuta, erp } }: LocalSystem) {
  process.env.AZUMUTA_BASE_URL = azumutaSandboxBaseUrl(azumuta.url);
  process.env.ERP_BASE_URL = erp.url;
  const { integration } = await loadIntegration(config, 'local');
  return sandboxedPartners(integration, { azumuta: azumuta.url });
}

function startPlant(
  { config, data }: Pick<StartOptions, 'config' | 'data'>,
  progress: ProgressDisplay,
  log: (line: string) => void,
  signal: AbortSignal,
  environment: Readonly<Record<string, string>> = {},
): Promise<LocalSystem> {
  return progress.step('Start the plant', async (change) => {
    const start = Date.now();
    const system = await startLocalSystem({
      integrationFile: config,
      environment,
      dataDir: data,
      // Alerts come soon, so that nobody who breaks something here waits five minutes for the mail.
      overrides: { ...localOverrides, scheduleSeconds: { SchedulesAlerts: 15 } },
      log,
      signal,
      progress: (part) => change(`Start the plant: ${part}`),
    });
    change(`The plant runs (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    return system;
  });
}

/** The first Ctrl-C stops in good order, the second at once: then the processes end by themselves, as this one does. */
function endOnSignals(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (ending.signal.aborted) process.exit(130);
      ending.abort();
    });
  }
  return ending.signal;
}

const exitCode = await runPlantAndDemo(startCommand.parse().opts<StartOptions>(), endOnSignals());
// Sockets to partners that are gone could keep the process alive.
await pause(0);
process.exit(exitCode);
