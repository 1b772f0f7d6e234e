import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { operatorClients } from '../../infra/local/operator-clients.ts';
import type { LocalSystem } from '../../infra/local/run-locally.ts';

/** A message in the dead-letter queue, with its attributes: none where SQS itself has moved it. */
export interface DeadLetter {
  readonly body: string;
  readonly stage?: string;
  readonly orderNumber?: string;
  readonly reason?: string;
  /** Id of the message in its own queue. */
  readonly messageId?: string;
}

/** The queues of a running plant as an operator sees them. */
export function viewQueues({ emulator }: Pick<LocalSystem, 'emulator'>) {
  const { sqs } = operatorClients(emulator);
  const sources = [...new Set(emulator.stack.mappings.map(({ queueName }) => queueName))];
  const deadLetters = emulator.stack.queues.find(({ name }) => !sources.includes(name));
  const found = new Map<string, DeadLetter>();

  return {
    /** Messages that wait or are in flight, in all queues that feed a function. */
    async depth() {
      const depths = await Promise.all(
        sources.map(async (name) => {
          const { Attributes = {} } = await sqs.send(
            new GetQueueAttributesCommand({ QueueUrl: emulator.queueUrl(name), AttributeNames: ['All'] }),
          );
          return (
            Number(Attributes.ApproximateNumberOfMessages) +
            Number(Attributes.ApproximateNumberOfMessagesNotVisible) +
            Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0)
          );
        }),
      );
      return depths.reduce((sum, depth) => sum + depth, 0);
    },

    /** All dead letters so far. They stay in the queue, hidden for ten minutes. */
    async deadLetters() {
      if (!deadLetters) throw new Error('The stack has no dead-letter queue.');
      const QueueUrl = deadLetters.ref;
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 600,
            MessageAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return [...found.values()];
        for (const { MessageId = '', Body = '', MessageAttributes = {} } of Messages) {
          const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [
            name,
            StringValue,
          ]);
          found.set(MessageId, { body: Body, ...Object.fromEntries(attributes) });
        }
      }
    },
  };
}
