import { breakerKey } from '../ledger/keys.ts';
import { endedIn, type Paused, pausedIn } from '../ledger/records/pauses.ts';
import type { Partner } from '../model/partner.ts';
import { Breaker, nobodyProbes } from './circuit-breaker.ts';

export interface BreakerState {
  readonly open: boolean;
  readonly reason: string | undefined;
  readonly openedAt: string | undefined;
  readonly openUntilMs: number | undefined;
  /** When its last outage ended; undefined during an outage, or when there was none. */
  readonly closedAt?: string | undefined;
  /** What a person holds back; only the ERP's breaker knows. */
  readonly paused?: Paused;
  /** Pauses that have ended by themselves a short while ago. */
  readonly pausesEnded?: Paused;
}

/** The same, with what views read of it, and what a person does. */
export class BreakerForPeople extends Breaker {
  /** The next message probes at once. @returns false while it is closed, or probed already. */
  async probeNow(partner: Partner): Promise<boolean> {
    const at = this.clock.now().getTime();
    const changes = { set: { openUntil: at }, condition: nobodyProbes, values: { yes: true, at } };
    return (await this.table.update(breakerKey(partner), changes)) !== undefined;
  }

  async states(): Promise<Readonly<Record<Partner, BreakerState>>> {
    const [erp, azumuta] = await Promise.all([this.state('erp'), this.state('azumuta')]);
    return { erp, azumuta };
  }

  async state(partner: Partner): Promise<BreakerState> {
    const state = await this.table.get(breakerKey(partner));
    const open = state?.open === true;
    return {
      open,
      reason: open ? String(state.reason) : undefined,
      openedAt: open ? String(state.openedAt) : undefined,
      openUntilMs: open ? Number(state.openUntil) : undefined,
      closedAt: open || state?.closedAt === undefined ? undefined : String(state.closedAt),
      paused: pausedIn(state, this.clock.now()),
      pausesEnded: endedIn(state, this.clock.now()),
    };
  }
}
