import type { Cause } from '../model/causes.ts';

/** A cause as people read it, after a colon: `refused by the ERP`. */
export const causeWords: Readonly<Record<Cause, string>> = {
  configuration: 'configuration',
  'order-data': 'order data',
  'unknown-article': 'unknown article',
  'unknown-order': 'unknown order',
  'order-state': 'order state',
  conflict: 'conflict',
  'quantity-or-lots': 'quantity or lots',
  'completion-unclear': 'completion unclear',
  'booked-otherwise': 'booked otherwise',
  'refused-by-erp': 'refused by the ERP',
  'refused-by-azumuta': 'refused by Azumuta',
  'unreadable-message': 'unreadable message',
  'waited-too-long': 'waited too long',
  'internal-error': 'internal error',
};
