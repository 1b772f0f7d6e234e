import type { LocalCredentials } from '../iam/principals.ts';
import type { LocalFunction } from '../template/local-stack.ts';

export interface ContainerPlace {
  readonly region: string;
  readonly awsEndpoint: string;
  /** Host, port and path prefix of the container's own Runtime API. */
  readonly runtimeApi: string;
  readonly logStream: string;
  /** How far its clock is off. */
  readonly clockOffsetMs?: number;
}

/**
 * The environment of a function: Lambda's own variables ("Defined runtime environment variables" of the Lambda guide),
 * the AWS endpoint, and the configured ones. Of this machine it has the PATH alone.
 */
export function containerEnvironment(
  lambda: LocalFunction,
  credentials: LocalCredentials,
  place: ContainerPlace,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...lambda.environment,
    // Lambda reserves these names: a function cannot have other values.
    _HANDLER: lambda.handler,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    AWS_ENDPOINT_URL: place.awsEndpoint,
    LAMBDA_TASK_ROOT: lambda.assetDirectory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    ...(place.clockOffsetMs ? { LOCAL_CLOCK_OFFSET_MS: String(place.clockOffsetMs) } : {}),
  };
}
