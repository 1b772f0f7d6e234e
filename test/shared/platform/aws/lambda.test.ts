import type { RequestListener } from 'node:http';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, type SQSServiceException } from '@aws-sdk/client-sqs';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createLedgerClient } from '../../../../functions/runtime.ts';
import { awsClientOptions } from '../../../../shared/platform/aws/lambda.ts';
import { createSqsClient } from '../../../../shared/platform/aws/queue.ts';
import { createSecretsClient } from '../../../../shared/platform/aws/secrets.ts';
import { listenOnLoopback } from '../../../support/loopback.ts';

/** The webhook door's, the shortest of all functions. */
const timeoutMs = 10_000;

/** The limits of functions; tests make them shorter: that there are any is what is tested. */
const limits = { ...awsClientOptions.requestHandler };
const impatient = { requestTimeout: limits.requestTimeout / 25, socketTimeout: limits.socketTimeout / 25 };

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    Object.assign(awsClientOptions.requestHandler, limits);
  };
});

async function startAws(listener: RequestListener): Promise<void> {
  const { url, close } = await listenOnLoopback(listener);
  onTestFinished(close);
  vi.stubEnv('AWS_ENDPOINT_URL', url);
}

/** What a call that is never answered takes in an account: each attempt its whole time, and the pauses between. */
function lifeMsOf(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => {
      throw new Error('It was answered.');
    },
    ({ name, $metadata }: SQSServiceException) => {
      expect(name).toBe('TimeoutError');
      return Number($metadata.attempts) * limits.requestTimeout + Number($metadata.totalRetryDelay);
    },
  );
}

it('ends a call to AWS without an answer before the function is killed, with time to go on without the secret', async () => {
  // Prepare: the longest pauses that chance brings
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  await startAws(() => undefined);
  Object.assign(awsClientOptions.requestHandler, impatient);
  const message = { QueueUrl: 'http://127.0.0.1/000000000000/completions', MessageBody: '{}' };

  // Act
  const [send, secret, ledger] = await Promise.all([
    lifeMsOf(createSqsClient().send(new SendMessageCommand(message))),
    lifeMsOf(createSecretsClient().send(new GetSecretValueCommand({ SecretId: 'key' }))),
    lifeMsOf(createLedgerClient().send(new ListTablesCommand())),
  ]);

  // Assess
  expect(Math.max(send, ledger)).toBeLessThan(timeoutMs);
  expect(secret).toBeLessThan(timeoutMs - 2500);
});

it('ends a call to AWS whose answer stops in the middle', async () => {
  await startAws((_, response) => void response.writeHead(200, { 'content-length': 500 }).write('{"'));
  Object.assign(awsClientOptions.requestHandler, impatient);
  await expect(createLedgerClient().send(new ListTablesCommand())).rejects.toThrow(Error);
});
