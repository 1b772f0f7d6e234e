import type { SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Invoked } from '../aws-endpoint/client.ts';

const systemAttributesSchema = z.catchall(
  z.object({
    ApproximateReceiveCount: z.string(),
    SentTimestamp: z.string(),
    SenderId: z.string(),
    ApproximateFirstReceiveTimestamp: z.string(),
  }),
  z.string(),
);

/** Binary values are left out, as our messages have none. */
const messageAttributeSchema = z.object({ StringValue: z.optional(z.string()), DataType: z.string() });

/** The answer of a ReceiveMessage that asked for all attributes. */
export const receivedSchema = z.object({
  Messages: z._default(
    z.array(
      z.object({
        MessageId: z.string(),
        ReceiptHandle: z.string(),
        Body: z.string(),
        MD5OfBody: z.string(),
        Attributes: systemAttributesSchema,
        MessageAttributes: z._default(z.record(z.string(), messageAttributeSchema), {}),
      }),
    ),
    [],
  ),
});

export type ReceivedMessage = z.infer<typeof receivedSchema>['Messages'][number];

/** The event that Lambda makes from a batch ("Using Lambda with Amazon SQS", example event). */
export function sqsEvent(
  messages: readonly ReceivedMessage[],
  source: { readonly arn: string; readonly region: string },
): SQSEvent {
  return {
    Records: messages.map(
      (message): SQSRecord => ({
        messageId: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: message.Body,
        attributes: message.Attributes,
        messageAttributes: Object.fromEntries(
          Object.entries(message.MessageAttributes).map(([name, { StringValue, DataType }]) => [
            name,
            { stringValue: StringValue, dataType: DataType },
          ]),
        ),
        md5OfBody: message.MD5OfBody,
        eventSource: 'aws:sqs',
        eventSourceARN: source.arn,
        awsRegion: source.region,
      }),
    ),
  };
}

const batchResponseSchema = z.object({
  batchItemFailures: z.nullish(z.array(z.object({ itemIdentifier: z.string().check(z.minLength(1)) }))),
});

/**
 * Which messages of a batch succeeded, and may be deleted ("Implementing partial batch responses"): all but the reported
 * ones, and none when the response cannot be read or names a message that is not in the batch. A function that failed,
 * or did not run, succeeded with none.
 */
export function succeededMessages(
  messages: readonly ReceivedMessage[],
  invoked: Invoked,
): readonly ReceivedMessage[] {
  if (invoked.status !== 200 || invoked.functionError !== undefined) return [];
  // A null response, and an empty one, mean that the whole batch succeeded.
  if (invoked.payload === null || invoked.payload === undefined) return messages;
  const parsed = z.safeParse(batchResponseSchema, invoked.payload);
  if (!parsed.success) return [];
  const failures = (parsed.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  if (failures.some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failures.includes(MessageId));
}
