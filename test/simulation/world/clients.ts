import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { Surroundings } from '../../../functions/container.ts';
import type { QueueCommand, QueueModel } from '../aws/queue.ts';
import type { SecretsModel } from '../aws/secrets.ts';
import type { TableModel } from '../aws/table.ts';
import type { Process } from './process.ts';
import { toldOfCommand } from './told.ts';

/** What a command of the SDK is to a model. */
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
    /** Something may have come into this queue, or may come again. */
    readonly onQueued: (url: string) => void;
  },
): Pick<Surroundings, 'dynamodb' | 'sqs' | 'secretsManager'> {
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
        what: () => toldOfCommand(command.constructor.name, command.input),
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
  // `send` of the SDK has an overload for each of its commands; the models take those that are used, and throw at others.
  return clients as unknown as Pick<Surroundings, 'dynamodb' | 'sqs' | 'secretsManager'>;
}

/**
 * Every other entry of a batch of sends, the first among them, fails by a fault of SQS itself (API reference of
 * SendMessageBatch: "always check the batch results", BatchResultErrorEntry).
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

/** As the SDK throws it once its own further tries are over. */
function failureOf(service: string): Error {
  if (service === 'ledger')
    return new ProvisionedThroughputExceededException({ message: 'Too many requests.', $metadata: {} });
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', $metadata: {} });
}
