import { setTimeout as pause } from 'node:timers/promises';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import type { FloodedOrder } from '../balance/injected.ts';
import { persistently } from '../load/patience.ts';
import { createdId, postOrders, untilCreated } from '../load/post-orders.ts';
import type { Floor } from '../load/shop-floor.ts';
import type { Dice } from './dice.ts';

export interface FloodOptions {
  readonly floor: Pick<Floor, 'expect' | 'completed'>;
  /** Hints about completed orders would make good for a lost one: there are none. */
  readonly single: boolean;
  /** Seconds between two bursts. */
  readonly everySeconds: number;
}

export interface FloodFigures {
  /** Forged hints that were accepted. */
  readonly hints: number;
  readonly bursts: number;
}

export interface Flood {
  readonly figures: () => FloodFigures;
  /** Numbers that nobody has an order for. */
  readonly unknownNumbers: () => ReadonlySet<string>;
  /** No more hints; resolves when every order that was held open may be completed. */
  readonly stop: () => Promise<void>;
  /** What Azumuta was asked about all of these orders until now. */
  readonly flooded: () => Promise<readonly FloodedOrder[]>;
}

/** What was sent about an order, and where the questions about it are counted. */
interface Begun {
  readonly number: string;
  readonly path: string;
  readonly since: number;
  readonly before: number;
  hints: number;
}

/** Hints that are sent at the same time. */
const atOnce = 6;
/** An order is held open for so long: its asker waits longer and longer, and speaks for its completion as well. */
const heldMs = 9_000;

/**
 * Whoever knows the webhook's address sends hints in bursts: about an order that is open and stays so for a while,
 * about completed ones, and about numbers that nobody has ever heard of. None of them may cost more than a few
 * questions to Azumuta, none a dead letter but the unknown numbers, and none keeps an order from being booked once.
 */
export function startFlood(
  system: LocalSystem,
  dice: Dice,
  { floor, single, everySeconds }: FloodOptions,
): Flood {
  const stopping = new AbortController();
  const { signal } = stopping;
  const unknown = new Map<string, Begun>();
  const open: FloodedOrder[] = [];
  const completed: Begun[] = [];
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
    const [order] = await persistently(() => system.erp.release({ seed: dice.seed() }));
    if (!order) return;
    const { number, quantity } = order;
    await postOrders(system, [order]);
    const id = await untilCreated(system, number);
    const began = performance.now();
    // Half of them at once, and half when the first questions have been asked.
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
    const known: Begun = { number, path, since: performance.now(), hints: 1, before: 0 };
    unknown.set(number, known);
    // One is surely accepted, so that one must be told of.
    await persistently(() => hint(number, 'POST'));
    known.hints += await burst(number, size);
  }

  async function aboutOneCompleted(size: number) {
    const orders = [...floor.completed()];
    const [madeAs, number] = orders[dice.between(0, Math.max(0, orders.length - 1))] ?? [];
    if (madeAs === undefined || number === undefined) return;
    const id = await createdId(system, madeAs).catch(() => undefined);
    // By its new number nobody knows its id before Azumuta was asked.
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

  /** It names a recording that there is not, as a forger would. */
  async function hint(number: string, method: 'GET' | 'POST'): Promise<void> {
    const content = { productOrderNumber: number, recordingId: 'FrGdFrGdFrGdFrGdF' };
    const answer = await fetch(
      method === 'GET' ? `${system.webhookUrl}?${new URLSearchParams(content)}` : system.webhookUrl,
      {
        method,
        signal: AbortSignal.timeout(10_000),
        ...(method === 'GET'
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) }),
      },
    );
    await answer.body?.cancel();
    if (answer.status !== 202) throw new Error(`A forged hint was answered ${answer.status}.`);
    hints += 1;
  }

  async function questionsAt(path: string): Promise<number> {
    const calls = await persistently(() => system.azumuta.calls('path'));
    return calls[`GET ${path}`] ?? 0;
  }

  const going = go();
  going.catch(() => undefined);
  return {
    figures: () => ({ hints, bursts }),
    unknownNumbers: () => new Set(unknown.keys()),
    async stop() {
      stopping.abort();
      await going;
      await Promise.all(held);
    },
    async flooded() {
      const calls = await persistently(() => system.azumuta.calls('path'));
      const until = performance.now();
      const sum = (is: FloodedOrder['is'], { number, path, since, hints, before }: Begun): FloodedOrder => {
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
