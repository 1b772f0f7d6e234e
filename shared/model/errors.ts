import { shorten } from './text.ts';

/**
 * The two failures that a flow can act upon. Everything else that is thrown is a bug.
 *
 * Messages are written for a person (planner, operator): they name the order or field, what was found and
 * what to do next, and never hold a credential.
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
  readonly afterSeconds?: number;
  /** All but `nothing` makes the next attempt look before it writes; `perhaps` keeps it away for the settling time. */
  readonly wrote?: Wrote;
  /** The partner refused our credentials: probing must be slow, or accounts get locked. */
  readonly unauthorized?: boolean;
  /** Our own deadline ended the call: it tells nothing of the partner, well or unwell. */
  readonly outOfTime?: boolean;
  /** Another attempt of ours is at it, and usually done in a second: the waits are short, and do not grow. */
  readonly forOurLock?: boolean;
}

/** It did not work now, and may work later without anybody mending anything about this order. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly scope: RetryScope;
  readonly afterSeconds: number | undefined;
  readonly wrote: Wrote;
  readonly unauthorized: boolean;
  readonly outOfTime: boolean;
  readonly forOurLock: boolean;

  constructor(message: string, options: RetryLaterOptions) {
    super(message, options);
    this.scope = options.scope;
    this.afterSeconds = options.afterSeconds;
    this.wrote = options.wrote ?? 'nothing';
    this.unauthorized = options.unauthorized ?? false;
    this.outOfTime = options.outOfTime ?? false;
    this.forOurLock = options.forOurLock ?? false;
  }

  /** The same failure, of which more is known. */
  with(changes: Partial<RetryLaterOptions>): RetryLater {
    const { scope, afterSeconds, wrote, unauthorized, outOfTime, forOurLock, cause } = this;
    const options = { scope, wrote, unauthorized, outOfTime, forOurLock, cause, ...changes };
    return new RetryLater(this.message, {
      ...options,
      ...(afterSeconds === undefined || 'afterSeconds' in changes ? {} : { afterSeconds }),
    });
  }

  /** The same failure, after writes that were answered: a partner that is unwell by now may still be at them. */
  afterWriting(): RetryLater {
    if (this.wrote !== 'nothing') return this;
    return this.with({ wrote: this.scope === 'order' ? 'known' : 'perhaps' });
  }
}

/** It will never work until a person mends something; the message is the sentence that person reads. */
export class Rejected extends Error {
  override readonly name: string = 'Rejected';
}

/** The ERP does not know the order: what then happens is a policy of the configuration. */
export class UnknownOrder extends Rejected {
  override readonly name = 'UnknownOrder';
}

/** The sentence of any thrown value, cut to `limit` characters, without a stack trace. */
export function reasonOf(thrown: unknown, limit = 1000): string {
  return shorten(thrown instanceof Error ? thrown.message : String(thrown), limit);
}
