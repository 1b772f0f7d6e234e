import { orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import type { Followed } from '../scenario/follow-advice.ts';
import { minuteMs } from '../world/moments.ts';
import type { World } from '../world/world.ts';
import type { Find } from './finding.ts';

/** By then each order was looked at, also if one look has failed. */
const overWithinMs = 48 * 60 * minuteMs;

/**
 * Checks that nobody is told what they have seen to, unless something has changed since. Not of dead letters and overdue
 * orders: a replay may be refused once more, as people in the models cannot put right whatever a refusal is about.
 */
export function judgeFollowed(world: World, followed: readonly Followed[], find: Find): void {
  for (const one of followed.filter(({ kind }) => isConcern(kind))) {
    const { what, number, toldAt, at } = one;
    const from = Math.max(at, lastAccidentAt(world)) + overWithinMs;
    const isMailed = world.alerts.told.some((mail) => isAbout(mail, one) && Date.parse(mail.at) > from);
    if (toldAt > from || isMailed)
      find('followed', `${what} of ${number} is told two days after its advice was followed.`);
  }
}

function isConcern(kind: Followed['kind']): boolean {
  return orderConcernKinds.some((one) => one === kind);
}

function isAbout(mail: World['alerts']['told'][number], { kind, cause, number, unchangedUntil }: Followed) {
  return (
    mail.event !== 'over' &&
    mail.kind === kind &&
    mail.cause === cause &&
    mail.troubles.some(({ order }) => order === number) &&
    Date.parse(mail.at) <= unchangedUntil
  );
}

/** While a partner is down, or a flow is paused, nothing is seen to have been put right. */
function lastAccidentAt({ scenario, beginning }: World): number {
  const ends = scenario.events.map((one) =>
    'at' in one ? one.at + ('minutes' in one ? one.minutes : 0) : 0,
  );
  return beginning + Math.max(0, ...ends) * minuteMs;
}
