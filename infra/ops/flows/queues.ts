import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueName } from '../../../shared/model/queues.ts';
import type { Target } from '../cli/target.ts';

export type QueueUrls = Readonly<Record<QueueName | 'dead-letters', string>>;

/** The queues of a stack. @throws UsageError when the stack does not output one of them. */
export function queueUrlsOf({ output }: Pick<Target, 'output'>): QueueUrls {
  return {
    'product-orders': output('ProductOrdersQueue'),
    completions: output('CompletionsQueue'),
    'dead-letters': output('DeadLetterQueue'),
  };
}

/** Counts the messages of a queue without taking any; SQS gives approximations. */
export async function countMessages(sqs: Pick<SQSClient, 'send'>, queueUrl: string) {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'QueueArn',
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesDelayed',
        'ApproximateNumberOfMessagesNotVisible',
      ],
    }),
  );
  const count = (name: keyof typeof Attributes) => Number(Attributes[name] ?? 0);
  return {
    arn: Attributes.QueueArn ?? '',
    waiting: count('ApproximateNumberOfMessages') + count('ApproximateNumberOfMessagesDelayed'),
    /** In the hands of a function, or waiting for their next attempt: SQS does not distinguish these. */
    underWay: count('ApproximateNumberOfMessagesNotVisible'),
  };
}

/** The event source mappings that read from a queue. */
export async function mappingsOf(
  lambda: LambdaClient,
  queueArn: string,
): Promise<EventSourceMappingConfiguration[]> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: queueArn }),
  );
  // Not every endpoint filters.
  return EventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn === queueArn);
}
