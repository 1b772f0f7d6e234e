import type { RetryLater } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

/** How long nobody may call yet, and why. */
export interface Waiting {
  readonly seconds: number;
  readonly reason: string;
}

/** A breaker that is open; no seconds left when a probe is due. */
export interface Outage extends Waiting {
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** It is down for longer than a moment. */
  readonly isDown: boolean;
}

export type Permit =
  | { readonly permit: 'call' | 'probe' }
  | ({ readonly permit: 'wait' } & Waiting & Pick<Outage, 'isDown'>);

export interface BreakerState {
  readonly open: boolean;
  readonly reason: string | undefined;
  readonly openedAt: string | undefined;
  readonly openUntilMs: number | undefined;
  /** When its last outage ended; undefined while one lasts, or when there was none. */
  readonly closedAt?: string | undefined;
}

/**
 * A circuit breaker that all containers share: one item per partner. A healthy path only reads (and that at
 * most once per `freshMs`); failures are counted per minute; when open, one call at a time probes.
 */
export interface Breaker {
  /** Looks without asking for a permit: undefined while it is closed, as it was a moment ago. */
  readonly outage: (partner: Partner) => Promise<Outage | undefined>;
  /** @param owner Unique to this one call: a probe is known by it. */
  readonly permit: (partner: Partner, owner: string) => Promise<Permit>;
  /** @returns whether the partner is down: all calls have failed for longer than a moment. */
  readonly recordFailure: (
    partner: Partner,
    failure: RetryLater,
    permit: Permit,
    owner: string,
  ) => Promise<boolean>;
  /** @returns whether this container had seen the partner down before: that is over. */
  readonly recordSuccess: (partner: Partner, permit: Permit, owner: string) => Promise<boolean>;
  /** The call ended before the partner could answer: a probe is given back, and nothing is learnt from it. */
  readonly recordNoAnswer: (partner: Partner, permit: Permit, owner: string) => Promise<void>;
  readonly state: (partner: Partner) => Promise<BreakerState>;
}

/**
 * A partner whose calls have all failed for so long is down, however few they were: one message that comes again, or a
 * pull every few minutes, never fails five times in a minute.
 */
const downAfterSeconds = 180;

export interface BreakerOptions {
  /** Failures within one minute that open it. */
  readonly threshold: number;
  /** First wait before a probe; doubles with each failed probe. */
  readonly cooldownSeconds: number;
  readonly maxCooldownSeconds: number;
  /** A partner's own Retry-After is heeded up to here; a probe then asks again, as it may have been nonsense. */
  readonly maxAskedSeconds: number;
  /** Wait after refused credentials: partners lock accounts (Tryton after six wrong logins). */
  readonly unauthorizedSeconds: number;
  /** How long a probe may take before another container may probe. */
  readonly probeSeconds: number;
}

const defaults: BreakerOptions = {
  threshold: 5,
  cooldownSeconds: 15,
  maxCooldownSeconds: 300,
  maxAskedSeconds: 3600,
  unauthorizedSeconds: 300,
  probeSeconds: 90,
};

/** How long a container believes that a partner is well without reading again. */
const freshMs = 1000;

