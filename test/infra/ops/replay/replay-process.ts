/**
 * A replay that is killed at its worst moment, in a process of its own: a page has been sent, and its letters are
 * not removed yet. The first argument (JSON) names the stores.
 */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { operatorLedger } from '../../../../infra/local/operator-clients.ts';
import { openDeadLetterQueue } from '../../../../infra/ops/dead-letters/queue.ts';
import { type ReplayDependencies, replay } from '../../../../infra/ops/replay/replay.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { createQueues } from '../../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { credentials } from '../stores.ts';

const stores = z.parse(
  z.object({
    sqsEndpoint: z.string(),
    dynamodbEndpoint: z.string(),
    tableName: z.string(),
    queues: z.record(z.string(), z.string()),
  }),
  JSON.parse(process.argv[2] ?? ''),
);
const common = { region: 'eu-west-1', credentials };
const sqs = new SQSClient({ ...common, endpoint: stores.sqsEndpoint, useQueueUrlAsEndpoint: false });
const dynamodb = new DynamoDBClient({ ...common, endpoint: stores.dynamodbEndpoint });
const ledger = operatorLedger(dynamodb, stores.tableName);
const url = (queue: string) => stores.queues[queue] ?? '';

const queues = createQueues(sqs);
let pages = 0;

// It holds three pages at most, and only briefly, so that the next run need not wait long.
const dependencies = {
  deadLetters: openDeadLetterQueue(sqs, url('dead-letters'), { hiddenSeconds: 2 }),
  queues: {
    async sendAll(queueUrl, messages) {
      const refused = await queues.sendAll(queueUrl, messages);
      pages += 1;
      if (pages === 2) process.kill(process.pid, 'SIGKILL');
      return refused;
    },
  },
  queueUrls: {
    'product-orders': url('product-orders'),
    completions: url('completions'),
  },
  records: ledger.deadLetters,
  ledger,
  names: defaultContract.trigger,
  clock: systemClock,
} satisfies ReplayDependencies;
await replay({ go: true, signal: new AbortController().signal, most: 30 }, dependencies);
