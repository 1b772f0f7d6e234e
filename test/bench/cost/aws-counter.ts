import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { callLocalProcess, listen } from '../../../infra/local/emulator/process/http.ts';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import { ledgerIndexes } from '../../../shared/ledger/keys.ts';
import { writeUnits as writeUnitsOf } from '../../simulation/aws/write-units.ts';

/** Requests of the functions to AWS since the last reset. */
export interface AwsRequests {
  /** By operation, `AmazonSQS.SendMessage` …; a batch of ten messages is one request (SQS bills them so). */
  readonly operations: Readonly<Record<string, number>>;
  /** DynamoDB request units, including indexes. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

export type AwsCounter = Awaited<ReturnType<typeof startAwsCounter>>;

/** The platform to which requests are forwarded. */
type Aws = Parameters<typeof operatorClients>[0];

const itemSchema = z.record(z.string(), z.custom<AttributeValue>());
const answerSchema = z.object({
  ConsumedCapacity: z.optional(z.object({ CapacityUnits: z.number() })),
});
const writeSchema = z.object({
  TableName: z.string(),
  Item: z.optional(itemSchema),
  Key: z.optional(itemSchema),
});
const isRead = /\.(GetItem|Query)$/;
const keyNames = ['pk', 'sk', 'id'];
const indexes = Object.values(ledgerIndexes);

/**
 * A proxy between the functions and the platform that counts requests. DynamoDB reports what each read consumed. The
 * local one does not report what writes of indexes consume, so that is computed from the item before and after.
 */
export async function startAwsCounter(aws: () => Aws) {
  let operations = new Map<string, number>();
  let readUnits = 0;
  let writeUnits = 0;
  let operators: ReturnType<typeof operatorClients> | undefined;

  const server = await listen(0, async (request, sent) => {
    const target = String(request.headers['x-amz-target'] ?? request.url);
    const operation = target.replace(/^DynamoDB_\d+/, 'DynamoDB');
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    const isOfTable = operation.startsWith('DynamoDB');
    const isWrite = isOfTable && !isRead.test(operation);
    const body = isOfTable
      ? JSON.stringify({ ...JSON.parse(sent.toString('utf8')), ReturnConsumedCapacity: 'TOTAL' })
      : sent;
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value !== 'string' || ['host', 'connection', 'content-length'].includes(name)
          ? []
          : [[name, value]],
      ),
    );
    const written = async () => {
      const {
        TableName,
        Item,
        Key = pick(Item ?? {}),
      } = writeSchema.parse(JSON.parse(sent.toString('utf8')));
      // With an operator's rights, because not every function that writes an item may read it.
      operators ??= operatorClients(aws());
      const question = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      return (await operators.dynamodb.send(question)).Item;
    };
    const before = isWrite ? await written() : undefined;
    const answer = await callLocalProcess(`${aws().awsEndpoint}${request.url ?? '/'}`, {
      method: 'POST',
      headers,
      body,
    });
    const text = Buffer.from(await answer.arrayBuffer());
    // A write whose condition fails is billed like a write of the existing item.
    const taken = isWrite ? Math.max(1, writeUnitsOf(before, await written(), indexes)) : 0;
    if (isWrite) writeUnits += taken;
    else if (isOfTable && answer.status === 200)
      readUnits += answerSchema.parse(JSON.parse(text.toString('utf8'))).ConsumedCapacity?.CapacityUnits ?? 0;
    const {
      'content-length': _length,
      'transfer-encoding': _encoding,
      connection: _connection,
      ...passed
    } = Object.fromEntries(answer.headers);
    return { status: answer.status, headers: passed, body: text };
  });
  return {
    url: server.url,
    requests: (): AwsRequests => ({ operations: Object.fromEntries(operations), readUnits, writeUnits }),
    reset() {
      operations = new Map();
      readUnits = 0;
      writeUnits = 0;
    },
    close: server.close,
  };
}

function pick(item: Readonly<Record<string, AttributeValue>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => keyNames.includes(name)));
}
