import { invokeAtEndpoint } from './aws-endpoint/client.ts';
import { openDataFolder } from './data-folder.ts';
import { type Principal, principalIn } from './iam/principals.ts';
import { type Overrides, overrideStack } from './overrides.ts';
import { freePorts } from './process/http.ts';
import { Supervisor } from './process/supervisor.ts';
import { type ServiceOptions, serviceSpecs, urlOfPort } from './services.ts';
import { findResource, type LocalStack, readStack } from './template/read-stack.ts';
import { readAssembly } from './template/template.ts';

export interface EmulatorOptions extends ServiceOptions {
  /** The synthesized app (`cdk.out`) and the stack in it. */
  readonly template: { readonly directory: string; readonly stackName: string };
  /** Where all data is kept. */
  readonly dataDir: string;
  readonly overrides?: Overrides;
  /** Gets a line about each process that is started, and each batch that is received again. */
  readonly log?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Where the partners' sandboxes listen: noted in `platform.json`, for other commands. */
  readonly sandboxes?: { readonly azumuta: string; readonly erp: string } | undefined;
}

export type Emulator = Awaited<ReturnType<typeof startEmulator>>;

const region = 'eu-west-1';
const accountId = '000000000000';

/**
 * Runs a synthesized stack on this machine, on 127.0.0.1 only. Resolves when every process is ready; those that die
 * later are started again on the same port with the same data.
 * @throws Error when the template needs something that local runs cannot do, or when a process cannot start. Nothing
 * is left running then.
 */
export async function startEmulator(options: EmulatorOptions) {
  const { log = () => {}, signal } = options;
  const assembly = readAssembly(options.template.directory, options.template.stackName);
  const folder = openDataFolder(options.dataDir);
  const supervisor = new Supervisor(log);
  const stop = async () => {
    await supervisor.stop();
    folder.close();
  };
  signal?.addEventListener('abort', stop);

  try {
    signal?.throwIfAborted();
    const [sqs = 0, dynamodb = 0, endpoint = 0, gateway = 0] = await freePorts(4);
    const ports = { sqs, dynamodb, endpoint, gateway };
    const [awsEndpoint, apiUrl] = [urlOfPort(ports, 'endpoint'), urlOfPort(ports, 'gateway')];
    const described = readStack(assembly, { region, accountId, awsEndpoint, apiUrl });
    const stack = overrideStack(described, options.overrides ?? {});

    const specs = serviceSpecs(stack, ports, folder.path, options);
    await Promise.all(specs.map((spec) => supervisor.start(spec)));
    signal?.throwIfAborted();
    const { credentials } = principalIn(stack, 'operator', 'operator');
    const found = { region, apiUrl, awsEndpoint, credentials };
    const { name: stackName, outputs } = stack;
    folder.publish({ ...found, pid: process.pid, stackName, outputs, sandboxes: options.sandboxes });
    return {
      ...found,
      ...createStackCalls(stack, awsEndpoint),
      stack,
      ports,
      dataDir: folder.path,
      processes: () => supervisor.processes(),
      /** Ends everything in good order. May be called twice. */
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Each name may be a logical id, a physical name or an ARN. They throw an Error that names what there is. */
function createStackCalls(stack: LocalStack, awsEndpoint: string) {
  const functionName = (wanted: string) => findResource(stack.functions, 'function', wanted).name;
  const invokeAs = (caller: Principal, target: string, payload: string) =>
    invokeAtEndpoint(awsEndpoint, { ...caller.credentials, region }, target, payload);
  const operator = principalIn(stack, 'operator', 'operator');
  return {
    functionName,
    queueUrl: (wanted: string) => findResource(stack.queues, 'queue', wanted).ref,
    tableName: (wanted: string) => findResource(stack.tables, 'table', wanted).name,
    secretArn: (wanted: string) => findResource(stack.secrets, 'secret', wanted).arn,
    /** As the operator. */
    invoke: async (wanted: string, payload: unknown) =>
      invokeAs(operator, functionName(wanted), JSON.stringify(payload ?? {})),
    /** Runs the schedule's target now with the schedule's role, and answers what it returned. */
    async runSchedule(wanted: string) {
      const { name, Target } = findResource(stack.schedules, 'schedule', wanted);
      return invokeAs(principalIn(stack, 'schedule', name), Target.Arn, Target.Input);
    },
  };
}
