import { join } from 'node:path';
import { startGateway } from './api-gateway/gateway.ts';
import { startEndpoint } from './aws-endpoint/endpoint.ts';
import { createAccessControl } from './iam/principals.ts';
import { startMappings } from './lambda/event-source-mappings.ts';
import { startSchedules } from './lambda/scheduler.ts';
import { startLambda } from './lambda/service.ts';
import { runService } from './process/child-process.ts';
import { type ServicesConfiguration, urlOf } from './services.ts';
import { openSecrets } from './stores/secrets.ts';
import { openTopics } from './stores/sns.ts';

/**
 * All of AWS but queues and tables, in one process: the endpoint, Lambda, whose containers are processes of their own, the
 * polls of the queues, the HTTP API, the schedules, secrets and topics.
 */
runService(async (configuration: ServicesConfiguration, report) => {
  const { stack, ports, dataDirectory } = configuration;
  const stores = { sqs: urlOf(ports, 'sqs'), dynamodb: urlOf(ports, 'dynamodb') };
  const log = (line: string) => report({ kind: 'log', line });
  const local = {
    secretsmanager: openSecrets(join(dataDirectory, 'secrets.json'), stack.secrets),
    sns: openTopics(join(dataDirectory, 'sns'), stack, log),
  };
  const awsEndpoint = urlOf(ports, 'endpoint');
  const access = createAccessControl(stack, configuration.grantsFile, log);
  const lambda = startLambda({
    ...configuration,
    access,
    report,
    awsEndpoint: configuration.functionsEndpoint ?? awsEndpoint,
    logDirectory: join(dataDirectory, 'logs'),
  });
  const switchesFile = join(dataDirectory, 'mappings.json');
  const mappings = startMappings({ stack, access, lambda, awsEndpoint, switchesFile, log });
  const endpoint = await startEndpoint({
    ...{ port: ports.endpoint, stack, access, stores, local, lambda },
    mappings: mappings.answer,
  });
  const gateway = await startGateway(ports.gateway, stack, lambda, log);
  const stopSchedules = startSchedules(stack, access, awsEndpoint, log);
  return {
    /** First, no more work is taken in. */
    async stop() {
      stopSchedules();
      await Promise.all([gateway.close(), mappings.stop()]);
      await lambda.kill();
      await endpoint.close();
    },
    abandon: () => void lambda.kill(),
  };
});
