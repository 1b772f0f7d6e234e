import type { Cause } from './causes.ts';
import { shorten } from './text.ts';

/**
 * What a flow can react to, case by case; everything else is a bug. Messages are for a planner or an operator: order or
 * field, what was found and what to do next, and never a credential.
 *
 *   PartnerDown     every call to the partner would fail      RetryLater   tried again, by itself
 *   OrderNotReady   only this order fails                     RetryLater
 *   OutOfTime       our own time was up                       RetryLater
 *   Wait            nothing was tried, and nothing failed     RetryLater
 *   Rejected        a person must correct something           a dead letter, or a refusal
 */
export type Verdict = Failure | Wait | Rejected;
/** It was tried, and failed. */
export type Failure = PartnerDown | OrderNotReady | OutOfTime;

/** `partner`: the partner is down, every call would fail. `order`: only this order must wait. */
export type RetryScope = 'partner' | 'order';

/**
 * Whether the failed attempt can have changed anything at the partner. `perhaps`: a write got no answer, so it may
 * still be settling there. `known`: every write was answered, so nothing is settling, but the next attempt must look.
 */
export type Wrote = 'nothing' | 'known' | 'perhaps';

/** What a dead letter says for a person besides its reason: the booking that it is about, and its figures. Never read again. */
export interface About {
  readonly booking?: string;
  readonly figures?: string;
}

/** What stands between the values of several failures that are one dead letter. A new field does not compile without it. */
const betweenValues = {
  booking: ', ',
  figures: '; ',
} as const satisfies Record<keyof About, string>;
// Its type says that it has these keys, and a literal has no others.
const aboutFields = Object.keys(betweenValues) as readonly (keyof About)[];

/** What several failures are about, field by field; a field that none of them has is absent. */
export function combineAbouts(abouts: readonly (About | undefined)[]): About {
  const combined = aboutFields.map((field) => {
    const values = abouts.flatMap((about) => about?.[field] ?? []);
    return [field, values.join(betweenValues[field])] as const;
  });
  return Object.fromEntries(combined.filter(([, value]) => value !== ''));
}

export interface FailureOptions extends ErrorOptions {
  /** Not before this many seconds from now (Retry-After, an account lock, a settling time). */
  readonly afterSeconds?: number | undefined;
  /**
   * For at most this many seconds, from the first failure of its message that has such a limit; then it is for a person. Absent:
   * for as long as a message may wait.
   */
  readonly atMostSeconds?: number | undefined;
  /** `seldom`: a person or a delivery comes first, so asking often does not help. How seldom is in `secondsUntilRetry`. */
  readonly retry?: 'seldom' | undefined;
  /** All but `nothing` makes the next attempt look before it writes; `perhaps` keeps it away for the settling time. */
  readonly wrote?: Wrote | undefined;
  /** What its dead letter says besides, if it waits too long. */
  readonly about?: About | undefined;
}

export interface PartnerDownOptions extends FailureOptions {
  /** The partner refused our credentials: probing must be slow, or accounts get locked. */
  readonly unauthorized?: boolean;
  /** The partner failed at this call, or did not answer it in time: it may do so for this one order alone. */
  readonly perhapsOnlyOrder?: boolean;
}

/** Names the case by its scope, as connectors written for 0.3.0 do. */
export interface RetryLaterOptions extends PartnerDownOptions {
  readonly scope: RetryScope;
}

/**
 * It may work later, without anybody correcting anything about this order. Each one is of a case below; made by itself, as
 * connectors written for 0.3.0 make it, it is the case of its scope.
 */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly scope: RetryScope;
  readonly afterSeconds: number | undefined;
  readonly atMostSeconds: number | undefined;
  readonly retry: 'seldom' | undefined;
  readonly wrote: Wrote;
  readonly about: About | undefined;

  constructor(message: string, options: RetryLaterOptions) {
    super(message, options);
    this.scope = options.scope;
    this.afterSeconds = options.afterSeconds;
    this.atMostSeconds = options.atMostSeconds;
    this.retry = options.retry;
    this.wrote = options.wrote ?? 'nothing';
    this.about = options.about;
    // biome-ignore lint/correctness/noConstructorReturn: whoever names the scope gets the case
    if (new.target === RetryLater) return failureOfScope(message, options);
  }
}

function failureOfScope(message: string, options: RetryLaterOptions): PartnerDown | OrderNotReady {
  return options.scope === 'partner'
    ? new PartnerDown(message, options)
    : new OrderNotReady(message, options);
}

/** The partner is down, or refuses our login: all its orders wait, and its breaker counts it. */
export class PartnerDown extends RetryLater {
  readonly kind = 'partner-down';
  readonly unauthorized: boolean;
  readonly perhapsOnlyOrder: boolean;

  constructor(message: string, options: PartnerDownOptions = {}) {
    super(message, { ...options, scope: 'partner' });
    this.unauthorized = options.unauthorized ?? false;
    this.perhapsOnlyOrder = options.perhapsOnlyOrder ?? false;
  }

