import type { BreakerState } from '../circuit-breaker/breaker-for-people.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import type { Role } from '../model/roles.ts';
import { counted, oneLine } from '../model/text.ts';
import { durationInWords } from '../model/time.ts';
import { longWaitMs } from '../worker/policy.ts';
import {
  type Advice,
  adviceInWords,
  adviceOnConcerns,
  adviceOnDeadLetters,
  adviceOnOthers,
  adviceOnUnfiled,
} from './advice.ts';
import { causeWords } from './cause-words.ts';
import type { TroubleGroup, TroubleKind } from './read.ts';

type Forms = readonly [one: string, many: string];

const longWait = durationInWords(longWaitMs / 1000);

/** Headline of a group, after the number of its troubles. */
const headlines = {
  changed: ['product order is not as the ERP wants it', 'product orders are not as the ERP wants them'],
  unwanted: ['product order is not wanted any more', 'product orders are not wanted any more'],
  'number-taken': ['product order has two ERP orders', 'product orders have two ERP orders each'],
  refused: ['order of the ERP cannot be accepted', 'orders of the ERP cannot be accepted'],
  removed: ['product order was removed in Azumuta', 'product orders were removed in Azumuta'],
  'figures-changed': ['completion was corrected after booking', 'completions were corrected after booking'],
  'used-again': ['number is used again in the ERP', 'numbers are used again in the ERP'],
  'time-ahead': ['order has a change time in the future', 'orders have change times in the future'],
  'unknown-numbers': [
    'hour with triggers of product orders that nobody knows',
    'hours with triggers of product orders that nobody knows',
  ],
  waiting: [`message has waited for more than ${longWait}`, `messages have waited for more than ${longWait}`],
  overdue: ['product order is late', 'product orders are late'],
  'channel-down': ['channel of the alerts takes no messages', 'channels of the alerts take no messages'],
  unfiled: [
    'second copy of a dead letter, or call that nobody could read',
    'second copies of dead letters, or calls that nobody could read',
  ],
} as const satisfies Record<Exclude<TroubleKind, 'dead-letter' | 'partner-down'>, Forms>;

/** Dead letters, by the partner that was called last. */
const deadLetterHeadlines: Readonly<Record<Partner, Forms>> = {
  erp: ['completion cannot be booked in the ERP', 'completions cannot be booked in the ERP'],
  azumuta: [
    'order got stuck on its way to or from Azumuta',
    'orders got stuck on their way to or from Azumuta',
  ],
};

/** `3 completions cannot be booked in the ERP: refused by the ERP`. */
export function headlineOf({ kind, partner, cause }: TroubleGroup, count: number): string {
  if (kind === 'partner-down') return `${partnerWords[partner]} is down`;
  const headline = counted(
    count,
    ...(kind === 'dead-letter' ? deadLetterHeadlines[partner] : headlines[kind]),
  );
  if (kind === 'waiting') return `${headline} for ${partnerWords[partner]}`;
  // For the other kinds the headline is clear without the cause.
  if (kind !== 'dead-letter' && kind !== 'refused') return headline;
  return cause === undefined ? headline : `${headline}: ${causeWords[cause]}`;
}

/** What a person does about something that is open, by its kind, and where it needs more, by its cause. */
export function adviceOn({ kind, cause = 'internal-error' }: Pick<TroubleGroup, 'kind' | 'cause'>): Advice {
  switch (kind) {
    case 'dead-letter':
      return adviceOnDeadLetters[cause];
    case 'unfiled':
      return adviceOnUnfiled;
    case 'waiting':
    case 'overdue':
    case 'channel-down':
    case 'partner-down':
      return adviceOnOthers[kind];
    case 'refused':
      return cause === 'configuration' ? adviceOnOthers['refused by the mapping'] : adviceOnConcerns.refused;
    default:
      return adviceOnConcerns[kind];
  }
}

export function nextStepInWords(open: Pick<TroubleGroup, 'kind' | 'cause'>): string {
  return adviceInWords(adviceOn(open));
}

export function whoActs(open: Pick<TroubleGroup, 'kind' | 'cause'>): Role {
  return adviceOn(open).who;
}

/** Who acts for a plant, by their part: `deployment.alerts.who`. */
export type Persons = Readonly<Partial<Record<Role, string>>>;

/** `planner (An Peeters, ext. 23)`; where the plant names nobody, the part alone. */
export function actorInWords(role: Role, persons: Persons): string {
  const person = persons[role];
  return person === undefined ? role : `${role} (${oneLine(person, maxName)})`;
}

/** Characters of a number or an article (ours have 200 at most), and of a reason: ten troubles fit into every channel. */
export const maxName = 200;
export const shownReasonLength = 400;

/** Whether a partner is down because it refuses our credentials. */
export function refusesCredentials(reason = ''): boolean {
  return /\b401\b|credential|api key|log ?in|password/i.test(reason);
}

/** What is so of a partner that cannot be called: who corrects a login is not who corrects an outage. */
export function partnerState(reason?: string): 'refuses our login' | 'is down' {
  return refusesCredentials(reason) ? 'refuses our login' : 'is down';
}

/** What to type behind the command `secrets` then. */
export const setCredentials: Readonly<Record<Partner, string>> = {
  azumuta: 'set azumuta-api-key',
  erp: 'set erp-credentials',
};

/** What to type to see all of a group, or to put it right. @param where Options that select the stack, for a shell. */
export function commandOf(
  { kind, partner }: Pick<TroubleGroup, 'kind' | 'partner'>,
  partners: Readonly<Record<Partner, BreakerState>>,
  where: string,
): string {
  if (kind === 'dead-letter' || kind === 'unfiled') return `npm run replay -- ${where}`;
  if (kind === 'channel-down') return `npm run doctor -- ${where}`;
  if (kind !== 'partner-down') return `npm run alert -- ${where}`;
  if (refusesCredentials(partners[partner].reason))
    return `npm run secrets -- ${setCredentials[partner]} ${where}`;
  return `npm run doctor -- ${where}`;
}
