import { join } from 'node:path';
import { principalsOf } from './identity.ts';
import type { LocalStack } from './stack.ts';
import type { PieceSpec } from './supervisor.ts';

/** The pieces of a running platform; each is a process with a port of its own. */
export const pieceNames = [
  'sqs',
  'dynamodb',
  'secrets',
  'endpoint',
  'lambda',
  'pollers',
  'gateway',
  'scheduler',
] as const;

export type PieceName = (typeof pieceNames)[number];
export type Ports = Readonly<Record<PieceName, number>>;

/** How far a platform goes on this machine. */
export interface Limits {
  /** Most containers of one function; more invocations wait. Default 10. */
  readonly maxContainers?: number;
  /** Most invocations of one function, waiting ones included; more are throttled. Default 200. */
  readonly concurrency?: number;
  /** How long a container is kept without work. Default 300 s. */
  readonly idleSeconds?: number;
}

export interface PieceSetup {
  readonly stack: LocalStack;
  readonly ports: Ports;
  readonly dataDirectory: string;
  readonly node: string;
  readonly limits: Limits;
  readonly passFunctionLines: boolean;
}

/** What each piece has to know to do its part of the stack. */
export function pieceSpecs(setup: PieceSetup): PieceSpec[] {
  const { stack, ports, dataDirectory, limits } = setup;
  const { region, accountId } = stack;
  const url = (name: PieceName) => `http://127.0.0.1:${ports[name]}`;
  const logDirectory = join(dataDirectory, 'logs');
  const principals = principalsOf(stack);
  const credentialsOf = (functionName: string) => {
    const principal = principals.find(({ kind, name }) => kind === 'function' && name === functionName);
    if (!principal) throw new Error(`There is no function ${functionName}.`);
    return principal.credentials;
  };
  const store = (name: PieceName, configuration: object): PieceSpec => ({
    name,
    kind: 'store',
    module: new URL(`./stores/${name}.ts`, import.meta.url),
    configuration: { port: ports[name], directory: join(dataDirectory, name), ...configuration },
    // dynalite reads both from its environment.
    environment: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
  });
  const service = (name: PieceName, file: string, configuration: object): PieceSpec => ({
    name,
    kind: 'service',
    module: new URL(file, import.meta.url),
    configuration: { port: ports[name], ...configuration },
  });

  const [api, ...others] = stack.apis;
  if (others.length > 0)
    throw new Error(`${stack.name} has ${stack.apis.length} HTTP APIs; local runs serve one.`);
  const gateway =
    api && service('gateway', './gateway.ts', { accountId, lambdaUrl: url('lambda'), logDirectory, api });

  return [
    store('sqs', { region, awsEndpoint: url('endpoint'), queues: stack.queues }),
    store('dynamodb', { tables: stack.tables }),
    store('secrets', { secrets: stack.secrets }),
    service('endpoint', './endpoint.ts', {
      region,
      accountId,
      principals,
      secrets: stack.secrets.map(({ name, arn }) => ({ name, arn })),
      services: {
        sqs: url('sqs'),
        dynamodb: url('dynamodb'),
        secretsmanager: url('secrets'),
        lambda: url('lambda'),
      },
      mappingsUrl: url('pollers'),
    }),
    service('lambda', './lambda/service.ts', {
      node: setup.node,
      region,
      awsEndpoint: url('endpoint'),
      logDirectory,
      passLinesOn: setup.passFunctionLines,
      maxContainers: limits.maxContainers ?? 10,
      concurrencyLimit: limits.concurrency ?? 200,
      idleSeconds: limits.idleSeconds ?? 300,
      functions: stack.functions.map((lambda) => ({ lambda, credentials: credentialsOf(lambda.name) })),
    }),
    service('pollers', './pollers.ts', {
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
          credentials: credentialsOf(mapping.functionName),
        };
      }),
    }),
    ...(gateway ? [gateway] : []),
    service('scheduler', './scheduler.ts', { lambdaUrl: url('lambda'), schedules: stack.schedules }),
  ];
}
