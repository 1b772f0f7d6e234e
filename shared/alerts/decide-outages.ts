import type { ToldOutages } from '../ledger/records/alerts.ts';
import type { Partner } from '../model/partner.ts';
import type { SeenTrouble, Situation } from '../situation/read.ts';
import { type AlertDecision, type Decided, dayMs, hourMs } from './decide-alerts.ts';

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
  const known = isQuiet && before.told !== 'down' && before.told !== 'unsteady' ? undefined : before;
  const told = (event: AlertDecision['event'], after: ToldOutages): Decided<ToldOutages> => ({
    alert: {
      ...{ event, kind: 'partner-down', partner, since: sinceOf(after), count: after.count },
      ...{ troubles: down ? [down] : [], open: down ? 1 : 0 },
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
  return sinceToldMs < dayMs ? { after: seen } : told('reminder', seen);
}

function seenAgain(known: ToldOutages | undefined, { since }: SeenTrouble, at: Date): ToldOutages {
  const openedAt = since.toISOString();
  const isSame = known?.openedAt === openedAt;
  const count = (known?.count ?? 0) + (isSame ? 0 : 1);
  return { ...known, since: known?.since ?? openedAt, count, openedAt, seenAt: at.toISOString() };
}

/** Of the unsteady partner the first outage counts, otherwise the last one. */
function sinceOf({ count, since, openedAt }: ToldOutages): string {
  return count >= unsteadyFrom ? since : openedAt;
}
