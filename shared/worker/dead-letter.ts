import type { About, Rejection } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import type { OutgoingMessage } from '../platform/aws/queue.ts';

/** Why a message is a dead letter, besides the message itself. */
export interface DeadLetter extends Rejection {
  readonly body: string;
  /** Function whose message it is: a replay sends it there. */
  readonly stage: string;
  /** Empty when the message does not say which order it is about. */
  readonly orderNumber: string;
  readonly firstAttemptAt: Date;
  readonly lastAttemptAt: Date;
  /** Id of the message in its queue. Replays keep it, so that copies can be recognised. */
  readonly messageId: string;
  /** The partner that was called last. */
  readonly partner?: Partner | undefined;
  /** Facts besides; the first two are kept, as SQS takes ten attributes. */
  readonly about?: About | undefined;
}

/** The message for the dead-letter queue, with its reasons as attributes. */
export function deadLetterOf({ body, partner, about = {}, ...why }: DeadLetter): OutgoingMessage {
  return {
    body,
    attributes: {
      ...why,
      ...(partner ? { partner } : {}),
      ...Object.fromEntries(factsIn(about)),
      orderNumber: orderNumberAttribute(why.orderNumber),
      reason: attributeText(why.reason, 1000) || 'no reason',
      firstAttemptAt: why.firstAttemptAt.toISOString(),
      lastAttemptAt: why.lastAttemptAt.toISOString(),
    },
  };
}

/** SQS refuses an attribute without a text. */
function factsIn(about: About): [name: string, text: string][] {
  const facts = Object.entries(about).map(([name, text]): [string, string] => [
    name,
    attributeText(text, 1000),
  ]);
  return facts.filter(([, text]) => text !== '').slice(0, 2);
}

/** An order number as a dead letter's attribute holds it: cut, and without characters that SQS refuses. */
export function orderNumberAttribute(orderNumber: string): string {
  return attributeText(orderNumber, 200) || 'unknown';
}

/** Text that SQS accepts as an attribute (no control characters), cut to `bytes` bytes of UTF-8. */
function attributeText(text: string, bytes: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ').trim();
  const cut = Buffer.from(clean, 'utf8').subarray(0, bytes);
  // A character cut in half decodes to U+FFFD at the very end.
  return cut.toString('utf8').replace(/\uFFFD$/u, '');
}
