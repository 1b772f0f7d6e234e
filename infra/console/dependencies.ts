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
import type { AuthKeys } from './auth.ts';
import type { ConsoleDependencies } from './context.ts';
import { createDeadLetterDesk } from './dead-letters.ts';
import { createShopFloor } from './shop-floor.ts';

/** What a killed console had only looked at comes back this soon. */
const lookingSeconds = 30;

/**
 * The console's parts for a stack, all with the operator's own rights.
 * @param commands Options that name the stack on the command line.
 * @param seed Of what the ERP sandbox draws for an order that is released by hand.
 */
export function consoleDependencies(
  target: Target,
  commands: string,
  keys: AuthKeys,
  port: () => number,
  seed: () => number,
): { readonly dependencies: ConsoleDependencies; readonly close: () => void } {
  const { aws, output, sandboxes } = target;
  const sqs = sqsOf(target);
  const lambda = new LambdaClient(aws);
  const ledger = ledgerOf(target);
  const clock = systemClock;
  const queueUrls = {
    'product-orders': output('ProductOrdersQueue'),
    completions: output('CompletionsQueue'),
    bookings: output('BookingsQueue'),
    'dead-letters': output('DeadLetterQueue'),
  };
  const { insight, close: closeInsight } = insightOfTarget(target, clock);
  // A store in one process knows at once that there is nothing more.
  const waitSeconds = target.local ? 0 : 1;
  const deadLetters = openDeadLetterQueue(sqs, queueUrls['dead-letters'], { waitSeconds });
  const letters = createDeadLetterDesk({
    deadLetters,
    forLooking: openDeadLetterQueue(sqs, queueUrls['dead-letters'], {
      waitSeconds,
      hiddenSeconds: lookingSeconds,
    }),
    queues: createQueues(sqs),
    queueUrls,
    records: ledger.deadLetters,
    ledger,
    names: z.parse(triggerNamesSchema, JSON.parse(output('TriggerNames'))),
    clock,
  });
  return {
    dependencies: {
      target: target.name,
      commands,
      local: target.local,
      flows: createFlowsReader({ sqs, lambda, ledger, queueUrls, insight, clock }),
      ledger,
      letters,
      shopFloor:
        sandboxes && createShopFloor(sandboxes, { lambda, functionName: output('PullFunction') }, seed),
      operator: target.local ? async () => userInfo().username : () => callerOf(target),
      keys,
      port,
      clock,
      timeZone: output('TimeZone'),
    },
    close() {
      for (const client of [sqs, lambda]) client.destroy();
      closeInsight();
    },
  };
}

/** The person at this machine, and who they are to AWS. */
async function callerOf({ aws }: Target): Promise<string> {
  const sts = new STSClient(aws);
  try {
    const { Arn = 'unknown to AWS' } = await sts.send(new GetCallerIdentityCommand({}));
    return `${userInfo().username}, ${Arn}`;
  } finally {
    sts.destroy();
  }
}
