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

/**
 * What kind of thing a person has to mend: stored beside each sentence, so that dead letters can be grouped and
 * counted. A code says who acts and on what; the sentence says what to do. The table is in infra/RUNBOOK.md.
 */
export const causes = [
  /** Correct the mapping or an option in `integration.config.ts`, deploy, replay. */
  'configuration',
  /** Correct the order in the ERP: as it stands it cannot become a product order, or be found again. */
  'order-data',
  /** Create the article or its variant in Azumuta, or correct the order in the ERP. */
  'unknown-article',
  /** The ERP, Azumuta or the ledger does not know the order: check its number, and whether it was deleted. */
  'unknown-order',
  /** The ERP order is cancelled, closed, not released, or booked by others: reopen it, or book by hand what is missing. */
  'order-state',
  /** The ERP order and the product order in Azumuta differ: make them equal by hand, or find out what was built. */
  'conflict',
  /** Quantity, unit, lots or serial numbers do not fit the ERP: correct what was recorded, or what the mapping gives. */
  'quantity-or-lots',
  /** Azumuta does not show for certain what was built: complete or correct it there, or book it by hand. */
  'completion-unclear',
  /** The ERP has other figures of this completion than were built: correct the ERP by hand, then discard. */
  'booked-otherwise',
  /** The ERP refuses it: mend in the ERP what its own words name (stock, a right of our user, a missing module). */
  'refused-by-erp',
  /** Azumuta refuses it, or answers in another form than expected: mend in Azumuta what the sentence names. */
  'refused-by-azumuta',
  /** A trigger or a message cannot be read: correct the trigger in Azumuta. */
  'unreadable-message',
  /** A partner was unwell, or others were at the order, for as long as it was tried: see to that, then replay. */
  'waited-too-long',
  /** A bug, a crash or a timeout: look at the function's logs, report it, replay after the fix. */
  'internal-error',
] as const;

export type Cause = (typeof causes)[number];

/** Why something was rejected, as it is stored. */
export interface Rejection {
  /** A sentence for a person. */
  readonly reason: string;
  readonly cause: Cause;
}

export interface RejectedOptions extends ErrorOptions {
  /** Its cause code: `cause` is the thrown value that is behind an error. */
  readonly code: Cause;
}

/** It will never work until a person mends something; the message is the sentence that person reads. */
export class Rejected extends Error {
  override readonly name: string = 'Rejected';
  readonly code: Cause;

  constructor(message: string, { code, ...options }: RejectedOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The ERP does not know the order: what then happens is a policy of the configuration. */
export class UnknownOrder extends Rejected {
  override readonly name = 'UnknownOrder';

  constructor(message: string) {
    super(message, { code: 'unknown-order' });
  }
}

export function rejectionOf(rejected: Rejected): Rejection {
  return { reason: reasonOf(rejected), cause: rejected.code };
}

/** The sentence of any thrown value, cut to `limit` characters, without a stack trace. */
export function reasonOf(thrown: unknown, limit = 1000): string {
  return shorten(thrown instanceof Error ? thrown.message : String(thrown), limit);
}

/**
 * Calls one function of the configuration: what it throws is a mistake there, not a bug here.
 * @param failed What has failed then: `Mapping productOrders.number failed for MO/0001`.
 * @throws Rejected with its sentence, and with its code where it threw a `Rejected` itself.
 */
export function callConfigured<T>(failed: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const code = error instanceof Rejected ? error.code : 'configuration';
    throw new Rejected(`${failed}: ${why}`, { code, cause: error });
  }
}
