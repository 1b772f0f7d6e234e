import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccessControl } from './iam/principals.ts';
import type { ServiceReport } from './process/child-process.ts';
import type { ServiceSpec } from './process/supervisor.ts';
import type { LocalStack } from './template/read-stack.ts';

type Ports = Readonly<Record<'sqs' | 'dynamodb' | 'endpoint' | 'gateway', number>>;

export interface ServiceOptions {
  /** AWS endpoint of the functions, when something stands between them and ours (a counter, say). */
  readonly functionsEndpoint?: string | undefined;
  /** Most containers of one function; more invocations wait. Default 10. */
  readonly maxContainers?: number | undefined;
  readonly grantsFile?: string | undefined;
}

export interface ServicesConfiguration extends ServiceOptions {
  readonly stack: LocalStack;
  readonly ports: Ports;
  readonly dataDirectory: string;
}

export interface Services extends ServicesConfiguration {
  readonly access: AccessControl;
  readonly awsEndpoint: string;
  readonly report: (report: ServiceReport) => void;
  readonly log: (line: string) => void;
}

export const urlOfPort = (ports: Ports, name: keyof Ports) => `http://127.0.0.1:${ports[name]}`;

/** The processes of a platform, each with the configuration for its share of the stack. */
export function serviceSpecs(
  stack: LocalStack,
  ports: Ports,
  dataDirectory: string,
  { functionsEndpoint, maxContainers, grantsFile }: ServiceOptions,
): ServiceSpec[] {
  const { region, accountId } = stack;
  const program = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const store = (name: keyof Ports, configuration: object): ServiceSpec => ({
    name,
    module: program(`stores/${name}.ts`),
    configuration: { port: ports[name], directory: join(dataDirectory, name), ...configuration },
    // dynalite reads both from its environment.
    environment: { AWS_REGION: region, AWS_ACCOUNT_ID: accountId },
  });
  const how = { functionsEndpoint, maxContainers, grantsFile };
  const configuration: ServicesConfiguration = { ...how, stack, ports, dataDirectory };
  return [
    store('sqs', { region, queues: stack.queues }),
    store('dynamodb', { tables: stack.tables }),
    { name: 'services', module: program('service-process.ts'), configuration },
  ];
}
