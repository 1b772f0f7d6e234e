import { setTimeout as pause } from 'node:timers/promises';
import { viewQueues } from '../../support/queues.ts';
import type { Books, Partners } from '../partners/partners.ts';
import { median, sum } from '../statistics.ts';
import { type Offered, offer, until } from './load.ts';
import type { BenchPlant } from './plant.ts';
import { killIfAlive, usageOf } from './processes.ts';
import { productOrdersToComplete } from './product-orders.ts';

/** A system that books completions: our bundle, or its peer. */
interface Contender {
  readonly name: string;
  readonly plant: BenchPlant;
}

export interface Round {
  readonly completions: number;
  /** From the first call until the last booking. */
  readonly perSecond: number;
  /** Processor time of the containers; undefined without /proc. */
  readonly cpuMs: number | undefined;
  /** Memory at the end in bytes, of the largest process of each name. */
  readonly memory: Readonly<Record<string, number>>;
  readonly calls: Books['calls'];
}

/**
 * `kill`: all processes are killed between a booking and its answer. `outage`: the ERP answers 503 for three seconds.
 * `both`: the kill happens during the outage.
 */
export const faults = ['kill', 'outage', 'both'] as const;
export type Fault = (typeof faults)[number];

export interface Losses {
  readonly accepted: number;
  readonly lost: number;
  readonly doubled: number;
}

/** If nothing was booked for this time, nothing more will be. It is longer than a kill hides messages in a queue. */
const quietMs = 16_000;
const maxMs = 90_000;

/**
 * Measures some rounds of each contender after a warm-up, in turns, so that a change in the machine's load affects all.
 */
export async function measureRounds(
  contenders: readonly Contender[],
  partners: Partners,
  wanted: { readonly rounds: number; readonly completions: number },
  tell: (status: string) => void,
): Promise<{ readonly name: string; readonly rounds: readonly Round[] }[]> {
  const figures = contenders.map(({ name, plant }) => ({ name, plant, rounds: [] as Round[] }));
  for (let round = 0; round <= wanted.rounds; round += 1) {
    for (const { name, plant, rounds } of figures) {
      tell(`${name}: ${round === 0 ? 'warming up' : `round ${round} of ${wanted.rounds}`}`);
      const completions = round === 0 ? 100 : wanted.completions;
      const measured = await measureRound({ name, plant }, partners, { prefix: `r${round}`, completions });
      if (round > 0) rounds.push(measured);
    }
  }
  return figures.map(({ name, rounds }) => ({ name, rounds }));
}

/** Sends completions as fast as they are accepted. @throws Error when one was refused or not booked. */
async function measureRound(
  { name, plant }: Contender,
  partners: Partners,
  { prefix, completions }: { readonly prefix: string; readonly completions: number },
): Promise<Round> {
  const numbers = await productOrdersToComplete(plant, partners, prefix, completions);
  const before = new Map(plant.containers().map(({ pid }) => [pid, usageOf(pid)?.cpuMs ?? 0]));
  const offered = await offer({ url: plant.webhookUrl, numbers });
  const { books, losses } = await settle(offered, plant, partners);
  if (offered.refused > 0 || losses.lost > 0 || losses.doubled > 0) {
    throw new Error(
      `${name}: of ${completions} completions ${offered.refused} were refused, ${losses.lost} lost and ${losses.doubled} booked twice, without any fault.`,
    );
  }
  const usages = plant.containers().map(({ name, pid }) => ({ name, pid, usage: usageOf(pid) }));
  const known = usages.flatMap(({ name, pid, usage }) => (usage ? [{ name, pid, ...usage }] : []));
  const memory: Record<string, number> = {};
  for (const each of known) memory[each.name] = Math.max(memory[each.name] ?? 0, each.memoryBytes);
  return {
    completions,
    perSecond: completions / ((books.lastBookingAt - offered.beganAt) / 1000),
    cpuMs:
      known.length === 0 ? undefined : sum(known.map(({ pid, cpuMs }) => cpuMs - (before.get(pid) ?? 0))),
    memory,
    calls: books.calls,
  };
}

