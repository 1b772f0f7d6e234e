import type { SQSRecord } from 'aws-lambda';
import { maxAgeMs, maxWaitMs, sentAgainInPauseMs } from './policy.ts';

/** Milliseconds since a message was first tried. */
export function waitedMsOf(record: SQSRecord, now: Date): number {
  return now.getTime() - firstTriedOf(record);
}

export function hasWaitedTooLong(record: SQSRecord, now: Date): boolean {
  return waitedMsOf(record, now) > maxWaitMs || ageMsOf(record, now) > maxAgeMs;
}

/** Whether a message that waits for the end of a pause is to be put into its queue again. */
export function isOldInPause(record: SQSRecord, now: Date): boolean {
  return ageMsOf(record, now) > sentAgainInPauseMs;
}

/** When a message was first put into its queue; one that was sent again in a pause says it. */
export function firstSentOf({ attributes, messageAttributes }: SQSRecord): Date {
  const given = Date.parse(messageAttributes.sentAt?.stringValue ?? '');
  return new Date(Number.isNaN(given) ? Number(attributes.SentTimestamp) : given);
}

/** Epoch milliseconds. */
export function firstTriedOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateFirstReceiveTimestamp);
}

export function ageMsOf({ attributes }: SQSRecord, now: Date): number {
  return now.getTime() - Number(attributes.SentTimestamp);
}
