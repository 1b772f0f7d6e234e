/**
 * What a person has to correct: stored beside each sentence, so that dead letters can be grouped and counted. The
 * code says who acts on what; the sentence says what to do. The table is in infra/RUNBOOK.md.
 */
export const causes = [
  /** Correct the mapping or an option in `integration.config.ts`, deploy, replay. */
  'configuration',
  /** Correct the order in the ERP: in its present form it cannot become a product order, or be found again. */
  'order-data',
  /** Create the article or its variant in Azumuta, or correct the order in the ERP. */
  'unknown-article',
  /** The ERP, Azumuta or the ledger does not know the order: check its number, and whether it was deleted. */
  'unknown-order',
  /** The ERP order is cancelled, closed, not released, or booked by others: reopen it, or book what is missing by hand. */
  'order-state',
  /** The ERP order and the product order in Azumuta differ: make them equal by hand, or find out what was built. */
  'conflict',
  /** Quantity, unit, lots or serial numbers do not fit the ERP: correct what was recorded, or what the mapping gives. */
  'quantity-or-lots',
  /** Azumuta does not show clearly what was built: complete or correct it there, or book it by hand. */
  'completion-unclear',
  /** The ERP has other figures of this completion than were built: correct the ERP by hand, then discard. */
  'booked-otherwise',
  /** The ERP refuses it: correct there what its message names (stock, a right of our user, a missing module). */
  'refused-by-erp',
  /** Azumuta refuses it, or answers in another form than expected: correct in Azumuta what the sentence names. */
  'refused-by-azumuta',
  /** A trigger or a message cannot be read: correct the trigger in Azumuta. */
  'unreadable-message',
  /** A partner was down, or others had the order locked, for as long as it was tried: see to that, then replay. */
  'waited-too-long',
  /** A bug, a crash or a timeout: look at the function's logs, report it, replay after the fix. */
  'internal-error',
] as const;

export type Cause = (typeof causes)[number];
