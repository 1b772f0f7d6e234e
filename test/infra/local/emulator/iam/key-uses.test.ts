import { describe, expect, it } from 'vitest';
import { keyUsesOf } from '../../../../../infra/local/emulator/iam/key-uses.ts';

const table = 'arn:aws:dynamodb:eu-west-1:000000000000:table/ledger';
const queue = 'arn:aws:sqs:eu-west-1:000000000000:orders';
const stack = {
  region: 'eu-west-1',
  encrypted: [
    { on: table, key: 'key-of-ledger' },
    { on: queue, key: 'key-of-queue' },
  ],
};
const usesOf = (action: string, resource: string) =>
  keyUsesOf({ action, resource }, stack).map((use) => [use.action, use.resource, use.context]);
const viaSqs = { 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' };
const viaDynamo = { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' };

describe('a call of what is encrypted', () => {
  it('decrypts with its key, by way of its service, and makes a data key for what it stores', () => {
    expect(usesOf('sqs:ReceiveMessage', queue)).toEqual([['kms:Decrypt', 'key-of-queue', viaSqs]]);
    expect(usesOf('sqs:SendMessage', queue)).toEqual([
      ['kms:Decrypt', 'key-of-queue', viaSqs],
      ['kms:GenerateDataKey', 'key-of-queue', viaSqs],
    ]);
  });

  it('uses the key of the table for its indexes', () => {
    expect(usesOf('dynamodb:Query', `${table}/index/by-day`)).toEqual([
      ['kms:Decrypt', 'key-of-ledger', viaDynamo],
    ]);
  });

  it('uses no key of another resource', () => {
    expect(usesOf('sqs:SendMessage', `${queue}-2`)).toEqual([]);
  });
});
