import type { Breaker, BreakerState } from '../circuit-breaker/circuit-breaker.ts';
import type { AlertLedger } from '../ledger/ledger.ts';
import { concernKinds } from '../ledger/records/concerns.ts';
import { type Partner, partnerNames } from '../model/partner.ts';
import { type QueueName, queueNames } from '../model/queues.ts';
import type { Clock } from '../platform/clock.ts';
import type { AlertKind } from './alert.ts';
import type { Seen, SeenTrouble } from './decide-alerts.ts';

export interface SituationDependencies {
  readonly ledger: Pick<AlertLedger, 'concerns' | 'orders' | 'deadLetters'>;
  readonly breaker: Pick<Breaker, 'state'>;
  /** Messages in a queue. */
  readonly count: (queue: QueueName | 'dead-letters') => Promise<number>;
  readonly clock: Clock;
  /** Hours after its due date that an order counts as overdue. */
  readonly graceHours: number;
  /** Shorter outages are not told: what waits goes on by itself. */
  readonly outageSeconds: number;
}

/** The state of both flows at one moment, for messages to people. */
export interface Situation extends Seen {
  readonly partners: Readonly<Record<Partner, BreakerState>>;
  /** Messages in each queue. */
  readonly counts: Readonly<Record<QueueName | 'dead-letters', number>>;
  /** Messages in the dead-letter queue that the ledger does not know, by SQS's approximation. */
  readonly unfiled: number;
}

/** Troubles that are read in one run: four pages of the index. */
const maxSeen = 10_000;
/** What waited during an outage is worked off within this multiple of `outageSeconds`: half an hour. */
const workedOffTimes = 6;
const hourMs = 3_600_000;

/** SQS drops a dead letter, and a message that waits, after 14 days; after that only the journey shows it. */
const lastsMs: Readonly<Partial<Record<AlertKind, number>>> = {
  'dead-letter': 15 * 24 * hourMs,
  waiting: 15 * 24 * hourMs,
};

export function createSituationReader({
  ledger,
  breaker,
  count,
  clock,
  graceHours,
  outageSeconds,
}: SituationDependencies) {
  const outageMs = outageSeconds * 1000;

  /** Reads queues and partners. */
  async function readFlows() {
    const queues = [...queueNames, 'dead-letters'] as const;
    const [counted, [erp, azumuta]] = await Promise.all([
      Promise.all(queues.map(count)),
      Promise.all([breaker.state('erp'), breaker.state('azumuta')]),
    ]);
    const [productOrders = 0, completions = 0, deadLetters = 0] = counted;
    return {
      partners: { erp, azumuta },
      counts: { 'product-orders': productOrders, completions, 'dead-letters': deadLetters },
    };
  }

  /** Never scans: three queries (four, when there are settled dead letters), two items and four counts, for any number of orders. */
  return async function readSituation(unfiledBefore: number): Promise<Situation> {
    const now = clock.now();
    const [found, overdue, due, { partners, counts }] = await Promise.all([
      ledger.concerns.open(maxSeen),
      // The reconciliation moves orders that it has asked about to a later time that has passed: they stay overdue.
      ledger.orders.late(now, maxSeen),
      ledger.orders.late(new Date(now.getTime() - graceHours * hourMs), maxSeen),
      readFlows(),
    ]);
    const isCut = found.length >= maxSeen;
    const noted = found.filter(
      ({ kind, since }) => now.getTime() - since.getTime() < (lastsMs[kind] ?? Number.POSITIVE_INFINITY),
    );
    const dead = noted.filter(({ kind }) => kind === 'dead-letter').length;
    const unknown = counts['dead-letters'] - dead;
    const settled = unknown > 0 ? await ledger.deadLetters.countSettled(maxSeen) : 0;
    const unfiled = isCut ? 0 : Math.max(0, unknown - settled);
    const long = new Set(due);
    return {
      partners,
      counts,
      unfiled,
      troubles: [
        ...partnerNames.flatMap((partner) => outageOf(partner, partners[partner], outageMs, now)),
        ...noted.map(
          (trouble): SeenTrouble => ({
            id: `${trouble.key.pk} ${trouble.key.sk} ${trouble.since.toISOString()}`,
            ...trouble,
            noted: trouble,
            isDue: trouble.kind !== 'waiting' || isWell(partners[trouble.partner], outageMs, now),
          }),
        ),
        ...overdue.map((order) => overdueOrder(order, long.has(order), now)),
        // Counted in two successive runs: between the two writes of a replay, a letter is in the queue only.
        ...Array.from({ length: Math.min(unfiled, unfiledBefore) }, (_, at) => unfiledMessage(at, now)),
      ],
      cut: new Set<AlertKind>([
        ...(isCut ? concernKinds : []),
        ...(overdue.length >= maxSeen ? (['overdue'] as const) : []),
      ]),
    };
  };
}

/** Messages that wait while a partner is down, or are worked off afterwards, are told with the outage. */
function isWell({ open, closedAt }: BreakerState, outageMs: number, now: Date): boolean {
  return (
    !open && (closedAt === undefined || now.getTime() - Date.parse(closedAt) >= workedOffTimes * outageMs)
  );
}

function outageOf(
  partner: Partner,
  { open, openedAt }: BreakerState,
  outageMs: number,
  now: Date,
): SeenTrouble[] {
  if (!open || openedAt === undefined) return [];
  const since = new Date(openedAt);
  const isDue = now.getTime() - since.getTime() >= outageMs;
  return [{ id: `${partner} ${openedAt}`, kind: 'partner-down', partner, since, isDue }];
}

function overdueOrder(order: string, isDue: boolean, now: Date): SeenTrouble {
  return { id: order, kind: 'overdue', partner: 'azumuta', since: now, isDue, order };
}

function unfiledMessage(at: number, now: Date): SeenTrouble {
  const kind = 'unfiled';
  return { id: String(at), kind, partner: 'azumuta', cause: 'unreadable-message', since: now, isDue: true };
}
