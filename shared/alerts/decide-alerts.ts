import { createHash } from 'node:crypto';
import type { AnnouncedGroup, AnnouncedOutages, RecentMessages } from '../ledger/records/alerts.ts';
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
  /** Its troubles, the oldest first; empty once it has ended. */
  readonly troubles: readonly SeenTrouble[];
  /** When the whole group began (ISO). */
  readonly since: string;
  /** How many troubles it is about: of one that has ended, all that people have heard of. */
  readonly count: number;
  readonly open: number;
  /** Of what comes and goes: how often something of it began, and since when (ISO). */
  readonly unsteady?: { readonly times: number; readonly since: string } | undefined;
}

/** The message, if there is one, and what people have heard of after that. */
interface Decided<Announced> {
  readonly alert?: AlertDecision;
  readonly after?: Announced | undefined;
  readonly lately?: RecentMessages | undefined;
}

type Open = Pick<Situation, 'at' | 'troubles' | 'cut'>;

const onceADayMs = 24 * hourMs;
/** Further troubles of a group that people know are collected for an hour: a closed period may fail a completion every minute. */
const quietMs = hourMs;
/** A group that has grown so many times since its last message has the next one at once. */
const floodTimes = 10;
/** Messages about one group, or about one partner that is down, within a day. The last of them is kept for what begins: after *over*, what begins is announced. */
export const mostMessagesADay = 6;
/** So many outages that follow each other within an hour, or returns within a day, are one thing that comes and goes. */
export const unsteadyFrom = 3;
/** Things of a group whose return is recognised, those named last: all groups fit into one item. */
const mostNamedLately = 500;

/**
 * What people hear of each group of troubles with the same kind, partner and cause; outages have a rule of their own below.
 * The first line that fits counts:
 *
 *   some are unheard of and open for an hour       new, at most once an hour, also after six messages
 *   six messages within a day                      nothing
 *   ten times as many are open as people know of   new, at once
 *   some are not known yet                         new, at most once an hour
 *   some return that day for the second time       new, as comes and goes; then nothing of what returns
 *   some that are known have been open for a day   reminder, once a day
 *   none is open any more                          over; an hour later if some returned; after five messages within a
 *                                                  day once there are fewer, so that what begins then is announced
 *
 * @returns For each group the message about it, if there is one, and what people have heard of it after that.
 */
export function decideAlerts(
  announced: Readonly<Record<string, AnnouncedGroup>>,
  lately: Readonly<Record<string, RecentMessages>>,
  { at, troubles, cut }: Open,
) {
  const open = Map.groupBy(
    troubles.filter(({ kind }) => kind !== 'partner-down'),
    groupOf,
  );
  const named = [...Object.keys(announced), ...Object.keys(lately)];
  const known = named.filter((group) => groupKinds.includes(parseGroupName(group).kind));
  return [...new Set([...known, ...open.keys()])].map((group) => {
    const byAge = (open.get(group) ?? []).toSorted((a, b) => a.since.getTime() - b.since.getTime());
    const seen = { at, cut, troubles: byAge };
    return {
      group,
      ...decideGroup(parseGroupName(group), announced[group], keepLastDay(lately[group], at), seen),
    };
  });
}

/** Outages are decided by themselves. */
const groupKinds: readonly TroubleKind[] = troubleKinds.filter((kind) => kind !== 'partner-down');

