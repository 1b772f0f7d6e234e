import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceSpec } from './process/supervisor.ts';
import type { ServicesConfiguration } from './service-process.ts';
import type { LocalStack } from './template/local-stack.ts';

/** Everything that has a port of its own. */
export const portNames = ['sqs', 'dynamodb', 'secrets', 'sns', 'endpoint', 'gateway'] as const;

export type PortName = (typeof portNames)[number];
export type Ports = Readonly<Record<PortName, number>>;

/** How a platform runs its functions: see the schema in `service-process.ts`. */
export type ServiceOptions = Pick<
  ServicesConfiguration,
  'maxContainers' | 'concurrencyLimit' | 'clockOffsetsMs' | 'grantsFile' | 'functionsEndpoint'
>;

export const urlOf = (ports: Ports, name: PortName) => `http://127.0.0.1:${ports[name]}`;

/**
 * The processes of a platform, each with the configuration for its share of the stack.
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
  const store = (name: PortName, configuration: object): ServiceSpec => ({
    name,
    kind: 'store',
    module: fileURLToPath(new URL(`./stores/${name}.ts`, import.meta.url)),
    configuration: { port: ports[name], directory: join(dataDirectory, name), ...configuration },
    // dynalite reads both from its environment.
    environment: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
  });
  const stores = {
    sqs: urlOf(ports, 'sqs'),
    dynamodb: urlOf(ports, 'dynamodb'),
    secretsmanager: urlOf(ports, 'secrets'),
    sns: urlOf(ports, 'sns'),
  };
  const configuration: ServicesConfiguration = {
    ...{ stack, ports, stores, dataDirectory, programs },
    ...{ maxContainers, concurrencyLimit, clockOffsetsMs, grantsFile, functionsEndpoint },
  };
  return [
    store('sqs', { region, awsEndpoint: urlOf(ports, 'endpoint'), queues: stack.queues }),
    store('dynamodb', { tables: stack.tables }),
    { ...store('secrets', { secrets: stack.secrets }), module: join(programs, 'secrets.mjs') },
    { ...store('sns', { stackName: stack.name, topics: stack.topics }), module: join(programs, 'sns.mjs') },
    { name: 'services', kind: 'service', module: join(programs, 'services.mjs'), configuration },
  ];
}
