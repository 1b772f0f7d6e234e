import type { ScenarioEvent } from '../scenario/scenario-event.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/** Upper limit of calls to both partners per journey, whatever happens. */
const maxPerJourney = 2000;
/** Minutes until a breaker has noticed an outage, and the calls in progress have ended. */
const learningMinutes = 3;
/** A probe is one or two calls; the first three come within two minutes, later ones five minutes apart. */
const maxIn = (minutes: number) => 20 + minutes / 2;

/** Checks that the partners were not called more often than necessary. */
export function judgeCalls({ watch, scenario, beginning }: World, find: Find): void {
  const total = watch.calls.azumuta.length + watch.calls.erp.length;
  // An order that is locked for days is retried every quarter of an hour, and each of its up to five parts separately.
  const parts = scenario.split === 'one' ? 1 : 5;
  const lockedMinutes = scenario.events.reduce(
    (sum, one) => sum + (one.kind === 'order is locked' ? one.minutes : 0),
    0,
  );
  if (total > maxPerJourney * scenario.orders.length + 2 * parts * lockedMinutes)
    find('calls', `${total} calls for ${scenario.orders.length} order(s).`);
  for (const event of scenario.events) {
    if (event.kind !== 'outage') continue;
    const { at, minutes, partner, how } = event;
    // The breaker does not open while other orders are answered, or while the partner is only slow.
    if (how === 'is slow' || how === 'answers 403') continue;
    // An outage of a partner also ends when its next outage ends.
    const isOther = (one: ScenarioEvent) => one !== event && 'partner' in one && one.partner === partner;
    if (scenario.events.some(isOther)) continue;
    const [from, until] = [at + learningMinutes, at + minutes].map((minute) => beginning + minute * minuteMs);
    const during = watch.calls[partner].filter((ms) => ms > Number(from) && ms < Number(until)).length;
    if (during > maxIn(minutes - learningMinutes))
      find('calls', `${partner} is called ${during} times in ${minutes} minutes while it ${how}.`);
  }
}
