import type { BreakerState } from '../circuit-breaker/circuit-breaker.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import { type Role, remedies } from '../model/remedies.ts';
import { counted } from '../model/text.ts';
import { durationInWords } from '../model/time.ts';
import { longWaitMs } from '../worker/policy.ts';
import type { TroubleGroup, TroubleKind } from './read.ts';

type Forms = readonly [one: string, many: string];

interface Kind {
  /** Headline of a group, after the number of its troubles. */
  readonly headline: Forms;
  /** What a person does about it; if this is missing, its cause says so. */
  readonly next?: string;
}

const longWait = durationInWords(longWaitMs / 1000);

/** What a person types to end something, as it runs once the placeholders are filled in: no shell reads `"…"` otherwise. */
const ending = (what: string) => `npm run orders -- ${what} --because "…" --go --stack <stack>`;

/** What every view says of what is open, by its kind. */
const kinds: Readonly<Record<Exclude<TroubleKind, 'dead-letter' | 'partner-down'>, Kind>> = {
  changed: {
    headline: ['product order is not as the ERP wants it', 'product orders are not as the ERP wants them'],
    next: `Correct the product order in Azumuta by hand: its API cannot. Nothing is blocked meanwhile. If it shall stay as it is, end this: ${ending('settle <number> changed')}.`,
  },
  unwanted: {
    headline: ['product order is not wanted any more', 'product orders are not wanted any more'],
    next: 'If it is not built, remove it in Azumuta, or let the shop floor know. If it is built, leave it there: book it in the ERP by hand, or have the ERP want it again, and then: npm run replay -- --order <number> --go --stack <stack>.',
  },
  'number-taken': {
    headline: ['product order has two ERP orders', 'product orders have two ERP orders each'],
    next: `Change productOrders.number in the plant's configuration, so that each gets a number of its own. If the second ERP order is gone, end this: ${ending('settle <number> number-taken')}.`,
  },
  refused: { headline: ['order of the ERP cannot be accepted', 'orders of the ERP cannot be accepted'] },
  removed: {
    headline: ['product order was removed in Azumuta', 'product orders were removed in Azumuta'],
    next: `If it was built, book it in the ERP by hand. Then end the order: ${ending('give-up <number>')}. If it was not, and shall be, have it made anew: ${ending('remake <number>')}.`,
  },
  'figures-changed': {
    headline: ['completion was corrected after booking', 'completions were corrected after booking'],
    next: `Compare both figures with what was built, and correct the ERP by hand. Then end this: ${ending('settle <number> figures-changed')}.`,
  },
  'used-again': {
    headline: ['number is used again in the ERP', 'numbers are used again in the ERP'],
    next: `Change productOrders.number in the plant's configuration, so that it tells the orders apart. Then end this: ${ending('settle <number> used-again')}.`,
  },
  'time-ahead': {
    headline: ['order has a change time in the future', 'orders have change times in the future'],
    next: 'Correct the clock of the ERP, and save the order there. Nothing is blocked meanwhile.',
  },
  'unknown-numbers': {
    headline: [
      'hour with triggers of product orders that nobody knows',
      'hours with triggers of product orders that nobody knows',
    ],
    next: `Find out who sends these triggers. If a trigger in Azumuta is wrong, correct it; if somebody else has the address of the webhook, rotate its token. If one was built, have it booked: npm run replay -- --order <number> --go --stack <stack>. Then end this: ${ending('settle unknown unknown-numbers')}.`,
  },
  waiting: {
    headline: [
      `message has waited for more than ${longWait}`,
      `messages have waited for more than ${longWait}`,
    ],
    next: 'It is retried automatically. Correct what the reason names: somebody may have the order open in the ERP.',
  },
  overdue: {
    headline: ['product order is overdue', 'product orders are overdue'],
    next: 'If it is built, have it completed in Azumuta; else move its date in the ERP.',
  },
  'channel-down': {
    headline: ['channel of the alerts takes no messages', 'channels of the alerts take no messages'],
    next: 'Correct what its answer names, or set its address anew: npm run secrets -- set alert-webhooks --stack <stack>. Then test it: npm run alert -- --test --stack <stack>.',
  },
  unfiled: { headline: ['dead letter belongs to no known order', 'dead letters belong to no known order'] },
};

/** Dead letters, by the partner that was called last. */
const letterHeadlines: Readonly<Record<Partner, Forms>> = {
  erp: ['completion cannot be booked in the ERP', 'completions cannot be booked in the ERP'],
  azumuta: [
    'order got stuck on its way to or from Azumuta',
    'orders got stuck on their way to or from Azumuta',
  ],
};

/** `3 completions cannot be booked in the ERP: refused by erp`. */
export function headlineOf({ kind, partner, cause }: TroubleGroup, count: number): string {
  if (kind === 'partner-down') return `${partnerWords[partner]} is down`;
  const headline = counted(
    count,
    ...(kind === 'dead-letter' ? letterHeadlines[partner] : kinds[kind].headline),
  );
  if (kind === 'waiting') return `${headline} for ${partnerWords[partner]}`;
  // For the other kinds the headline is clear without the cause.
  if (kind !== 'dead-letter' && kind !== 'refused') return headline;
  return `${headline}: ${(cause ?? '').replaceAll('-', ' ')}`;
}

/** What a person does about something that is open, by its kind, or by its cause. */
export function nextOf({ kind, cause = 'internal-error' }: Pick<TroubleGroup, 'kind' | 'cause'>): string {
  if (kind === 'refused' && cause === 'configuration')
    return "Correct the mapping in the plant's configuration, deploy, and send the order again.";
  const { next } = kind === 'dead-letter' || kind === 'partner-down' ? {} : kinds[kind];
  return next ?? remedies[cause].next;
}

export function whoActs({ kind, cause }: Pick<TroubleGroup, 'kind' | 'cause'>): Role {
  if (cause !== undefined) return remedies[cause].who;
  return kind === 'overdue' ? 'planner' : 'operator';
}

/** Characters of a number or an article (ours have 200 at most), and of a reason: ten troubles fit into every channel. */
export const maxName = 200;
export const maxReason = 400;

/** Whether a partner is down because it refuses our credentials. */
export function isRefused(reason = ''): boolean {
  return /\b401\b|credential|api key|log ?in|password/i.test(reason);
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
  const isCredentials = isRefused(partners[partner].reason);
  return `npm run ${isCredentials ? `secrets -- ${setCredentials[partner]}` : 'doctor --'} ${where}`;
}
