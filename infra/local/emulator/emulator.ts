import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startControl } from './control-api.ts';
import { openDataFolder } from './data-folder.ts';
import { recordGranted } from './iam/grant-log.ts';
import { type LocalCredentials, principalsOf } from './iam/principals.ts';
import { type Invoked, invoke } from './lambda/invoke.ts';
import { type Overrides, overrideStack } from './overrides.ts';
import { bundlePrograms } from './process/bundle-programs.ts';
import { call } from './process/http.ts';
import { nodeBinary } from './process/node-binary.ts';
import { freePorts, isFree } from './process/ports.ts';
import { createSupervisor, type ProcessEntry, type ServiceSpec } from './process/supervisor.ts';
import { type Limits, type ServiceName, serviceNames, serviceSpecs } from './services.ts';
import { readAssembly } from './template/cloud-assembly.ts';
import { find, type LocalStack } from './template/local-stack.ts';
import { readStack } from './template/read-stack.ts';

export interface EmulatorOptions {
  /** The synthesized app (`cdk.out`) and the stack in it. */
  readonly template: { readonly directory: string; readonly stackName: string };
  /** Where everything is kept. Default: a temporary folder, removed at `stop`. */
  readonly dataDir?: string;
  /** Fixed ports; the others are those of the last run in `dataDir`, or free ones. */
  readonly ports?: { readonly api?: number; readonly aws?: number; readonly control?: number };
  readonly overrides?: Overrides;
  readonly limits?: Limits;
  /** How far the clocks of the containers are off: each takes the next, round and round. Default: not at all. */
  readonly clockOffsetsMs?: readonly number[] | undefined;
  /** What the platform remarks: restarts, batches that come again, what the overrides changed. */
  readonly log?: (line: string) => void;
  /** Also what the functions write; it is in `<dataDir>/logs` in any case. */
  readonly logFunctions?: boolean;
  /** Told of the process id of every piece that is started, also while the start is under way. */
  readonly onProcess?: (pid: number) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** File that gets a line for each grant of the stack's roles, and for each that was used (`GrantRecord`). */
  readonly grantsFile?: string | undefined;
  /** Where the functions find AWS, when something stands between them and the endpoint (a counter, say). */
  readonly functionsEndpoint?: string;
  /** Where the partners' sandboxes listen: told in `platform.json`, for other commands. */
  readonly sandboxes?: { readonly azumuta: string; readonly erp: string };
}

export interface Emulator {
  readonly stack: LocalStack;
  /** Where the HTTP API answers; empty when the stack has none. */
  readonly apiUrl: string;
  /** `AWS_ENDPOINT_URL` for any AWS client. */
  readonly awsEndpoint: string;
  readonly controlUrl: string;
  readonly region: string;
  /** The operator's. */
  readonly credentials: LocalCredentials;
  readonly dataDir: string;
  /** One sentence for each thing that differs from what would be deployed. */
  readonly changes: readonly string[];
  /** Lookups by logical id, physical name, ARN or construct path. @throws Error naming what there is. */
  readonly queueUrl: (wanted: string) => string;
  readonly tableName: (wanted: string) => string;
  readonly secretArn: (wanted: string) => string;
  readonly functionName: (wanted: string) => string;
  readonly invoke: (functionName: string, payload: unknown) => Promise<Invoked>;
  /** Runs the schedule's target now, and answers what it returned. */
  readonly runSchedule: (name: string) => Promise<Invoked>;
  /** Switches the event source mappings of a function on or off; the switch survives a restart. */
  readonly switchMapping: (functionName: string, enabled: boolean) => Promise<void>;
  readonly processes: () => ProcessEntry[];
  /** Ends everything in good order. May be called twice. */
  readonly stop: () => Promise<void>;
}

const region = 'eu-west-1';
const accountId = '000000000000';

/** What takes work in ends first, what work depends on last. */
const stopOrder: readonly (readonly ServiceName[])[] = [
  ['gateway', 'scheduler', 'pollers'],
  ['lambda'],
  ['endpoint'],
  ['sqs', 'dynamodb', 'secrets', 'sns'],
];

