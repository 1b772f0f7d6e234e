import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { ServiceSpec } from './process/supervisor.ts';
import { type LocalStack, localStackSchema } from './template/local-stack.ts';

/** Everything that has a port of its own. */
export const portNames = ['sqs', 'dynamodb', 'endpoint', 'gateway'] as const;

export const portsSchema = z.record(z.enum(portNames), z.number());

export type PortName = (typeof portNames)[number];
export type Ports = z.infer<typeof portsSchema>;

/** The configuration of `service-process.ts`. */
export const servicesSchema = z.object({
  stack: localStackSchema,
  /** Of the AWS endpoint and of the HTTP API. */
  ports: z.object({ endpoint: z.number(), gateway: z.number() }),
  /** Base URL of each store, by its SigV4 name. */
  stores: z.record(z.string(), z.string()),
  dataDirectory: z.string(),
  /** AWS endpoint of the functions, when something stands between them and ours (a counter, say). */
  functionsEndpoint: z.optional(z.string()),
  /** Most containers of one function; more invocations wait. */
  maxContainers: z._default(z.number(), 10),
  /** Most invocations of one function, waiting ones included; more are throttled. */
  concurrencyLimit: z._default(z.number(), 200),
  /** How far the clocks of the containers are off: each new container takes the next, over and over. */
  clockOffsetsMs: z._default(z.readonly(z.array(z.number())), []),
  /** File that gets a line for each grant that was used. */
  grantsFile: z.optional(z.string()),
});

type ServicesConfiguration = z.input<typeof servicesSchema>;

/** How a platform runs its functions. */
export type ServiceOptions = Pick<
  ServicesConfiguration,
  'maxContainers' | 'concurrencyLimit' | 'clockOffsetsMs' | 'grantsFile' | 'functionsEndpoint'
>;

export const urlOf = (ports: Ports, name: PortName) => `http://127.0.0.1:${ports[name]}`;

/** The processes of a platform, each with the configuration for its share of the stack. */
export function serviceSpecs(
  stack: LocalStack,
  ports: Ports,
  dataDirectory: string,
  { maxContainers, concurrencyLimit, clockOffsetsMs, grantsFile, functionsEndpoint }: ServiceOptions,
): ServiceSpec[] {
  const { region, accountId } = stack;
  const program = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const store = (name: PortName, configuration: object): ServiceSpec => ({
    name,
    kind: 'store',
    module: program(`stores/${name}.ts`),
    configuration: { port: ports[name], directory: join(dataDirectory, name), ...configuration },
    // dynalite reads both from its environment.
    environment: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
  });
  const stores = { sqs: urlOf(ports, 'sqs'), dynamodb: urlOf(ports, 'dynamodb') };
  const configuration: ServicesConfiguration = {
    ...{ stack, ports, stores, dataDirectory },
    ...{ maxContainers, concurrencyLimit, clockOffsetsMs, grantsFile, functionsEndpoint },
  };
  return [
    store('sqs', { region, awsEndpoint: urlOf(ports, 'endpoint'), queues: stack.queues }),
    store('dynamodb', { tables: stack.tables }),
    { name: 'services', kind: 'service', module: program('service-process.ts'), configuration },
  ];
}
