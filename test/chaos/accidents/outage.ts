import { setTimeout as pause } from 'node:timers/promises';
import type { Overrides } from '../../../infra/local/emulator/overrides.ts';
import { type LocalSystem, localOverrides, startLocalSystem } from '../../../infra/local/run-locally.ts';
import { balanceOf } from '../balance/balance.ts';
import { readPartners } from '../balance/books.ts';
import { type QueueView, viewQueues } from '../balance/queues.ts';
import { comesTrue } from '../load/patience.ts';
import { postOrders } from '../load/post-orders.ts';

export interface OutageOptions {
  readonly dataDir: string;
  /** How long the ERP answers every call with 503. */
  readonly seconds: number;
  /** Completions offered per second during the outage. */
  readonly perSecond: number;
  /** First cooldown of the breaker, which doubles. Default: the stack's own, which is made for outages. */
  readonly cooldownSeconds?: number;
  readonly log: (line: string) => void;
  readonly say: (line: string) => void;
}

export interface Outage {
  readonly completions: number;
  /** Calls that reached the ERP during the whole outage. */
  readonly callsInAll: number;
  /** Those of them after the breaker opened. */
  readonly callsWhileOpen: number;
  /** From the end of the outage until everything was booked. */
  readonly secondsToRecover: number;
  readonly findings: readonly string[];
}

const overridesWith = (cooldownSeconds: number | undefined): Overrides => ({
  ...localOverrides,
  environment: {
    SETTLING_SECONDS: '3',
    RETRY_BASE_SECONDS: '1',
    ...(cooldownSeconds === undefined ? {} : { BREAKER_COOLDOWN_SECONDS: String(cooldownSeconds) }),
  },
});
const warmUp = 5;
const createdWithinMs = 300_000;
const recoveredWithinMs = 600_000;

/** An outage of the ERP at a steady load: nothing may be lost, and the ERP may get few calls. */
export async function runOutage(options: OutageOptions): Promise<Outage> {
  const { dataDir, seconds, perSecond, log, say } = options;
  const overrides = overridesWith(options.cooldownSeconds);
  const system = await startLocalSystem({
    integrationFile: 'integration.config.ts',
    dataDir,
    overrides,
    log,
  });
  try {
    const queues = viewQueues(system);
    const all = await createOrders(system, seconds * perSecond + warmUp);
    const numbers = all.slice(warmUp);

    say(`${numbers.length} orders are in Azumuta; the ERP goes down for ${seconds} s`);
    await system.erp.setFaults([{ kind: 'status', status: 503 }]);
    await system.erp.forgetCalls();
    const watch = watchBreaker(system);
    const completing = completeSteadily(system, numbers, perSecond);
    await pause(seconds * 1000);
    const callsInAll = await callsAt(system);
    await system.erp.setFaults([]);
    await completing;
    const callsAtOpening = await watch.stop();

    say(`the ERP is back; it was called ${callsInAll} times`);
    const back = performance.now();
    await comesTrue(async () => (await queues.depth()) === 0, recoveredWithinMs, 1_000);
    const secondsToRecover = (performance.now() - back) / 1000;
    return {
      completions: numbers.length,
      callsInAll,
      callsWhileOpen: callsInAll - (callsAtOpening ?? 0),
      secondsToRecover,
      findings: [
        ...(callsAtOpening === undefined ? ['The breaker never opened.'] : []),
        ...(await findingsOf(system, queues, all)),
      ],
    };
  } finally {
    await system.stop();
  }
}

/** The result of an outage run as text. */
export function outageReport(outage: Outage): string {
  return [
    `completions offered        ${outage.completions}`,
    `calls during the outage    ${outage.callsInAll}`,
    `… while the breaker was open  ${outage.callsWhileOpen}`,
    `seconds to recover         ${outage.secondsToRecover.toFixed(0)}`,
    ...outage.findings.slice(0, 40).map((finding) => `  ✗ ${finding}`),
  ].join('\n');
}

/** Orders that are in Azumuta. The first of them are completed, which starts the containers: the outage meets a warm system. */
async function createOrders(system: LocalSystem, count: number): Promise<string[]> {
  const orders = await system.erp.release({ count, seed: 1 });
  for (let at = 0; at < orders.length; at += 50) await postOrders(system, orders.slice(at, at + 50));
  const created = await comesTrue(
    async () => readPartners(system).released.every(({ azumutaIds }) => azumutaIds.length > 0),
    createdWithinMs,
    1_000,
  );
  if (!created) throw new Error('The orders were not created, so there was no outage.');
  const numbers = orders.map(({ number }) => number);
  for (const number of numbers.slice(0, warmUp)) await system.azumuta.complete(number);
  await comesTrue(async () => readPartners(system).booked.length >= warmUp, createdWithinMs);
  return numbers;
}

async function findingsOf(
  system: LocalSystem,
  queues: QueueView,
  completed: readonly string[],
): Promise<readonly string[]> {
  const books = {
    ...readPartners(system),
    deadLetters: await queues.deadLetters(),
    waiting: await queues.depth(),
  };
  const { lost, double, wrong } = balanceOf(books, new Set(completed));
  return [...lost, ...double, ...wrong];
}

async function completeSteadily({ azumuta }: LocalSystem, numbers: readonly string[], perSecond: number) {
  const began = performance.now();
  for (const [at, number] of numbers.entries()) {
    await pause(Math.max(0, began + (at / perSecond) * 1000 - performance.now()));
    await azumuta.complete(number);
  }
}

/** Counts the calls to the ERP until its breaker opened. */
function watchBreaker(system: LocalSystem) {
  const stopping = new AbortController();
  async function watch(): Promise<number | undefined> {
    while (!stopping.signal.aborted) {
      const { open } = await system.ledger.breaker.state('erp');
      if (open) return callsAt(system);
      await pause(50);
    }
    return undefined;
  }
  const watching = watch();
  return {
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

async function callsAt({ erp }: LocalSystem): Promise<number> {
  return Object.values(await erp.calls()).reduce((sum, count) => sum + count, 0);
}
