import { createHash } from 'node:crypto';
import type { ToldGroup, ToldOutages } from '../ledger/records/alerts.ts';
import type { Cause } from '../model/causes.ts';
import type { Partner } from '../model/partner.ts';
import { hourMs } from '../model/time.ts';
import {
  groupOf,
  type SeenTrouble,
  type Situation,
  type TroubleGroup,
  type TroubleKind,
  troubleKinds,
} from '../situation/read.ts';

export interface AlertDecision extends TroubleGroup {
  readonly event: 'new' | 'reminder' | 'over';
  /** Its troubles, the oldest first; empty when it is over. */
  readonly troubles: readonly SeenTrouble[];
  /** When the whole group began (ISO). */
  readonly since: string;
  /** How many troubles it is about: of one that is over, all that were told. */
  readonly count: number;
  readonly open: number;
}

/** The message, if there is one, and what people were told after that. */
interface Decided<Told> {
  readonly alert?: AlertDecision;
  readonly after?: Told | undefined;
}

type Open = Pick<Situation, 'at' | 'troubles' | 'cut'>;

const onceADayMs = 24 * hourMs;
/** Further troubles of a told group are collected for an hour: a closed period may fail a completion every minute. */
const quietMs = (kind: TroubleKind) => (kind === 'overdue' ? onceADayMs : hourMs);
/** A group that has grown so many times since it was told is told at once. */
const floodTimes = 10;

/**
 * What is told of each group of troubles with the same kind, partner and cause; outages have a rule of their own below:
 *
 *   some were not told yet                         new, at most once an hour (overdue orders: once a day)
 *   ten times as many are open as when it was told new, at once
 *   some that were told have been open for a day   reminder, once a day
 *   none is open any more                          over
 *
 * @returns For each group the message about it, if there is one, and what people were told of it after that.
 */
export function decideAlerts(told: Readonly<Record<string, ToldGroup>>, { at, troubles, cut }: Open) {
  const open = Map.groupBy(
    troubles.filter(({ kind }) => kind !== 'partner-down'),
    groupOf,
  );
  const known = Object.keys(told).filter((group) => troubleKinds.includes(parseGroupName(group).kind));
  return [...new Set([...known, ...open.keys()])].map((group) => {
    const byAge = (open.get(group) ?? []).toSorted((a, b) => a.since.getTime() - b.since.getTime());
    return { group, ...decideGroup(parseGroupName(group), told[group], { at, cut, troubles: byAge }) };
  });
}

function decideGroup(
  group: TroubleGroup,
  before: ToldGroup | undefined,
  { at, cut, troubles: open }: Open,
): Decided<ToldGroup> {
  const known = new Set(before?.told.match(eachFingerprint));
  const still = open.filter(({ id }) => known.has(troubleFingerprint(id)));
  const news = open.filter(({ id, isDue }) => isDue && !known.has(troubleFingerprint(id)));
  const sinceToldMs = before ? at.getTime() - Date.parse(before.toldAt) : Number.POSITIVE_INFINITY;
  const since = before?.since ?? news[0]?.since.toISOString() ?? '';
  const due = countTroubles(open.filter(({ isDue }) => isDue));
  const alert = (
    event: AlertDecision['event'],
    about: readonly SeenTrouble[],
    count = countTroubles(about),
  ) => {
    return { ...group, event, troubles: about, since, count, open: due };
  };
  const toldAt = at.toISOString();
  const isFlood = before !== undefined && due >= floodTimes * before.open;
  const isDueNews = news.length > 0 && sinceToldMs >= quietMs(group.kind);
  if (isFlood || isDueNews) {
    const count = Math.max((before?.count ?? 0) + countTroubles(news), due);
    const after = { since, count, toldAt, open: due, told: fingerprintsOf([...still, ...news]) };
    return { alert: alert('new', news.length > 0 ? news : still), after };
  }
  if (!before || cut.has(group.kind)) return { after: before };
  if (still.length === 0 && news.length === 0) return { alert: alert('over', [], before.count) };
  // What is new waits: it is told with what else comes within the hour.
  const after = { ...before, told: fingerprintsOf(still) };
  if (still.length === 0 || sinceToldMs < onceADayMs) return { after };
  return { alert: alert('reminder', still), after: { ...after, toldAt } };
}

