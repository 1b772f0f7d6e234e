import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import type { SQSHandler, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { readSecret, triggerSchema } from './shared.ts';

const environment = z.parse(
  z.object({
    AZUMUTA_BASE_URL: z.string(),
    ERP_BASE_URL: z.string(),
    IDEMPOTENCY_TABLE_NAME: z.string(),
  }),
  process.env,
);
const keySchema = z.object({ apiKey: z.string() });
const [azumuta, erp] = await Promise.all([
  readSecret(process.env.AZUMUTA_API_KEY_SECRET_ARN, keySchema),
  readSecret(process.env.ERP_CREDENTIALS_SECRET_ARN, keySchema),
]);

const ordersSchema = z.object({
  data: z.array(z.object({ recordings: z.array(z.object({ id: z.string() })) })),
});
const recordingSchema = z.object({
  steps: z.array(z.object({ name: z.object({ en: z.string() }), value: z.unknown() })),
});

const logger = new Logger({ serviceName: 'book-completion' });
const processor = new BatchProcessor(EventType.SQS);
const config = new IdempotencyConfig({
  // The producer's unique id instead of the message's id ("Choosing a unique batch record attribute").
  eventKeyJmesPath: 'powertools_json(body).productOrderNumber',
  throwOnNoIdempotencyKey: true,
  // As long as the queue keeps a message; with the default of an hour, a later one would be booked again.
  expiresAfterSeconds: 14 * 24 * 3600,
});

/** Reads the order and its recording from Azumuta and books it in the ERP. */
const bookCompletion = makeIdempotent(
  async ({ body }: SQSRecord) => {
    const { productOrderNumber: number } = z.parse(triggerSchema, JSON.parse(body));
    const fromAzumuta = { headers: { 'x-api-key': azumuta.apiKey } };
    const orders = await call(
      `${environment.AZUMUTA_BASE_URL}/productorders?number=${encodeURIComponent(number)}`,
      fromAzumuta,
    );
    const recordingId = z.parse(ordersSchema, orders).data[0]?.recordings[0]?.id;
    if (!recordingId) throw new Error(`Azumuta has no recording of ${number} yet.`);
    const recording = await call(
      `${environment.AZUMUTA_BASE_URL}/recordings/${encodeURIComponent(recordingId)}`,
      fromAzumuta,
    );
    const { steps } = z.parse(recordingSchema, recording);
    const goodQuantity = String(steps.find(({ name }) => name.en === 'Good quantity')?.value);
    const booking = { reference: number, goodQuantity, scrapQuantity: '0', final: true };
    await call(`${environment.ERP_BASE_URL}/api/production-orders/${encodeURIComponent(number)}/bookings`, {
      method: 'POST',
      headers: { 'x-api-key': erp.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(booking),
    });
    logger.info('Completion booked', booking);
    return { goodQuantity };
  },
  {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: environment.IDEMPOTENCY_TABLE_NAME }),
    config,
  },
);

/** Each failed message is reported, and retried ("Batch integration" of Powertools' idempotency). */
export const handler: SQSHandler = async (event, context) => {
  // An attempt that died counts as over when its timeout has passed ("Lambda timeouts").
  config.registerLambdaContext(context);
  logger.addContext(context);
  return processPartialResponse(event, bookCompletion, processor, { context });
};

async function call(url: string, request: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) });
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}
