import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { Secrets } from '../../../shared/platform/aws/secrets.ts';
import { testClock } from '../../support/clock.ts';
import { createSecretsModel } from './secrets.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:plant/erp-AbCdEf';

it('returns the value that was set last', async () => {
  // Prepare
  const model = createSecretsModel(new Map([[arn, '"first"']]));
  const clock = testClock();
  const secrets = new Secrets(model.client, clock);
  const before = await secrets.read(arn, z.string());

  // Act
  model.set(arn, '"second"');
  clock.advance(901);

  // Assess
  expect(before).toBe('first');
  expect(await secrets.read(arn, z.string())).toBe('second');
});

it('refuses a secret that does not exist', async () => {
  const { client } = createSecretsModel(new Map());

  const reading = client.send(new GetSecretValueCommand({ SecretId: arn }));

  await expect(reading).rejects.toThrow(ResourceNotFoundException);
});
