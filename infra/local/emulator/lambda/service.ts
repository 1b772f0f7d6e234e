import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Invoked } from '../aws-endpoint/client.ts';
import { type LocalCredentials, type Principal, principalIn } from '../iam/principals.ts';
import type { Services } from '../services.ts';
import type { LocalFunction } from '../template/read-stack.ts';
import { Containers, type InvocationOutcome } from './containers.ts';

export type Lambda = ReturnType<typeof startLambda>;

/** Lambda: it takes invocations, and hands them to its containers. A schedule's is not tried again, as ours are not. */
export function startLambda(services: Services) {
  mkdirSync(join(services.dataDirectory, 'logs'), { recursive: true });
  const deployed = services.stack.functions.map((lambda) => deploy(lambda, services));
  return {
    kill: () => Promise.all(deployed.map(({ containers }) => containers.kill())),
    /** It goes on when the caller is gone. @param wanted Name or ARN of the function. */
    async invoke(wanted: string, payload: string): Promise<Invoked> {
      const lambda = deployed.find(({ name, arn }) => wanted === name || wanted === arn);
      if (!lambda) {
        const message = `Function not found: ${wanted}`;
        return { status: 404, payload: { __type: 'ResourceNotFoundException', message } };
      }
      const { containers, log } = lambda;
      const requestId = randomUUID();
      const began = performance.now();
      const outcome = await new Promise<InvocationOutcome>((settle) =>
        containers.invoke({ requestId, payload, settle }),
      );
      const how = outcome.functionError ? 'failed' : 'succeeded';
      log(`REPORT RequestId: ${requestId} ${how} after ${(performance.now() - began).toFixed(0)} ms`);
      return { status: 200, ...outcome };
    },
  };
}

function deploy(lambda: LocalFunction, services: Services) {
  const { name, arn } = lambda;
  const principal = principalIn(services.stack, 'function', name);
  const file = createWriteStream(join(services.dataDirectory, 'logs', `${name}.log`), { flags: 'a' });
  let allowed: boolean | undefined;
  const log = (line: string) => {
    allowed ??= mayLog(lambda, principal, services);
    if (allowed) file.write(`${line}\n`);
  };
  const environment = containerEnvironment(lambda, principal.credentials, {
    region: services.stack.region,
    awsEndpoint: services.functionsEndpoint ?? services.awsEndpoint,
  });
  const containers = new Containers({ ...services, lambda, environment, log });
  return { name, arn, containers, log };
}

/** Lambda writes a function's output with the function's role; without its grants the output is lost. */
function mayLog(
  { name, LoggingConfig }: LocalFunction,
  principal: Principal,
  { stack, access }: Services,
): boolean {
  const { region, accountId } = stack;
  // Where Lambda logs to when the function names no group.
  const logGroup = LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${logGroup}:log-stream:local`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].every(
    (action) => access.decide(principal, { action, resource }, 'logs').allowed,
  );
}

/**
 * The environment of a function: those of Lambda's own variables that something reads ("Defined runtime environment
 * variables" of the Lambda guide), the AWS endpoint, and the configured ones. Of this machine it has the PATH alone.
 */
export function containerEnvironment(
  lambda: LocalFunction,
  credentials: LocalCredentials,
  place: { region: string; awsEndpoint: string },
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...lambda.Environment.Variables,
    // Lambda reserves these names: a function cannot have other values.
    _HANDLER: lambda.Handler,
    AWS_REGION: place.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.MemorySize),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: place.awsEndpoint,
    LAMBDA_TASK_ROOT: lambda.assetDirectory,
  };
}
