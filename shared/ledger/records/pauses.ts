import type { StoredItem, Update } from '../../platform/aws/dynamodb-table.ts';
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
  async readPaused(): Promise<Paused> {
    return pausedIn(await this.table.get(breakerKey('erp')));
  }

  /** @returns whether it was paused already. */
  pauseFlow(flow: FlowName): Promise<boolean> {
    const name = pausedAtField(flow);
    return this.#isAlready(
      { set: { [name]: this.clock.now().toISOString() } },
      `attribute_not_exists(#${name})`,
    );
  }

  /** @returns whether it ran already. */
  resumeFlow(flow: FlowName): Promise<boolean> {
    const name = pausedAtField(flow);
    return this.#isAlready({ remove: [name] }, `attribute_exists(#${name})`);
  }

  async #isAlready(changes: Update, condition: string): Promise<boolean> {
    return (await this.table.update(breakerKey('erp'), { ...changes, condition })) === undefined;
  }
}

/** @param item That of the ERP's breaker. */
export function pausedIn(item: StoredItem = {}): Paused {
  const marks = flowNames.map((flow) => [flow, item[pausedAtField(flow)]] as const);
  return Object.fromEntries(
    marks.flatMap(([flow, since]) => (typeof since === 'string' ? [[flow, new Date(since)]] : [])),
  );
}

const pausedAtField = (flow: FlowName) => `${flow}PausedAt`;
