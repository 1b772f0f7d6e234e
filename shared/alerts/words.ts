import type { Cause } from '../model/causes.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import { counted } from '../model/text.ts';
import type { AlertKind } from './alert.ts';
import type { TroubleGroup } from './decide-alerts.ts';

/** Who has to act on a cause, and how: the table of infra/RUNBOOK.md. */
export const remedies: Readonly<Record<Cause, { readonly who: string; readonly next: string }>> = {
  configuration: {
    who: 'integrator',
    next: "Correct the mapping or the option in the plant's configuration, deploy, then replay.",
  },
  'order-data': { who: 'planner', next: 'Correct the order in the ERP and send it again.' },
  'unknown-article': {
    who: 'article administrator',
    next: 'Create the article or its variant in Azumuta, or correct the order in the ERP; then replay.',
  },
  'unknown-order': {
    who: 'planner',
    next: 'Check the number, and whether the order was deleted; send it again, or discard it.',
  },
  'order-state': {
    who: 'planner',
    next: 'Release or reopen the order in the ERP and replay; if it is cancelled or booked by somebody else, see that nothing is missing and discard.',
  },
  conflict: {
    who: 'planner',
    next: 'Make the ERP order and the product order equal by hand and replay, or find out what was built and book it by hand.',
  },
  'quantity-or-lots': {
    who: 'shop floor',
    next: 'Correct the recorded quantity, unit, lots or serial numbers, or what the mapping gives; then replay.',
  },
  'completion-unclear': {
    who: 'shop floor',
    next: 'Complete or correct it in Azumuta and replay, or book it in the ERP by hand.',
  },
  'booked-otherwise': {
    who: 'stock keeper',
    next: 'Compare what the ERP has of this completion with what was built, correct it by hand, then discard.',
  },
  'refused-by-erp': {
    who: 'ERP administrator',
    next: 'Correct in the ERP what its message names (a period, stock, a right of our user), then replay.',
  },
  'refused-by-azumuta': {
    who: 'Azumuta administrator',
    next: 'Correct in Azumuta what its message names, or correct azumuta.contract; then replay.',
  },
  'unreadable-message': {
    who: 'Azumuta administrator',
    next: 'Correct the trigger in Azumuta (its URL, its fields), then replay or discard.',
  },
  'waited-too-long': {
    who: 'operator',
    next: 'See why the partner was down or the order locked, then replay.',
  },
  'internal-error': {
    who: 'operator',
    next: "Read the function's logs, report it, and replay once it is fixed.",
  },
};

type Forms = readonly [one: string, many: string];

/** Headline of a group, after the number of troubles. */
const kindWords: Readonly<Record<Exclude<AlertKind, 'dead-letter' | 'partner-down'>, Forms>> = {
  changed: ['product order is not as the ERP wants it', 'product orders are not as the ERP wants them'],
  unwanted: ['product order is not wanted any more', 'product orders are not wanted any more'],
  'number-taken': [
    'product order is wanted by two ERP orders',
    'product orders are wanted by two ERP orders each',
  ],
  refused: ['order of the ERP cannot be accepted', 'orders of the ERP cannot be accepted'],
  removed: ['product order was removed in Azumuta', 'product orders were removed in Azumuta'],
  'figures-changed': ['completion was corrected after booking', 'completions were corrected after booking'],
  'used-again': ['number is used again in the ERP', 'numbers are used again in the ERP'],
  'time-ahead': ['order has a change time in the future', 'orders have change times in the future'],
  waiting: ['message has waited for more than an hour', 'messages have waited for more than an hour'],
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

/** What to do about kinds of trouble that have no dead letter. */
const kindNext: Readonly<Partial<Record<AlertKind, string>>> = {
  changed: 'Correct the product order in Azumuta by hand: its API cannot. Nothing is blocked meanwhile.',
  unwanted: 'Remove the product order in Azumuta, or let the shop floor know.',
  'number-taken': "Let productOrders.number in the plant's configuration give each its own number.",
  removed: 'If it was built, book it in the ERP by hand.',
  'figures-changed': 'Compare both figures with what was built, and correct the ERP by hand.',
  'used-again': "Let productOrders.number in the plant's configuration tell the orders apart.",
  'time-ahead': 'Set the clock of the ERP right, and save the order there. Nothing is blocked meanwhile.',
  waiting:
    'It is tried again by itself. Correct what the reason names: somebody may have the order open in the ERP.',
  overdue: 'Complete it in Azumuta if it is built; else let the planner move its date.',
  unfiled: 'Correct the trigger in Azumuta (its URL, its fields), then replay or discard what was put aside.',
};

export function nextStepOf(kind: AlertKind, cause: Cause | undefined): string {
  if (kind === 'refused' && cause === 'configuration')
    return "Correct the mapping in the plant's configuration, deploy, and send the order again.";
  return kindNext[kind] ?? (cause ? remedies[cause].next : '');
}

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

/** Whether a partner is down because it refuses our credentials. */
export function isRefused(reason = ''): boolean {
  return /\b401\b|credential|api key|log ?in|password/i.test(reason);
}

/** What to type behind the command `secrets` then. */
export const setCredentials: Readonly<Record<Partner, string>> = {
  azumuta: 'set azumuta-api-key',
  erp: 'set erp-credentials',
};
