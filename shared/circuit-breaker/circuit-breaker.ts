import type { RetryLater } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import type { Table, Update } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

/** An open breaker: for how many seconds nobody may call, and why. No seconds are left once a probe is due. */
export interface Outage {
  readonly seconds: number;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** The partner has been failing for longer than `downAfterSeconds`. */
  readonly isDown: boolean;
  /** A person holds bookings back; the partner is well. */
  readonly isPause?: true;
}

export type Permit =
  | { readonly permit: 'call' | 'probe' }
  | ({ readonly permit: 'wait' } & Omit<Outage, 'openedAt'>);

export interface BreakerState {
  readonly open: boolean;
  readonly reason: string | undefined;
  readonly openedAt: string | undefined;
  readonly openUntilMs: number | undefined;
  /** When its last outage ended; undefined during an outage, or when there was none. */
  readonly closedAt?: string | undefined;
  /** Since when a person holds bookings back (ISO). */
  readonly bookingsPausedAt?: string | undefined;
}

/** Failures within one minute that open the breaker. */
const threshold = 5;
/**
 * A partner whose calls have all failed for so long is down, however few they were: one message that comes again, or a
 * pull every few minutes, never fails five times in a minute.
 */
const downAfterSeconds = 180;
/** We follow a partner's own Retry-After up to here; then a probe asks again, as the header may have been nonsense. */
const maxAskedSeconds = 3600;
/** Wait after refused credentials: partners lock accounts (Tryton after six wrong logins). */
const unauthorizedSeconds = 300;
/** After so many cooldowns (90 s by default) another container may probe: the one that probed was perhaps killed. */
const cooldownsOfProbe = 6;
/** How long a container believes that a partner is well without reading again. */
const freshMs = 2000;

const whileClosed = {
  condition: 'attribute_not_exists(#open) OR #open = :no',
  values: { no: false },
};

/** Who waits for the end of a pause looks again after a minute at first, and ever later the longer it lasts. */
function pauseSince(instant: string): Outage {
  const reason = 'Bookings are paused.';
  return { seconds: 60, reason, openedAt: Date.parse(instant), isDown: false, isPause: true };
}

export interface BreakerOptions {
  /** First wait before a probe; doubles with each failed probe. */
  readonly cooldownSeconds?: number;
  readonly maxCooldownSeconds?: number;
}

export type Breaker = ReturnType<typeof createBreaker>;

/**
 * A circuit breaker that all containers share: one item per partner. While the partner is well, the item is only read,
 * at most once per `freshMs`. Failures are counted per minute. While the breaker is open, one call at a time probes.
 */
