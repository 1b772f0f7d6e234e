/** Sentences by their file; `{}` stands for the figure. */
type Sentences = Readonly<Record<string, readonly string[]>>;

/**
 * Which number of the code is named where: by its name, in comments and documents. A number of time has its unit in its
 * name (`maxWaitMs`), and its sentence has the unit, too; of any other number the sentence has the number alone.
 */
export const heldFigures: Readonly<Record<string, Sentences>> = {
  // How long messages are retried
  maxWaitMs: {
    'ARCHITECTURE.md': ['**The queue is the only retry loop**: {}'],
    'README.md': ['messages are retried for {}'],
    'infra/RUNBOOK.md': ['messages are retried for {}'],
    'shared/ledger/records/questions.ts': ['A message lives for {}'],
    'shared/worker/README.md': ['(`maxWaitMs`: {})'],
  },
  'backoffDefaults.capSeconds': {
    'infra/RUNBOOK.md': ['what waits goes on within {}', 'the next probe notices within {}'],
    'infra/ops/flows/situation.ts': ['Waits grow to {}'],
    'shared/completions/decide-question.ts': ['A hint that asks is retried after {}'],
    'shared/erp/odoo/README.md': ['up to {} between two attempts'],
    'shared/erp/tryton/README.md': ['up to {} between two attempts'],
    'shared/worker/policy.ts': ['then it is 10 to {}'],
  },
  mostKitCalls: { 'plants/README.md': ['makes at most {} calls'] },
  longWaitMs: {
    'ARCHITECTURE.md': ['a message that has been retried for more than {}'],
    'infra/RUNBOOK.md': ['have been retried for more than {}'],
  },
  newForMs: {
    'ARCHITECTURE.md': ['Messages that have waited for more than {}'],
    'CONTRIBUTING.md': ['is what has waited for more than {}'],
    'shared/worker/README.md': ['messages that have waited for more than {}'],
  },
  queueKeepsDays: {
    'SECURITY.md': ['the dead-letter queue | {}'],
    'infra/RUNBOOK.md': [
      'SQS keeps those for {}',
      'even if its dead letter is gone (after {}',
      'with the reason, is kept for {}',
    ],
    'shared/worker/policy.ts': ['before SQS drops it, which it does at {}'],
  },
  slotKeptAfterMs: {
    'ARCHITECTURE.md': ['the first in line has waited for {}', 'So a function waits for {}'],
    'shared/slots/slots.ts': ['the first in line has waited for {}'],
  },

  // Calls to a partner
  partnerAnswersWithinMs: {
    'shared/completions/reconcile.ts': ['an answer may take {}'],
    'shared/platform/http.ts': ['Longest wait for a whole answer. Default {}'],
  },
  maxRetryAfterSeconds: {
    'shared/platform/http.ts': ['(RFC 9110 §10.2.3), {} at most'],
  },
  believedWellMs: {
    'ARCHITECTURE.md': ["its partner's circuit breaker in the last {}"],
  },
  threshold: {
    'ARCHITECTURE.md': ['The circuit breaker opens after {} failures'],
    'shared/circuit-breaker/circuit-breaker.ts': ['never fails {} times in a minute'],
  },
  downAfterSeconds: {
    'ARCHITECTURE.md': ['once every call has failed for {}'],
    'infra/RUNBOOK.md': ['All calls to a partner have failed for {} or more'],
  },
  downAfterSecondsOfOne: {
    'ARCHITECTURE.md': ['or after {} in which nothing else was tried'],
  },
  maxAskedSeconds: {
    'infra/RUNBOOK.md': ['(or within {}, if the partner requested that'],
  },
  unauthorizedSeconds: {
    'shared/erp/tryton/README.md': [
      '`LoginException` at the login | partner down, for {}',
      '429 at the login | partner down, for {}',
    ],
  },
  refusedSeconds: {
    'shared/erp/rest/README.md': ['the secret; not tried again for {}'],
  },

  // Asking Azumuta
  askForAtMostMs: {
    'SECURITY.md': ['asked three times about each within {}', 'no dead letter after {}'],
    'shared/completions/README.md': ['It is asked again for {} (`askForAtMostMs`)'],
    'shared/completions/decide-question.ts': [
      'one asks for {}',
      'first time until {} after',
      'is tried for {} again',
    ],
    'shared/integration/schema.ts': [
      '`reject` shows them to a person after {}',
      'its completion waits, {} in the queue',
    ],
  },
  batchAgainMs: { 'shared/integration/MAPPING.md': ['those that are still open again {} later'] },
  betweenQuestionsMs: {
    'shared/completions/decide-hint.ts': ['Azumuta is asked at most once {}'],
  },
  readingLastsMs: {
    'ARCHITECTURE.md': ['recordings are kept in memory for {}'],
  },
  'reconcileDefaults.most': {
    'shared/integration/schema.ts': ['Most orders that one run asks about, 1 to 500. Default {}'],
  },

  // Orders, bookings, webhook
  overlapMs: {
    'ARCHITECTURE.md': ['**The pull re-reads {}'],
  },
  usedAgainMs: {
    'shared/orders/decide-kept.ts': ['{} later nobody repeats a call any more'],
  },
  mostMs: {
    'shared/integration/define.ts': [
      'what does not end within {}, rejects the order',
      'does not end within {}, rejects the completion',
    ],
  },
  mostSeconds: {
    'shared/integration/MAPPING.md': ['more than {} of work in one recording'],
    'shared/integration/mapping/details.ts': ['more than {} for each recording'],
  },
  collapseMs: {
    'SECURITY.md': ['identical calls within {} become one per container'],
  },
  'ordersLimit.ThrottlingRateLimit': {
    'SECURITY.md': ['and the order endpoint to {}, independently'],
    'infra/RUNBOOK.md': ['{} of the ERP'],
  },

  // People
  alertsEveryMinutes: {
    'ARCHITECTURE.md': ['`send-alerts` runs every {}', 'The next run, {} later, finds it expired'],
    'infra/RUNBOOK.md': ['A function runs every {}', 'sending is tried again every {}'],
    'shared/alerts/deliver.ts': ['the others wait for the next run, {} later'],
    'shared/alerts/morning-mail.ts': ['Each run, every {}, checks this'],
  },
  hourMs: {
    'shared/alerts/decide-alerts.ts': [
      'Further troubles of a group that people know are collected for {}',
      'some are not known yet new, at most once {}',
      'outages that follow each other within {}',
      'down for the third time within {}',
    ],
  },
  onceADayMs: {
    'shared/alerts/decide-alerts.ts': ['have been open for {} reminder', 'last message of {} ago'],
  },

  // What is kept
  retentionSeconds: {
    'ARCHITECTURE.md': ['so that they expire together, {} after its end'],
    'SECURITY.md': [
      'of one that is refused and left alone, {}',
      'in the ledger, and Azumuta | {} after its last change',
      'journey in the ledger | {}',
    ],
  },
  ttlSeconds: {
    'shared/platform/aws/secrets.ts': ['read once per container and again after {}'],
  },
  refreshSeconds: {
    'SECURITY.md': [
      'all links within {}: only one value',
      'opens nothing {} after the key was rotated',
      'one read of the secret {}',
      'reads a secret again at most once {}',
    ],
    'shared/pages/show-page.ts': ['Read again once {}'],
    'shared/platform/aws/credentials.ts': ['at most once {}'],
    'shared/platform/aws/secrets.ts': ['presented another one; at most once {}'],
  },
};

