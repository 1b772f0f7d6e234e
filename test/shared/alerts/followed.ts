import type { AlertDecision } from '../../../shared/alerts/decide-alerts.ts';
import type {
  AnnouncedGroup,
  AnnouncedOutages,
  RecentMessages,
} from '../../../shared/ledger/records/alerts.ts';
import { type Partner, partnerNames } from '../../../shared/model/partner.ts';
import {
  groupOf,
  type SeenTrouble,
  type Situation,
  type TroubleGroup,
} from '../../../shared/situation/read.ts';

export const minuteMs = 60_000;
/** The function runs so often. */
export const everyMinutes = 5;
export const minutesADay = 24 * 60;
export const followedFrom = Date.parse('2026-11-24T08:00:00Z');

/** Something that is open from a minute on until another one, perhaps again and again. */
export interface Thing {
  readonly name: string;
  readonly group: TroubleGroup;
  readonly open: readonly (readonly [from: number, to: number])[];
}

export interface FollowedMessage {
  /** Minutes since the start. */
  readonly at: number;
  readonly group: string;
  readonly alert: AlertDecision;
  /** Names of what it lists. */
  readonly named: readonly string[];
}

interface Decision<Told> {
  readonly alert?: AlertDecision;
  readonly after?: Told | undefined;
  readonly lately?: RecentMessages | undefined;
}

/** The rules of a version: what it decides of groups, and of partners. */
export interface AlertRules {
  readonly decideAlerts: (
    told: Readonly<Record<string, AnnouncedGroup>>,
    lately: Readonly<Record<string, RecentMessages>>,
    open: Pick<Situation, 'at' | 'troubles' | 'cut'>,
  ) => readonly (Decision<AnnouncedGroup> & { readonly group: string })[];
  readonly decideOutages: (
    partner: Partner,
    before: AnnouncedOutages | undefined,
    open: Pick<Situation, 'at' | 'troubles'>,
  ) => Decision<AnnouncedOutages>;
}

/** A shorter outage is not told, nor a channel that has failed for less. */
const dueAfterMinutes = (kind: TroubleGroup['kind']) => {
  if (kind === 'partner-down') return 5;
  return kind === 'channel-down' ? 60 : 0;
};

function seenAt(minute: number, things: readonly Thing[]): SeenTrouble[] {
  return things.flatMap(({ name, group, open }) =>
    open
      .filter(([from, to]) => from <= minute && minute < to)
      .map(([from]) => ({
        ...group,
        id: `${name} ${from}`,
        thing: name,
        since: new Date(followedFrom + from * minuteMs),
        isDue: minute - from >= dueAfterMinutes(group.kind),
      })),
  );
}

/** What the runs of so many days say of these things. */
export function messagesAbout(things: readonly Thing[], days: number, rules: AlertRules): FollowedMessage[] {
  const messages: FollowedMessage[] = [];
  let told: Record<string, AnnouncedGroup> = {};
  let lately: Record<string, RecentMessages> = {};
  const outages: Partial<Record<Partner, AnnouncedOutages>> = {};
  const note = (at: number, group: string, alert: AlertDecision | undefined) => {
    if (!alert) return;
    messages.push({ at, group, alert, named: alert.troubles.map(({ id, thing = id }) => thing) });
  };
  for (let minute = 0; minute < days * minutesADay; minute += everyMinutes) {
    const at = new Date(followedFrom + minute * minuteMs);
    const open = { at, troubles: seenAt(minute, things), cut: new Set<TroubleGroup['kind']>() };
    for (const partner of partnerNames) {
      const { alert, after } = rules.decideOutages(partner, outages[partner], open);
      note(minute, groupOf({ kind: 'partner-down', partner }), alert);
      if (after) outages[partner] = after;
      else delete outages[partner];
    }
    const decided = rules.decideAlerts(told, lately, open);
    for (const { group, alert } of decided) note(minute, group, alert);
    told = Object.fromEntries(decided.flatMap(({ group, after }) => (after ? [[group, after]] : [])));
    lately = Object.fromEntries(decided.flatMap(({ group, lately: of }) => (of ? [[group, of]] : [])));
  }
  return messages;
}

/** Most messages within any 24 hours. */
export function mostInADay(messages: readonly { readonly at: number }[]): number {
  const counts = messages.map(
    ({ at }) => messages.filter((one) => one.at >= at && one.at < at + minutesADay).length,
  );
  return Math.max(0, ...counts);
}
