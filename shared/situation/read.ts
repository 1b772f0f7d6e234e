import type { BreakerForPeople, BreakerState } from '../circuit-breaker/breaker-for-people.ts';
import { noOrder, numberOf } from '../ledger/keys.ts';
import type { ViewLedger } from '../ledger/ledger.ts';
import { concernKinds, type OpenConcern } from '../ledger/records/concerns.ts';
import type { Cause } from '../model/causes.ts';
import { type DueTerms, overdueAt } from '../model/due.ts';
import type { Mode } from '../model/mode.ts';
import { type Partner, partnerNames } from '../model/partner.ts';
import { type QueueName, queueKeepsDays } from '../model/queues.ts';
import { hourMs } from '../model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { type OrderNow, type OrdersNow, ordersOf, readOrdersNow, standInWords } from './open-orders.ts';
import { isClosure } from './pauses.ts';

/** Kinds of trouble: those that the ledger records, and those that are seen without it. */
export const troubleKinds = [...concernKinds, 'overdue', 'unfiled', 'partner-down', 'channel-down'] as const;
export type TroubleKind = (typeof troubleKinds)[number];

/** Troubles with the same three are shown together. */
export interface TroubleGroup {
  readonly kind: TroubleKind;
  readonly partner: Partner;
  readonly cause?: Cause | undefined;
}

/** Something that needs a person, as it was found in this run. */
export interface SeenTrouble extends TroubleGroup {
  /** The same for as long as it is the same trouble. */
  readonly id: string;
  /** The same also when it returns after it had ended. Default: `id`. */
  readonly thing?: string;
  readonly since: Date;
  /** Whether people hear of it already; before, it only prevents that its group counts as ended. */
  readonly isDue: boolean;
  readonly key?: OpenConcern['key'];
  /** Younger dead letters of its order with the same cause: they are shown with it. */
  readonly more?: readonly OpenConcern['key'][];
  /** Its order, where it is known without reading an item. */
  readonly order?: string;
  /** Where it stands, of an order that is late. */
  readonly place?: string;
  /** How many it stands for. Default 1. */
  readonly count?: number;
  /** Why, where the ledger does not record it. */
  readonly reason?: string | undefined;
}

/** The state of one queue. Counts are SQS's approximations. */
export interface QueueStatus {
  /** Messages that the next receive may take. */
  readonly waiting: number;
  /** Messages in the hands of a function, or waiting for their next attempt: SQS does not distinguish these. */
  readonly underWay: number;
  /** Age of the oldest message; undefined when the queue is empty, or when it is not known. */
  readonly oldestSeconds?: number | undefined;
}

/** The state of both flows at one moment: whatever tells people of it renders this. */
export interface Situation {
  readonly at: Date;
  readonly troubles: readonly SeenTrouble[];
  /** Kinds of which there are more than were read: those that are missing may still be open. */
  readonly cut: ReadonlySet<TroubleKind>;
  readonly mode: Mode;
  readonly partners: Readonly<Record<Partner, BreakerState>>;
  readonly queues: Readonly<Record<QueueName, QueueStatus>>;
  readonly orders: OrdersNow;
  /** By what an order is late. */
  readonly terms: DueTerms;
  /** What waits for a person as a dead letter: of each order one by cause, and those that the ledger does not know. */
  readonly deadLetters: number;
  /** Dead letters that the ledger does not know, by SQS's approximation. */
  readonly unfiled: number;
}

export interface SituationDependencies extends DueTerms {
  readonly ledger: Pick<ViewLedger, 'concerns' | 'openOrders' | 'deadLetters'>;
  readonly breaker: Pick<BreakerForPeople, 'states'>;
  readonly queue: (queue: QueueName) => Promise<QueueStatus>;
  readonly countDeadLetters: () => Promise<number>;
  readonly clock: Clock;
  /** In shadow, nothing waits for a person: people do it all by hand. What is down or paused is said as ever. */
  readonly mode: Mode;
  /** Shorter outages are not reported: what waits goes on by itself. */
  readonly outageSeconds: number;
}

/** Dead letters that are read, and concerns of each other kind. */
const maxSeen = 10_000;
const maxOfKind = 1000;
const limitOf = (kind: TroubleKind) => (kind === 'dead-letter' ? maxSeen : maxOfKind);
/** What waited during an outage is drained within this multiple of `outageSeconds`: half an hour. */
const drainedTimes = 6;
/** SQS has dropped a message a day later at the latest. */
const messageLastsMs = (queueKeepsDays + 1) * 24 * hourMs;

/**
 * Never scans: a query for each kind of concern and one for open orders (one more when there are settled dead letters), two
 * items, three counts, and the items of a thousand open orders and of as many of each kind of what is open, a hundred a call;
 * and a query of each ERP order whose parts are booked together, where something is open about one.
 * @param unfiledBefore Unknown dead letters of the run before: between the two writes of a replay, a dead letter is in the
 * queue only, so it is reported once it was counted in two runs.
 */
