import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { ProductionOrder } from '../../../infra/local/sandbox/erp/store.ts';
import type { Dice } from '../accidents/dice.ts';
import { persistently } from './patience.ts';
import { postOrders } from './post-orders.ts';
import { createFloor } from './shop-floor.ts';

export interface LoadFigures {
  readonly orders: number;
  readonly completions: number;
  readonly pulls: number;
}

export type Load = ReturnType<typeof startLoad>;

const batchMs = 250;
/** As many orders as the endpoint can accept within its short local timeout, also on a busy machine. */
const maxAtOnce = 10;
/** Seconds of orders that may be open: more would measure how long a slow machine needs, and outlast every patience. */
const openSeconds = 60;
const pullEveryMs = 3_000;
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
export function startLoad(system: LocalSystem, dice: Dice, { perSecond, single }: LoadOptions) {
  const { erp, emulator } = system;
  const floor = createFloor(system, dice);
  const stopping = new AbortController();
  const posting: Promise<void>[] = [];
  let orders = 0;
  let pulls = 0;
  let completed = false;

  /** A failure is thrown by finish(); until then it must not end the process. */
  function later(work: Promise<void>) {
    work.catch(() => undefined);
    posting.push(work);
  }

  async function releaseSteadily() {
    const began = performance.now();
    while (!stopping.signal.aborted) {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - orders;
      if (due > 0 && floor.open() < openSeconds * perSecond) await releaseBatch(Math.min(due, maxAtOnce));
      else await pause(batchMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  async function releaseBatch(count: number) {
    orders += count;
    const released = await erp.release({ count, seed: dice.seed() });
    // Not awaited: planners go on while the endpoint is down.
    if (single || dice.chance(0.7)) later(post(released));
    for (const { number, quantity } of released) floor.expect(number, Number(quantity));
  }

  /** Sometimes posts twice, as a caller that got no answer would. */
  async function post(batch: readonly ProductionOrder[]) {
    for (let times = dice.chance(0.05) ? 2 : 1; times > 0; times -= 1) await postOrders(system, batch);
  }

  async function pullSteadily() {
    while (!completed) {
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
  const pulling = single ? Promise.resolve() : pullSteadily();
  for (const loop of [releasing, pulling]) loop.catch(() => undefined);
  return {
    figures: (): LoadFigures => ({ orders, pulls, completions: floor.completed.size }),
    completed: floor.completed,
    /** Releases no more orders; resolves when every order is completed. */
    async finish() {
      stopping.abort();
      await releasing;
      await Promise.all(posting);
      // Orders that wait for the pull must be completed first, so pulling ends later.
      await floor.finish();
      completed = true;
      await pulling;
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