  with(changes: FailureOptions): PartnerDown {
    return new PartnerDown(this.message, { ...this, cause: this.cause, ...changes });
  }
}

/** Only this order must wait: somebody has it, it cannot be seen or booked yet, or its answer cannot be used. The partner is well. */
export class OrderNotReady extends RetryLater {
  readonly kind = 'order-not-ready';

  constructor(message: string, options: FailureOptions = {}) {
    super(message, { ...options, scope: 'order' });
  }

  with(changes: FailureOptions): OrderNotReady {
    return new OrderNotReady(this.message, { ...this, cause: this.cause, ...changes });
  }
}

/** Our own deadline ended the work, which says nothing about the partner, or about the order. */
export class OutOfTime extends RetryLater {
  readonly kind = 'out-of-time';

  constructor(message: string, options: FailureOptions = {}) {
    super(message, { ...options, scope: 'order' });
  }

  with(changes: FailureOptions): OutOfTime {
    return new OutOfTime(this.message, { ...this, cause: this.cause, ...changes });
  }
}

/**
 * `partner`: it is not called now. `our-lock`: another attempt of ours holds the claim or lock, usually for a second, so the
 * waits are short and do not grow. `live`: it is in shadow, for as long as people want. `turn`: anything else that has its time.
 */
export type Awaited = 'partner' | 'our-lock' | 'live' | 'turn';

export interface WaitOptions {
  readonly awaits: Awaited;
  /** As long as is known, in seconds from now. */
  readonly afterSeconds?: number | undefined;
}

/** It has its turn later. Nothing has failed, so nothing is written for it. */
export class Wait extends RetryLater {
  readonly kind = 'wait';
  readonly awaits: Awaited;

  constructor(message: string, { awaits, afterSeconds }: WaitOptions) {
    super(message, { scope: awaits === 'partner' ? 'partner' : 'order', afterSeconds });
    this.awaits = awaits;
  }
}

interface RejectedDetails extends ErrorOptions {
  /** Whether the partner may have been changed all the same. Default: perhaps. */
  readonly wrote?: Wrote | undefined;
  readonly about?: About | undefined;
}

/** What is wrong, by its cause code; connectors written for 0.3.0 call it `code`. */
export type RejectedOptions = RejectedDetails &
  ({ readonly causeCode: Cause } | { readonly causeCode?: never; readonly code: Cause });

/** It will never work until a person corrects something; the message is the sentence for that person. */
export class Rejected extends Error {
  override readonly name: string = 'Rejected';
  readonly kind = 'rejected';
  readonly causeCode: Cause;
  readonly wrote: Wrote;
  readonly about: About | undefined;

  constructor(message: string, options: RejectedOptions) {
    super(message, options);
    this.causeCode = options.causeCode ?? options.code;
    this.wrote = options.wrote ?? 'perhaps';
    this.about = options.about;
  }

  /** The same refusal, which surely changed nothing. */
  beforeWriting(): Rejected {
    const { message, causeCode, about } = this;
    return this.wrote === 'nothing'
      ? this
      : new Rejected(message, { causeCode, about, wrote: 'nothing', cause: this.cause });
  }
}

/** The ERP does not know the order. The configuration says what happens then. */
export class UnknownOrder extends Rejected {
  override readonly name = 'UnknownOrder';

  constructor(message: string) {
    super(message, { causeCode: 'unknown-order', wrote: 'nothing' });
  }
}

/** A class of somebody's own that is of no case is none: it counts as a bug, and is retried as one. */
export function isVerdict(thrown: unknown): thrown is Verdict {
  return (thrown instanceof RetryLater || thrown instanceof Rejected) && 'kind' in thrown;
}

export function isFailure(thrown: unknown): thrown is Failure {
  return isVerdict(thrown) && thrown.kind !== 'wait' && thrown.kind !== 'rejected';
}

/** The same failure, after writes that were answered: a partner that failed since may still be settling them. */
export function afterWriting(failure: Failure): Failure {
  if (failure.wrote !== 'nothing') return failure;
  return failure.with({ wrote: failure.kind === 'partner-down' ? 'perhaps' : 'known' });
}

/**
 * What was to be sent writes, and here nothing may be sent that does: in shadow, and in a command that only reads. All that
 * came before it was read and decided as it always is. It is no verdict: whoever makes such clients knows what it means.
 */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

export function rejectionOf(rejected: Rejected) {
  return { reason: reasonOf(rejected), cause: rejected.causeCode } as const;
}
export type Rejection = ReturnType<typeof rejectionOf>;

/** The message of any thrown value, cut to `limit` characters, without a stack trace. */
export function reasonOf(thrown: unknown, limit = 1000): string {
  return shorten(thrown instanceof Error ? thrown.message : String(thrown), limit);
}