/** Median time in milliseconds from trigger to booking, of completions that come five a second. */
export async function measureWait(
  plant: BenchPlant,
  partners: Partners,
  rounds: number,
  tell: (status: string) => void,
): Promise<number> {
  const waits: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    tell(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    const numbers = await productOrdersToComplete(plant, partners, `w${round}`, 100);
    const offered = await offer({ url: plant.webhookUrl, numbers, width: 4, perSecond: 5 });
    const { books } = await settle(offered, plant, partners);
    if (round > 0)
      for (const [number, sentAt] of offered.sentAt)
        waits.push((books.bookedAt[number] ?? Number.POSITIVE_INFINITY) - sentAt);
  }
  return median(waits);
}

/** Counts what each contender loses and books twice with each fault, in turns. */
export async function countLosses(
  contenders: readonly Contender[],
  partners: Partners,
  tell: (status: string) => void,
): Promise<{ readonly name: string; readonly fault: Fault; readonly losses: Losses }[]> {
  const counted: { name: string; fault: Fault; losses: Losses }[] = [];
  // Warm up first: while containers still start, a fault would meet no work in progress.
  for (const each of contenders)
    await measureRound(each, partners, { prefix: 'accidents', completions: 100 });
  for (const fault of faults) {
    for (const { name, plant } of contenders) {
      tell(`${name}: ${fault}`);
      counted.push({ name, fault, losses: await lossesOf(plant, partners, fault) });
    }
  }
  return counted;
}

/** A steady load, with a fault in the middle of it. */
async function lossesOf(plant: BenchPlant, partners: Partners, fault: Fault): Promise<Losses> {
  const numbers = await productOrdersToComplete(plant, partners, fault, 120);
  const offering = offer({ url: plant.webhookUrl, numbers, width: 8, perSecond: 20 });
  await pause(2_000);
  if (fault !== 'kill') await partners.fail(3_000);
  if (fault === 'both') await pause(1_500);
  if (fault === 'kill') await heldBack(partners);
  if (fault !== 'outage') killAll(plant);
  const { losses } = await settle(await offering, plant, partners);
  return losses;
}

/** Waits for the worst moment for a kill: the ERP has booked, but its caller has no answer. */
async function heldBack(partners: Partners): Promise<void> {
  await partners.holdBack();
  const { lastBookingAt } = await partners.read();
  const booked = async () => (await partners.read()).lastBookingAt > lastBookingAt;
  if (!(await until(booked, 20_000, 5))) throw new Error('Nothing was booked for 20 s, without any fault.');
}

/** Kills the platform with its stores and all containers, as a power cut does; the platform starts them again. */
function killAll({ emulator }: BenchPlant): void {
  for (const { pid } of emulator.processes()) killIfAlive(pid);
}

/** Waits until all is booked and the queues are empty, or until nothing more happens. */
async function settle(
  { accepted }: Offered,
  plant: BenchPlant,
  partners: Partners,
): Promise<{ readonly books: Books; readonly losses: Losses }> {
  const queues = viewQueues(plant);
  const began = performance.now();
  let lastChange = began;
  let seen = -1;
  for (;;) {
    const books = await partners.read();
    const missing = accepted.filter((number) => books.bookings[number] === undefined);
    const now = performance.now();
    if (missing.length !== seen) lastChange = now;
    seen = missing.length;
    const isDone = missing.length === 0 && (await queues.depth()) === 0;
    if (isDone || now - lastChange > quietMs || now - began > maxMs) {
      const doubled = Object.values(books.bookings).filter((times) => times > 1).length;
      return { books, losses: { accepted: accepted.length, lost: missing.length, doubled } };
    }
    await pause(100);
  }
}
