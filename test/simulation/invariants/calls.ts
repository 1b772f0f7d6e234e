import type { Happening } from '../scenario/happening.ts';
import { beginning, minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/** Calls to both partners per journey, whatever happens. */
const mostPerJourney = 2000;
/** Minutes until a breaker has learnt of an outage, and what was under way is over. */
const learningMinutes = 3;
/** A probe is a call or two; the first three are within two minutes, later ones five minutes apart. */
const mostIn = (minutes: number) => 20 + minutes / 2;

/** Whether the partners were called as often as there was a reason to. */
export function judgeCalls({ watch, scenario }: World, find: Find): void {
  const total = watch.calls.azumuta.length + watch.calls.erp.length;
  // An order that is locked for days is tried every quarter of an hour, each part of it for itself.
  const lockedMinutes = scenario.happenings.reduce(
    (sum, one) => sum + (one.kind === 'order is locked' ? one.minutes : 0),
    0,
  );
  if (total > mostPerJourney * scenario.orders.length + 2 * lockedMinutes)
    find('calls', `${total} calls for ${scenario.orders.length} order(s).`);
  for (const happening of scenario.happenings) {
    if (happening.kind !== 'outage') continue;
    const { at, minutes, partner, how } = happening;
    // Its other orders are answered, or it is well but slow: then no breaker opens.
    if (how === 'is slow' || how === 'answers 403') continue;
    // One outage of a partner ends when another one does.
    const isOther = (one: Happening) => one !== happening && 'partner' in one && one.partner === partner;
    if (scenario.happenings.some(isOther)) continue;
    const [from, until] = [at + learningMinutes, at + minutes].map((minute) => beginning + minute * minuteMs);
    const during = watch.calls[partner].filter((ms) => ms > Number(from) && ms < Number(until)).length;
    if (during > mostIn(minutes - learningMinutes))
      find('calls', `${partner} is called ${during} times in ${minutes} minutes in which it ${how}.`);
  }
}
