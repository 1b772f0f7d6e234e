import { setTimeout as pause } from 'node:timers/promises';
import type { Books } from '../partners/partner-books.ts';
import type { Partners } from '../partners/partners.ts';
import { sum } from '../statistics.ts';
import type { Contender } from './contenders.ts';
import { numbersOf, type Offered, offer } from './load.ts';
import { usageOf } from './processes.ts';

export interface Round {
  readonly completions: number;
  /** From the first call until the last booking. */
  readonly perSecond: number;
  /** Processor time of the working processes; undefined without /proc. */
  readonly cpuMs: number | undefined;
  /** Bytes that a process holds at the end, the largest of its name. */
  readonly memory: Readonly<Record<string, number>>;
  /** The most that a process ever held, the largest of its name. */
  readonly peak: Readonly<Record<string, number>>;
  readonly calls: Books['calls'];
}

/** Everything is killed; the ERP answers 503 for three seconds; and both, the kill in the middle of the outage. */
export type Fault = 'kill' | 'outage' | 'both';

export interface Losses {
  readonly accepted: number;
  readonly lost: number;
  readonly doubled: number;
}

/** Nothing was booked for so long: nothing will be. Longer than what a kill leaves hidden in a queue. */
const quietMs = 16_000;
const maxMs = 90_000;

/** As many completions as fast as they are taken. @throws Error when one was refused or not booked. */
export async function measureRound(
  contender: Contender,
  partners: Partners,
  { prefix, completions }: { readonly prefix: string; readonly completions: number },
): Promise<Round> {
  await partners.reset();
  const before = new Map(contender.workers().map(({ pid }) => [pid, usageOf(pid)?.cpuMs ?? 0]));
  const offered = await offer({ url: contender.webhookUrl, numbers: numbersOf(prefix, completions) });
  const { books, losses } = await settle(offered, partners);
  if (offered.refused > 0 || losses.lost > 0 || losses.doubled > 0) {
    throw new Error(
      `${contender.name}: of ${completions} completions ${offered.refused} were refused, ${losses.lost} lost and ${losses.doubled} booked twice, without any fault.`,
    );
  }
  const usages = contender.workers().map(({ name, pid }) => ({ name, pid, usage: usageOf(pid) }));
  const known = usages.flatMap(({ name, pid, usage }) => (usage ? [{ name, pid, ...usage }] : []));
  const largest = (bytes: 'memoryBytes' | 'peakBytes') => {
    const byName: Record<string, number> = {};
    for (const each of known) byName[each.name] = Math.max(byName[each.name] ?? 0, each[bytes]);
    return byName;
  };
  return {
    completions,
    perSecond: completions / ((books.lastBookingAt - offered.beganAt) / 1000),
    cpuMs:
      known.length === 0 ? undefined : sum(known.map(({ pid, cpuMs }) => cpuMs - (before.get(pid) ?? 0))),
    memory: largest('memoryBytes'),
    peak: largest('peakBytes'),
    calls: books.calls,
  };
}

/** A steady load, with a fault in the middle of it. */
export async function countLosses(
  contender: Contender,
  partners: Partners,
  { prefix, fault }: { readonly prefix: string; readonly fault: Fault },
): Promise<Losses> {
  await partners.reset();
  const offering = offer({
    url: contender.webhookUrl,
    numbers: numbersOf(prefix, 120),
    width: 8,
    perSecond: 20,
  });
  await pause(2_000);
  if (fault !== 'kill') await partners.fail(3_000);
  if (fault === 'both') await pause(1_500);
  if (fault !== 'outage') await contender.kill();
  const { losses } = await settle(await offering, partners);
  return losses;
}

async function settle(
  { accepted }: Offered,
  partners: Partners,
): Promise<{ readonly books: Books; readonly losses: Losses }> {
  const began = performance.now();
  let lastChange = began;
  let seen = -1;
  for (;;) {
    const books = await partners.read();
    const missing = accepted.filter((number) => books.bookings[number] === undefined);
    const now = performance.now();
    if (missing.length !== seen) lastChange = now;
    seen = missing.length;
    if (missing.length === 0 || now - lastChange > quietMs || now - began > maxMs) {
      // The last bookings are still being looked at and written down.
      if (missing.length === 0) await standstill(partners);
      const doubled = Object.values(books.bookings).filter((times) => times > 1).length;
      return {
        books: await partners.read(),
        losses: { accepted: accepted.length, lost: missing.length, doubled },
      };
    }
    await pause(100);
  }
}

/** Resolves when both partners were left alone for half a second. */
async function standstill(partners: Partners): Promise<void> {
  let before = -1;
  for (let looks = 0; looks < 40; looks += 1) {
    const calls = sum(Object.values((await partners.read()).calls));
    if (calls === before) return;
    before = calls;
    await pause(500);
  }
}