/** Figures that repeat no number of the code: what AWS or an ERP does, what was measured, what a test of its own holds. */
export const othersFigures: Readonly<Record<string, readonly string[]>> = {
  'ARCHITECTURE.md': [
    // Part of the function's time; an example of a pull; SQS, DynamoDB; the simulated person; runs of the chaos test.
    '24 seconds',
    'five minutes',
    '5 minutes',
    '35 days',
    '12-hour',
    'two days',
    '57 minutes',
    '20 minutes',
  ],
  // Of the flow for n8n, held by relay-flow.test.ts.
  'shared/erp/rest/RELAY.md': ['60 s', '15 minutes'],
  // The table's point-in-time recovery.
  'SECURITY.md': ['35 days'],
  // Six looks of an alarm, one wait and one period of a metric; an example of a pull; the table's recovery.
  'infra/RUNBOOK.md': ['half an hour', '20 minutes', 'five minutes', '35 days'],
  // What a test of shadow holds.
  'shared/integration/deployment.ts': ['35 days'],
  'shared/integration/CONFIGURATION.md': ['35 days'],
  'infra/README.md': ['35 days'],
  // What Lambda does.
  'infra/stack/schedules.ts': ['six hours'],
  'shared/completions/one-reader-per-order.ts': ['15 minutes'],
  // What SQS refuses; a part of a function's time.
  'shared/worker/policy.ts': ['12 hours', '24 s'],
  'shared/platform/aws/queue.ts': ['12 hours'],
  // A multiple of what the stack sets.
  'shared/situation/read.ts': ['half an hour'],
  'shared/circuit-breaker/circuit-breaker.ts': ['five minutes', '15 s', '90 s'],
  'functions/send-alerts/send-alerts.ts': ['Five minutes', 'twenty seconds'],
  // The time of API Gateway and of its functions.
  'functions/accept-product-orders/accept-product-orders.ts': ['30 s'],
  'shared/platform/aws/lambda.ts': ['ten seconds'],
  'shared/orders/endpoint/http-api.ts': ['ten seconds'],
  // An example, which forty-pieces.test.ts builds.
  'shared/integration/MAPPING.md': ['three days'],
  // Time zones.
  'shared/model/time.ts': ['14 hours'],
  // Examples of a pull.
  'shared/ledger/records/product-orders.ts': ['ten minutes'],
  'shared/alerts/decide-alerts.ts': ['ten minutes'],
  'shared/erp/rest/options.ts': ['five minutes'],
  // Odoo and Tryton; the tests of their errors hold the waits in the tables.
  'shared/erp/odoo/README.md': ['90 days'],
  'shared/erp/tryton/README.md': ['20 s', '6 s', '15 s', '5 s', '60 s'],
  'shared/erp/tryton/errors.ts': ['5 minutes'],
  // How long Monitor locks a user.
  'shared/erp/session-login.ts': ['30 s'],
};

/** In sentences of the code: what AWS says, or a person is asked to do. */
export const othersFiguresInCode: Readonly<Record<string, readonly string[]>> = {
  'shared/situation/advice.ts': ['a minute'],
  'infra/ops/init/answers.ts': ['five minutes'],
  'infra/ops/doctor/check-alerts.ts': ['two days'],
  'infra/ops/doctor/check-http-api.ts': ['five minutes'],
  'infra/ops/doctor/check-stack.ts': ['six hours'],
};
