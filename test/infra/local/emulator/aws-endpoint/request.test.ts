import { describe, expect, it } from 'vitest';
import {
  type AwsNames,
  awsCallOf,
  signerOf,
} from '../../../../../infra/local/emulator/aws-endpoint/request.ts';

const names: AwsNames = {
  region: 'eu-west-1',
  accountId: '000000000000',
  secretArn: (id) => `arn-of-${id}`,
};

describe('the signer of a call', () => {
  it('is read from the credential scope', () => {
    const header =
      'AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=ab';

    expect(signerOf(header)).toEqual({ accessKeyId: 'AKIA1', region: 'eu-west-1', service: 'sqs' });
  });

  it.each([undefined, '', 'Bearer x', 'AWS4-HMAC-SHA256 Credential=AKIA1/2026'])(
    'is nobody: %s',
    (header) => {
      expect(signerOf(header)).toBeUndefined();
    },
  );
});

describe('action and resources of a call', () => {
  const queue = 'arn:aws:sqs:eu-west-1:000000000000:orders';
  const table = 'arn:aws:dynamodb:eu-west-1:000000000000:table/ledger';

  it.each([
    [
      'sqs',
      'AmazonSQS.SendMessage',
      { QueueUrl: 'http://h/000000000000/orders' },
      'sqs:SendMessage',
      [queue],
    ],
    ['sqs', 'AmazonSQS.SendMessageBatch', { QueueUrl: 'http://h/0/orders' }, 'sqs:SendMessage', [queue]],
    [
      'sqs',
      'AmazonSQS.ChangeMessageVisibilityBatch',
      { QueueUrl: 'http://h/0/orders' },
      'sqs:ChangeMessageVisibility',
      [queue],
    ],
    ['sqs', 'AmazonSQS.GetQueueUrl', { QueueName: 'orders' }, 'sqs:GetQueueUrl', [queue]],
    ['sqs', 'AmazonSQS.ListQueues', {}, 'sqs:ListQueues', ['*']],
    ['dynamodb', 'DynamoDB_20120810.GetItem', { TableName: 'ledger' }, 'dynamodb:GetItem', [table]],
    [
      'dynamodb',
      'DynamoDB_20120810.Query',
      { TableName: 'ledger', IndexName: 'by-number' },
      'dynamodb:Query',
      [`${table}/index/by-number`],
    ],
    [
      'dynamodb',
      'DynamoDB_20120810.BatchWriteItem',
      { RequestItems: { ledger: [], other: [] } },
      'dynamodb:BatchWriteItem',
      [table, 'arn:aws:dynamodb:eu-west-1:000000000000:table/other'],
    ],
    [
      'secretsmanager',
      'secretsmanager.GetSecretValue',
      { SecretId: 'key' },
      'secretsmanager:GetSecretValue',
      ['arn-of-key'],
    ],
  ])('%s %s', (service, target, body, action, resources) => {
    const asked = awsCallOf({ service, target, body: Buffer.from(JSON.stringify(body)) }, names);

    expect(asked).toEqual({ action, resources });
  });

  it.each([
    ['POST', 'functions/worker/invocations', 'lambda:InvokeFunction', 'function:worker'],
    ['GET', 'event-source-mappings/?FunctionName=worker', 'lambda:ListEventSourceMappings', ''],
    ['GET', 'event-source-mappings/1-2', 'lambda:GetEventSourceMapping', 'event-source-mapping:1-2'],
    ['PUT', 'event-source-mappings/1-2', 'lambda:UpdateEventSourceMapping', 'event-source-mapping:1-2'],
    ['DELETE', 'functions/worker', 'lambda:DELETE /2015-03-31/functions/worker', ''],
  ])('lambda %s %s', (method, path, action, resource) => {
    const call = { service: 'lambda', method, path: `/2015-03-31/${path}`, body: Buffer.alloc(0) };

    expect(awsCallOf(call, names)).toEqual({
      action,
      resources: [resource === '' ? '*' : `arn:aws:lambda:eu-west-1:000000000000:${resource}`],
    });
  });

  it('names no resource for a body that is not JSON', () => {
    expect(
      awsCallOf({ service: 'sqs', target: 'AmazonSQS.SendMessage', body: Buffer.from('{') }, names).resources,
    ).toEqual(['*']);
  });
});
