import type { Cause } from './causes.ts';
import { shorten } from './text.ts';

/**
 * The two failures that a flow can react to, `RetryLater` and `Rejected`; everything else is a bug. Their messages are for
 * a planner or an operator: order or field, what was found and what to do next, and never a credential.
 */

/** `partner`: the partner is down, every call would fail. `order`: only this order must wait. */
export type RetryScope = 'partner' | 'order';

/**
 * Whether the failed attempt can have changed anything at the partner. `perhaps`: a write got no answer, so it may
 * still be settling there. `known`: every write was answered, so nothing is settling, but the next attempt must look.
 */
export type Wrote = 'nothing' | 'known' | 'perhaps';

export interface RetryLaterOptions extends ErrorOptions {
  readonly scope: RetryScope;
  /** Not before this many seconds from now (Retry-After, an account lock, a settling time). */
  readonly afterSeconds?: number | undefined;
  /** All but `nothing` makes the next attempt look before it writes; `perhaps` keeps it away for the settling time. */
  readonly wrote?: Wrote | undefined;
  /** The partner refused our credentials: probing must be slow, or accounts get locked. */
  readonly unauthorized?: boolean;
  /** The partner failed at this call, or did not answer it in time: it may do so for this one order alone. */
  readonly perhapsOnlyOrder?: boolean;
  /** Our own deadline ended the call, which says nothing about the partner. */
  readonly outOfTime?: boolean;
  /** Another attempt of ours holds the claim or lock, usually for a second: the waits are short and do not grow. */
  readonly forOurLock?: boolean;
  /** What its dead letter says besides, if it waits too long. */
  readonly about?: About | undefined;
}

/** What a dead letter tells a person besides its reason: the booking that it is about, and its figures. Never read again. */
export interface About {
  readonly booking?: string;
  readonly figures?: string;
}

/** It failed now and may work later, without anybody correcting anything about this order. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly scope: RetryScope;
  readonly afterSeconds: number | undefined;
  readonly wrote: Wrote;
  readonly unauthorized: boolean;
  readonly perhapsOnlyOrder: boolean;
  readonly outOfTime: boolean;
  readonly forOurLock: boolean;
  readonly about: About | undefined;

  constructor(message: string, options: RetryLaterOptions) {
    super(message, options);
    this.scope = options.scope;
    this.afterSeconds = options.afterSeconds;
    this.wrote = options.wrote ?? 'nothing';
    this.unauthorized = options.unauthorized ?? false;
    this.perhapsOnlyOrder = options.perhapsOnlyOrder ?? false;
    this.outOfTime = options.outOfTime ?? false;
    this.forOurLock = options.forOurLock ?? false;
    this.about = options.about;
  }

  with(changes: Partial<RetryLaterOptions>): RetryLater {
    return new RetryLater(this.message, { ...this, cause: this.cause, ...changes });
  }

  /** The same failure, after writes that were answered: a partner that failed since may still be settling them. */
  afterWriting(): RetryLater {
    if (this.wrote !== 'nothing') return this;
    return this.with({ wrote: this.scope === 'order' ? 'known' : 'perhaps' });
  }
}

/** It has its turn later. Nothing has failed, so nothing is written for it. */
export class Wait extends RetryLater {}

export interface RejectedOptions extends ErrorOptions {
  /** Its cause code; `cause` is the value that was thrown before this one. */
  readonly code: Cause;
  /** Whether the partner may have been changed all the same. Default: perhaps. */
  readonly wrote?: Wrote | undefined;
  readonly about?: About | undefined;
}

/** It will never work until a person corrects something; the message is the sentence for that person. */
export class Rejected extends Error {
  override readonly name: string = 'Rejected';
  readonly code: Cause;
  readonly wrote: Wrote;
  readonly about: About | undefined;

  constructor(message: string, { code, wrote = 'perhaps', about, ...options }: RejectedOptions) {
    super(message, options);
    this.code = code;
    this.wrote = wrote;
    this.about = about;
  }

  /** The same refusal, which surely changed nothing. */
  beforeWriting(): Rejected {
    const { message, code, about } = this;
    return this.wrote === 'nothing'
      ? this
      : new Rejected(message, { code, about, wrote: 'nothing', cause: this.cause });
  }
}

/** The ERP does not know the order. The configuration says what happens then. */
export class UnknownOrder extends Rejected {
  override readonly name = 'UnknownOrder';

  constructor(message: string) {
    super(message, { code: 'unknown-order', wrote: 'nothing' });
  }
}

export function rejectionOf(rejected: Rejected) {
  return { reason: reasonOf(rejected), cause: rejected.code } as const;
}
export type Rejection = ReturnType<typeof rejectionOf>;

/** The message of any thrown value, cut to `limit` characters, without a stack trace. */
export function reasonOf(thrown: unknown, limit = 1000): string {
  return shorten(thrown instanceof Error ? thrown.message : String(thrown), limit);
}
