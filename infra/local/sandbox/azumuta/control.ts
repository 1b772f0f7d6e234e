import { control } from '../control-client.ts';
import type { Fault } from '../faults.ts';
import type { CompletionRequest } from './complete.ts';
import type { show } from './presenters.ts';
import type { Trigger, TriggerLogEntry } from './triggers.ts';

/** A product order as the sandbox shows it. */
export type ShownProductOrder = ReturnType<typeof show.productOrder>;

/** The hands of operators, administrators and saboteurs, for tests and the story. */
export interface AzumutaControl {
  readonly productOrders: () => Promise<readonly ShownProductOrder[]>;
  /** Operators record and complete; the configured triggers fire. */
  readonly complete: (number: string, how?: CompletionRequest) => Promise<ShownProductOrder>;
  readonly reopen: (number: string) => Promise<ShownProductOrder>;
  readonly rename: (number: string, to: string) => Promise<ShownProductOrder>;
  /** Fires the triggers of an order once more, with nothing new behind them. */
  readonly trigger: (number: string) => Promise<ShownProductOrder>;
  readonly setTriggers: (triggers: readonly Trigger[]) => Promise<void>;
  readonly triggerLog: () => Promise<readonly TriggerLogEntry[]>;
  /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
  readonly calls: (by?: 'route' | 'path') => Promise<Readonly<Record<string, number>>>;
  readonly forgetCalls: () => Promise<void>;
  readonly setFaults: (faults: readonly Fault[]) => Promise<void>;
}

/** @param url where the sandbox listens, as `startSandbox` tells it. */
export function azumutaControl(url: string): AzumutaControl {
  const order = (number: string, act: string, body?: unknown) =>
    control<ShownProductOrder>(
      url,
      'POST',
      `/sandbox/productorders/${encodeURIComponent(number)}/${act}`,
      body,
    );
  return {
    productOrders: () => control(url, 'GET', '/sandbox/productorders'),
    complete: (number, how = {}) => order(number, 'complete', how),
    reopen: (number) => order(number, 'reopen'),
    rename: (number, to) => order(number, 'rename', { number: to }),
    trigger: (number) => order(number, 'trigger'),
    setTriggers: async (triggers) => void (await control(url, 'PUT', '/sandbox/triggers', triggers)),
    triggerLog: () => control(url, 'GET', '/sandbox/trigger-log'),
    calls: (by = 'route') => control(url, 'GET', `/sandbox/calls?by=${by}`),
    forgetCalls: async () => void (await control(url, 'DELETE', '/sandbox/calls')),
    setFaults: async (faults) => void (await control(url, 'PUT', '/sandbox/faults', faults)),
  };
}
