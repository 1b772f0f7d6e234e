/** What is wrong: stored with each sentence, so that dead letters can be grouped and counted. What to do is in `shared/situation/advice.ts`. */
export const causes = [
  /** The mapping, or an option in the plant's configuration. */
  'configuration',
  /** In its present form the order cannot become a product order, or be found again. */
  'order-data',
  /** Azumuta does not have the article or its variant. */
  'unknown-article',
  /** The ERP, Azumuta or the ledger does not know the order. */
  'unknown-order',
  /** The ERP order is cancelled, closed, not released, or booked by others. */
  'order-state',
  /** The ERP order and the product order in Azumuta differ. */
  'conflict',
  /** Quantity, unit, lots or serial numbers that the ERP cannot take. */
  'quantity-or-lots',
  /** Azumuta does not show clearly what was built. */
  'completion-unclear',
  /** The ERP has other figures of this completion than were built. */
  'booked-otherwise',
  /** The ERP refuses it. */
  'refused-by-erp',
  /** Azumuta refuses it, or answers in another form than expected. */
  'refused-by-azumuta',
  /** A trigger or a message that cannot be read. */
  'unreadable-message',
  /** A partner was down, or others had the order locked, for as long as it was retried. */
  'waited-too-long',
  /** A bug, a crash or a timeout. */
  'internal-error',
] as const;

export type Cause = (typeof causes)[number];