/**
 * Runs a synthesized stack on this machine, on 127.0.0.1 only. Resolves when every piece is ready; pieces
 * that die later are started again on the same port with the same data.
 * @throws Error when the template asks for something that local runs cannot do, when a port is taken, or when a
 * piece cannot start. Nothing is left running then.
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
    for (const names of stopOrder) await supervisor.stop(...names);
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
    const ports = await choosePorts(options.ports ?? {}, folder.lastPorts);
    folder.keepPorts(ports);
    const url = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`;
    const place = { region, accountId, awsEndpoint: url('endpoint'), apiUrl: url('gateway') };
    const asDeployed = readStack(assembly, place, (length) =>
      randomBytes(length).toString('hex').slice(0, length),
    );
    const { stack, changes } = overrideStack(asDeployed, options.overrides ?? {});
    for (const change of changes) log(change);

    const { grantsFile } = options;
    if (grantsFile !== undefined) recordGranted(stack, grantsFile);
    const specs = serviceSpecs({
      stack,
      ports,
      dataDirectory: folder.path,
      programs,
      node: nodeBinary(),
      limits: options.limits ?? {},
      clockOffsetsMs: options.clockOffsetsMs ?? [],
      passFunctionLines: options.logFunctions ?? false,
      grantsFile,
      functionsEndpoint: options.functionsEndpoint,
    });
    const [operator] = principalsOf(stack);
    if (!operator) throw new Error('There is no operator.');

    const functionName = (wanted: string) => find(stack.functions, 'function', wanted).name;
    const emulator: Emulator = {
      stack,
      region,
      changes,
      stop,
      apiUrl: stack.apis.length > 0 ? url('gateway') : '',
      awsEndpoint: url('endpoint'),
      controlUrl: url('control'),
      credentials: operator.credentials,
      dataDir: folder.path,
      processes: supervisor.processes,
      functionName,
      queueUrl: (wanted) => find(stack.queues, 'queue', wanted).url,
      tableName: (wanted) => find(stack.tables, 'table', wanted).name,
      secretArn: (wanted) => find(stack.secrets, 'secret', wanted).arn,
      invoke: async (wanted, payload) =>
        invoke(url('lambda'), functionName(wanted), JSON.stringify(payload ?? {})),
      async runSchedule(wanted) {
        const { name } = find(stack.schedules, 'schedule', wanted);
        const answer = await call(`${url('scheduler')}/schedules/${encodeURIComponent(name)}/run`, {
          method: 'POST',
        });
        if (answer.status !== 200) throw new Error(`The scheduler answered ${answer.status} for ${name}.`);
        return JSON.parse(answer.body.toString('utf8'));
      },
      async switchMapping(wanted, enabled) {
        const name = functionName(wanted);
        const mappings = stack.mappings.filter((mapping) => mapping.functionName === name);
        if (mappings.length === 0) throw new Error(`${wanted} has no event source mapping.`);
        for (const { uuid } of mappings) {
          const answer = await call(`${url('pollers')}/2015-03-31/event-source-mappings/${uuid}`, {
            method: 'PUT',
            body: JSON.stringify({ Enabled: enabled }),
          });
          if (answer.status !== 202) throw new Error(`The mapping of ${name} answered ${answer.status}.`);
        }
      },
    };

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

/** Given ports must be free; others are wishes. */
async function choosePorts(
  given: NonNullable<EmulatorOptions['ports']>,
  last: Readonly<Record<string, number>>,
): Promise<Record<ServiceName | 'control', number>> {
  const fixed: Readonly<Record<string, number | undefined>> = {
    gateway: given.api,
    endpoint: given.aws,
    control: given.control,
  };
  for (const [name, port] of Object.entries(fixed)) {
    if (port !== undefined && !(await isFree(port))) {
      throw new Error(`Port ${port} (${name}) is taken: choose another, or end what listens there.`);
    }
  }
  const names = [...serviceNames, 'control'] as const;
  const ports = await freePorts(
    names.map((name) => fixed[name] ?? last[name]),
    Math.random,
  );
  const of = (name: (typeof names)[number]) => ports[names.indexOf(name)] ?? 0;
  return {
    sqs: of('sqs'),
    dynamodb: of('dynamodb'),
    secrets: of('secrets'),
    sns: of('sns'),
    endpoint: of('endpoint'),
    lambda: of('lambda'),
    pollers: of('pollers'),
    gateway: of('gateway'),
    scheduler: of('scheduler'),
    control: of('control'),
  };
}
