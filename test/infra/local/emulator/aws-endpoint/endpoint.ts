import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { awsOf } from '../running.ts';
import { aws, emulator } from '../shared-platform.ts';

export function endpointTests(): void {
  describe('Secrets Manager', () => {
    it('refuses other versions and operations, with a reason', async () => {
      const SecretId = emulator.secretArn('ApiKey');
      const previous = aws.secrets.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }));
      const described = aws.secrets.send(new DescribeSecretCommand({ SecretId }));

      await expect(previous).rejects.toMatchObject({ name: 'InvalidParameterException' });
      await expect(described).rejects.toThrow('Local runs have no DescribeSecret.');
    });
  });

  describe('the AWS endpoint', () => {
    it('refuses an unknown access key', async () => {
      const stranger = awsOf({
        ...emulator,
        credentials: { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' },
      });

      await expect(stranger.depth('Orders')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
      await expect(stranger.seen('x')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    });

    it('refuses a call that is not signed', async () => {
      expect((await fetch(emulator.awsEndpoint, { method: 'POST' })).status).toBe(403);
    });
  });
}
