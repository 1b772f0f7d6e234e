import {
  BatchEntryIdsNotDistinct,
  type BatchResultErrorEntry,
  EmptyBatchRequest,
  InvalidBatchEntryId,
  InvalidMessageContents,
  type MessageAttributeValue,
  SQSServiceException,
  TooManyEntriesInBatchRequest,
} from '@aws-sdk/client-sqs';

/** 1 MiB of body and attributes, for a message and for a batch ("Amazon SQS message quotas"). */
export const maxMessageBytes = 1024 * 1024;
/**
 * 12 hours: for one timeout (API reference of ChangeMessageVisibility), and in total ("Amazon SQS visibility timeout").
 */
export const maxVisibilitySeconds = 43_200;

/** Text attributes: the only ones that the bundle sends. */
export type TextAttributes = Readonly<
  Record<string, { readonly DataType: string; readonly StringValue: string }>
>;

export interface Outgoing {
  readonly MessageBody: string | undefined;
  readonly MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
}

/** The fields that the SDK's error classes need. */
export function refused(message: string) {
  return { message, $metadata: { httpStatusCode: 400 } };
}

/**
 * An error that SQS's API model does not list ("Common Errors" of the API reference): the SDK identifies it by its
 * name.
 */
export function commonError(name: 'InvalidParameterValue' | 'MissingParameter', message: string) {
  return new SQSServiceException({ name, $fault: 'client', ...refused(message) });
}

/** @throws InvalidParameterValue unless the value is a whole number within the range; undefined is accepted. */
export function checkRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw commonError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}.`,
  );
}

/** Characters that a body may contain (API reference of SendMessage); half a surrogate pair is not a character. */
const taken = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/**
 * Checks one message as SQS does.
 * @returns its attributes.
 * @throws MissingParameter without a body, InvalidMessageContents for a character that SQS does not accept,
 * InvalidParameterValue for a value out of range (API reference of SendMessage).
 */
export function checkMessage({ MessageBody, MessageAttributes }: Outgoing): TextAttributes {
  if (!MessageBody) {
    throw commonError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (!taken.test(MessageBody)) {
    throw new InvalidMessageContents(refused('The message contains characters outside the allowed set.'));
  }
  const attributes = checkAttributes(MessageAttributes ?? {});
  if (bytesOf({ MessageBody, MessageAttributes }) > maxMessageBytes) {
    throw commonError('InvalidParameterValue', `Message must be shorter than ${maxMessageBytes} bytes.`);
  }
  return attributes;
}

/** At most ten, none empty, with the same characters as a body ("Amazon SQS message metadata"). */
function checkAttributes(attributes: Record<string, MessageAttributeValue>): TextAttributes {
  const checked: Record<string, { DataType: string; StringValue: string }> = {};
  const entries = Object.entries(attributes);
  for (const [name, { DataType = '', StringValue }] of entries) {
    if (!/^(String|Number)\b/.test(DataType))
      throw new Error(`The model has no attributes of type ${DataType}.`);
    if (!StringValue || !taken.test(StringValue) || entries.length > 10) {
      throw commonError('InvalidParameterValue', `The message attribute '${name}' is invalid.`);
    }
    checked[name] = { DataType, StringValue };
  }
  return checked;
}

/** Counted for the quota: the body, and name, type and value of each attribute ("Amazon SQS message metadata"). */
export function bytesOf({ MessageBody, MessageAttributes = {} }: Outgoing): number {
  let bytes = Buffer.byteLength(MessageBody ?? '');
  for (const [name, { DataType = '', StringValue = '' }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
  }
  return bytes;
}

/**
 * Carries out each entry of a batch separately, and lists those that SQS refused. Empty lists are left out.
 * @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct for the whole
 * batch (API reference of SendMessageBatch).
 */
export function inBatch<Entry extends { Id: string | undefined }, Done extends object>(
  entries: readonly Entry[],
  work: (entry: Entry) => Done,
) {
  const Successful: ({ Id: string } & Done)[] = [];
  const Failed: BatchResultErrorEntry[] = [];
  for (const [at, Id] of checkIds(entries).entries()) {
    const entry = entries[at];
    if (!entry) continue;
    try {
      Successful.push({ Id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof SQSServiceException)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.name, Message: error.message });
    }
  }
  return {
    $metadata: {},
    Successful: Successful.length > 0 ? Successful : undefined,
    Failed: Failed.length > 0 ? Failed : undefined,
  };
}

function checkIds(entries: readonly { Id: string | undefined }[]): string[] {
  if (entries.length === 0) {
    throw new EmptyBatchRequest(refused("The batch request doesn't contain any entries."));
  }
  if (entries.length > 10) {
    throw new TooManyEntriesInBatchRequest(refused('The batch request contains more than 10 entries.'));
  }
  const ids = entries.map(({ Id = '' }) => Id);
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new InvalidBatchEntryId(refused('A batch entry id is not of 1 to 80 letters, digits, - and _.'));
  }
  if (new Set(ids).size < ids.length) {
    throw new BatchEntryIdsNotDistinct(refused('Two or more batch entries have the same Id.'));
  }
  return ids;
}
