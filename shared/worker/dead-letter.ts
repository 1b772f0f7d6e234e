import type { DeadLetterRecord } from '../ledger/records/dead-letters.ts';
import type { About, Rejection } from '../model/errors.ts';
import type { OutgoingMessage } from '../platform/aws/queue.ts';

export interface DeadLetterContent extends Omit<DeadLetterRecord, keyof Rejection>, Rejection {
  readonly body: string;
  readonly firstAttemptAt: Date;
  readonly lastAttemptAt: Date;
  /** For a person; a replay never reads it. */
  readonly about?: About | undefined;
}

/**
 * What a dead letter says of its message, as attributes: written by the functions, read by the commands and the console
 * (`infra/ops/dead-letters`). SQS takes ten, so a further one needs the place of another.
 */
export type DeadLetterAttribute = Exclude<keyof DeadLetterContent, 'body' | 'about'> | keyof About;

/** The message for the dead-letter queue, with its reasons as attributes. SQS refuses an attribute without a text. */
export function deadLetterMessage({ body, partner, about = {}, ...why }: DeadLetterContent): OutgoingMessage {
  const texts: Readonly<Record<DeadLetterAttribute, string>> = {
    ...why,
    partner: partner ?? '',
    booking: attributeText(about.booking ?? '', 1000),
    figures: attributeText(about.figures ?? '', 1000),
    orderNumber: orderNumberAttribute(why.orderNumber),
    reason: attributeText(why.reason, 1000) || 'no reason',
    firstAttemptAt: why.firstAttemptAt.toISOString(),
    lastAttemptAt: why.lastAttemptAt.toISOString(),
  };
  const written = Object.entries(texts).filter(([, value]) => value !== '');
  return { body, attributes: Object.fromEntries(written) };
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
