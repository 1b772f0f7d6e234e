import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { Chance } from '../../simulation/world/chance.ts';
import type { ChaosErp } from '../erps/erp.ts';
import { persistently, untilNone } from './patience.ts';

export type LoadFigures = ReturnType<ReturnType<typeof startLoad>['figures']>;

const batchMs = 250;
/** As many orders as the endpoint can accept within its short local timeout, also on a busy machine. */
const maxAtOnce = 10;
/** Seconds of orders that may be open: more would measure how long a slow machine needs, and outlast every patience. */
const openSeconds = 60;
const operators = 4;
const pullEveryMs = 3_000;
const answeredWithinMs = 30_000;
const pullReportSchema = z.object({ outcome: z.string() });

interface LoadOptions {
  readonly single: boolean;
  /** Orders per second, at most. */
  readonly perSecond: number;
}

/**
 * Production orders at a steady rate, or as fast as the machine builds them: most are posted to the order endpoint (some
 * twice, as by a caller that got no answer), the others wait for the pull; operators complete each as soon as it is in
 * Azumuta. With `single` all are posted, and nothing is pulled, so no second message makes up for a lost one.
 */
export function startLoad(
  system: LocalSystem,
  erp: ChaosErp,
  chance: Chance,
  { perSecond, single }: LoadOptions,
) {
  const { emulator, azumuta, sandboxes } = system;
  const stopping = new AbortController();
  const posting: Promise<void>[] = [];
  let [orders, pulls, isOver] = [0, 0, false];
  const built = (isDone: boolean) =>
    sandboxes.azumuta.store.productOrders().filter(({ completedAt }) => (completedAt !== null) === isDone);
  const open = () => orders - built(true).length;

  async function releaseSteadily() {
    const began = performance.now();
    while (!stopping.signal.aborted) {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - orders;
      if (due > 0 && open() < openSeconds * perSecond) await releaseBatch(Math.min(due, maxAtOnce));
      else await pause(batchMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  async function releaseBatch(count: number) {
    orders += count;
    const released = await erp.release(count);
    if (!single && !chance.happens(0.7)) return;
    // Not awaited: planners go on while the endpoint is down.
    const sent = post(released).then(() => (chance.happens(0.05) ? post(released) : undefined));
    // A failure is thrown by finish(); until then it must not end the process.
    sent.catch(() => undefined);
    posting.push(sent);
  }

  /** Posts as an ERP does: again until the orders are accepted. */
  function post(batch: readonly object[]): Promise<void> {
    return persistently(async () => {
      const answer = await fetch(system.orderEndpoint.url, {
        method: 'POST',
        headers: { 'x-api-key': system.orderEndpoint.key, 'content-type': 'application/json' },
        body: JSON.stringify(batch),
        signal: AbortSignal.timeout(answeredWithinMs),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`The order endpoint answered ${answer.status}.`);
    });
  }

  /** What fails is still open at the next look. */
  async function completeAll() {
    while (!isOver) {
      const some = built(false).slice(0, operators);
      await Promise.all(some.map(({ number }) => complete(number).catch(() => undefined)));
      await pause(50);
    }
  }

  async function complete(number: string) {
    const quantity = erp.quantityOf(number);
    const scrap = chance.happens(0.1) ? Math.min(quantity, chance.between(1, 3)) : 0;
    await azumuta.complete(number, { scrap, quantity: quantity - scrap });
  }

  async function pullSteadily() {
    while (!isOver) {
      await pause(pullEveryMs);
      await pull().catch(() => undefined);
    }
  }

  async function pull(): Promise<string> {
    pulls += 1;
    const { payload, functionError } = await emulator.runSchedule('SchedulesPull');
    return functionError ? functionError : z.parse(pullReportSchema, payload).outcome;
  }

  const releasing = releaseSteadily();
  const working = [completeAll(), ...(single ? [] : [pullSteadily()])];
  for (const loop of [releasing, ...working]) loop.catch(() => undefined);
  return {
    figures: () => ({ orders, pulls, completions: built(true).length }),
    /** Releases no more orders; resolves when every order is completed, or when none has been for a long time. */
    async finish() {
      stopping.abort();
      await releasing;
      await Promise.all(posting);
      await untilNone(async () => open(), 500);
      isOver = true;
      await Promise.all(working);
    },
    /** Pulls until the ERP has nothing new. */
    async pullRest() {
      if (single) return;
      await persistently(async () => {
        const outcome = await pull();
        if (outcome !== 'read') throw new Error(`The pull ended: ${outcome}.`);
      });
    },
  };
}
