import { setTimeout as pause } from 'node:timers/promises';
import integration from '#integration';
import { reconcileCompletions } from '../../shared/completions/reconcile.ts';
import { reconcileDefaults } from '../../shared/integration/define.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import type { Invocation } from '../../shared/worker/worker.ts';
import {
  azumutaPart,
  clock,
  ledgerPart,
  logPart,
  partnersPart,
  queuesPart,
  secretsPart,
} from '../dependencies.ts';

const { reconcile } = integration.schedule;
const log = logPart('reconcile-completions');
const ledger = ledgerPart();
const dependencies: Parameters<typeof reconcileCompletions>[1] = {
  ...(reconcile === 'off' ? reconcileDefaults : reconcile),
  ledger,
  clock,
  queues: queuesPart(),
  completionsQueueUrl: readEnvironment(['COMPLETIONS_QUEUE_URL']).COMPLETIONS_QUEUE_URL,
  partners: partnersPart(ledger, log),
  azumuta: azumutaPart(integration, secretsPart()),
  log,
  pause: (ms) => pause(ms),
};

/** Trigger: EventBridge Scheduler. Asks Azumuta about overdue product orders, whose trigger may have been lost. */
export const handler = (_event: unknown, invocation: Invocation) => reconcileCompletions(invocation, dependencies);
