import { createHash } from 'node:crypto';
import type { RecentMessages, ToldGroup, ToldOutages } from '../ledger/records/alerts.ts';
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
  /** Of what comes and goes: how often something of it began, and since when (ISO). */
  readonly unsteady?: { readonly times: number; readonly since: string } | undefined;
}

/** The message, if there is one, and what people were told after that. */
interface Decided<Told> {
  readonly alert?: AlertDecision;
  readonly after?: Told | undefined;
  readonly lately?: RecentMessages | undefined;
}

type Open = Pick<Situation, 'at' | 'troubles' | 'cut'>;

const onceADayMs = 24 * hourMs;
/** Further troubles of a told group are collected for an hour: a closed period may fail a completion every minute. */
const quietMs = (kind: TroubleKind) => (kind === 'overdue' ? onceADayMs : hourMs);
/** A group that has grown so many times since it was told is told at once. */
const floodTimes = 10;
/** Messages about one group within a day. The last of them is kept for what begins: after *over*, what begins is announced. */
export const mostMessagesADay = 6;
/** So many outages that follow each other within an hour, or returns within a day, are one thing that comes and goes. */
export const unsteadyFrom = 3;
/** Things whose return is recognised: all groups fit into one item. */
const mostNamedLately = 500;

/**
 * What is told of each group of troubles with the same kind, partner and cause; outages have a rule of their own below.
 * The first line that fits counts:
 *
 *   some are unheard of and open for an hour       new, at most once an hour, also after six messages
 *   six messages within a day                      nothing
 *   ten times as many are open as when it was told new, at once
 *   some were not told yet                         new, at most once an hour (overdue orders: once a day)
 *   some return that day for the second time       new, as comes and goes; then nothing of what returns
 *   some that were told have been open for a day   reminder, once a day
 *   none is open any more                          over; an hour later if some returned; after five messages within a
 *                                                  day once there are fewer, so that what begins then is announced
 *
 * @returns For each group the message about it, if there is one, and what people were told of it after that.
 */
export function decideAlerts(
  told: Readonly<Record<string, ToldGroup>>,
  lately: Readonly<Record<string, RecentMessages>>,
  { at, troubles, cut }: Open,
) {
  const open = Map.groupBy(
    troubles.filter(({ kind }) => kind !== 'partner-down'),
    groupOf,
  );
  const named = [...Object.keys(told), ...Object.keys(lately)];
  const known = named.filter((group) => groupKinds.includes(parseGroupName(group).kind));
  return [...new Set([...known, ...open.keys()])].map((group) => {
    const byAge = (open.get(group) ?? []).toSorted((a, b) => a.since.getTime() - b.since.getTime());
    const seen = { at, cut, troubles: byAge };
    return {
      group,
      ...decideGroup(parseGroupName(group), told[group], keepLastDay(lately[group], at), seen),
    };
  });
}

/** Outages are decided by themselves. */
const groupKinds: readonly TroubleKind[] = troubleKinds.filter((kind) => kind !== 'partner-down');

