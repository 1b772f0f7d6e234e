import type { Cause } from '../model/causes.ts';
import {
  type FailureOptions,
  OrderNotReady,
  PartnerDown,
  type PartnerDownOptions,
  Rejected,
} from '../model/errors.ts';

/** Only this order waits: somebody has it, or it cannot be booked yet. The ERP is well. */
export function orderWaits(sentence: string, more?: FailureOptions): OrderNotReady {
  return new OrderNotReady(sentence, more);
}

/** The ERP is down, or refuses our login: all its orders wait. */
export function partnerDown(sentence: string, more?: PartnerDownOptions): PartnerDown {
  return new PartnerDown(sentence, more);
}

/** A person must correct something. @param causeCode Who has to act (`shared/model/causes.ts`). */
export function rejected(causeCode: Cause, sentence: string): Rejected {
  return new Rejected(sentence, { causeCode });
}
