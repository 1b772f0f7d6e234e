import type { Cause } from './causes.ts';

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
