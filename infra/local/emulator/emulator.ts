import { join } from 'node:path';
import { startControl } from './control-api.ts';
import { openDataFolder } from './data-folder.ts';
import { type LocalCredentials, principalIn, principalsOf } from './iam/principals.ts';
import { type Invoked, invoke } from './lambda/invoke.ts';
import { type Overrides, overrideStack } from './overrides.ts';
import { bundlePrograms } from './process/bundle-programs.ts';
import { nodeBinary } from './process/node-binary.ts';
import { freePorts } from './process/ports.ts';
import { createSupervisor, type ProcessEntry, type ServiceSpec } from './process/supervisor.ts';
import { type Ports, portNames, type ServiceOptions, serviceSpecs } from './services.ts';
import { readAssembly } from './template/cloud-assembly.ts';
import { find, type LocalStack } from './template/local-stack.ts';
import { readStack } from './template/read-stack.ts';

export interface EmulatorOptions extends ServiceOptions {
  /** The synthesized app (`cdk.out`) and the stack in it. */
  readonly template: { readonly directory: string; readonly stackName: string };
  /** Where everything is kept. Default: a temporary folder, removed at `stop`. */
  readonly dataDir?: string;
  readonly overrides?: Overrides;
  /** What the platform remarks: restarts, batches that come again, what the overrides changed. */
  readonly log?: (line: string) => void;
  /** Told of the process id of every piece that is started, also while the start is under way. */
  readonly onProcess?: (pid: number) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** Where the partners' sandboxes listen: told in `platform.json`, for other commands. */
  readonly sandboxes?: { readonly azumuta: string; readonly erp: string };
}

export interface Emulator {
  readonly stack: LocalStack;
  /** Where the HTTP API answers. */
  readonly apiUrl: string;
  /** `AWS_ENDPOINT_URL` for any AWS client. */
  readonly awsEndpoint: string;
  readonly controlUrl: string;
  readonly region: string;
  /** The operator's. */
  readonly credentials: LocalCredentials;
  readonly dataDir: string;
  /** Lookups by logical id, physical name, ARN or construct path. @throws Error naming what there is. */
  readonly queueUrl: (wanted: string) => string;
  readonly tableName: (wanted: string) => string;
  readonly secretArn: (wanted: string) => string;
  readonly functionName: (wanted: string) => string;
  readonly invoke: (functionName: string, payload: unknown) => Promise<Invoked>;
  /** Runs the schedule's target now, and answers what it returned. */
  readonly runSchedule: (name: string) => Promise<Invoked>;
  readonly processes: () => ProcessEntry[];
  /** Ends everything in good order. May be called twice. */
  readonly stop: () => Promise<void>;
}

const region = 'eu-west-1';
const accountId = '000000000000';

/**
 * Runs a synthesized stack on this machine, on 127.0.0.1 only. Resolves when every piece is ready; pieces
 * that die later are started again on the same port with the same data.
 * @throws Error when the template asks for something that local runs cannot do, or when a piece cannot start.
 * Nothing is left running then.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const log = options.log ?? (() => {});
  const assembly = readAssembly(options.template.directory, options.template.stackName);
  const folder = openDataFolder(options.dataDir);
  const supervisor = createSupervisor({
    node: nodeBinary(),
    log,
    onProcess: options.onProcess ?? (() => {}),
  });
  const programs = join(folder.path, 'programs');
  const bundled = bundlePrograms(programs);
  let closeControl = async () => {};

  async function endAll() {
    await closeControl();
    // What work depends on ends last.
    await supervisor.stop('services');
    await supervisor.stop();
    // What is still being written would bring the folder back.
    await bundled.catch(() => {});
    folder.close();
  }
  let ending: Promise<void> | undefined;
  const stop = () => {
    ending ??= endAll();
    return ending;
  };
  const abort = () => void stop();
  options.signal?.addEventListener('abort', abort);

  try {
    options.signal?.throwIfAborted();
    const ports = await choosePorts(folder.lastPorts);
    folder.keepPorts(ports);
    const url = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`;
    const place = { region, accountId, awsEndpoint: url('endpoint'), apiUrl: url('gateway') };
    const { stack, changes } = overrideStack(readStack(assembly, place), options.overrides ?? {});
    for (const change of changes) log(change);

    const specs = serviceSpecs(stack, ports, folder.path, programs, options);
    const emulator = emulatorOf(stack, url, { dataDir: folder.path, processes: supervisor.processes, stop });
    const control = startControl(ports.control, emulator).then(({ close }) => {
      closeControl = close;
    });
    // The two stores that are slowest to start are no bundles, and need not wait for them.
    const isBundle = ({ module }: ServiceSpec) => module.startsWith(programs);
    const first = Promise.all([control, ...specs.filter((spec) => !isBundle(spec)).map(supervisor.start)]);
    await Promise.race([bundled, first.then(() => bundled)]);
    options.signal?.throwIfAborted();
    await Promise.all([first, ...specs.filter(isBundle).map(supervisor.start)]);
    options.signal?.throwIfAborted();
    const { credentials, apiUrl, awsEndpoint, controlUrl } = emulator;
    folder.publish({
      pid: process.pid,
      stackName: stack.name,
      region,
      apiUrl,
      awsEndpoint,
      controlUrl,
      credentials,
      ...(options.sandboxes ? { sandboxes: options.sandboxes } : {}),
    });
    return emulator;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

function emulatorOf(
  stack: LocalStack,
  url: (port: keyof Ports) => string,
  running: Pick<Emulator, 'dataDir' | 'processes' | 'stop'>,
): Emulator {
  const principals = principalsOf(stack);
  const { credentials } = principalIn(principals, 'operator', 'operator');
  const awsEndpoint = url('endpoint');
  const functionName = (wanted: string) => find(stack.functions, 'function', wanted).name;
  return {
    ...running,
    stack,
    region,
    credentials,
    awsEndpoint,
    apiUrl: url('gateway'),
    controlUrl: url('control'),
    functionName,
    queueUrl: (wanted) => find(stack.queues, 'queue', wanted).url,
    tableName: (wanted) => find(stack.tables, 'table', wanted).name,
    secretArn: (wanted) => find(stack.secrets, 'secret', wanted).arn,
    invoke: async (wanted, payload) =>
      invoke(awsEndpoint, { region, credentials }, functionName(wanted), JSON.stringify(payload ?? {})),
    async runSchedule(wanted) {
      const { name, targetArn, input } = find(stack.schedules, 'schedule', wanted);
      const signer = { region, credentials: principalIn(principals, 'schedule', name).credentials };
      return invoke(awsEndpoint, signer, targetArn, input);
    },
  };
}

/** Those of the last run in the folder where they are still free. */
async function choosePorts(last: Readonly<Record<string, number>>): Promise<Ports> {
  const ports = await freePorts(
    portNames.map((name) => last[name]),
    Math.random,
  );
  const of = (name: keyof Ports) => ports[portNames.indexOf(name)] ?? 0;
  return {
    sqs: of('sqs'),
    dynamodb: of('dynamodb'),
    secrets: of('secrets'),
    sns: of('sns'),
    endpoint: of('endpoint'),
    gateway: of('gateway'),
    control: of('control'),
  };
}
