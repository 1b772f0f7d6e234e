import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from './process/node-binary.ts';
import type { ServiceSpec } from './process/supervisor.ts';
import type { LocalStack } from './template/local-stack.ts';

/** What listens on a port of its own. */
export const portNames = ['sqs', 'dynamodb', 'secrets', 'sns', 'endpoint', 'gateway', 'control'] as const;

export type Ports = Readonly<Record<(typeof portNames)[number], number>>;

/** How a platform runs its functions. */
export interface ServiceOptions {
  /** Most containers of one function; more invocations wait. Default 10. */
  readonly maxContainers?: number;
  /** Most invocations of one function, waiting ones included; more are throttled. Default 200. */
  readonly concurrencyLimit?: number;
  /** How far the clocks of the containers are off: each takes the next, round and round. Default: not at all. */
  readonly clockOffsetsMs?: readonly number[] | undefined;
  /** File that gets a line for each grant that was used. */
  readonly grantsFile?: string | undefined;
  /** Where the functions find AWS, when something stands between them and the endpoint (a counter, say). */
  readonly functionsEndpoint?: string;
}

/**
 * The processes of a platform, and what each has to know to do its part of the stack.
 * @param programs Folder of the bundled programs (`bundlePrograms`).
 */
export function serviceSpecs(
  stack: LocalStack,
  ports: Ports,
  dataDirectory: string,
  programs: string,
  { maxContainers, concurrencyLimit, clockOffsetsMs, grantsFile, functionsEndpoint }: ServiceOptions,
): ServiceSpec[] {
  const { region, accountId } = stack;
  const url = (name: keyof Ports) => `http://127.0.0.1:${ports[name]}`;
  const store = (name: keyof Ports, configuration: object): ServiceSpec => ({
    name,
    kind: 'store',
    module: fileURLToPath(new URL(`./stores/${name}.ts`, import.meta.url)),
    configuration: { port: ports[name], directory: join(dataDirectory, name), ...configuration },
    // dynalite reads both from its environment.
    environment: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
  });
  const services: ServiceSpec = {
    name: 'services',
    kind: 'service',
    module: join(programs, 'services.mjs'),
    configuration: {
      ...{ maxContainers, concurrencyLimit, clockOffsetsMs, grantsFile, functionsEndpoint },
      stack,
      ports,
      dataDirectory,
      programs,
      node: nodeBinary(),
      stores: {
        sqs: url('sqs'),
        dynamodb: url('dynamodb'),
        secretsmanager: url('secrets'),
        sns: url('sns'),
      },
    },
  };
  return [
    store('sqs', { region, awsEndpoint: url('endpoint'), queues: stack.queues }),
    store('dynamodb', { tables: stack.tables }),
    { ...store('secrets', { secrets: stack.secrets }), module: join(programs, 'secrets.mjs') },
    { ...store('sns', { stackName: stack.name, topics: stack.topics }), module: join(programs, 'sns.mjs') },
    services,
  ];
}
