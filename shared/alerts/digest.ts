import type { BreakerState } from '../circuit-breaker/circuit-breaker.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { DayEvent } from '../ledger/records/events.ts';
import type { Partner } from '../model/partner.ts';
import type { QueueName } from '../model/queues.ts';

/** How both flows stand, as far as a digest tells it. */
export interface DigestFlows {
  readonly queues: Readonly<
    Record<QueueName, { readonly waiting: number; readonly underWay: number; readonly paused: boolean }>
  >;
  readonly partners: Readonly<Record<Partner, BreakerState>>;
  /** Messages that wait for a person. */
  readonly deadLetters: number;
}

/** What was done in a stretch of time. */
export interface Done {
  /** Product orders created in Azumuta; those of them that were typed by hand before are `adopted`. */
  readonly created: number;
  readonly adopted: number;
  /** Quantities booked in the ERP, and recordings that were added to earlier bookings. */
  readonly booked: number;
  readonly amended: number;
  readonly ignored: number;
}

/** A conflict or a dead letter, and why it is. */
export interface DigestTrouble {
  readonly number: string;
  readonly at: string;
  readonly reason: string;
  /** Dead letters: whether somebody has replayed or discarded it since. */
  readonly settled?: boolean;
}

/** What happened in a stretch of time, and what waits now. */
export interface Digest extends Done {
  readonly since: string;
  readonly until: string;
  /** The first of them, with their reasons; the counts are of all. */
  readonly deadLettered: { readonly count: number; readonly first: readonly DigestTrouble[] };
  readonly conflicts: { readonly count: number; readonly first: readonly DigestTrouble[] };
  readonly cancelled: readonly string[];
  /** ERP orders that the mapping refused. */
  readonly unmapped: { readonly count: number; readonly first: readonly DigestTrouble[] };
  /** Product orders in Azumuta whose completion is awaited, up to `maxAwaited`. */
  readonly awaited: number;
  /** Those of them that are overdue, the longest first, up to ten. */
  readonly overdue: { readonly count: number; readonly first: readonly string[] };
  readonly flows: DigestFlows;
  /** Some counts are of the first events of a day only. */
  readonly cut: boolean;
}

export interface DigestDependencies {
  readonly ledger: Pick<Ledger, 'dailyActivity' | 'orders' | 'deadLetters' | 'journeys'>;
  readonly flows: () => Promise<DigestFlows>;
  readonly now: Date;
  /** Where what happened ends. Default: now. */
  readonly until?: Date;
}

/** Events of one day that are counted: far more than a plant makes. */
export const maxEvents = 50_000;
/** Awaited orders that are counted. */
export const maxAwaited = 5000;
/** Troubles that are told one by one. */
const maxTroubles = 20;

/**
 * The day in figures. Reads the ledger's index of days, the index of awaited orders and, for the troubles that it
 * tells one by one, their orders; never the whole table.
 */
export async function digestOf(since: Date, dependencies: DigestDependencies): Promise<Digest> {
  const { ledger, now, until = now } = dependencies;
  const [events, flows, awaited, overdue] = await Promise.all([
    ledger.dailyActivity.between(since, until, maxEvents),
    dependencies.flows(),
    ledger.orders.overdue(farFuture, maxAwaited),
    ledger.orders.overdue(now, maxAwaited),
  ]);
  const of = (...names: string[]) => events.filter(({ event }) => names.includes(event));
  const [dead, conflicts, unmapped] = [of('dead-lettered'), of('conflict'), of('not mapped')];
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    ...doneOf(events),
    deadLettered: {
      count: dead.length,
      first: await deadLettersOf(dead.slice(0, maxTroubles), dependencies),
    },
    conflicts: { count: conflicts.length, first: await toldOf(conflicts, dependencies) },
    unmapped: { count: unmapped.length, first: await toldOf(unmapped, dependencies) },
    cancelled: of('cancelled in the ERP').map(({ number }) => number),
    awaited: awaited.length,
    overdue: { count: overdue.length, first: overdue.slice(0, 10) },
    flows,
    // By the days of the index, which are those of UTC.
    cut: Map.groupBy(events, ({ at }) => at.slice(0, 10))
      .values()
      .some((ofDay) => ofDay.length >= maxEvents),
  };
}

export function doneOf(events: readonly DayEvent[]): Done {
  const count = (...names: string[]) => events.filter(({ event }) => names.includes(event)).length;
  return {
    created: count('created', 'adopted'),
    adopted: count('adopted'),
    booked: count('booked'),
    amended: count('amended'),
    ignored: count('ignored'),
  };
}

/** Later than any order is due. */
const farFuture = new Date('9999-12-31T00:00:00Z');

async function deadLettersOf(
  events: readonly DayEvent[],
  { ledger }: DigestDependencies,
): Promise<DigestTrouble[]> {
  const troubles: DigestTrouble[] = [];
  for (const number of new Set(events.map((event) => event.number))) {
    const records = await ledger.deadLetters.of(number);
    const at = events.findLast((event) => event.number === number)?.at ?? '';
    const living = records.find(({ isDead }) => isDead);
    const shown = living ?? records.at(-1);
    troubles.push({ number, at, reason: shown?.reason ?? '', settled: living === undefined });
  }
  return troubles;
}

/** The first of some events, with what their journeys tell of them. */
async function toldOf(events: readonly DayEvent[], { ledger }: DigestDependencies): Promise<DigestTrouble[]> {
  const troubles: DigestTrouble[] = [];
  for (const { number, at, event } of events.slice(0, maxTroubles)) {
    const journey = await ledger.journeys.of(number);
    const told = journey.findLast((entry) => entry.event === event);
    troubles.push({ number, at, reason: told?.note ?? '' });
  }
  return troubles;
}
