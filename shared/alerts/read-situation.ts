import type { Breaker, BreakerState } from '../circuit-breaker/circuit-breaker.ts';
import { partitionOf } from '../ledger/keys.ts';
import type { AlertLedger } from '../ledger/ledger.ts';
import type { OpenTrouble } from '../ledger/records/troubles.ts';
import { type Partner, partnerNames } from '../model/partner.ts';
import { type QueueName, queueNames } from '../model/queues.ts';
import type { Clock } from '../platform/clock.ts';
import type { AlertKind } from './alert.ts';
import type { Seen, SeenTrouble } from './decide-alerts.ts';

export interface SituationDependencies {
  readonly ledger: Pick<AlertLedger, 'troubles' | 'orders' | 'orderChanges'>;
  readonly breaker: Pick<Breaker, 'state'>;
  /** Messages in a queue. */
  readonly count: (queue: QueueName | 'dead-letters') => Promise<number>;
  readonly clock: Clock;
  /** Hours after its due date that an order counts as overdue. */
  readonly graceHours: number;
  /** Shorter outages are nobody's business: what waits goes on by itself. */
  readonly outageSeconds: number;
}

/** How both flows stand at one moment, as people are told of it. */
export interface Situation extends Seen {
  readonly partners: Readonly<Record<Partner, BreakerState>>;
  /** Messages in each queue. */
  readonly counts: Readonly<Record<QueueName | 'dead-letters', number>>;
  /** Messages in the dead-letter queue that the ledger knows nothing of, as far as SQS's approximation goes. */
  readonly unfiled: number;
}

/** Troubles of a kind that are read in one run: four pages of the index. */
export const maxSeen = 10_000;
/** After an outage, what waited is worked off in so many times the shortest that is told: half an hour. */
const workedOffTimes = 6;
const hourMs = 3_600_000;

/** Reads what there is, never by a scan: three queries, two items and four counts, however many orders there are. */
export async function readSituation(
  unfiledBefore: number,
  { ledger, breaker, count, clock, graceHours, outageSeconds }: SituationDependencies,
): Promise<Situation> {
  const now = clock.now();
  const outageMs = outageSeconds * 1000;
  const names = [...queueNames, 'dead-letters'] as const;
  const [found, overdue, due, counted, states] = await Promise.all([
    ledger.troubles.open(maxSeen),
    // The reconciliation moves whom it has asked about to a later time that is past: they stay overdue.
    ledger.orders.overdue(now, maxSeen),
    ledger.orders.overdue(new Date(now.getTime() - graceHours * hourMs), maxSeen),
    Promise.all(names.map(count)),
    Promise.all(partnerNames.map((partner) => breaker.state(partner))),
  ]);
  const [productOrders = 0, completions = 0, bookings = 0, deadLetters = 0] = counted;
  const [erp, azumuta] = states;
  if (!erp || !azumuta) throw new Error('Unreachable: each partner has a state.');
  const partners = { erp, azumuta };
  const noted = await withoutTakenIn(found, ledger);
  const dead = noted.filter(({ kind }) => kind === 'dead-letter').length;
  const isCut = found.length >= maxSeen;
  const unfiled = isCut ? 0 : Math.max(0, deadLetters - dead);
  const long = new Set(due);
  return {
    partners,
    counts: { 'product-orders': productOrders, completions, bookings, 'dead-letters': deadLetters },
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
      // Counted twice in a row: between the two writes of a replay, a letter is in the queue only.
      ...Array.from({ length: Math.min(unfiled, unfiledBefore) }, (_, at) => unfiledMessage(at, now)),
    ],
    cut: new Set<AlertKind>([
      ...(isCut ? (['dead-letter', 'changed', 'cancelled', 'unmapped', 'waiting'] as const) : []),
      ...(overdue.length >= maxSeen ? (['overdue'] as const) : []),
    ]),
  };
}

/** Orders that are looked at in one run. */
const maxLooked = 20;

/**
 * An order that could not be taken in and is posted again is written without being read, so nothing ends what was told
 * of it then: that is done here.
 */
async function withoutTakenIn(
  noted: readonly OpenTrouble[],
  { orders, orderChanges }: SituationDependencies['ledger'],
): Promise<readonly OpenTrouble[]> {
  const ended = new Set<OpenTrouble>();
  for (const trouble of noted.filter(({ kind }) => kind === 'unmapped').slice(0, maxLooked)) {
    const number = trouble.key.pk.slice(partitionOf('').length);
    if (!(await orders.find(number))) continue;
    await orderChanges.recordResolved(number, 'It was taken in since.');
    ended.add(trouble);
  }
  return noted.filter((trouble) => !ended.has(trouble));
}

/** What waits while a partner is down, or is worked off after that, is told with the outage. */
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
