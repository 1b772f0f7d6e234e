import { setTimeout as pause } from 'node:timers/promises';
import integration from '#integration';
import { reconcileCompletions } from '../../shared/completions/reconcile.ts';
import { reconcileDefaults } from '../../shared/integration/define.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { createLogger } from '../../shared/platform/log.ts';
import type { Invocation } from '../../shared/worker/consume.ts';
import { azumutaPart, clock, ledgerPart, partnersPart, queuesPart, secretsPart } from '../parts.ts';

const { reconcile } = integration.schedule;
const ledger = ledgerPart();
const parts: Parameters<typeof reconcileCompletions>[1] = {
  ...(reconcile === 'off' ? reconcileDefaults : reconcile),
  ledger,
  clock,
  queues: queuesPart(),
  completionsQueueUrl: readEnvironment(['COMPLETIONS_QUEUE_URL']).COMPLETIONS_QUEUE_URL,
  partners: partnersPart(ledger),
  azumuta: azumutaPart(integration, secretsPart()),
  log: createLogger(),
  pause: (ms) => pause(ms),
};

/** Trigger: EventBridge Scheduler. Asks Azumuta about overdue product orders, whose trigger may have been lost. */
export const handler = (_event: unknown, invocation: Invocation) => reconcileCompletions(invocation, parts);
