/**
 * Metrics of alarms and the console, which CloudWatch extracts from log lines: no function needs a call or a grant for it.
 * `by` are their dimensions besides the stack: each value of one is billed as a separate metric, so what nobody
 * watches is only counted (see `counts`).
 * Source: AWS, "Specification: Embedded metric format".
 */
export const metrics = {
  /**
   * How long a message that is retried has waited. SQS's own age of the oldest leaves out messages that were received
   * three times or more (AWS, "Available CloudWatch metrics for Amazon SQS").
   */
  WaitingSeconds: { unit: 'Seconds', by: ['Function'] },
  /** 1 from each call that fails or is held back while the partner is down, 0 from the first that is answered again. */
  PartnerDown: { unit: 'Count', by: ['Partner'] },
  /** Alerts and mails that wait because a channel did not accept them, at each run that found some. */
  AlertsUndelivered: { unit: 'Count', by: [] },
} as const satisfies Record<string, { unit: 'Count' | 'Seconds'; by: readonly ('Function' | 'Partner')[] }>;

/** Counted in log lines only: Logs Insights adds them up, at no fixed cost. */
export const counts = [
  /** Triggers that the webhook endpoint put into the queue. */
  'CompletionsAccepted',
  /** Product orders that the endpoint or the pull put into the queue. */
  'OrdersAccepted',
  /** Product orders that are in Azumuta now: created, or adopted. */
  'OrdersCreated',
  /** Bookings that are booked in the ERP now. */
  'CompletionsBooked',
  /** Orders that changed in the ERP after their product order was created. */
  'OrderConflicts',
  /** Orders that were cancelled in the ERP after their product order was queued. */
  'OrdersCancelled',
  /** Orders of the ERP that the mapping refuses: nothing was created of them. */
  'OrdersUnmapped',
  /** Attempts that failed and are tried again. */
  'Retried',
  /** Every such line has the cause code (shared/model/errors.ts) as `cause`. */
  'DeadLettered',
] as const;

export type MetricName = keyof typeof metrics;
export type CountName = (typeof counts)[number];
export type Measured = Readonly<Partial<Record<MetricName | CountName, number>>>;

export const metricNamespace = 'AzumutaErp';

/**
 * The figures of a log line, with the envelope that tells CloudWatch which are metrics. The line itself has the
 * dimensions (`Stack`, `Function`, `Partner`) as fields.
 */
export function embeddedMetrics(measured: Measured, at: Date) {
  // Made from the keys of the table, so each is one.
  const named = (Object.keys(metrics) as MetricName[]).filter((name) => measured[name] !== undefined);
  const sets = Map.groupBy(named, (name) => metrics[name].by.join());
  if (sets.size === 0) return measured;
  return {
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [...sets.values()].map((names) => ({
        Namespace: metricNamespace,
        Dimensions: [['Stack', ...(names[0] === undefined ? [] : metrics[names[0]].by)]],
        Metrics: names.map((name) => ({ Name: name, Unit: metrics[name].unit })),
      })),
    },
    ...measured,
  };
}
