import { join } from 'node:path';
import * as z from 'zod/mini';
import { startGateway } from './api-gateway/gateway.ts';
import { startEndpoint } from './aws-endpoint/endpoint.ts';
import { createAccessControl } from './iam/access-control.ts';
import { startMappings } from './lambda/event-source-mappings.ts';
import { startSchedules } from './lambda/scheduler.ts';
import { startLambda } from './lambda/service.ts';
import { runService } from './process/child-process.ts';
import { localStackSchema } from './template/local-stack.ts';

/**
 * All of AWS but its stores, in one process: the endpoint, Lambda, whose containers are processes of their own, the
 * polls of the queues, the HTTP API and the schedules.
 */
const configurationSchema = z.object({
  stack: localStackSchema,
  /** Of the AWS endpoint and of the HTTP API. */
  ports: z.object({ endpoint: z.number(), gateway: z.number() }),
  /** Base URL of each store, by its SigV4 name. */
  stores: z.record(z.string(), z.string()),
  dataDirectory: z.string(),
  /** Folder of the bundled programs (`bundlePrograms`). */
  programs: z.string(),
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

export type ServicesConfiguration = z.input<typeof configurationSchema>;

runService(configurationSchema, async (configuration, report) => {
  const { stack, ports, stores, dataDirectory } = configuration;
  const awsEndpoint = `http://127.0.0.1:${ports.endpoint}`;
  const log = (line: string) => report({ kind: 'log', line });
  const access = createAccessControl(stack, configuration.grantsFile, log);
  const lambda = await startLambda({
    ...configuration,
    access,
    report,
    awsEndpoint: configuration.functionsEndpoint ?? awsEndpoint,
    logDirectory: join(dataDirectory, 'logs'),
    runtimeFile: join(configuration.programs, 'container.mjs'),
  });
  const switchesFile = join(dataDirectory, 'mappings.json');
  const mappings = startMappings({ stack, access, lambda, awsEndpoint, switchesFile, log });
  const endpoint = await startEndpoint({
    ...{ port: ports.endpoint, stack, access, stores, lambda },
    mappings: mappings.answer,
  });
  const gateway = await startGateway(ports.gateway, stack, lambda, log);
  const stopSchedules = startSchedules(stack, access, awsEndpoint, log);
  return {
    /** First, no more work is taken in. */
    async stop() {
      stopSchedules();
      await Promise.all([gateway.close(), mappings.stop()]);
      await lambda.stop();
      await endpoint.close();
    },
    abandon: () => void lambda.kill(),
  };
});
