import type { Attempts } from '../ledger/records/attempts.ts';
import { type RecordWithStep, receiveCountOf } from './attempt.ts';

/** A message, and how many of its attempts in a row never finished: they crashed, or ran into the timeout. */
export interface Weighed {
  readonly work: RecordWithStep;
  /** Undefined where neither beginning nor end of this attempt are noted. */
  readonly unfinished?: number;
}

/**
 * A message whose attempt was begun and never finished is worked on alone, so that it cannot take others down.
 *
 *   first receive        nothing is written: the healthy path
 *     ended in failure     its end is noted                    → not suspect
 *     never finished       no note                             → as one that was given back
 *     given back           no note, so it costs nothing        → not suspect, and its next attempt is noted as the second
 *   later receives       each beginning and each end is noted  → suspect if the last has no end
 *     calls nobody, and    nothing is written: it ends now
 *     only waited before
 *
 * So a message that kills its process is found at its second attempt. At the first it looks like one that was given back
 * while its partner was down or had no slot, or like one that Lambda received and no function ever saw; and tens of
 * thousands of those, each worked on alone, would take days.
 * @param others Messages of the batch that need its other partner.
 */
export async function setSuspectApart(
  works: readonly RecordWithStep[],
  others: readonly RecordWithStep[],
  attempts: Attempts,
) {
  const weighed = await Promise.all(
    works.map(async (work): Promise<Weighed & { readonly noted?: number | undefined }> => {
      const { record, isCarried } = work;
      // What goes on was weighed before it began.
      if (receiveCountOf(record) === 1 || isCarried) return { work };
      const noted = await attempts.countUnfinished(record.messageId);
      // It only waited so far, and now it calls nobody.
      if (noted === undefined && work.step.needs === undefined) return { work };
      return { work, unfinished: noted ?? 1, noted };
    }),
  );
  const suspect = weighed.find(({ noted = 0 }) => noted > 0);
  if (!suspect) return { toWork: weighed, untouched: [] };
  return { toWork: [suspect], untouched: [...works, ...others].filter((work) => work !== suspect.work) };
}
