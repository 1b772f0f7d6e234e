import { breakerKey } from '../ledger/keys.ts';
import { type FlowName, pausedIn } from '../ledger/records/pauses.ts';
import type { PartnerDown } from '../model/errors.ts';
import type { Partner } from '../model/partner.ts';
import { capitalized } from '../model/text.ts';
import { durationInWords } from '../model/time.ts';
import type { StoredItem, Table, Update } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';

/** An open breaker: for how many seconds nobody may call, and why. No seconds are left once a probe is due. */
export interface Outage {
  readonly seconds: number;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** The partner has been failing for longer than `downAfterSeconds`. */
  readonly isDown: boolean;
  /** A person holds the work back; the partner is well. */
  readonly isPause?: true;
}

/** What a call may be; an outage: none. */
export type Permit = 'call' | 'probe' | Outage;

/** Failures within one minute that open the breaker. */
const threshold = 5;
/**
 * A partner whose calls have all failed for so long is down, however few they were: one message that is retried, or a
 * pull every few minutes, never fails five times in a minute.
 */
const downAfterSeconds = 180;
/** The same when only one order was tried, and what failed may be due to that order. */
const downAfterSecondsOfOne = 3600;
/** We follow a partner's own Retry-After up to here; then a probe asks again, as the header may have been nonsense. */
const maxAskedSeconds = 3600;
/** Wait after refused credentials: partners lock accounts (Tryton after six wrong logins). */
const unauthorizedSeconds = 300;
/** The longest wait before a probe, as a multiple of the first: five minutes where that is 15 s. */
const longestCooldown = 20;
/** After so many cooldowns (90 s by default) another container may probe: the one that probed was perhaps killed. */
const cooldownsOfProbe = 6;
/** How long a container believes that a partner is well without reading again. */
const believedWellMs = 2000;

/** Attributes that say since when all calls have failed, and that all were about one order. */
const whileFailing = ['failingSince', 'failingOrder'];

/** It is open, and no call probes. */
export const nobodyProbes = '#open = :yes AND (attribute_not_exists(#probeUntil) OR #probeUntil <= :at)';
const whileClosed = {
  condition: 'attribute_not_exists(#open) OR #open = :no',
  values: { no: false },
};

/** Who waits for the end of a pause looks again after a minute at first, and ever later the longer it lasts. */
function outageByPause(flow: FlowName, since: Date): Outage {
  const reason = `${capitalized(flow)} are paused.`;
  return { seconds: 60, reason, openedAt: since.getTime(), isDown: false, isPause: true };
}

/**
 * A circuit breaker that all containers share: one item per partner. While the partner is well, the item is only read,
 * at most once per `believedWellMs`. Failures are counted per minute. While the breaker is open, one call at a time probes.
 */
export class Breaker {
  protected readonly table: Table;
  protected readonly clock: Clock;
  readonly #cooldownSeconds: number;
  readonly #closedSeen = new Map<Partner, { readonly at: number; readonly state: StoredItem | undefined }>();
  /** Partners that this container has seen failing, and not seen recover. */
  readonly #downSeen = new Set<Partner>();
  /** Records of a batch that ask at the same moment share one read. */
  readonly #reading = new Map<Partner, ReturnType<Table['get']>>();

  /** @param cooldownSeconds First wait before a probe; doubles with each failed probe. */
  constructor(table: Table, clock: Clock, cooldownSeconds = 15) {
    this.table = table;
    this.clock = clock;
    this.#cooldownSeconds = cooldownSeconds;
  }

  /** Undefined while it is closed, or was a moment ago. @param flow Whose pause counts, too; the ERP's breaker knows it. */
  async outage(partner: Partner, flow?: FlowName): Promise<Outage | undefined> {
    const state = await this.#recent(partner);
    const pause = flow && pausedIn(state, this.clock.now())[flow];
    // Also while it is open: a probe would be its work.
    if (pause) return outageByPause(flow, pause.since);
    if (state?.open !== true) return undefined;
    const at = this.#now();
    const until = Math.max(Number(state.openUntil), Number(state.probeUntil ?? 0));
    return {
      seconds: Math.max(0, Math.ceil((until - at) / 1000)),
      reason: String(state.reason ?? ''),
      openedAt: Date.parse(String(state.openedAt)),
      isDown: this.#isDownSince(state.failingSince),
    };
  }

