import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { createSlots, type SlotLimits } from '../../../shared/slots/slots.ts';
import { startAwsCounter } from '../../bench/cost/aws-counter.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, workerStage } from '../worker/stage.ts';
import { invocation, settlingSeconds } from './stage.ts';

const stage = await workerStage();
const [region, credentials] = ['eu-west-1', { accessKeyId: 'test', secretAccessKey: 'test' }];
const counter = await startAwsCounter(() => ({ awsEndpoint: stage.ledgerUrl, region, credentials }));
const client = new DynamoDBClient({ endpoint: counter.url, region, credentials });
const table = new Table(client, stage.tableName);
afterAll(async () => {
  client.destroy();
  await counter.close();
});
beforeEach(() => counter.reset());

/** A batch of ten that succeeds, on a container of a plant with these limits. */
async function workedOff(limits: Partial<SlotLimits>) {
  const { clock, logged } = stage;
  const { log } = logged;
  const slots = createSlots(
    { azumuta: {}, erp: {}, ...limits },
    {
      ...{ table, clock, name: 'book-completion', settlingSeconds, log },
    },
  );
  const ledger = createLedger({ table, clock, times: { settlingSeconds } });
  const consumer = doing(() => slots?.use('erp', async () => {}) ?? Promise.resolve());
  const worker = stage.worker(consumer, { ...ledger, slots });
  const response = await worker(
    batch(...Array.from({ length: 10 }, () => sqsRecord({ body: 'success' }))),
    invocation(),
  );
  expect(response.batchItemFailures).toEqual([]);
}

it.each([
  ['without a limit', {}, {}],
  ['with a limit of the other partner', { azumuta: { atOnce: 1 } }, {}],
  ['with a limit', { erp: { atOnce: 3 } }, { 'DynamoDB.Query': 1, 'DynamoDB.UpdateItem': 2 }],
] as const)(
  'costs these requests to the ledger for the slot of a batch %s',
  async (_, limits, operations) => {
    await workedOff(limits);
    expect(counter.requests().operations).toEqual(operations);
  },
);