export function createBreaker(
  table: Table,
  clock: Clock,
  { cooldownSeconds = 15, maxCooldownSeconds = 300 }: BreakerOptions = {},
) {
  const now = () => clock.now().getTime();
  const stateKey = (partner: Partner) => ({ pk: `BREAKER#${partner}`, sk: 'STATE' });
  const closedSeenAt = new Map<Partner, number>();
  /** Partners that this container has seen failing, and not seen recover. */
  const downSeen = new Set<Partner>();
  const isDownSince = (instant: unknown) => now() - Date.parse(String(instant)) >= downAfterSeconds * 1000;

  /** Records of a batch that ask at the same moment share one read. */
  const reading = new Map<Partner, ReturnType<Table['get']>>();
  function read(partner: Partner) {
    const pending = reading.get(partner);
    if (pending) return pending;
    const started = table.get(stateKey(partner)).finally(() => reading.delete(partner));
    reading.set(partner, started);
    return started;
  }

  /**
   * Looks without asking for a permit: undefined while it is closed, or was a moment ago.
   * @param heedsPause Whether a pause of its bookings counts, too.
   */
  async function outage(
    partner: Partner,
    { heedsPause = false }: { readonly heedsPause?: boolean } = {},
  ): Promise<Outage | undefined> {
    if (now() - (closedSeenAt.get(partner) ?? 0) < freshMs) return undefined;
    const state = await read(partner);
    const at = now();
    if (state?.failingSince !== undefined) downSeen.add(partner);
    const pausedAt = heedsPause ? state?.bookingsPausedAt : undefined;
    // Also while it is open: a probe would be a booking.
    if (typeof pausedAt === 'string') return pauseSince(pausedAt);
    if (state?.open !== true) {
      closedSeenAt.set(partner, at);
      return undefined;
    }
    const until = Math.max(Number(state.openUntil), Number(state.probeUntil ?? 0));
    return {
      seconds: Math.max(0, Math.ceil((until - at) / 1000)),
      reason: String(state.reason ?? ''),
      openedAt: Date.parse(String(state.openedAt)),
      isDown: isDownSince(state.failingSince),
    };
  }

  /** @returns since when all calls have failed (ISO). */
  async function beginFailing(partner: Partner): Promise<unknown> {
    downSeen.add(partner);
    const failingSince = clock.now().toISOString();
    const begun = await table.update(stateKey(partner), {
      set: { failingSince },
      condition: 'attribute_not_exists(#failingSince)',
    });
    return begun ? failingSince : (await table.get(stateKey(partner)))?.failingSince;
  }

  /** @returns false when the call began before the breaker opened: its answer says nothing about the partner now. */
  async function endFailing(partner: Partner): Promise<boolean> {
    const ended = await table.update(stateKey(partner), { remove: ['failingSince'], ...whileClosed });
    return ended !== undefined && downSeen.delete(partner);
  }

  /** Writes the outcome of a probe, unless somebody else has probed since. */
  const endProbe = (partner: Partner, owner: string, { remove = [], ...outcome }: Update = {}) =>
    table.update(stateKey(partner), {
      ...outcome,
      remove: ['probeUntil', 'probeOwner', ...remove],
      condition: '#probeOwner = :owner',
      values: { owner },
    });

  function updateMinute(partner: Partner, at: number, changes: Update) {
    const minute = Math.floor(at / 60_000);
    const set = { ...changes.set, expiresAt: (minute + 60) * 60 };
    return table.update({ pk: `BREAKER#${partner}`, sk: `MINUTE#${minute}` }, { ...changes, set });
  }

  function cooldown(failure: RetryLater, openings: number): number {
    const asked = Math.min(maxAskedSeconds, failure.afterSeconds ?? 0);
    if (failure.unauthorized) return Math.max(asked, unauthorizedSeconds);
    return Math.max(asked, Math.min(maxCooldownSeconds, cooldownSeconds * 2 ** (openings - 1)));
  }

  return {
    outage,

    /** @param owner Unique to this one call: a probe is recognised by it. */
    async permit(partner: Partner, owner: string): Promise<Permit> {
      const open = await outage(partner);
      if (!open) return { permit: 'call' };
      const { reason, isDown } = open;
      if (open.seconds > 0) return { permit: 'wait', seconds: open.seconds, reason, isDown };
      const at = now();
      const probing = await table.update(stateKey(partner), {
        set: { probeUntil: at + cooldownsOfProbe * cooldownSeconds * 1000, probeOwner: owner },
        condition:
          '#open = :yes AND #openUntil <= :at AND (attribute_not_exists(#probeUntil) OR #probeUntil <= :at)',
        values: { yes: true, at },
      });
      // When the answer to this write is lost, the AWS SDK sends it again, and finds the probe that it has written.
      const ours = probing !== undefined || (await table.get(stateKey(partner)))?.probeOwner === owner;
      return ours ? { permit: 'probe' } : { permit: 'wait', seconds: cooldownSeconds, reason, isDown };
    },

    /** @returns whether the partner is down: all calls have failed for longer than `downAfterSeconds`. */
    async recordFailure(
      partner: Partner,
      failure: RetryLater,
      { permit }: Permit,
      owner: string,
    ): Promise<boolean> {
      if (failure.scope !== 'partner') return false;
      closedSeenAt.delete(partner);
      const at = now();
      const reason = failure.message.slice(0, 500);
      if (permit === 'probe') {
        const state = await table.get(stateKey(partner));
        const openings = Number(state?.openings ?? 1) + 1;
        const openUntil = at + cooldown(failure, openings) * 1000;
        await endProbe(partner, owner, { set: { openUntil, openings, reason } });
        return isDownSince(state?.failingSince);
      }
      const isDown = isDownSince(await beginFailing(partner));
      const counted = await updateMinute(partner, at, { add: { failures: 1 } });
      const failures = Number(counted?.after.failures ?? 0);
      if (failures < threshold && !isDown && !failure.unauthorized) return false;
      const openUntil = at + cooldown(failure, 1) * 1000;
      const opened = await table.update(stateKey(partner), {
        set: { open: true, openedAt: clock.now().toISOString(), openUntil, openings: 1, reason },
        remove: ['probeUntil', 'probeOwner'],
        ...whileClosed,
      });
      if (opened || !failure.unauthorized) return isDown;
      // It was open for another reason. Refused credentials make it wait longer, so that no probe logs in sooner.
      await table.update(stateKey(partner), {
        set: { openUntil, reason },
        condition: '#open = :yes AND #openUntil < :until',
        values: { yes: true, until: openUntil },
      });
      return isDown;
    },

    /** @returns whether this container had seen the partner failing, and that is over now. */
    async recordSuccess(partner: Partner, { permit }: Permit, owner: string): Promise<boolean> {
      if (permit !== 'probe') return downSeen.has(partner) && endFailing(partner);
      const closed = await endProbe(partner, owner, {
        set: { open: false, closedAt: clock.now().toISOString() },
        remove: ['openUntil', 'reason', 'failingSince'],
      });
      // Too late: somebody else has probed since, and that outcome counts.
      if (!closed) return false;
      downSeen.delete(partner);
      // Count anew, or the failures that opened it would let a single further one open it again.
      await updateMinute(partner, now(), { set: { failures: 0 } });
      return true;
    },

    /** The call ended before the partner could answer: a probe is given back, and nothing is known about the partner. */
    async recordNoAnswer(partner: Partner, { permit }: Permit, owner: string): Promise<void> {
      if (permit === 'probe') await endProbe(partner, owner);
    },

    /** Holds bookings back, or lets them go on; orders are still linked. @returns whether it was so before. */
    async pauseBookings(isPaused: boolean): Promise<{ readonly already: boolean }> {
      const changed = await table.update(stateKey('erp'), {
        set: isPaused ? { bookingsPausedAt: clock.now().toISOString() } : {},
        remove: isPaused ? [] : ['bookingsPausedAt'],
        condition: `attribute_${isPaused ? 'not_' : ''}exists(#bookingsPausedAt)`,
      });
      return { already: changed === undefined };
    },

    async state(partner: Partner): Promise<BreakerState> {
      const state = await table.get(stateKey(partner));
      const open = state?.open === true;
      return {
        open,
        reason: open ? String(state.reason) : undefined,
        openedAt: open ? String(state.openedAt) : undefined,
        openUntilMs: open ? Number(state.openUntil) : undefined,
        closedAt: open || state?.closedAt === undefined ? undefined : String(state.closedAt),
        bookingsPausedAt: state?.bookingsPausedAt === undefined ? undefined : String(state.bookingsPausedAt),
      };
    },
  };
}
