/**
 * The figures of the integration, written into log lines in CloudWatch's embedded metric format: CloudWatch
 * makes metrics of them by itself, so that no function needs a call or a grant for it.
 * Source: AWS, "Specification: Embedded metric format".
 */
export const metrics = {
  /** Triggers that the webhook door put into the queue. */
  CompletionsAccepted: { unit: 'Count', by: [] },
  /** Product orders that the endpoint or the pull put into the queue. */
  OrdersAccepted: { unit: 'Count', by: [] },
  /** Product orders that are in Azumuta now: created, or adopted. */
  OrdersCreated: { unit: 'Count', by: [] },
  /** Bookings that are booked in the ERP now. */
  CompletionsBooked: { unit: 'Count', by: [] },
  /** Orders that changed in the ERP after their product order was created. */
  OrderConflicts: { unit: 'Count', by: [] },
  /** Orders that were cancelled in the ERP after their product order was queued. */
  OrdersCancelled: { unit: 'Count', by: [] },
  /** Orders of the ERP that the mapping refuses: nothing was created of them. */
  OrdersUnmapped: { unit: 'Count', by: [] },
  /** Attempts that come again. */
  Retried: { unit: 'Count', by: ['Function'] },
  /**
   * How long a message that comes again has waited since it was first queued. SQS's own age of the oldest
   * message leaves out messages that were received three times or more (AWS, "Available CloudWatch metrics
   * for Amazon SQS"), so it goes blind exactly then.
   */
  WaitingSeconds: { unit: 'Seconds', by: ['Function'] },
  /** `cause` is the cause code (shared/model/errors.ts), which every such line bears as a field. */
  DeadLettered: { unit: 'Count', by: ['Function', 'cause'] },
  /** Messages, and steps of them, that were not tried because the partner's circuit breaker is open. */
  BreakerOpen: { unit: 'Count', by: ['Partner'] },
  /** Answers of 401: a flow stands still until somebody sets the secret. */
  CredentialsRefused: { unit: 'Count', by: ['Partner'] },
  /** Runs of the pull that read all there was. */
  PullsCompleted: { unit: 'Count', by: [] },
  /** Runs of the reconciliation that asked about all that they should. */
  ReconciliationsCompleted: { unit: 'Count', by: [] },
  /** Alerts and mails that a channel did not take, at each run that found some. */
  AlertsUndelivered: { unit: 'Count', by: [] },
} as const satisfies Record<string, MetricDefinition>;

interface MetricDefinition {
  /** Unit as CloudWatch spells it. */
  readonly unit: 'Count' | 'Seconds';
  /** Dimensions beside the stack: each of their values makes a metric of its own, which CloudWatch bills. */
  readonly by: readonly ('Function' | 'Partner' | 'cause')[];
}

export type MetricName = keyof typeof metrics;
export type Measured = Readonly<Partial<Record<MetricName, number>>>;

export const metricNamespace = 'AzumutaErp';

/**
 * What makes CloudWatch read the figures of a log line. The line itself bears the figures and the dimensions
 * (`Stack`, `Function`, `Partner`, `cause`) as fields.
 */
export function embeddedMetrics(measured: Measured, at: Date) {
  const sets = Map.groupBy(namesIn(measured), (name) => metrics[name].by.join());
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

function namesIn(measured: Measured): MetricName[] {
  // Its type allows no other keys.
  return Object.keys(measured) as MetricName[];
}
