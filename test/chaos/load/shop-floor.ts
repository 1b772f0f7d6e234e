import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { azumutaSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import type { Dice } from '../accidents/dice.ts';
import { longestWaitMs, persistently } from './patience.ts';
import { createdId } from './post-orders.ts';

/** A product order that operators will complete. */
export interface ExpectedOrder {
  /** Its possible numbers: when the ERP renames the order early, it is created with the new one. */
  readonly numbers: () => readonly string[];
  /** Planned quantity. */
  readonly quantity: number;
  /** Whether it must be created; what the ERP takes back is built only if it exists. Default: it must. */
  readonly isWanted?: () => boolean;
  /** It is not renamed in Azumuta, because the balance looks for it by this number. */
  readonly keepsNumber?: true;
}

export type Floor = ReturnType<typeof createFloor>;

interface Task extends ExpectedOrder {
  readonly notBefore: number;
  /** It is renamed before it is completed. */
  readonly rename: boolean;
}

const operators = 4;
/** The wait before looking again for an order that does not exist yet; longer when there are many. */
const lookAgainMs = 800;
const lookAgainMsEach = 20;
const createdSchema = z.object({ id: z.string() });
const articlesSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * The operators in Azumuta: they complete each order as soon as it exists. With `single`, every completion fires its
 * triggers once, and never again.
 */
export function createFloor(system: LocalSystem, dice: Dice, { single }: { readonly single: boolean }) {
  const { azumuta, sandboxes } = system;
  let waiting: Task[] = [];
  let atWork = 0;
  const done = new Map<string, string>();
  const renamed = new Map<string, string>();
  let finishing = false;
  let latestAt = performance.now();

  async function operate() {
    while (!(finishing && waiting.length === 0 && atWork === 0)) {
      const next = waiting[0];
      if (!next || next.notBefore > performance.now()) {
        if (finishing && performance.now() - latestAt > longestWaitMs) return;
        await pause(50);
        continue;
      }
      waiting.shift();
      atWork += 1;
      try {
        if (!(await isDone(next)) && !(finishing && next.isWanted?.() === false)) {
          const ms = Math.max(lookAgainMs, waiting.length * lookAgainMsEach);
          waiting.push({ ...next, notBefore: performance.now() + ms });
        }
      } finally {
        atWork -= 1;
      }
    }
  }

  /** False when it is not in Azumuta yet. */
  async function isDone(task: Task): Promise<boolean> {
    for (const number of task.numbers()) {
      const present = task.rename ? await givenNewNumber(number) : number;
      if (present !== undefined && (await completed(present, task))) return true;
    }
    return false;
  }

  /**
   * Undefined when it does not exist. It is renamed only once the integration knows its id: before, it could not be
   * recognised if the answer to its creation were lost.
   */
  async function givenNewNumber(number: string): Promise<string | undefined> {
    const renewed = `${number}-rework`;
    try {
      if (!renamed.has(renewed) && (await createdId(system, renamed.get(number) ?? number)) === undefined)
        return undefined;
      renamed.set(renewed, renamed.get(number) ?? number);
      await azumuta.rename(number, renewed);
    } catch (error) {
      // Renamed already.
      if (!/ 404 /.test(reasonOf(error))) return undefined;
    }
    return renewed;
  }

  async function completed(number: string, { quantity }: Task): Promise<boolean> {
    const scrap = dice.chance(0.1) ? Math.min(quantity, dice.between(1, 3)) : 0;
    try {
      await azumuta.complete(number, { scrap, quantity: quantity - scrap });
    } catch (error) {
      // Completed already.
      if (!/ 409 /.test(reasonOf(error))) return false;
    }
    done.set(renamed.get(number) ?? number, number);
    latestAt = performance.now();
    if (!single && dice.chance(0.05)) await azumuta.trigger(number).catch(() => undefined);
    return true;
  }

  /** Somebody creates a product order in Azumuta's own screens. */
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
    /** Adds an order to complete. */
    expect: (awaited: ExpectedOrder) => {
      waiting.push({
        ...awaited,
        notBefore: performance.now(),
        rename: !awaited.keepsNumber && dice.chance(0.04),
      });
    },
    /** How many orders that must be created are not completed yet. */
    open: () => atWork + waiting.filter(({ isWanted }) => isWanted?.() !== false).length,
    typeByHand,
    /** The present numbers of completed orders, by the numbers with which they were created. */
    completed: done as ReadonlyMap<string, string>,
    /** Renamed orders: the number with which they were created, by the present one. */
    renamed: renamed as ReadonlyMap<string, string>,
    /** Resolves when every expected order is completed. @throws Error when one is never created. */
    async finish() {
      finishing = true;
      latestAt = performance.now();
      await working;
      if (waiting.length > 0) {
        const some = waiting.slice(0, 5).map(({ numbers }) => numbers().join(' or '));
        waiting = [];
        throw new Error(
          `No order came to Azumuta for ${longestWaitMs / 1000} s; awaited: ${some.join(', ')} …`,
        );
      }
    },
  };
}
