import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { azumutaSandboxKey } from '../../../infra/local/sandbox/keys.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import type { Dice } from '../accidents/dice.ts';
import { persistently } from './patience.ts';

/** The operators in Azumuta: they complete each order as soon as it is there. */
export interface Floor {
  /** An order that will come, and its planned quantity. */
  readonly expect: (number: string, quantity: number) => void;
  /** Somebody makes a product order in Azumuta's own screens. */
  readonly typeByHand: (number: string) => Promise<void>;
  readonly figures: () => { readonly completions: number; readonly reopened: number };
  /** Numbers of the orders that are completed. */
  readonly completed: () => ReadonlySet<string>;
  /** Resolves when every expected order is completed. @throws Error when one does not come. */
  readonly finish: () => Promise<void>;
}

export interface FloorOptions {
  /** Every completion is told once, and never again. */
  readonly single: boolean;
}

interface Expected {
  readonly number: string;
  readonly quantity: number;
  readonly notBefore: number;
  /** It is completed already, and something was forgotten. */
  readonly again?: true;
}

const operators = 4;
/** An order that is not there yet is looked for again after this, and later when many are not. */
const lookAgainMs = 800;
const lookAgainMsEach = 20;
/** By then every trigger of the first completion has had its answer, so that the log tells them apart. */
const reopenAfterMs = 8_000;
/** What failed often comes again after up to 15 minutes; nothing takes longer than that. */
const patienceMs = 16 * 60_000;
const createdSchema = z.object({ id: z.string() });
const articlesSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

export function createFloor(
  { azumuta, sandboxes }: LocalSystem,
  dice: Dice,
  { single }: FloorOptions,
): Floor {
  let waiting: Expected[] = [];
  let atWork = 0;
  const done = new Set<string>();
  let reopened = 0;
  let finishing = false;
  let latestAt = performance.now();

  async function operate() {
    while (!(finishing && waiting.length === 0 && atWork === 0)) {
      const next = waiting[0];
      if (!next || next.notBefore > performance.now()) {
        if (finishing && performance.now() - latestAt > patienceMs) return;
        await pause(50);
        continue;
      }
      waiting.shift();
      atWork += 1;
      try {
        if (!(await (next.again ? completedAgain(next) : completed(next)))) {
          const ms = Math.max(lookAgainMs, waiting.length * lookAgainMsEach);
          waiting.push({ ...next, notBefore: performance.now() + ms });
        }
      } finally {
        atWork -= 1;
      }
    }
  }

  /** False when it is not in Azumuta yet, or Azumuta cannot be reached. */
  async function completed({ number, quantity }: Expected): Promise<boolean> {
    const scrap = dice.chance(0.1) ? dice.between(1, 3) : 0;
    try {
      await azumuta.complete(number, { scrap, quantity: Math.max(0, quantity - scrap) });
    } catch (error) {
      // Completed by the call that was cut off by a kill.
      if (!/ 409 /.test(reasonOf(error))) return false;
    }
    done.add(number);
    latestAt = performance.now();
    if (single) return true;
    if (dice.chance(0.03)) {
      waiting.push({ number, quantity, again: true, notBefore: performance.now() + reopenAfterMs });
    } else if (dice.chance(0.05)) await azumuta.trigger(number).catch(() => undefined);
    return true;
  }

  /** What was forgotten is recorded in addition, without a quantity. */
  async function completedAgain({ number }: Expected): Promise<boolean> {
    try {
      await azumuta.reopen(number);
    } catch (error) {
      // Reopened by the call that was cut off by a kill.
      if (!/ 404 /.test(reasonOf(error))) return false;
    }
    try {
      await azumuta.complete(number, { quantity: null, recordings: 1 });
    } catch (error) {
      if (!/ 409 /.test(reasonOf(error))) return false;
    }
    reopened += 1;
    return true;
  }

  async function typeByHand(number: string) {
    const api = `${sandboxes.azumuta.url}/api/v1`;
    const headers = { 'x-api-key': azumutaSandboxKey, 'content-type': 'application/json' };
    const signal = () => AbortSignal.timeout(3_000);
    await persistently(async () => {
      const listed = await fetch(`${api}/articles?number=GEAR-01`, { headers, signal: signal() });
      const [article] = z.parse(articlesSchema, await listed.json()).data;
      const body = JSON.stringify({ number, articleId: article?.id });
      const created = await fetch(`${api}/productorders`, {
        method: 'POST',
        headers,
        body,
        signal: signal(),
      });
      // A 200 may hold an error: then nothing was created.
      z.parse(createdSchema, await created.json());
    });
  }

  const working = Promise.all(Array.from({ length: operators }, operate));
  working.catch(() => undefined);
  return {
    expect: (number, quantity) => {
      waiting.push({ number, quantity, notBefore: performance.now() });
    },
    typeByHand,
    figures: () => ({ completions: done.size, reopened }),
    completed: () => done,
    async finish() {
      finishing = true;
      latestAt = performance.now();
      await working;
      if (waiting.length > 0) {
        const some = waiting.slice(0, 5).map(({ number }) => number);
        waiting = [];
        throw new Error(`No order came to Azumuta for ${patienceMs / 1000} s; awaited: ${some.join(', ')} …`);
      }
    },
  };
}
