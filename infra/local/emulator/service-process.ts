import { join } from 'node:path';
import { startGateway } from './api-gateway/gateway.ts';
import { startEndpoint } from './aws-endpoint/endpoint.ts';
import { createAccessControl } from './iam/principals.ts';
import { startSchedules } from './lambda/scheduler.ts';
import { startLambda } from './lambda/service.ts';
import { startPoll } from './lambda/sqs-poller.ts';
import { runService } from './process/child-process.ts';
import { type ServicesConfiguration, urlOfPort } from './services.ts';
import { openSecrets } from './stores/secrets.ts';
import { openTopics } from './stores/sns.ts';

/** All of AWS but queues and tables, in one process. Containers of functions are processes of their own. */
runService(async (configuration: ServicesConfiguration, report) => {
  const { stack, ports, dataDirectory } = configuration;
  const log = (line: string) => report({ kind: 'log', line });
  const access = createAccessControl(stack, configuration.grantsFile, log);
  const services = { ...configuration, access, awsEndpoint: urlOfPort(ports, 'endpoint'), report, log };
  const lambda = startLambda(services);
  const stopPolls = stack.mappings.map((mapping) => startPoll(mapping, services, lambda));
  const endpoint = await startEndpoint(services, lambda, {
    secretsmanager: openSecrets(join(dataDirectory, 'secrets.json'), stack.secrets),
    sns: openTopics(join(dataDirectory, 'sns'), stack, log),
  });
  const gateway = await startGateway(services, lambda);
  const stopSchedules = startSchedules(services);
  return {
    /** First, no more work is taken in. */
    async stop() {
      stopSchedules();
      await Promise.all([gateway.close(), ...stopPolls.map((stop) => stop())]);
      await lambda.kill();
      await endpoint.close();
    },
    abandon: () => void lambda.kill(),
  };
});