function decideGroup(
  group: TroubleGroup,
  before: AnnouncedGroup | undefined,
  lately: RecentMessages | undefined,
  { at, cut, troubles: open }: Open,
): Decided<AnnouncedGroup> {
  const known = new Set(before?.told.match(eachFingerprint));
  const still = open.filter(({ id }) => known.has(troubleFingerprint(id)));
  const news = open.filter(({ id, isDue }) => isDue && !known.has(troubleFingerprint(id)));
  const named = new Set(lately?.messages.flatMap((message) => message.named.match(eachFingerprint) ?? []));
  const again = news.filter((trouble) => named.has(thingFingerprint(trouble)));
  const unheard = news.filter((trouble) => !named.has(thingFingerprint(trouble)));
  const sinceAnnouncedMs = before ? at.getTime() - Date.parse(before.toldAt) : Number.POSITIVE_INFINITY;
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
  const messages = lately?.messages.length ?? 0;
  const isSilentNow = before !== undefined && isUnsteady(lately);
  const isFlood = before !== undefined && due >= floodTimes * before.open;
  const isLongUnheard = unheard.some((trouble) => at.getTime() - trouble.since.getTime() >= hourMs);
  const hasNews = unheard.length > 0 || (again.length > 0 && !isSilentNow);
  const isDueNews = hasNews && sinceAnnouncedMs >= quietMs;
  const mayTell = messages < mostMessagesADay;
  const isAnnounced = mayTell ? isFlood || isDueNews : isDueNews && isLongUnheard;
  if (isAnnounced) {
    const count = Math.max((before?.count ?? 0) + countTroubles(news), due);
    const after = { since, count, toldAt, open: due, told: fingerprintsOf([...still, ...news]) };
    const noted = noteMessage(lately, at, news, again.length > 0);
    return { alert: alert('new', news.length > 0 ? news : still, noted), after, lately: noted };
  }
  if (!before || cut.has(group.kind)) return { after: before, lately };
  if (open.length === 0) {
    const endedAt = lately?.endedAt ?? toldAt;
    const mayReturn = countReturns(lately) > 0 && at.getTime() - Date.parse(endedAt) < hourMs;
    if (mayReturn || messages >= mostMessagesADay - 1)
      return { after: { ...before, told: '' }, lately: lately && { ...lately, endedAt } };
    return { alert: alert('over', [], lately, before.count), lately: noteMessage(lately, at) };
  }
  // What is new waits: people hear of it with what else comes within the hour. That something returns is known of an unsteady one.
  const after = { ...before, told: fingerprintsOf([...still, ...(isSilentNow ? again : [])]) };
  const seenOpen = lately && { ...lately, endedAt: undefined };
  if (still.length === 0 || sinceAnnouncedMs < onceADayMs) return { after, lately: seenOpen };
  const noted = noteMessage(seenOpen, at, still);
  return { alert: alert('reminder', still, lately), after: { ...after, toldAt }, lately: noted };
}

/** Without what is older than a day; undefined once there is nothing left. */
function keepLastDay(before: RecentMessages | undefined, at: Date): RecentMessages | undefined {
  const messages = before?.messages.filter((message) => isOfLastDay(message.at, at)) ?? [];
  return before && messages.length > 0 ? { ...before, messages } : undefined;
}

function isOfLastDay(moment: string, at: Date): boolean {
  return at.getTime() - Date.parse(moment) < onceADayMs;
}

function noteMessage(
  before: RecentMessages | undefined,
  at: Date,
  troubles: readonly SeenTrouble[] = [],
  returned = false,
): RecentMessages {
  const named = troubles.map(thingFingerprint).join('');
  const messages = [...(before?.messages ?? []), { at: at.toISOString(), named, returned }];
  let left = mostNamedLately * fingerprintLength;
  const kept = messages.toReversed().map((message) => {
    const latest = message.named.slice(0, left);
    left -= latest.length;
    return { ...message, named: latest };
  });
  return { messages: kept.toReversed() };
}

function countReturns(lately: RecentMessages | undefined): number {
  return lately?.messages.filter(({ returned }) => returned).length ?? 0;
}

function isUnsteady(lately: RecentMessages | undefined): boolean {
  return countReturns(lately) + 1 >= unsteadyFrom;
}

