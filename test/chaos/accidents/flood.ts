import { setTimeout as pause } from 'node:timers/promises';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import type { FloodedOrder } from '../balance/injected.ts';
import { persistently } from '../load/patience.ts';
import { createdId, postOrders, untilCreated } from '../load/post-orders.ts';
import type { Floor } from '../load/shop-floor.ts';
import type { Dice } from './dice.ts';

interface FloodOptions {
  readonly floor: Pick<Floor, 'expect' | 'completed'>;
  /** No hints about completed orders, as they would make up for a lost trigger. */
  readonly single: boolean;
  /** Seconds between two bursts. */
  readonly everySeconds: number;
}

export type Flood = ReturnType<typeof startFlood>;

/** The hints about one order, and the path under which the questions about it are counted. */
interface Flooding {
  readonly number: string;
  readonly path: string;
  readonly since: number;
  readonly before: number;
  hints: number;
}

/** Hints that are sent concurrently. */
const atOnce = 6;
/** How long an order is kept open. Its one message asks at growing intervals, and will also find the completion. */
const heldMs = 9_000;

/**
 * Somebody who knows the webhook's address sends forged hints in bursts: about an order that stays open for a while,
 * about completed orders, and about unknown numbers. None of them may cause more than a few questions to Azumuta or
 * a dead letter, and every order must still be booked once.
 */
export function startFlood(system: LocalSystem, dice: Dice, { floor, single, everySeconds }: FloodOptions) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const unknown = new Map<string, Flooding>();
  const open: FloodedOrder[] = [];
  const completed: Flooding[] = [];
  const held: Promise<void>[] = [];
  let hints = 0;
  let bursts = 0;

  async function go() {
    while (!signal.aborted) {
      const kind = dice.weighted([
        [3, 'open'],
        [2, 'unknown'],
        [single ? 0 : 2, 'completed'],
      ] as const);
      const size = dice.between(20, 60);
      if (kind === 'open') {
        const work = aboutOpen(size);
        work.catch(() => undefined);
        held.push(work);
      } else if (kind === 'unknown') await aboutUnknown(size);
      else await aboutOneCompleted(size);
      const ms = everySeconds * dice.between(500, 1500);
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
  }

  async function aboutOpen(size: number) {
    const [order] = await system.erp.release({ seed: dice.seed() });
    if (!order) return;
    const { number, quantity } = order;
    await postOrders(system, [order]);
    const id = await untilCreated(system, number);
    const began = performance.now();
    // Half of them at once, and half after the first questions.
    let accepted = await burst(number, size / 2);
    await pause(heldMs / 2, undefined, { signal }).catch(() => undefined);
    accepted += await burst(number, size / 2);
    await pause(heldMs / 2, undefined, { signal }).catch(() => undefined);
    const questions = await questionsAt(`/api/v1/productorders/${id}`);
    const seconds = (performance.now() - began) / 1000;
    open.push({ number, is: 'open', questions, hints: accepted, seconds });
    floor.expect({ numbers: () => [number], quantity: Number(quantity) });
  }

  async function aboutUnknown(size: number) {
    const number = `FORGED-${unknown.size + 1}`;
    const path = `/api/v1/productorders?${new URLSearchParams({ number })}`;
    const known: Flooding = { number, path, since: performance.now(), hints: 1, before: 0 };
    unknown.set(number, known);
    // At least one is accepted, so one message asks.
    await persistently(() => hint(number, 'POST'));
    known.hints += await burst(number, size);
  }

  async function aboutOneCompleted(size: number) {
    const orders = [...floor.completed];
    const [madeAs, number] = orders[dice.between(0, Math.max(0, orders.length - 1))] ?? [];
    if (madeAs === undefined || number === undefined) return;
    const id = await createdId(system, madeAs).catch(() => undefined);
    // The id of an order with a new number is not known before Azumuta was asked by number.
    const path = `/api/v1/productorders${number === madeAs ? `/${id}` : `?${new URLSearchParams({ number })}`}`;
    const since = performance.now();
    const before = await questionsAt(path);
    completed.push({ number, path, since, before, hints: await burst(number, size) });
  }

  /** @returns how many of the hints were accepted. */
  async function burst(number: string, size: number): Promise<number> {
    bursts += 1;
    const all = Array.from({ length: size }, (_, at) => at);
    const accepted = await mapConcurrently(all, atOnce, (at) =>
      hint(number, at % 2 === 0 ? 'GET' : 'POST').then(
        () => 1,
        () => 0,
      ),
    );
    return accepted.reduce<number>((sum, one) => sum + one, 0);
  }

  /** Names a recording that does not exist, as a forger would. */
  async function hint(number: string, method: 'GET' | 'POST'): Promise<void> {
    const content = { productOrderNumber: number, recordingId: 'FrGdFrGdFrGdFrGdF' };
    const answer = await fetch(
      method === 'GET' ? `${system.webhookUrl}?${new URLSearchParams(content)}` : system.webhookUrl,
      {
        method,
        signal: AbortSignal.timeout(10_000),
        headers: { 'content-type': 'application/json' },
        body: method === 'GET' ? null : JSON.stringify(content),
      },
    );
    await answer.body?.cancel();
    if (answer.status !== 202) throw new Error(`A forged hint was answered ${answer.status}.`);
    hints += 1;
  }

  async function questionsAt(path: string): Promise<number> {
    const calls = await system.azumuta.calls('path');
    return calls[`GET ${path}`] ?? 0;
  }

  const going = go();
  going.catch(() => undefined);
  return {
    /** Forged hints that were accepted, and the bursts in which they came. */
    figures: () => ({ hints, bursts }),
    /** Forged numbers, which belong to no order. */
    unknownNumbers: () => new Set(unknown.keys()),
    /** Ends the hints; resolves when every order that was kept open may be completed. */
    async stop() {
      stopping.abort();
      await going;
      await Promise.all(held);
    },
    /** How often Azumuta was asked about each of these orders so far. */
    async flooded(): Promise<readonly FloodedOrder[]> {
      const calls = await system.azumuta.calls('path');
      const until = performance.now();
      const sum = (
        is: FloodedOrder['is'],
        { number, path, since, hints, before }: Flooding,
      ): FloodedOrder => {
        const questions = (calls[`GET ${path}`] ?? 0) - before;
        return { number, is, hints, questions, seconds: (until - since) / 1000 };
      };
      return [
        ...open,
        ...[...unknown.values()].map((begun) => sum('unknown', begun)),
        ...completed.map((begun) => sum('completed', begun)),
      ];
    },
  };
}