export function createBreaker(table: Table, clock: Clock, given: Partial<BreakerOptions> = {}): Breaker {
  const options = optionsOf(given);
  const now = () => clock.now().getTime();
  const stateKey = (partner: Partner) => ({ pk: `BREAKER#${partner}`, sk: 'STATE' });
  const minuteKey = (partner: Partner, minute: number) => ({
    pk: `BREAKER#${partner}`,
    sk: `MINUTE#${minute}`,
  });
  const closedSeenAt = new Map<Partner, number>();
  /** What this container has seen, and no end of it. */
  const downSeen = new Set<Partner>();
  const isDownSince = (instant: unknown) => now() - Date.parse(String(instant)) >= downAfterSeconds * 1000;

  /** One read for all records of a batch that ask at the same moment. */
  const reading = new Map<Partner, ReturnType<Table['get']>>();
  function read(partner: Partner) {
    const under = reading.get(partner);
    if (under) return under;
    const started = table.get(stateKey(partner)).finally(() => reading.delete(partner));
    reading.set(partner, started);
    return started;
  }

  async function outage(partner: Partner): Promise<Outage | undefined> {
    if (now() - (closedSeenAt.get(partner) ?? 0) < freshMs) return undefined;
    const state = await read(partner);
    const at = now();
    if (state?.failingSince !== undefined) downSeen.add(partner);
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

  /** @returns false for an answer to a call that began before the breaker opened: it tells of the time before. */
  async function endFailing(partner: Partner): Promise<boolean> {
    const ended = await table.update(stateKey(partner), {
      remove: ['failingSince'],
      condition: 'attribute_not_exists(#open) OR #open = :no',
      values: { no: false },
    });
    return ended !== undefined && downSeen.delete(partner);
  }

  return {
    outage,

    async permit(partner, owner) {
      const open = await outage(partner);
      if (!open) return { permit: 'call' };
      const { reason, isDown } = open;
      if (open.seconds > 0) return { permit: 'wait', seconds: open.seconds, reason, isDown };
      const at = now();
      const probing = await table.update(stateKey(partner), {
        set: { probeUntil: at + options.probeSeconds * 1000, probeOwner: owner },
        condition:
          '#open = :yes AND #openUntil <= :at AND (attribute_not_exists(#probeUntil) OR #probeUntil <= :at)',
        values: { yes: true, at },
      });
      // A permit whose answer was lost is asked for again by the AWS SDK, and then meets itself.
      const ours = probing !== undefined || (await table.get(stateKey(partner)))?.probeOwner === owner;
      return ours
        ? { permit: 'probe' }
        : { permit: 'wait', seconds: options.cooldownSeconds, reason, isDown };
    },

    async recordFailure(partner, failure, permit, owner) {
      if (failure.scope !== 'partner') return false;
      closedSeenAt.delete(partner);
      const at = now();
      const reason = failure.message.slice(0, 500);
      if (permit.permit === 'probe') {
        const state = await table.get(stateKey(partner));
        const openings = Number(state?.openings ?? 1) + 1;
        await table.update(stateKey(partner), {
          set: {
            openUntil: at + cooldown(failure, openings) * 1000,
            openings,
            reason,
          },
          remove: ['probeUntil', 'probeOwner'],
          condition: '#probeOwner = :owner',
          values: { owner },
        });
        return isDownSince(state?.failingSince);
      }
      const isDown = isDownSince(await beginFailing(partner));
      const minute = Math.floor(at / 60_000);
      const counted = await table.update(minuteKey(partner, minute), {
        add: { failures: 1 },
        set: { expiresAt: (minute + 60) * 60 },
      });
      const failures = Number(counted?.after.failures ?? 0);
      if (failures < options.threshold && !isDown && !failure.unauthorized) return false;
      const openUntil = at + cooldown(failure, 1) * 1000;
      const opened = await table.update(stateKey(partner), {
        set: { open: true, openedAt: clock.now().toISOString(), openUntil, openings: 1, reason },
        remove: ['probeUntil', 'probeOwner'],
        condition: 'attribute_not_exists(#open) OR #open = :no',
        values: { no: false },
      });
      if (opened || !failure.unauthorized) return isDown;
      // It is open for another reason: no probe may log in any sooner for that.
      await table.update(stateKey(partner), {
        set: { openUntil, reason },
        condition: '#open = :yes AND #openUntil < :until',
        values: { yes: true, until: openUntil },
      });
      return isDown;
    },

    async recordSuccess(partner, permit, owner) {
      if (permit.permit !== 'probe') return downSeen.has(partner) && endFailing(partner);
      const closed = await table.update(stateKey(partner), {
        set: { open: false, closedAt: clock.now().toISOString() },
        remove: ['probeUntil', 'probeOwner', 'openUntil', 'reason', 'failingSince'],
        condition: '#probeOwner = :owner',
        values: { owner },
      });
      // Too late: somebody else has probed since, and knows better.
      if (!closed) return false;
      downSeen.delete(partner);
      // Counting begins anew: else the failures that opened it would let a single further one open it again.
      const minute = Math.floor(now() / 60_000);
      await table.update(minuteKey(partner, minute), { set: { failures: 0, expiresAt: (minute + 60) * 60 } });
      return true;
    },

    async recordNoAnswer(partner, permit, owner) {
      if (permit.permit !== 'probe') return;
      await table.update(stateKey(partner), {
        remove: ['probeUntil', 'probeOwner'],
        condition: '#probeOwner = :owner',
        values: { owner },
      });
    },

    async state(partner) {
      const state = await table.get(stateKey(partner));
      const open = state?.open === true;
      return {
        open,
        reason: open ? String(state.reason) : undefined,
        openedAt: open ? String(state.openedAt) : undefined,
        openUntilMs: open ? Number(state.openUntil) : undefined,
        closedAt: open || state?.closedAt === undefined ? undefined : String(state.closedAt),
      };
    },
  };

  function cooldown(failure: RetryLater, openings: number): number {
    const asked = Math.min(options.maxAskedSeconds, failure.afterSeconds ?? 0);
    if (failure.unauthorized) return Math.max(asked, options.unauthorizedSeconds);
    const doubled = options.cooldownSeconds * 2 ** (openings - 1);
    return Math.max(asked, Math.min(options.maxCooldownSeconds, doubled));
  }
}

/** A prober that was killed blocks the next one for as long as its probe may take: that shrinks with the cooldown. */
function optionsOf(given: Partial<BreakerOptions>): BreakerOptions {
  const { cooldownSeconds = defaults.cooldownSeconds } = given;
  const probeSeconds = (defaults.probeSeconds / defaults.cooldownSeconds) * cooldownSeconds;
  return { ...defaults, probeSeconds, ...given };
}
