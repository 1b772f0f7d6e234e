import { type Rejected, type RetryLater, UnknownOrder } from '../../model/errors.ts';
import { sentenceOf } from '../../platform/error-message.ts';
import { type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { isForeignAnswer } from '../booking-rules.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';
import { partner } from './options.ts';

/** What an answer means, if it is no success (the table is in README.md). No secret gets into a message. */
export function failureOf(
  response: HttpResponse,
  call: { what: string; writes: boolean; now: Date; secrets: Iterable<string> },
): RetryLater | Rejected | undefined {
  const { status, json } = response;
  const { what, writes, now, secrets } = call;
  const wrote = writes ? 'perhaps' : 'nothing';
  const down = partnerFailure(response, { partner, what, now, wrote });
  if (down) return down;
  const isEmptySuccess = status < 300 && json === undefined;
  if (isForeignAnswer(response) || isEmptySuccess) return notTheErp(what, writes);
  if (status < 300) return undefined;
  const said = sentenceOf(response, secrets) ?? 'it gave no reason';
  if (status === 404) return new UnknownOrder(`${partner} does not know what ${what} is about: ${said}.`);
  if (status === 423) {
    return orderWaits(`${partner}: ${what} must wait, as somebody has the order (${said}).`);
  }
  return rejected('refused-by-erp', `${partner} refused ${what} (${status}): ${said}.`);
}

/** A proxy, a maintenance page, another version: it says nothing about the order. */
export function notTheErp(what: string, writes: boolean, why = 'no JSON'): RetryLater {
  return partnerDown(`${partner} did not answer ${what} as expected (${why}): check the URL.`, {
    wrote: writes ? 'perhaps' : 'nothing',
  });
}
