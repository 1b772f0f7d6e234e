import type { SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Invoked } from '../aws-endpoint/client.ts';

const attributeSchema = z.object({
  StringValue: z.optional(z.string()),
  BinaryValue: z.optional(z.string()),
  DataType: z.string(),
});

/** The answer of a ReceiveMessage that asked for all attributes. */
export const receivedSchema = z.object({
  Messages: z._default(
    z.array(
      z.object({
        MessageId: z.string(),
        ReceiptHandle: z.string(),
        Body: z.string(),
        MD5OfBody: z.string(),
        MD5OfMessageAttributes: z.optional(z.string()),
        Attributes: z._default(z.record(z.string(), z.string()), {}),
        MessageAttributes: z._default(z.record(z.string(), attributeSchema), {}),
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
      ({ Attributes: attributes, ...message }): SQSRecord => ({
        messageId: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: message.Body,
        attributes: {
          ...attributes,
          ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '1',
          SentTimestamp: attributes.SentTimestamp ?? '0',
          SenderId: attributes.SenderId ?? '',
          ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '0',
        },
        messageAttributes: Object.fromEntries(
          Object.entries(message.MessageAttributes).map(([name, value]) => [
            name,
            {
              stringValue: value.StringValue,
              binaryValue: value.BinaryValue,
              stringListValues: [],
              binaryListValues: [],
              dataType: value.DataType,
            },
          ]),
        ),
        md5OfBody: message.MD5OfBody,
        ...(message.MD5OfMessageAttributes === undefined
          ? {}
          : { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
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
 * Which messages of a batch succeeded, and may be deleted ("Implementing partial batch responses"): with
 * partial responses all but the reported ones, and none when the response cannot be read or names a message
 * that is not in the batch. A function that failed, or did not run, succeeded with none.
 */
export function succeeded(
  messages: readonly ReceivedMessage[],
  invoked: Invoked,
  reportsFailures: boolean,
): readonly ReceivedMessage[] {
  if (invoked.status !== 200 || invoked.functionError !== undefined) return [];
  // A null response, and an empty one, mean that the whole batch succeeded.
  if (!reportsFailures || invoked.payload === null || invoked.payload === undefined) return messages;
  const parsed = z.safeParse(batchResponseSchema, invoked.payload);
  if (!parsed.success) return [];
  const failures = (parsed.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  if (failures.some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failures.includes(MessageId));
}
