import type { StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { breakerKey } from '../keys.ts';
import { Records } from './records.ts';

/** All that can be paused, as operators type it. */
export const flowNames = ['orders', 'completions', 'bookings', 'pull'] as const;
export type FlowName = (typeof flowNames)[number];

/** Since when a flow is paused, for each that is. */
export type Paused = Readonly<Partial<Record<FlowName, Date>>>;

/**
 * What a person holds back. All of it calls the ERP, so the marks are in the item of its breaker: every batch reads that
 * anyway.
 */
export class Pauses extends Records {
  async now(): Promise<Paused> {
    return pausedIn(await this.table.get(breakerKey('erp')));
  }

  /** @returns whether it was paused already. */
  async begin(flow: FlowName): Promise<boolean> {
    const name = markOf(flow);
    const begun = await this.table.update(breakerKey('erp'), {
      set: { [name]: this.clock.now().toISOString() },
      condition: `attribute_not_exists(#${name})`,
    });
    return begun === undefined;
  }

  /** @returns whether it ran already. */
  async end(flow: FlowName): Promise<boolean> {
    const name = markOf(flow);
    const ended = await this.table.update(breakerKey('erp'), {
      remove: [name],
      condition: `attribute_exists(#${name})`,
    });
    return ended === undefined;
  }
}

/** @param item That of the ERP's breaker. */
export function pausedIn(item: StoredItem = {}): Paused {
  const marks = flowNames.map((flow) => [flow, item[markOf(flow)]] as const);
  return Object.fromEntries(
    marks.flatMap(([flow, since]) => (typeof since === 'string' ? [[flow, new Date(since)]] : [])),
  );
}

const markOf = (flow: FlowName) => `${flow}PausedAt`;
