import type { Cause } from '../model/causes.ts';
import { Rejected, RetryLater, type RetryLaterOptions } from '../model/errors.ts';

/** Only this order waits: somebody has it, or it cannot be booked yet. The ERP is well. */
export function orderWaits(sentence: string, more?: Omit<RetryLaterOptions, 'scope'>): RetryLater {
  return new RetryLater(sentence, { ...more, scope: 'order' });
}

/** The ERP is down, or refuses our login: all its orders wait. */
export function partnerDown(sentence: string, more?: Omit<RetryLaterOptions, 'scope'>): RetryLater {
  return new RetryLater(sentence, { ...more, scope: 'partner' });
}

/** A person must correct something. @param code Who has to act (`shared/model/causes.ts`). */
export function rejected(code: Cause, sentence: string): Rejected {
  return new Rejected(sentence, { code });
}
