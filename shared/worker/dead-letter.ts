import type { Rejection } from '../model/errors.ts';
import type { OutgoingMessage } from '../platform/aws/queue.ts';

/** Why a message was put aside, beside the message itself. */
export interface DeadLetter extends Rejection {
  readonly body: string;
  /** Function that put it aside: where a replay sends it. */
  readonly stage: string;
  /** Empty when the message does not even tell its order. */
  readonly orderNumber: string;
  readonly firstAttemptAt: Date;
  readonly lastAttemptAt: Date;
  /** Id of the message in its queue; kept by replays, so that both can be told to be one. */
  readonly messageId: string;
}

/** The message for the dead-letter queue, with its reasons as attributes. */
export function deadLetterOf(deadLetter: DeadLetter): OutgoingMessage {
  return {
    body: deadLetter.body,
    attributes: {
      stage: deadLetter.stage,
      orderNumber: orderNumberAttribute(deadLetter.orderNumber),
      reason: attributeText(deadLetter.reason, 1000) || 'no reason',
      cause: deadLetter.cause,
      firstAttemptAt: deadLetter.firstAttemptAt.toISOString(),
      lastAttemptAt: deadLetter.lastAttemptAt.toISOString(),
      messageId: deadLetter.messageId,
    },
  };
}

/** An order number as a dead letter's attribute tells it: cut, and without what SQS does not take. */
export function orderNumberAttribute(orderNumber: string): string {
  return attributeText(orderNumber, 200) || 'unknown';
}

/** Text that SQS takes as an attribute (no control characters), cut to `bytes` bytes of UTF-8. */
export function attributeText(text: string, bytes: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, ' ').trim();
  const cut = Buffer.from(clean, 'utf8').subarray(0, bytes);
  // A character cut in half decodes to U+FFFD at the very end.
  return cut.toString('utf8').replace(/\uFFFD$/u, '');
}
