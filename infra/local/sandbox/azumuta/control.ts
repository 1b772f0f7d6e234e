import { control, partnerControl } from '../control-client.ts';
import type { CompletionRequest } from './complete.ts';
import type { show } from './presenters.ts';
import type { Trigger, TriggerLogEntry } from './triggers.ts';

/** A product order as the sandbox shows it. */
export type ShownProductOrder = ReturnType<typeof show.productOrder>;

export type AzumutaControl = ReturnType<typeof azumutaControl>;

/**
 * The hands of operators, administrators and saboteurs, for tests and the story.
 * @param url where the sandbox listens, as `startSandbox` tells it.
 */
export function azumutaControl(url: string) {
  const order = (number: string, act: string, body?: unknown) =>
    control<ShownProductOrder>(
      url,
      'POST',
      `/sandbox/productorders/${encodeURIComponent(number)}/${act}`,
      body,
    );
  return {
    productOrders: () => control<readonly ShownProductOrder[]>(url, 'GET', '/sandbox/productorders'),
    /** Operators record and complete; the configured triggers fire. */
    complete: (number: string, how: CompletionRequest = {}) => order(number, 'complete', how),
    reopen: (number: string) => order(number, 'reopen'),
    rename: (number: string, to: string) => order(number, 'rename', { number: to }),
    /** Fires the triggers of an order once more, with nothing new behind them. */
    trigger: (number: string) => order(number, 'trigger'),
    setTriggers: (triggers: readonly Trigger[]) => control<void>(url, 'PUT', '/sandbox/triggers', triggers),
    triggerLog: () => control<readonly TriggerLogEntry[]>(url, 'GET', '/sandbox/trigger-log'),
    ...partnerControl(url),
  };
}
