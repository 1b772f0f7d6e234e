import { Duration, type Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { queueKeepsDays } from '../../shared/model/queues.ts';
import { acknowledge } from './nag.ts';

/** Batches are taken at once: people wait for orders, and messages are few. */
export const batchWindow = Duration.seconds(0);

/** How long one attempt of a consumer may take; queues hide their messages for six times as long (AWS advice). */
export const consumerTimeout = Duration.seconds(60);

/**
 * The queues of both flows, and the dead letters that a person looks at. Consumers put dead letters there
 * themselves, with the reason; SQS does so only after a thousand receives.
 */
export function createStackQueues(stack: Stack) {
  const scope = new Construct(stack, 'Queues');
  const common = {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(queueKeepsDays),
  } as const;
  const deadLetters = new Queue(scope, 'DeadLetters', common);
  acknowledge(deadLetters, {
    'Serverless::Serverless-SQSRedrivePolicy': 'Dead letters end here; a person empties it.',
  });
  const work = (name: string) =>
    new Queue(scope, name, {
      ...common,
      visibilityTimeout: Duration.seconds(consumerTimeout.toSeconds() * 6 + batchWindow.toSeconds()),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 1000 },
    });
  return { productOrders: work('ProductOrders'), completions: work('Completions'), deadLetters };
}

export type StackQueues = ReturnType<typeof createStackQueues>;
