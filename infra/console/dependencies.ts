import { userInfo } from 'node:os';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { triggerNamesSchema } from '../../shared/azumuta/trigger.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { ledgerOf, sqsOf, type Target } from '../ops/cli/target.ts';
import { openDeadLetterQueue } from '../ops/dead-letters/queue.ts';
import { createFlowsReader } from '../ops/flows/flow-status.ts';
import { insightOfTarget } from '../ops/flows/queue-insight.ts';
import { queueUrlsOf } from '../ops/flows/queues.ts';
import type { ConsoleDependencies } from './context.ts';
import { createDeadLetterDesk } from './dead-letters.ts';
import { createShopFloor } from './shop-floor.ts';

/** After this time letters become visible again that a killed console was reading. */
const lookingSeconds = 30;

/** Everything that the console calls on a stack, and how to close its clients. */
export function consoleDependencies(
  target: Target,
): Omit<ConsoleDependencies, 'commands' | 'keys' | 'port'> & { readonly close: () => void } {
  const { aws, name, local, output, sandboxes } = target;
  const clock = systemClock;
  const sqs = sqsOf(target);
  const lambda = new LambdaClient(aws);
  const ledger = ledgerOf(target);
  const queueUrls = queueUrlsOf(target);
  const { insight, close: closeInsight } = insightOfTarget(target, clock);
  // The local queue store is one process, so its first empty answer is certain.
  const waitSeconds = local ? 0 : 1;
  const openLetters = (hiddenSeconds?: number) =>
    openDeadLetterQueue(sqs, queueUrls['dead-letters'], { waitSeconds, hiddenSeconds });
  const letters = createDeadLetterDesk({
    deadLetters: openLetters(),
    forLooking: openLetters(lookingSeconds),
    queues: createQueues(sqs),
    queueUrls,
    records: ledger.deadLetters,
    ledger,
    names: z.parse(triggerNamesSchema, JSON.parse(output('TriggerNames'))),
    clock,
  });
  return {
    target: name,
    local,
    flows: createFlowsReader({ sqs, lambda, ledger, queueUrls, insight, clock }),
    ledger,
    letters,
    shopFloor: sandboxes && createShopFloor(target, sandboxes),
    operator: local ? async () => userInfo().username : () => callerOf(target),
    clock,
    timeZone: output('TimeZone'),
    close() {
      for (const client of [sqs, lambda]) client.destroy();
      closeInsight();
    },
  };
}

/** The user of this machine, and their identity at AWS. */
async function callerOf({ aws }: Target): Promise<string> {
  const sts = new STSClient(aws);
  try {
    const { Arn = 'unknown to AWS' } = await sts.send(new GetCallerIdentityCommand({}));
    return `${userInfo().username}, ${Arn}`;
  } finally {
    sts.destroy();
  }
}
