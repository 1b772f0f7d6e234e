/**
 * A replay in a process of its own, for tests that kill it: everything of the stores that the first argument
 * (JSON) names, with a short time for which letters stay hidden.
 */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { operatorLedger } from '../../../../infra/local/operator-clients.ts';
import { openDeadLetterQueue } from '../../../../infra/ops/dead-letters/queue.ts';
import { replay } from '../../../../infra/ops/replay/replay.ts';
import { webhookAliasesSchema } from '../../../../shared/azumuta/assumptions.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { createQueues } from '../../../../shared/platform/queue.ts';
import { credentials } from '../stores.ts';

const stores = z.parse(
  z.object({
    sqsEndpoint: z.string(),
    dynamodbEndpoint: z.string(),
    tableName: z.string(),
    hiddenSeconds: z.number(),
    queues: z.record(z.string(), z.string()),
  }),
  JSON.parse(process.argv[2] ?? ''),
);
const common = { region: 'eu-west-1', credentials };
const sqs = new SQSClient({ ...common, endpoint: stores.sqsEndpoint, useQueueUrlAsEndpoint: false });
const dynamodb = new DynamoDBClient({ ...common, endpoint: stores.dynamodbEndpoint });
const ledger = operatorLedger(dynamodb, stores.tableName);
const url = (queue: string) => stores.queues[queue] ?? '';

await replay(
  { go: true, signal: new AbortController().signal },
  {
    deadLetters: openDeadLetterQueue(sqs, url('dead-letters'), { hiddenSeconds: stores.hiddenSeconds }),
    queues: createQueues(sqs),
    queueUrls: {
      'product-orders': url('product-orders'),
      completions: url('completions'),
      bookings: url('bookings'),
    },
    records: ledger.deadLetters,
    aliases: z.parse(webhookAliasesSchema, {}),
    clock: systemClock,
    progress: () => undefined,
  },
);