function decideGroup(
  group: TroubleGroup,
  before: ToldGroup | undefined,
  lately: RecentMessages | undefined,
  { at, cut, troubles: open }: Open,
): Decided<ToldGroup> {
  const known = new Set(before?.told.match(eachFingerprint));
  const still = open.filter(({ id }) => known.has(troubleFingerprint(id)));
  const news = open.filter(({ id, isDue }) => isDue && !known.has(troubleFingerprint(id)));
  const named = new Set(lately?.named.match(eachFingerprint));
  const again = news.filter((trouble) => named.has(thingFingerprint(trouble)));
  const unheard = news.filter((trouble) => !named.has(thingFingerprint(trouble)));
  const sinceToldMs = before ? at.getTime() - Date.parse(before.toldAt) : Number.POSITIVE_INFINITY;
  const since = before?.since ?? news[0]?.since.toISOString() ?? '';
  const due = countTroubles(open.filter(({ isDue }) => isDue));
  const alert = (
    event: AlertDecision['event'],
    about: readonly SeenTrouble[],
    after: RecentMessages | undefined,
    count = countTroubles(about),
  ) => {
    return { ...group, event, troubles: about, since, count, open: due, unsteady: unsteadyOf(after) };
  };
  const toldAt = at.toISOString();
  const messages = lately?.messagesAt.length ?? 0;
  const isSilentNow = before !== undefined && isUnsteady(lately);
  const isFlood = before !== undefined && due >= floodTimes * before.open;
  const isLongUnheard = unheard.some((trouble) => at.getTime() - trouble.since.getTime() >= hourMs);
  const hasNews = unheard.length > 0 || (again.length > 0 && !isSilentNow);
  const isDueNews = hasNews && sinceToldMs >= quietMs(group.kind);
  const mayTell = messages < mostMessagesADay;
  const isAnnounced = mayTell ? isFlood || isDueNews : isDueNews && isLongUnheard;
  if (isAnnounced) {
    const count = Math.max((before?.count ?? 0) + countTroubles(news), due);
    const after = { since, count, toldAt, open: due, told: fingerprintsOf([...still, ...news]) };
    const returns = (lately?.returns ?? 0) + (again.length > 0 ? 1 : 0);
    const noted = noteMessage({ since, ...lately, returns }, at, news);
    return { alert: alert('new', news.length > 0 ? news : still, noted), after, lately: noted };
  }
  if (!before || cut.has(group.kind)) return { after: before, lately };
  if (still.length === 0 && news.length === 0) {
    const endedAt = lately?.endedAt ?? toldAt;
    const mayReturn = (lately?.returns ?? 0) > 0 && at.getTime() - Date.parse(endedAt) < hourMs;
    if (mayReturn || messages >= mostMessagesADay - 1)
      return { after: { ...before, told: '' }, lately: lately && { ...lately, endedAt } };
    return {
      alert: alert('over', [], lately, before.count),
      lately: noteMessage({ since, returns: 0, ...lately }, at),
    };
  }
  // What is new waits: it is told with what else comes within the hour. That something returns is known of an unsteady one.
  const after = { ...before, told: fingerprintsOf([...still, ...(isSilentNow ? again : [])]) };
  const seenOpen = lately && { ...lately, endedAt: undefined };
  if (still.length === 0 || sinceToldMs < onceADayMs) return { after, lately: seenOpen };
  const noted = noteMessage({ since, returns: 0, ...seenOpen }, at, still);
  return { alert: alert('reminder', still, lately), after: { ...after, toldAt }, lately: noted };
}

/** Without the messages that were written more than a day ago; undefined once there is none left. */
function keepLastDay(before: RecentMessages | undefined, at: Date): RecentMessages | undefined {
  const messagesAt = before?.messagesAt.filter((each) => at.getTime() - Date.parse(each) < onceADayMs) ?? [];
  return before && messagesAt.length > 0 ? { ...before, messagesAt } : undefined;
}

function noteMessage(
  before: Omit<RecentMessages, 'messagesAt' | 'named'> & Partial<RecentMessages>,
  at: Date,
  troubles: readonly SeenTrouble[] = [],
): RecentMessages {
  const { messagesAt = [], named = '', since, returns } = before;
  const fingerprints = [
    ...new Set([...(named.match(eachFingerprint) ?? []), ...troubles.map(thingFingerprint)]),
  ];
  return {
    messagesAt: [...messagesAt, at.toISOString()],
    named: fingerprints.slice(-mostNamedLately).join(''),
    since,
    returns,
  };
}

function isUnsteady(lately: RecentMessages | undefined): boolean {
  return lately !== undefined && lately.returns + 1 >= unsteadyFrom;
}

function unsteadyOf(lately: RecentMessages | undefined): AlertDecision['unsteady'] {
  return lately && isUnsteady(lately) ? { times: lately.returns + 1, since: lately.since } : undefined;
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

function thingFingerprint({ id, thing = id }: SeenTrouble): string {
  return troubleFingerprint(thing);
}

function fingerprintsOf(troubles: readonly SeenTrouble[]): string {
  return troubles.map(({ id }) => troubleFingerprint(id)).join('');
}

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
