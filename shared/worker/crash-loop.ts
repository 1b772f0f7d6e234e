import type { SQSRecord } from 'aws-lambda';
import type { Attempts } from '../ledger/records/attempts.ts';
import { receiveCountOf } from './attempt.ts';

/** A message, and how many of its attempts in a row never finished: they crashed, or ran into the timeout. */
export interface Weighed {
  readonly record: SQSRecord;
  readonly unfinished: number;
}

/** What of a batch is worked on, and what is given back as it is. */
export interface Sorted {
  readonly toWork: readonly Weighed[];
  readonly untouched: readonly SQSRecord[];
}

/**
 * A message whose earlier attempt never finished is worked on alone, so that it cannot take others down.
 *
 *   first receive        nothing is written: the healthy path
 *     ended in failure     its end is noted                    → not suspect
 *     given back untouched noted, too                          → not suspect
 *     never finished       no note                             → suspect: one unfinished attempt
 *   later receives       each beginning and each end is noted  → suspect if the last has no end
 *
 * SQS gives messages twice, Lambda receives some that no function ever sees, and notes can fail: so one without a
 * note may be innocent. It is worked on alone, which clears it.
 */
export async function sortOut(records: readonly SQSRecord[], attempts: Attempts): Promise<Sorted> {
  const weighed = await Promise.all(
    records.map(async (record): Promise<Weighed> => {
      if (receiveCountOf(record) === 1) return { record, unfinished: 0 };
      return { record, unfinished: (await attempts.unfinished(record.messageId)) ?? 1 };
    }),
  );
  const suspect = weighed.find(({ unfinished }) => unfinished > 0);
  return suspect
    ? { toWork: [suspect], untouched: records.filter((record) => record !== suspect.record) }
    : { toWork: weighed, untouched: [] };
}
