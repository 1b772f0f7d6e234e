import * as z from 'zod/mini';
import { call, listen, readBody } from '../../../infra/local/emulator/process/http.ts';

/** Requests of the functions to AWS since the last reset. */
export interface AwsRequests {
  /** By operation, `AmazonSQS.SendMessage` …; a batch of ten messages is one request (SQS bills them so). */
  readonly operations: Readonly<Record<string, number>>;
  /** DynamoDB request units, indexes included. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface AwsCounter {
  readonly url: string;
  readonly requests: () => AwsRequests;
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

const unitsSchema = z.object({ CapacityUnits: z.number() });
const answerSchema = z.object({
  ConsumedCapacity: z.optional(
    z.object({
      CapacityUnits: z.number(),
      GlobalSecondaryIndexes: z.optional(z.record(z.string(), unitsSchema)),
    }),
  ),
});
const isRead = /\.(GetItem|Query)$/;

/**
 * Stands between the functions and the platform and counts. DynamoDB is asked what each call consumed, which
 * the functions themselves never ask.
 */
export async function startAwsCounter(awsEndpoint: () => string): Promise<AwsCounter> {
  let operations = new Map<string, number>();
  let readUnits = 0;
  let writeUnits = 0;

  const server = await listen(0, async (request, response) => {
    const sent = (await readBody(request, Number.POSITIVE_INFINITY)) ?? Buffer.alloc(0);
    const target = String(request.headers['x-amz-target'] ?? request.url);
    const operation = target.replace(/^DynamoDB_\d+/, 'DynamoDB');
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    const body = operation.startsWith('DynamoDB')
      ? JSON.stringify({ ...JSON.parse(sent.toString('utf8')), ReturnConsumedCapacity: 'INDEXES' })
      : sent;
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value !== 'string' || ['host', 'connection', 'content-length'].includes(name)
          ? []
          : [[name, value]],
      ),
    );
    const answer = await call(`${awsEndpoint()}${request.url ?? '/'}`, {
      method: request.method ?? 'POST',
      headers,
      body,
    });
    if (operation.startsWith('DynamoDB') && answer.status === 200) {
      const consumed = answerSchema.safeParse(JSON.parse(answer.body.toString('utf8'))).data
        ?.ConsumedCapacity;
      if (isRead.test(operation)) readUnits += consumed?.CapacityUnits ?? 0;
      else writeUnits += consumed?.CapacityUnits ?? 0;
    } else if (operation.startsWith('DynamoDB')) {
      // A condition that does not hold is billed like the write that it kept from happening.
      writeUnits += isRead.test(operation) ? 0 : 1;
    }
    const {
      'content-length': _length,
      'transfer-encoding': _encoding,
      connection: _connection,
      ...passed
    } = answer.headers;
    response.writeHead(answer.status, { ...passed, 'content-length': answer.body.length }).end(answer.body);
  });
  return {
    url: server.url,
    requests: () => ({ operations: Object.fromEntries(operations), readUnits, writeUnits }),
    reset() {
      operations = new Map();
      readUnits = 0;
      writeUnits = 0;
    },
    close: server.close,
  };
}
