import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { apiKeySchema } from '../../../../shared/platform/aws/credentials.ts';
import { Secrets, SecretUnset } from '../../../../shared/platform/aws/secrets.ts';
import { testClock } from '../../../support/clock.ts';
import { startServer } from '../../../support/server.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:SecretsKey0BB423FD-ztJqvkZLOIzk-AbCdEf';
const name = 'SecretsKey0BB423FD-ztJqvkZLOIzk';
const first = '{"apiKey":"CANARY-first"}';
const second = '{"apiKey":"CANARY-second"}';

/** What Secrets Manager says of a secret that has no value, or of one that is not there. */
const notFound = (what: string) => ({
  status: 400,
  body: { __type: 'ResourceNotFoundException', Message: `Secrets Manager can't find the specified ${what}.` },
});

/** Secrets Manager holds this text, or gives this answer, until the test changes it; without any it fails. */
async function startSecrets(text: string | ReturnType<typeof notFound> | undefined) {
  const manager = { text };
  const { url, calls } = await startServer(() => {
    if (manager.text === undefined) return { status: 500, body: { __type: 'InternalServiceError' } };
    return typeof manager.text === 'string'
      ? { body: { ARN: arn, SecretString: manager.text } }
      : manager.text;
  });
  const client = new SecretsManagerClient({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const clock = testClock();
  const secrets = new Secrets(client, clock);
  const key = async (refresh = false) => (await secrets.read(arn, apiKeySchema, { refresh })).apiKey;
  return { manager, calls, clock, key };
}

it('reads a secret once in a quarter of an hour, however often it is needed', async () => {
  // Prepare
  const { manager, calls, clock, key } = await startSecrets(first);

  // Act
  const together = await Promise.all([key(), key(), key()]);
  manager.text = second;
  clock.advance(899);
  const later = await key();
  const readings = calls.length;
  clock.advance(1);
  const afterwards = await key();

  // Assess
  expect([...together, later]).toEqual(Array(4).fill('CANARY-first'));
  expect(readings).toBe(1);
  expect(afterwards).toBe('CANARY-second');
});

it.each([
  ['goes well', second],
  ['fails', undefined],
])('reads a secret again at most once a minute, also when that %s', async (_, text) => {
  // Prepare
  const { manager, calls, clock, key } = await startSecrets(first);
  await key();
  manager.text = text;

  // Act: somebody tries wrong tokens for three minutes.
  for (let second = 0; second < 180; second += 5) {
    clock.advance(5);
    await key(true);
  }

  // Assess
  expect(calls).toHaveLength(1 + 3);
});

it('returns the last good value while Secrets Manager fails, and the new one afterwards', async () => {
  // Prepare
  const { manager, clock, key } = await startSecrets(first);
  await key();
  manager.text = undefined;
  clock.advance(3600);

  // Act
  const failing = [await key(), await key(true)];
  manager.text = second;
  clock.advance(60);
  const well = await key();

  // Assess
  expect(failing).toEqual(['CANARY-first', 'CANARY-first']);
  expect(well).toBe('CANARY-second');
});

it('asks to retry while a secret could never be read, and reads it as soon as possible', async () => {
  // Prepare
  const { manager, key } = await startSecrets(undefined);

  // Act
  const failure = await key().catch((error: unknown) => error);
  manager.text = first;
  const well = await key();

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
  expect(String(failure)).toContain(name);
  expect(well).toBe('CANARY-first');
});

it.each([
  ['nobody had set', notFound('secret value for staging label: AWSCURRENT')],
  ['had another shape', '{"key":"CANARY"}'],
])('reads a secret that %s again a minute later, and no sooner', async (_, text) => {
  // Prepare
  const { manager, calls, clock, key } = await startSecrets(text);
  const unusable = () => key().catch((error: Error) => error.name);
  const before = [await unusable(), await unusable()];

  // Act
  manager.text = first;
  clock.advance(60);
  const after = await key();

  // Assess
  expect(before).not.toContain('CANARY-first');
  expect(after).toBe('CANARY-first');
  expect(calls).toHaveLength(2);
});

it.each([
  ['a field of another type', '{"apiKey":["CANARY"]}', '$.apiKey'],
  ['a field of another name', '{"key":"CANARY"}', '$.apiKey'],
  ['no JSON', 'CANARY', '$'],
])('reports a secret with %s by the path, and never with its value', async (_, text, path) => {
  const { key } = await startSecrets(text);
  const failure = await key().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
  expect(String(failure)).toContain(name);
  expect(String(failure)).toContain(path);
  expect(String(failure)).not.toContain('CANARY');
});

it.each([
  ['is not set yet', 'secret value for staging label: AWSCURRENT', true, 'is not set yet'],
  ['was deleted', 'secret', false, 'cannot be read'],
])('says of a secret that %s what is wrong', async (_, what, isUnset, sentence) => {
  const { key } = await startSecrets(notFound(what));
  const failure = await key().catch((error: unknown) => error);
  expect(failure instanceof SecretUnset).toBe(isUnset);
  expect(String(failure)).toContain(`The secret ${name} ${sentence}`);
});
