import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { grantLogSettings } from './iam/grant-log.ts';
import { type Principal, principalsOf } from './iam/principals.ts';
import type { ServiceSpec } from './process/supervisor.ts';
import type { LocalStack } from './template/local-stack.ts';

/** The pieces of a running platform; each is a process with a port of its own. */
export const serviceNames = [
  'sqs',
  'dynamodb',
  'secrets',
  'sns',
  'endpoint',
  'lambda',
  'pollers',
  'gateway',
  'scheduler',
] as const;

export type ServiceName = (typeof serviceNames)[number];
export type Ports = Readonly<Record<ServiceName, number>>;

/** How far a platform goes on this machine. */
export interface Limits {
  /** Most containers of one function; more invocations wait. Default 10. */
  readonly maxContainers?: number;
  /** Most invocations of one function, waiting ones included; more are throttled. Default 200. */
  readonly concurrency?: number;
  /** How long a container is kept without work. Default 300 s. */
  readonly idleSeconds?: number;
}

export interface ServiceSetup {
  readonly stack: LocalStack;
  readonly ports: Ports;
  readonly dataDirectory: string;
  /** Folder of the bundled programs (`bundlePrograms`). */
  readonly programs: string;
  readonly node: string;
  readonly limits: Limits;
  readonly passFunctionLines: boolean;
  /** Where to note which grants are used. */
  readonly grantsFile?: string | undefined;
  /** How far the clocks of the containers are off: each takes the next, round and round. */
  readonly clockOffsetsMs: readonly number[];
  /** Where the functions find AWS, when something stands between them and the endpoint. */
  readonly functionsEndpoint?: string | undefined;
}

/** What each piece has to know to do its part of the stack. */
export function serviceSpecs(setup: ServiceSetup): ServiceSpec[] {
  const { stack, ports, dataDirectory, programs, limits } = setup;
  const { region, accountId } = stack;
  const url = (name: ServiceName) => `http://127.0.0.1:${ports[name]}`;
  const logDirectory = join(dataDirectory, 'logs');
  const principals = principalsOf(stack);
  const principalOf = (kind: Principal['kind'], name: string) => {
    const principal = principals.find((known) => known.kind === kind && known.name === name);
    if (!principal) throw new Error(`There is no ${kind} ${name}.`);
    return principal;
  };
  const grantLog = grantLogSettings(stack, setup.grantsFile);
  const policies = { resourcePolicies: stack.resourcePolicies, grantLog };
  const store = (name: ServiceName, configuration: object): ServiceSpec => ({
    name,
    kind: 'store',
    module: fileURLToPath(new URL(`./stores/${name}.ts`, import.meta.url)),
    configuration: { port: ports[name], directory: join(dataDirectory, name), ...configuration },
    // dynalite reads both from its environment.
    environment: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
  });
  const service = (name: ServiceName, configuration: object): ServiceSpec => ({
    name,
    kind: 'service',
    module: join(programs, `${name}.mjs`),
    configuration: { port: ports[name], ...configuration },
  });

  const [api, ...others] = stack.apis;
  if (others.length > 0)
    throw new Error(`${stack.name} has ${stack.apis.length} HTTP APIs; local runs serve one.`);
  const gateway =
    api &&
    service('gateway', {
      region,
      accountId,
      lambdaUrl: url('lambda'),
      logDirectory,
      api,
      functions: stack.functions.map(({ name, arn }) => ({ name, arn })),
      resourcePolicies: stack.resourcePolicies,
    });

  return [
    store('sqs', { region, awsEndpoint: url('endpoint'), queues: stack.queues }),
    store('dynamodb', { tables: stack.tables }),
    { ...store('secrets', { secrets: stack.secrets }), module: join(programs, 'secrets.mjs') },
    {
      ...store('sns', { stackName: stack.name, topics: stack.topics }),
      module: join(programs, 'sns.mjs'),
    },
    service('endpoint', {
      region,
      accountId,
      principals,
      ...policies,
      secrets: stack.secrets.map(({ name, arn }) => ({ name, arn })),
      services: {
        sqs: url('sqs'),
        dynamodb: url('dynamodb'),
        secretsmanager: url('secrets'),
        sns: url('sns'),
        lambda: url('lambda'),
      },
      mappingsUrl: url('pollers'),
    }),
    service('lambda', {
      node: setup.node,
      region,
      accountId,
      awsEndpoint: setup.functionsEndpoint ?? url('endpoint'),
      logDirectory,
      runtimeFile: join(programs, 'container.mjs'),
      passLinesOn: setup.passFunctionLines,
      maxContainers: limits.maxContainers ?? 10,
      concurrencyLimit: limits.concurrency ?? 200,
      idleSeconds: limits.idleSeconds ?? 300,
      clockOffsetsMs: setup.clockOffsetsMs,
      functions: stack.functions.map((lambda) => ({
        lambda,
        principal: principalOf('function', lambda.name),
      })),
      ...policies,
    }),
    service('pollers', {
      region,
      awsEndpoint: url('endpoint'),
      lambdaUrl: url('lambda'),
      switchesFile: join(dataDirectory, 'mappings.json'),
      mappings: stack.mappings.map((mapping) => {
        const queue = stack.queues.find(({ name }) => name === mapping.queueName);
        const lambda = stack.functions.find(({ name }) => name === mapping.functionName);
        return {
          mapping,
          queueUrl: queue?.url,
          queueArn: queue?.arn,
          functionArn: lambda?.arn,
          credentials: principalOf('mapping', mapping.logicalId).credentials,
        };
      }),
    }),
    ...(gateway ? [gateway] : []),
    service('scheduler', {
      lambdaUrl: url('lambda'),
      schedules: stack.schedules.map((schedule) => ({
        schedule,
        principal: principalOf('schedule', schedule.name),
      })),
      ...policies,
    }),
  ];
}
