import { createHash } from 'node:crypto';
import type { ToldGroup } from '../ledger/records/alerts.ts';
import type { OpenConcern } from '../ledger/records/concerns.ts';
import type { Cause } from '../model/causes.ts';
import type { Partner } from '../model/partner.ts';
import { type AlertKind, alertKinds } from './alert.ts';

/** Something that a person must see to, as it was found in this run. */
export interface SeenTrouble {
  /** The same for as long as it is the same trouble. */
  readonly id: string;
  readonly kind: AlertKind;
  readonly partner: Partner;
  readonly cause?: Cause | undefined;
  readonly since: Date;
  /** Whether people are told of it already; before, it only prevents that its group counts as over. */
  readonly isDue: boolean;
  /** As the ledger has recorded it. */
  readonly noted?: OpenConcern;
  /** Its order, where it is known without reading an item. */
  readonly order?: string;
}

export interface Seen {
  readonly troubles: readonly SeenTrouble[];
  /** Kinds of which there are more than were read: those that are missing may still be open. */
  readonly cut: ReadonlySet<AlertKind>;
}

/** A message that is to be written, about one group. */
export interface AlertDecision {
  readonly event: 'new' | 'reminder' | 'over';
  readonly group: string;
  /** Its troubles, the oldest first; empty when it is over. */
  readonly troubles: readonly SeenTrouble[];
  /** When the whole group began, and how many troubles it has had. */
  readonly since: Date;
  readonly count: number;
}

export interface Decided {
  readonly alerts: readonly AlertDecision[];
  readonly groups: Readonly<Record<string, ToldGroup>>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Further troubles of a told group are collected for an hour: a closed period may fail a completion every minute. */
const quietMs = (kind: AlertKind) => (kind === 'overdue' ? dayMs : kind === 'partner-down' ? 0 : hourMs);
/**
 * What is told of each group of troubles with the same kind, partner and cause:
 *
 *   some were not told yet                         new, at most once an hour (overdue orders: once a day)
 *   some that were told have been open for a day   reminder, once a day
 *   none is open any more                          over
 */
export function decideAlerts(
  told: Readonly<Record<string, ToldGroup>>,
  { troubles, cut }: Seen,
  now: Date,
): Decided {
  const open = Map.groupBy(troubles, groupOf);
  const known = Object.keys(told).filter((group) => alertKinds.includes(partsOf(group)[0]));
  const decided = [...new Set([...known, ...open.keys()])].map((group) => {
    const [kind] = partsOf(group);
    const ofGroup = { group, before: told[group], open: open.get(group) ?? [] };
    return { group, ...decideGroup(ofGroup, { isCut: cut.has(kind), now }) };
  });
  return {
    alerts: decided.flatMap(({ alert }) => alert ?? []),
    groups: Object.fromEntries(decided.flatMap(({ group, after }) => (after ? [[group, after]] : []))),
  };
}

interface DecidedGroup {
  readonly alert?: AlertDecision;
  readonly after?: ToldGroup | undefined;
}

function decideGroup(
  { group, before, open }: { group: string; before: ToldGroup | undefined; open: readonly SeenTrouble[] },
  { isCut, now }: { isCut: boolean; now: Date },
): DecidedGroup {
  const known = new Set(before ? fingerprintsOf(before.told) : []);
  const still = open.filter(({ id }) => known.has(fingerprint(id)));
  const news = open.filter(({ id, isDue }) => isDue && !known.has(fingerprint(id)));
  const sinceToldMs = before ? now.getTime() - Date.parse(before.toldAt) : Number.POSITIVE_INFINITY;
  const [kind] = partsOf(group);

  if (news.length > 0 && sinceToldMs >= quietMs(kind)) {
    const since = before ? new Date(before.since) : earliest(news);
    const count = (before?.count ?? 0) + news.length;
    const after = toldGroup({ since, count, toldAt: now }, [...still, ...news]);
    return { alert: { event: 'new', group, troubles: byAge(news), since, count }, after };
  }
  if (!before) return {};
  const [since, count] = [new Date(before.since), before.count];
  if (isCut) return { after: before };
  if (still.length === 0 && news.length === 0)
    return { alert: { event: 'over', group, troubles: [], since, count } };
  if (still.length > 0 && sinceToldMs >= dayMs) {
    const after = toldGroup({ since, count, toldAt: now }, still);
    return { alert: { event: 'reminder', group, troubles: byAge(still), since, count }, after };
  }
  return { after: toldGroup({ since, count, toldAt: new Date(before.toldAt) }, still) };
}

/** `dead-letter/erp/order-state`; without a cause it ends with the second slash. */
function groupOf({ kind, partner, cause }: SeenTrouble): string {
  return `${kind}/${partner}/${cause ?? ''}`;
}

/** The parts of a group's name, which `groupOf` has made. */
export function partsOf(group: string): readonly [AlertKind, Partner, Cause | undefined] {
  const [kind, partner, cause] = group.split('/');
  return [kind as AlertKind, partner as Partner, cause === '' ? undefined : (cause as Cause)];
}

function byAge(troubles: readonly SeenTrouble[]): readonly SeenTrouble[] {
  return troubles.toSorted((a, b) => a.since.getTime() - b.since.getTime());
}

function earliest(troubles: readonly SeenTrouble[]): Date {
  return new Date(Math.min(...troubles.map(({ since }) => since.getTime())));
}

function toldGroup(
  { since, count, toldAt }: { since: Date; count: number; toldAt: Date },
  told: readonly SeenTrouble[],
): ToldGroup {
  return {
    since: since.toISOString(),
    count,
    toldAt: toldAt.toISOString(),
    told: told.map(({ id }) => fingerprint(id)).join(''),
  };
}

/** So short that ten thousand of them fit into one item; of so many, one in six million is mistaken for another. */
const fingerprintLength = 8;

function fingerprint(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, fingerprintLength);
}

function fingerprintsOf(told: string): string[] {
  return told.match(new RegExp(`.{${fingerprintLength}}`, 'g')) ?? [];
}