function countTroubles(troubles: readonly SeenTrouble[]): number {
  return troubles.reduce((sum, { count = 1 }) => sum + count, 0);
}

function parseGroupName(group: string): TroubleGroup {
  // The name was made by `groupOf`.
  const [kind, partner, cause] = group.split('/') as [TroubleKind, Partner, Cause | ''];
  return { kind, partner, cause: cause === '' ? undefined : cause };
}

/** So short that ten thousand of them fit into one item; of so many, one in six million is mistaken for another. */
const fingerprintLength = 8;
const eachFingerprint = new RegExp(`.{${fingerprintLength}}`, 'g');

function troubleFingerprint(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, fingerprintLength);
}

function fingerprintsOf(troubles: readonly SeenTrouble[]): string {
  return troubles.map(({ id }) => troubleFingerprint(id)).join('');
}

/** So many outages that follow each other within an hour are told as one thing. */
export const unsteadyFrom = 3;

/**
 * What is told of a partner, so that one which comes and goes all day is no mail every ten minutes:
 *
 *   down for some minutes                      new
 *   down for the third time within an hour     new, with their number, at once; then nothing of each of them
 *   it answers again                           over; of the unsteady one an hour later
 *   down, and told a day ago                   reminder
 */
export function decideOutages(
  partner: Partner,
  before: ToldOutages | undefined,
  { at, troubles }: Pick<Situation, 'at' | 'troubles'>,
): Decided<ToldOutages> {
  const down = troubles.find((one) => one.kind === 'partner-down' && one.partner === partner);
  const isQuiet = before !== undefined && at.getTime() - Date.parse(before.seenAt) >= hourMs;
  const isForgotten = isQuiet && before.told !== 'down' && before.told !== 'unsteady';
  const known = isForgotten ? undefined : before;
  const told = (event: AlertDecision['event'], after: ToldOutages): Decided<ToldOutages> => ({
    alert: {
      event,
      kind: 'partner-down',
      partner,
      since: outagesBeganAt(after),
      count: after.count,
      troubles: down ? [down] : [],
      open: down ? 1 : 0,
    },
    after: { ...after, toldAt: at.toISOString() },
  });
  if (!down) {
    if (known?.told === 'down') return told('over', { ...known, told: 'up' });
    if (known?.told !== 'unsteady' || !isQuiet) return { after: known };
    return { ...told('over', known), after: undefined };
  }
  const seen = seenAgain(known, down, at);
  if (seen.count >= unsteadyFrom && seen.told !== 'unsteady')
    return told('new', { ...seen, told: 'unsteady' });
  if (down.isDue && (seen.told ?? 'up') === 'up') return told('new', { ...seen, told: 'down' });
  const sinceToldMs = at.getTime() - Date.parse(seen.toldAt ?? at.toISOString());
  return sinceToldMs < onceADayMs ? { after: seen } : told('reminder', seen);
}

function seenAgain(known: ToldOutages | undefined, { since }: SeenTrouble, at: Date): ToldOutages {
  const openedAt = since.toISOString();
  const isSame = known?.openedAt === openedAt;
  const count = (known?.count ?? 0) + (isSame ? 0 : 1);
  return { ...known, since: known?.since ?? openedAt, count, openedAt, seenAt: at.toISOString() };
}

/** Of the unsteady partner the first outage counts, otherwise the last one. */
function outagesBeganAt({ count, since, openedAt }: ToldOutages): string {
  return count >= unsteadyFrom ? since : openedAt;
}
