import type { Cause } from './causes.ts';

/** Who has to act. A plant names persons for them in `deployment.alerts.who`. */
export const roles = [
  'planner',
  'shop floor',
  'stock keeper',
  'article administrator',
  'ERP administrator',
  'Azumuta administrator',
  'integrator',
  'operator',
] as const;
export type Role = (typeof roles)[number];

export interface Remedy {
  readonly who: Role;
  readonly next: string;
  /** Only what a person finds out decides between replay and discard: nothing suggests the one or the other before. */
  readonly compareFirst?: true;
}

/** Who has to act on a cause, and how: alerts, `trace` and the console say it, and the table in the runbook is made from it. */
export const remedies: Readonly<Record<Cause, Remedy>> = {
  configuration: {
    who: 'integrator',
    next: "Correct the mapping or the option in the plant's configuration, deploy, then replay.",
  },
  'order-data': { who: 'planner', next: 'Correct the order in the ERP; then replay, or send it again.' },
  'unknown-article': {
    who: 'article administrator',
    next: 'Create the article or its variant in Azumuta, or correct the order in the ERP; then replay.',
  },
  'unknown-order': {
    who: 'planner',
    next: 'Check the number where the reason says, and whether the order was deleted; send it again, or discard it.',
    compareFirst: true,
  },
  'order-state': {
    who: 'planner',
    next: 'Release or reopen the order in the ERP and replay; if it is cancelled or booked by somebody else, check that nothing is missing and discard.',
    compareFirst: true,
  },
  conflict: {
    who: 'planner',
    next: 'Make the ERP order and the product order equal by hand; if they are, send the order again from the ERP. Then replay. Or find out what was built and book it by hand.',
    compareFirst: true,
  },
  'quantity-or-lots': {
    who: 'shop floor',
    next: 'Correct the recorded quantity, unit, lots or serial numbers, or what the mapping gives; then replay.',
  },
  'completion-unclear': {
    who: 'shop floor',
    next: 'Complete or correct it in Azumuta and replay, or book it in the ERP by hand.',
    compareFirst: true,
  },
  'booked-otherwise': {
    who: 'stock keeper',
    next: 'Compare what the ERP has of this completion with what was built, correct it by hand, then discard.',
    compareFirst: true,
  },
  'refused-by-erp': {
    who: 'ERP administrator',
    next: 'Correct in the ERP what its message names (a period, stock, a right of our user, a module), then replay.',
  },
  'refused-by-azumuta': {
    who: 'Azumuta administrator',
    next: 'Correct in Azumuta what its message names, or set the lines of azumuta.contract that it names (npm run probe -- --stack <stack> finds them) and deploy; then replay.',
  },
  'unreadable-message': {
    who: 'Azumuta administrator',
    next: 'Correct the trigger in Azumuta (its URL, its fields), or name its field in azumuta.contract.trigger and deploy (the reason lists each field and how it was understood); then replay or discard.',
  },
  'waited-too-long': {
    who: 'operator',
    next: 'Find out why the partner was down or the order locked, then replay.',
  },
  'internal-error': {
    who: 'operator',
    next: "Read the function's logs, report it, and replay once it is fixed.",
  },
};
