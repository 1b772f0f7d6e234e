import { queueKeepsDays } from '../../../shared/model/queues.ts';
import { durationInWords } from '../../../shared/model/time.ts';
import { refreshSeconds, ttlSeconds } from '../../../shared/platform/aws/secrets.ts';
import { backoffDefaults, maxWaitMs } from '../../../shared/worker/policy.ts';

const day = 86_400;

/** Figures of policy as operators read them, each from where it is decided. */
export const policyWords = {
  /** At the latest, a message that waits is retried after it. */
  longestRetry: durationInWords(backoffDefaults.capSeconds),
  /** A message that waits becomes a dead letter after it, also while its flow is paused. */
  longestWait: durationInWords(maxWaitMs / 1000),
  queueKeeps: durationInWords(queueKeepsDays * day),
  /** Until functions accept a secret that was changed, and until they refuse the old one. */
  secretAccepted: durationInWords(refreshSeconds),
  oldSecretRefused: durationInWords(ttlSeconds),
} as const;