export async function readSituation(
  {
    ledger,
    breaker,
    queue,
    countDeadLetters,
    clock,
    mode,
    timeZone,
    graceHours,
    outageSeconds,
  }: SituationDependencies,
  unfiledBefore = Number.POSITIVE_INFINITY,
): Promise<Situation> {
  const at = clock.now();
  const terms = { timeZone, graceHours };
  const isLive = mode === 'live';
  const [open, partners, productOrders, completions, inQueue] = await Promise.all([
    isLive ? ledger.concerns.listOpen(limitOf) : [],
    breaker.states(),
    queue('product-orders'),
    queue('completions'),
    isLive ? countDeadLetters() : 0,
  ]);
  const orders = await readOrdersNow(ledger, open, { ...terms, at });
  const hasMessage = ({ since }: OpenConcern) => at.getTime() - since.getTime() < messageLastsMs;
  const lasting = open.filter((concern) => !endsWithMessage(concern) || hasMessage(concern));
  const cut = new Set<TroubleKind>(
    [...Map.groupBy(open, ({ kind }) => kind)].flatMap(([kind, of]) =>
      of.length < limitOf(kind) ? [] : kind,
    ),
  );
  if (orders.cut.has('late')) cut.add('overdue');
  const unknown =
    inQueue - open.filter((concern) => isDeadLetterConcern(concern) && hasMessage(concern)).length;
  const isKnown = unknown <= 0 || cut.has('dead-letter');
  const settled = isKnown ? [] : await ledger.deadLetters.listSettled(maxSeen);
  const unfiled = isKnown ? 0 : Math.max(0, unknown - settled.length);
  const shown = oldestOfAlike(lasting);
  const isOpen = !isClosure(partners.erp, at);
  return {
    at,
    cut,
    mode,
    partners,
    orders,
    terms,
    unfiled,
    deadLetters: shown.filter(isDeadLetterConcern).length + unfiled,
    queues: { 'product-orders': productOrders, completions },
    troubles: [
      ...outagesOf(partners, outageSeconds, at),
      ...shown.map((concern) => {
        const { key, kind, partner, since } = concern;
        const isDue = kind !== 'waiting' || (isOpen && isWell(partners[partner], outageSeconds, at));
        const thing = `${key.pk} ${key.sk}`;
        return { ...concern, id: `${thing} ${since.toISOString()}`, thing, isDue };
      }),
      ...ordersOf('late', orders)
        .filter(() => isLive)
        .map((one) => lateTrouble(one, terms, isOpen)),
      ...unfiledOf(Math.min(unfiled, unfiledBefore), at),
    ],
  };
}

function lateTrouble(late: OrderNow, terms: DueTerms, isDue: boolean): SeenTrouble {
  const { number: order } = late;
  const place = standInWords(late);
  const since = overdueAt(late, terms) ?? new Date(0);
  return { id: order, kind: 'overdue', partner: 'azumuta', order, place, since, isDue };
}

const isDeadLetterConcern = ({ kind }: Pick<OpenConcern, 'kind'>): boolean => kind === 'dead-letter';
const namesNoOrder = ({ key }: OpenConcern): boolean => numberOf({ ...key }) === noOrder;

/**
 * What can only be done by its message ends with it; then only the journey shows it. A dead letter of an order ends with
 * what it asks for, as no replay of an order needs its message.
 */
function endsWithMessage(concern: OpenConcern): boolean {
  return concern.kind === 'waiting' || (isDeadLetterConcern(concern) && namesNoOrder(concern));
}

/** Several messages about one order may have failed for one reason, as each day sends one: they are one trouble, its oldest. */
function oldestOfAlike(
  open: readonly OpenConcern[],
): (OpenConcern & { readonly more?: readonly OpenConcern['key'][] })[] {
  const alike = Map.groupBy(open, (concern) => {
    const { pk, sk } = concern.key;
    return isDeadLetterConcern(concern) && !namesNoOrder(concern)
      ? `${pk} ${groupOf(concern)}`
      : `${pk} ${sk}`;
  });
  return [...alike.values()].flatMap((concerns) => {
    const [oldest, ...others] = concerns.toSorted((a, b) => a.since.getTime() - b.since.getTime());
    if (!oldest || others.length === 0) return oldest ?? [];
    return { ...oldest, more: others.map(({ key }) => key) };
  });
}

/** However many somebody from outside sends: they are one trouble. */
function unfiledOf(count: number, since: Date): SeenTrouble[] {
  if (count === 0) return [];
  const group = { kind: 'unfiled', partner: 'azumuta', cause: 'unreadable-message' } as const;
  return [{ ...group, id: 'unfiled', since, isDue: true, count }];
}

function outagesOf(partners: Situation['partners'], outageSeconds: number, at: Date): SeenTrouble[] {
  return partnerNames.flatMap((partner) => {
    const { open, openedAt } = partners[partner];
    if (!open || openedAt === undefined) return [];
    const since = new Date(openedAt);
    const isDue = at.getTime() - since.getTime() >= outageSeconds * 1000;
    return [{ id: `${partner} ${openedAt}`, kind: 'partner-down', partner, since, isDue }];
  });
}

/** Messages that wait while a partner is down, or are drained afterwards, are shown with the outage. */
function isWell({ open, closedAt }: BreakerState, outageSeconds: number, at: Date): boolean {
  const drainedMs = drainedTimes * outageSeconds * 1000;
  return !open && (closedAt === undefined || at.getTime() - Date.parse(closedAt) >= drainedMs);
}

/** `dead-letter/erp/order-state`; without a cause it ends with the second slash. */
export function groupOf({
  kind,
  partner,
  cause,
}: Omit<TroubleGroup, 'kind'> & { readonly kind: string }): string {
  return `${kind}/${partner}/${cause ?? ''}`;
}
