import type { SQSRecord } from 'aws-lambda';
import { maxAgeMs, maxWaitMs } from './policy.ts';

/** Milliseconds since a message was first tried. */
export function waitedMsOf(record: SQSRecord, now: Date): number {
  return now.getTime() - firstTriedOf(record);
}

export function hasWaitedTooLong(record: SQSRecord, now: Date): boolean {
  return waitedMsOf(record, now) > maxWaitMs || ageMsOf(record, now) > maxAgeMs;
}

/** Epoch milliseconds. */
export function firstTriedOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateFirstReceiveTimestamp);
}

export function ageMsOf({ attributes }: SQSRecord, now: Date): number {
  return now.getTime() - Number(attributes.SentTimestamp);
}