function unsteadyOf(lately: RecentMessages | undefined): AlertDecision['unsteady'] {
  const [first] = lately?.messages ?? [];
  if (!first || !isUnsteady(lately)) return undefined;
  return { times: countReturns(lately) + 1, since: first.at };
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
 * What people hear of a partner, so that one which comes and goes all day is no mail every ten minutes. The first line that fits
 * counts:
 *
 *   six messages within a day                  nothing
 *   down for the third time within an hour     new, with their number, at once; then nothing of each of them
 *   down for some minutes                      new; for the third time that day, with their number, and then likewise
 *   down, its last message of a day ago        reminder
 *   it answers again                           over; an hour later from its second outage of the day on; after five messages
 *                                              within a day once there are fewer, so that the next outage is announced
 */
export function decideOutages(
  partner: Partner,
  before: AnnouncedOutages | undefined,
  { at, troubles }: Pick<Situation, 'at' | 'troubles'>,
): Decided<AnnouncedOutages> {
  const down = troubles.find((one) => one.kind === 'partner-down' && one.partner === partner);
  const isQuiet = before !== undefined && at.getTime() - Date.parse(before.seenAt) >= hourMs;
  const isKnownDown = before?.told === 'down' || before?.told === 'unsteady';
  const messagesAt = before?.messagesAt?.filter((moment) => isOfLastDay(moment, at)) ?? [];
  const beganAt = before?.beganAt?.filter((moment) => isOfLastDay(moment, at)) ?? [];
  const announce = (event: AlertDecision['event'], after: AnnouncedOutages): Decided<AnnouncedOutages> => ({
    alert: {
      event,
      kind: 'partner-down',
      partner,
      since: outagesBeganAt(after),
      count: after.count,
      troubles: down ? [down] : [],
      open: down ? 1 : 0,
    },
    after: {
      ...after,
      toldAt: at.toISOString(),
      messagesAt: [...messagesAt, at.toISOString()],
      beganAt: event === 'new' ? [...beganAt, after.openedAt] : beganAt,
    },
  });
  if (!down) {
    const isFirstOfDay = before?.told === 'down' && beganAt.length < 2;
    const hasEnded = isFirstOfDay || (isKnownDown && isQuiet);
    const isAnnounced = hasEnded && messagesAt.length < mostMessagesADay - 1;
    if (before && isAnnounced) return announce('over', { ...before, told: 'up' });
    const isForgotten = isQuiet && !isKnownDown && messagesAt.length === 0;
    return { after: isForgotten ? undefined : before };
  }
  const seen = seenAgain(before, down, at, isQuiet && !isKnownDown);
  if (messagesAt.length >= mostMessagesADay) return { after: seen };
  if (seen.count >= unsteadyFrom && seen.told !== 'unsteady')
    return announce('new', { ...seen, told: 'unsteady' });
  if (down.isDue && !isKnownDown) return announce('new', asOneOfDay(seen, beganAt));
  const sinceAnnouncedMs = at.getTime() - Date.parse(seen.toldAt ?? at.toISOString());
  return sinceAnnouncedMs < onceADayMs ? { after: seen } : announce('reminder', seen);
}

/** @param isFirst Those before are another series, which has ended. */
function seenAgain(
  before: AnnouncedOutages | undefined,
  { since }: SeenTrouble,
  at: Date,
  isFirst: boolean,
): AnnouncedOutages {
  const openedAt = since.toISOString();
  const isSame = before?.openedAt === openedAt;
  const [beganAt, earlier] =
    before === undefined || isFirst ? [openedAt, 0] : [before.since, before.count - (isSame ? 1 : 0)];
  return { ...before, since: beganAt, count: earlier + 1, openedAt, seenAt: at.toISOString() };
}

/** @param earlier When the outages began of which people have heard that day. */
function asOneOfDay(seen: AnnouncedOutages, earlier: readonly string[]): AnnouncedOutages {
  const [first] = earlier;
  const count = earlier.length + 1;
  return first !== undefined && count >= unsteadyFrom
    ? { ...seen, told: 'unsteady', since: first, count }
    : { ...seen, told: 'down' };
}

/** Of the unsteady partner the first outage counts, otherwise the last one. */
function outagesBeganAt({ count, since, openedAt }: AnnouncedOutages): string {
  return count >= unsteadyFrom ? since : openedAt;
}
