import { invoke } from './aws-endpoint/client.ts';
import { openDataFolder } from './data-folder.ts';
import { principalIn, principalsOf } from './iam/principals.ts';
import { type Overrides, overrideStack } from './overrides.ts';
import { freePorts } from './process/free-ports.ts';
import { Supervisor } from './process/supervisor.ts';
import { type Ports, type ServiceOptions, serviceSpecs, urlOf } from './services.ts';
import { find } from './template/local-stack.ts';
import { type LocalStack, readStack } from './template/read-stack.ts';
import { readAssembly } from './template/template.ts';

export interface EmulatorOptions extends ServiceOptions {
  /** The synthesized app (`cdk.out`) and the stack in it. */
  readonly template: { readonly directory: string; readonly stackName: string };
  /** Where all data is kept. Default: a temporary folder, removed at `stop`. */
  readonly dataDir?: string;
  readonly overrides?: Overrides;
  /** Gets a line about each process that is started, and each batch that is received again. */
  readonly log?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Where the partners' sandboxes listen: noted in `platform.json`, for other commands. */
  readonly sandboxes?: { readonly azumuta: string; readonly erp: string } | undefined;
}

export type Emulator = ReturnType<typeof emulatorOf>;

const region = 'eu-west-1';
const accountId = '000000000000';

/**
 * Runs a synthesized stack on this machine, on 127.0.0.1 only. Resolves when every process is ready; those that die
 * later are started again on the same port with the same data.
 * @throws Error when the template needs something that local runs cannot do, or when a process cannot start. Nothing
 * is left running then.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { log = () => {}, signal } = options;
  const assembly = readAssembly(options.template.directory, options.template.stackName);
  const folder = openDataFolder(options.dataDir);
  const supervisor = new Supervisor(log);
  let ending: Promise<void> | undefined;
  const stop = () => {
    ending ??= endAll();
    return ending;
  };
  signal?.addEventListener('abort', stop);

  try {
    signal?.throwIfAborted();
    const [sqs = 0, dynamodb = 0, endpoint = 0, gateway = 0] = await freePorts(4);
    const ports = { sqs, dynamodb, endpoint, gateway };
    const [awsEndpoint, apiUrl] = [urlOf(ports, 'endpoint'), urlOf(ports, 'gateway')];
    const described = readStack(assembly, { region, accountId, awsEndpoint, apiUrl });
    const stack = overrideStack(described, options.overrides ?? {});

    const { functionsEndpoint, maxContainers, grantsFile } = options;
    const how = { functionsEndpoint, maxContainers, grantsFile };
    await Promise.all(serviceSpecs(stack, ports, folder.path, how).map((spec) => supervisor.start(spec)));
    signal?.throwIfAborted();
    const processes = () => supervisor.processes();
    const emulator = emulatorOf(stack, { apiUrl, awsEndpoint, ports, dataDir: folder.path, processes, stop });
    folder.publish({
      ...{ pid: process.pid, stackName: stack.name, outputs: stack.outputs, sandboxes: options.sandboxes },
      ...{ region, apiUrl, awsEndpoint, credentials: emulator.credentials },
    });
    return emulator;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }

  async function endAll(): Promise<void> {
    await supervisor.stop();
    folder.close();
  }
}

function emulatorOf(
  stack: LocalStack,
  running: {
    readonly apiUrl: string;
    readonly awsEndpoint: string;
    readonly ports: Ports;
    readonly dataDir: string;
    readonly processes: Supervisor['processes'];
    /** Ends everything in good order. May be called twice. */
    readonly stop: () => Promise<void>;
  },
) {
  const principals = principalsOf(stack);
  const { credentials } = principalIn(principals, 'operator', 'operator');
  const { awsEndpoint } = running;
  const functionName = (wanted: string) => find(stack.functions, 'function', wanted).name;
  return {
    ...running,
    stack,
    region,
    /** The operator's. */
    credentials,
    // Lookups by logical id, physical name, ARN or construct path, which throw an Error that names what there is.
    functionName,
    queueUrl: (wanted: string) => find(stack.queues, 'queue', wanted).url,
    tableName: (wanted: string) => find(stack.tables, 'table', wanted).name,
    secretArn: (wanted: string) => find(stack.secrets, 'secret', wanted).arn,
    invoke: async (wanted: string, payload: unknown) =>
      invoke(awsEndpoint, { ...credentials, region }, functionName(wanted), JSON.stringify(payload ?? {})),
    /** Runs the schedule's target now with the schedule's role, and answers what it returned. */
    async runSchedule(wanted: string) {
      const { name, Target } = find(stack.schedules, 'schedule', wanted);
      const schedule = principalIn(principals, 'schedule', name);
      return invoke(awsEndpoint, { ...schedule.credentials, region }, Target.Arn, Target.Input);
    },
  };
}
