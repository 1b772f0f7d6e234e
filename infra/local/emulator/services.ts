import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceSpec } from './process/supervisor.ts';
import type { LocalStack } from './template/local-stack.ts';

/** What listens on a port of its own. */
export const portNames = ['sqs', 'dynamodb', 'secrets', 'sns', 'endpoint', 'gateway', 'control'] as const;

export type Ports = Readonly<Record<(typeof portNames)[number], number>>;

/** How far a platform goes on this machine. */
export interface Limits {
  /** Most containers of one function; more invocations wait. Default 10. */
  readonly maxContainers?: number;
  /** Most invocations of one function, waiting ones included; more are throttled. Default 200. */
  readonly concurrency?: number;
}

export interface ServiceSetup {
  readonly stack: LocalStack;
  readonly ports: Ports;
  readonly dataDirectory: string;
  /** Folder of the bundled programs (`bundlePrograms`). */
  readonly programs: string;
  readonly node: string;
  readonly limits: Limits;
  /** See `EmulatorOptions`. */
  readonly grantsFile?: string | undefined;
  readonly clockOffsetsMs: readonly number[];
  readonly functionsEndpoint?: string | undefined;
}

/** The processes of a platform, and what each has to know to do its part of the stack. */
export function serviceSpecs({ stack, ports, dataDirectory, programs, limits, ...setup }: ServiceSetup) {
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
      ...setup,
      stack,
      ports,
      dataDirectory,
      programs,
      stores: {
        sqs: url('sqs'),
        dynamodb: url('dynamodb'),
        secretsmanager: url('secrets'),
        sns: url('sns'),
      },
      maxContainers: limits.maxContainers ?? 10,
      concurrencyLimit: limits.concurrency ?? 200,
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
