import type { Ledger } from '../ledger/ledger.ts';
import type { OpenConcern } from '../ledger/records/concerns.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import { counted, oneLine } from '../model/text.ts';
import { durationInWords } from '../model/time.ts';
import { longWaitMs } from '../worker/policy.ts';
import { groupOf, type SeenTrouble, type TroubleGroup, type TroubleKind } from './read.ts';
import { nextOf } from './told.ts';

/** Characters of a number or an article (ours have 200 at most), and of a reason: ten troubles fit into every channel. */
export const maxName = 200;
export const maxReason = 400;

type Forms = readonly [one: string, many: string];

/** Headline of a group, after the number of troubles. */
const longWait = durationInWords(longWaitMs / 1000);
const kindWords: Readonly<Record<Exclude<TroubleKind, 'dead-letter' | 'partner-down'>, Forms>> = {
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
  overdue: ['product order is overdue', 'product orders are overdue'],
  unfiled: ['dead letter belongs to no known order', 'dead letters belong to no known order'],
};

/** Dead letters, by the partner that was called last. */
const letterWords: Readonly<Record<Partner, Forms>> = {
  erp: ['completion cannot be booked in the ERP', 'completions cannot be booked in the ERP'],
  azumuta: [
    'order got stuck on its way to or from Azumuta',
    'orders got stuck on their way to or from Azumuta',
  ],
};

/** `3 completions cannot be booked in the ERP: refused by erp`. */
export function headlineOf({ kind, partner, cause }: TroubleGroup, count: number): string {
  if (kind === 'partner-down') return `${partnerWords[partner]} is down`;
  const [one, many] = kind === 'dead-letter' ? letterWords[partner] : kindWords[kind];
  const headline = counted(count, one, many);
  if (kind === 'waiting') return `${headline} for ${partnerWords[partner]}`;
  // For the other kinds the headline is clear without the cause.
  if (kind !== 'dead-letter' && kind !== 'refused') return headline;
  return `${headline}: ${(cause ?? '').replaceAll('-', ' ')}`;
}

/** Open concerns by what is told together, each with its headline. */
export function groupsOf(open: readonly OpenConcern[]) {
  const groups = Map.groupBy(open, groupOf);
  return [...groups.values()].flatMap((concerns) => {
    const [first] = concerns;
    return first ? [{ ...first, headline: headlineOf(first, concerns.length), concerns }] : [];
  });
}

/** What people are told of one trouble, in every view: its order (empty when it is unknown), why, and what to do. */
export async function tellTrouble(
  { concerns }: Pick<Ledger, 'concerns'>,
  { key, order, ...group }: Pick<SeenTrouble, 'key' | 'order' | 'kind' | 'partner' | 'cause'>,
) {
  const facts = key && (await concerns.facts(key));
  const number = order ?? facts?.order ?? '';
  const unknown = key ? 'It has ended meanwhile.' : headlineOf(group, 1);
  return {
    number,
    order: oneLine(number, maxName),
    why: oneLine(facts?.reason ?? unknown, maxReason),
    next: nextOf(group),
    about: facts?.about,
  };
}

/** Whether a partner is down because it refuses our credentials. */
export function isRefused(reason = ''): boolean {
  return /\b401\b|credential|api key|log ?in|password/i.test(reason);
}

/** What to type behind the command `secrets` then. */
export const setCredentials: Readonly<Record<Partner, string>> = {
  azumuta: 'set azumuta-api-key',
  erp: 'set erp-credentials',
};
