import { type AddressInfo, createServer, type Socket } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createLedgerClient } from '../../../functions/dependencies.ts';
import { awsClientOptions } from '../../../shared/platform/aws-client-options.ts';
import { rotatingSecretSchema } from '../../../shared/platform/credentials.ts';
import { createSqsClient } from '../../../shared/platform/queue.ts';
import { createSecrets, createSecretsClient } from '../../../shared/platform/secrets.ts';
import { testClock } from '../../support/clock.ts';
import { startServer } from '../../support/server.ts';

/** The webhook door's, the shortest of all functions. */
const timeoutMs = 10_000;

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return () => vi.unstubAllEnvs();
});

/** Takes connections and says nothing, or falls silent in the middle of its answer. */
async function startSilent(beginning: string): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(beginning));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A TCP server's address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

async function endOf(call: Promise<unknown>) {
  const start = performance.now();
  const failure = await call.catch((error: unknown) => error);
  return { failure, ms: performance.now() - start };
}

it('a call to AWS that is never answered ends before the function is killed, with time to do without a secret', async () => {
  // Prepare
  vi.stubEnv('AWS_ENDPOINT_URL', await startSilent(''));
  const message = { QueueUrl: 'http://127.0.0.1/000000000000/completions', MessageBody: '{}' };

  // Act
  const [send, secret, ledger] = await Promise.all([
    endOf(createSqsClient().send(new SendMessageCommand(message))),
    endOf(createSecretsClient().send(new GetSecretValueCommand({ SecretId: 'key' }))),
    endOf(createLedgerClient().send(new ListTablesCommand())),
  ]);

  // Assess
  for (const { failure } of [send, secret, ledger]) expect(failure).toMatchObject({ name: 'TimeoutError' });
  expect(Math.max(send.ms, ledger.ms)).toBeLessThan(timeoutMs);
  expect(secret.ms).toBeLessThan(timeoutMs - 2500);
}, 30_000);

/** The limits of functions, made shorter: that there are any is what is tested. */
const { requestTimeout, socketTimeout } = awsClientOptions.requestHandler;
const impatient = {
  maxAttempts: 1,
  requestHandler: {
    ...awsClientOptions.requestHandler,
    requestTimeout: requestTimeout / 10,
    socketTimeout: socketTimeout / 10,
  },
};

it('a call to AWS whose answer stops in the middle ends, too', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', await startSilent('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"'));
  const { failure } = await endOf(new DynamoDBClient(impatient).send(new ListTablesCommand()));
  expect(failure).toBeInstanceOf(Error);
});

it('the webhook door goes on with the last good token when Secrets Manager hangs', async () => {
  // Prepare
  const SecretString = JSON.stringify({ current: 'a token that is long enough' });
  let answers = true;
  const { url, calls } = await startServer(() =>
    answers ? { body: { SecretString } } : new Promise(() => undefined),
  );
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  const clock = testClock();
  const secrets = createSecrets({ client: new SecretsManagerClient(impatient), clock });
  await secrets.read('token', rotatingSecretSchema);
  answers = false;
  clock.advance(3600);

  // Act
  const served = await secrets.read('token', rotatingSecretSchema);

  // Assess
  expect(served).toEqual(JSON.parse(SecretString));
  expect(calls).toHaveLength(2);
});