  /** @param owner Unique to this one call: a probe is recognised by it. */
  async permit(partner: Partner, owner: string): Promise<Permit> {
    const open = await this.outage(partner);
    if (!open) return 'call';
    if (open.seconds > 0) return open;
    const at = this.#now();
    const probing = await this.table.update(breakerKey(partner), {
      set: { probeUntil: at + cooldownsOfProbe * this.#cooldownSeconds * 1000, probeOwner: owner },
      condition: `#openUntil <= :at AND ${nobodyProbes}`,
      values: { yes: true, at },
    });
    // When the answer to this write is lost, the AWS SDK sends it again, and finds the probe that it has written.
    const ours = probing !== undefined || (await this.table.get(breakerKey(partner)))?.probeOwner === owner;
    return ours ? 'probe' : { ...open, seconds: this.#cooldownSeconds };
  }

  /**
   * A failure that may be due to its order says nothing about the partner until another order, or a call about none, fails.
   * @returns whether the partner is down: all calls have failed for longer than `downAfterSeconds`.
   */
  async recordFailure(
    partner: Partner,
    failure: PartnerDown,
    permit: Permit,
    owner: string,
    order?: string,
  ): Promise<boolean> {
    this.#closedSeen.delete(partner);
    const at = this.#now();
    let reason = failure.message.slice(0, 500);
    if (permit === 'probe') {
      const state = await this.table.get(breakerKey(partner));
      const openings = Number(state?.openings ?? 1) + 1;
      const openUntil = at + this.#cooldown(failure, openings) * 1000;
      await this.#endProbe(partner, owner, { set: { openUntil, openings, reason } });
      return this.#isDownSince(state?.failingSince);
    }
    const state = await this.#beginFailing(partner, failure.perhapsOnlyOrder ? order : undefined);
    const isAlone = state?.failingOrder !== undefined;
    const isDown = this.#isDownSince(state?.failingSince, isAlone ? downAfterSecondsOfOne : downAfterSeconds);
    if (isAlone && !isDown) return false;
    if (isAlone)
      reason = `Only order ${order} was tried, for ${durationInWords(downAfterSecondsOfOne)}. ${reason}`;
    const counted = await this.#updateMinute(partner, at, { add: { failures: 1 } });
    const failures = Number(counted?.failures ?? 0);
    const opens = failures >= threshold || isDown || failure.unauthorized;
    if (!opens) return false;
    const openUntil = at + this.#cooldown(failure, 1) * 1000;
    const opened = await this.table.update(breakerKey(partner), {
      set: { open: true, openedAt: this.clock.now().toISOString(), openUntil, openings: 1, reason },
      remove: ['probeUntil', 'probeOwner'],
      ...whileClosed,
    });
    if (opened || !failure.unauthorized) return isDown;
    // It was open for another reason. Refused credentials make it wait longer, so that no probe logs in sooner.
    await this.table.update(breakerKey(partner), {
      set: { openUntil, reason },
      condition: '#open = :yes AND #openUntil < :until',
      values: { yes: true, until: openUntil },
    });
    return isDown;
  }

  /** @returns whether this container had seen the partner failing, and sees it work now. */
  async recordSuccess(partner: Partner, permit: Permit, owner: string): Promise<boolean> {
    if (permit !== 'probe') return this.#downSeen.has(partner) && this.#endFailing(partner);
    const closed = await this.#endProbe(partner, owner, {
      set: { open: false, closedAt: this.clock.now().toISOString() },
      remove: ['openUntil', 'reason', ...whileFailing],
    });
    // Too late: somebody else has probed since, and that outcome counts.
    if (!closed) return false;
    this.#downSeen.delete(partner);
    // Count from zero, or the failures that opened it would let a single further one open it again.
    await this.#updateMinute(partner, this.#now(), { set: { failures: 0 } });
    return true;
  }

  /** The call ended before the partner could answer: a probe is given back, and nothing is known about the partner. */
  async recordNoAnswer(partner: Partner, permit: Permit, owner: string): Promise<void> {
    if (permit === 'probe') await this.#endProbe(partner, owner);
  }

  /** @param order To which the failure may be due. @returns since when all calls have failed, and of which order, if of one. */
  async #beginFailing(partner: Partner, order: string | undefined) {
    this.#downSeen.add(partner);
    const key = breakerKey(partner);
    const begun = await this.table.update(key, {
      set: { failingSince: this.clock.now().toISOString(), failingOrder: order },
      condition: 'attribute_not_exists(#failingSince)',
    });
    const state = begun ?? (await this.table.get(key));
    if (state?.failingOrder === undefined || state.failingOrder === order) return state;
    return this.table.update(key, { remove: ['failingOrder'] });
  }

  /** @returns false when the call began before the breaker opened: its answer says nothing about the partner now. */
  async #endFailing(partner: Partner): Promise<boolean> {
    const ended = await this.table.update(breakerKey(partner), { remove: whileFailing, ...whileClosed });
    return ended !== undefined && this.#downSeen.delete(partner);
  }

  #endProbe(partner: Partner, owner: string, { remove = [], ...outcome }: Update = {}) {
    return this.table.update(breakerKey(partner), {
      ...outcome,
      remove: ['probeUntil', 'probeOwner', ...remove],
      condition: '#probeOwner = :owner',
      values: { owner },
    });
  }

  #updateMinute(partner: Partner, at: number, changes: Update) {
    const minute = Math.floor(at / 60_000);
    const set = { ...changes.set, expiresAt: (minute + 60) * 60 };
    return this.table.update({ pk: `BREAKER#${partner}`, sk: `MINUTE#${minute}` }, { ...changes, set });
  }

  #cooldown(failure: PartnerDown, openings: number): number {
    const asked = Math.min(maxAskedSeconds, failure.afterSeconds ?? 0);
    if (failure.unauthorized) return Math.max(asked, unauthorizedSeconds);
    return Math.max(asked, this.#cooldownSeconds * Math.min(longestCooldown, 2 ** (openings - 1)));
  }

  /** Its item; that of a closed breaker may be `believedWellMs` old, unless something is paused. */
  async #recent(partner: Partner): Promise<StoredItem | undefined> {
    const seen = this.#closedSeen.get(partner);
    if (seen && this.#now() - seen.at < believedWellMs) return seen.state;
    const state = await this.#read(partner);
    if (state?.failingSince !== undefined) this.#downSeen.add(partner);
    // Who ends a pause has what waits looked at right then: it is not remembered.
    const isPaused = Object.keys(pausedIn(state, this.clock.now())).length > 0;
    if (state?.open !== true && !isPaused) this.#closedSeen.set(partner, { at: this.#now(), state });
    return state;
  }

  #read(partner: Partner) {
    const pending = this.#reading.get(partner);
    if (pending) return pending;
    const started = this.table.get(breakerKey(partner)).finally(() => this.#reading.delete(partner));
    this.#reading.set(partner, started);
    return started;
  }

  #isDownSince(instant: unknown, seconds = downAfterSeconds): boolean {
    return this.#now() - Date.parse(String(instant)) >= seconds * 1000;
  }

  #now(): number {
    return this.clock.now().getTime();
  }
}
