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

    it('serves Lambda: invocations and event source mappings', async () => {
      const lambda = async (method: string, path: string, body?: unknown) => {
        const { accessKeyId } = emulator.credentials;
        const answer = await fetch(`${emulator.awsEndpoint}/2015-03-31/${path}`, {
          method,
          headers: {
            authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0`,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: answer.status, body: await answer.json() };
      };
      const name = emulator.functionName('Worker');

      const invoked = await lambda('POST', `functions/${emulator.functionName('Probe')}/invocations`, {
        act: 'text',
      });
      const unknown = await lambda('POST', 'functions/nobody/invocations', {});
      const listed = await lambda('GET', `event-source-mappings/?FunctionName=${name}`);

      expect(invoked).toEqual({ status: 200, body: 'plain' });
      expect(unknown.status).toBe(404);
      expect(listed.body).toMatchObject({
        EventSourceMappings: [
          { BatchSize: 5, State: 'Enabled', EventSourceArn: expect.stringMatching(/:Fixture-Orders$/) },
        ],
      });
    });

    it('refuses a call that is not signed', async () => {
      expect((await fetch(emulator.awsEndpoint, { method: 'POST' })).status).toBe(403);
    });
  });
}
