import type { BreakerState } from '../circuit-breaker/circuit-breaker.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OrderConcernKind } from '../ledger/records/concerns.ts';
import type { DayEvent } from '../ledger/records/events.ts';
import type { Partner } from '../model/partner.ts';
import type { QueueName } from '../model/queues.ts';

/** The state of both flows, as far as the morning mail shows it. */
export interface DigestFlows {
  readonly queues: Readonly<Record<QueueName, { readonly waiting: number; readonly paused: boolean }>>;
  readonly partners: Readonly<Record<Partner, BreakerState>>;
  /** Messages that wait for a person. */
  readonly deadLetters: number;
}

/** What was done in a period. */
export interface Done {
  /** Product orders created in Azumuta, or by hand and adopted. */
  readonly created: number;
  /** Quantities booked in the ERP. */
  readonly booked: number;
}

/** A conflict or a dead letter, with its reason. */
export interface DigestTrouble {
  readonly number: string;
  readonly at: string;
  readonly reason: string;
  /** Of a dead letter: whether it was replayed or discarded since. */
  readonly settled?: boolean;
}

interface CountedTroubles {
  readonly count: number;
  /** The first of them, with their reasons. */
  readonly first: readonly DigestTrouble[];
}

/** What happened in a period, and what waits now. */
export interface Digest extends Done {
  readonly deadLettered: CountedTroubles;
  readonly conflicts: CountedTroubles;
  readonly cancelled: readonly string[];
  /** ERP orders that the mapping refused. */
  readonly unmapped: CountedTroubles;
  /** Product orders in Azumuta that are not completed, up to `maxAwaited`. */
  readonly awaited: number;
  /** Overdue ones among them; `first` lists up to ten, the longest overdue first. */
  readonly overdue: { readonly count: number; readonly first: readonly string[] };
  readonly flows: DigestFlows;
  /** Some counts include the first events of a day only. */
  readonly cut: boolean;
}

export interface DigestDependencies {
  readonly ledger: Pick<Ledger, 'dailyActivity' | 'orders' | 'deadLetters' | 'journeys'>;
  readonly flows: () => Promise<DigestFlows>;
  readonly now: Date;
}

/** Events of a day that are counted: far more than a plant has. */
export const maxEvents = 50_000;
/** Awaited orders that are counted at most. */
export const maxAwaited = 5000;

/** Concerns of orders that were made: their events have the names of their kinds. */
export const changes: readonly string[] = [
  'changed',
  'number-taken',
  'removed',
  'figures-changed',
  'used-again',
] satisfies OrderConcernKind[];
/** Troubles that are listed. */
const maxTroubles = 20;

/**
 * A period in figures. Reads the ledger's index of days, the index of awaited orders and the orders of the troubles that
 * it lists; never the whole table.
 */
export async function digestOf(
  since: Date,
  until: Date,
  { ledger, flows, now }: DigestDependencies,
): Promise<Digest> {
  const [events, states, awaited, overdue] = await Promise.all([
    ledger.dailyActivity.between(since, until, maxEvents),
    flows(),
    ledger.orders.overdue(farFuture, maxAwaited),
    ledger.orders.overdue(now, maxAwaited),
  ]);
  const of = (...names: readonly string[]) => events.filter(({ event }) => names.includes(event));
  const [dead, conflicts, unmapped] = [of('dead-lettered'), of(...changes), of('refused')];
  return {
    ...doneOf(events),
    deadLettered: { count: dead.length, first: await deadLettersOf(dead, ledger) },
    conflicts: { count: conflicts.length, first: await changesOf(conflicts, ledger) },
    unmapped: { count: unmapped.length, first: await changesOf(unmapped, ledger) },
    cancelled: of('unwanted').map(({ number }) => number),
    awaited: awaited.length,
    overdue: { count: overdue.length, first: overdue.slice(0, 10) },
    flows: states,
    // The index has days of UTC.
    cut: Map.groupBy(events, ({ at }) => at.slice(0, 10))
      .values()
      .some((ofDay) => ofDay.length >= maxEvents),
  };
}

export function doneOf(events: readonly DayEvent[]): Done {
  const count = (...names: string[]) => events.filter(({ event }) => names.includes(event)).length;
  return {
    created: count('created', 'adopted'),
    booked: count('booked'),
  };
}

/** Later than any order is due. */
const farFuture = new Date('9999-12-31T00:00:00Z');

async function deadLettersOf(
  events: readonly DayEvent[],
  { deadLetters }: Pick<Ledger, 'deadLetters'>,
): Promise<DigestTrouble[]> {
  const troubles: DigestTrouble[] = [];
  for (const [number, ofOrder] of Map.groupBy(events.slice(0, maxTroubles), (event) => event.number)) {
    const records = await deadLetters.of(number);
    const dead = records.find(({ isDead }) => isDead);
    const reason = (dead ?? records.at(-1))?.reason ?? '';
    troubles.push({ number, at: ofOrder.at(-1)?.at ?? '', reason, settled: dead === undefined });
  }
  return troubles;
}

/** The first of some changes, with the reasons in their journeys. */
async function changesOf(
  events: readonly DayEvent[],
  { journeys }: Pick<Ledger, 'journeys'>,
): Promise<DigestTrouble[]> {
  const troubles: DigestTrouble[] = [];
  for (const { number, at, event } of events.slice(0, maxTroubles)) {
    const journey = await journeys.of(number);
    const entry = journey.findLast((each) => each.event === event);
    troubles.push({ number, at, reason: entry?.note ?? '' });
  }
  return troubles;
}
