import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
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
