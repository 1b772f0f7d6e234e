import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { Runtime } from '../../../functions/wiring.ts';
import type { QueueCommand, QueueModel } from '../aws/queue.ts';
import type { SecretsModel } from '../aws/secrets.ts';
import type { TableModel } from '../aws/table.ts';
import { describeCommand } from './describe.ts';
import type { Process } from './process.ts';

/** The part of an SDK command that a model needs. */
interface Command {
  readonly input: object;
}

/** The services that a process reaches through the clients of the AWS SDK. */
export function clientsOf(
  process: Process,
  services: {
    readonly table: TableModel;
    readonly queues: QueueModel;
    readonly secrets: SecretsModel;
    /** Called when a queue may have something to receive: a new message, or one that becomes visible again. */
    readonly onQueued: (url: string) => void;
  },
): Pick<Runtime, 'dynamodb' | 'sqs' | 'secretsManager'> {
  const { table, queues, secrets, onQueued } = services;
  const send =
    <C extends Command>(
      service: 'ledger' | 'queues' | 'secrets',
      answer: (command: C) => unknown,
      answerPartly = answer,
    ) =>
    (command: C) =>
      process.call({
        service,
        what: () => describeCommand(command.constructor.name, command.input),
        act: () => answer(command),
        actPartly: () => answerPartly(command),
        failure: () => failureOf(service),
      });
  const toQueue = (command: QueueCommand) => {
    const output = queues.answer(command);
    if ('QueueUrl' in command.input) onQueued(String(command.input.QueueUrl));
    return output;
  };
  const clients = {
    dynamodb: { send: send('ledger', table.answer) },
    sqs: { send: send('queues', toQueue, (command) => partOf(command, toQueue)) },
    secretsManager: { send: send('secrets', secrets.answer) },
  };
  // The SDK's `send` has an overload for each command; the models support those that are used, and throw at others.
  return clients as unknown as Pick<Runtime, 'dynamodb' | 'sqs' | 'secretsManager'>;
}

/**
 * Every other entry of a batch, beginning with the first, fails by a fault of SQS (API reference of SendMessageBatch:
 * "always check the batch results", BatchResultErrorEntry).
 */
function partOf(command: QueueCommand, answer: QueueModel['answer']): unknown {
  if (!(command instanceof SendMessageBatchCommand)) return answer(command);
  const { QueueUrl, Entries = [] } = command.input;
  const [refused, taken] = [Entries.filter((_, at) => at % 2 === 0), Entries.filter((_, at) => at % 2 === 1)];
  const output =
    taken.length > 0 ? answer(new SendMessageBatchCommand({ QueueUrl, Entries: taken })) : { $metadata: {} };
  const Failed = refused.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
  return { ...output, Failed };
}

/** The error that the SDK throws after its own retries. */
function failureOf(service: string): Error {
  if (service === 'ledger')
    return new ProvisionedThroughputExceededException({ message: 'Too many requests.', $metadata: {} });
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', $metadata: {} });
}
