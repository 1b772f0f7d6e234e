import { setTimeout as pause } from 'node:timers/promises';
import integration from '#integration';
import { reconcileCompletions } from '../../shared/completions/reconcile.ts';
import { reconcileDefaults } from '../../shared/integration/schema.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import type { Invocation } from '../../shared/platform/lambda.ts';
import {
  buildAzumutaClient,
  buildLedger,
  buildLogger,
  buildPartnerCalls,
  buildQueues,
  buildSecrets,
  buildSlots,
  buildTable,
  clock,
} from '../dependencies.ts';

const { reconcile } = integration.schedule;
const stage = 'reconcile-completions';
const log = buildLogger(stage);
const table = buildTable();
const ledger = buildLedger(table);
const slots = buildSlots(stage, integration, table, log);
const dependencies: Parameters<typeof reconcileCompletions>[1] = {
  ...(reconcile === 'off' ? reconcileDefaults : reconcile),
  ledger,
  clock,
  queues: buildQueues(),
  completionsQueueUrl: readEnvironment(['COMPLETIONS_QUEUE_URL']).COMPLETIONS_QUEUE_URL,
  partners: buildPartnerCalls(table, log, slots),
  slots,
  azumuta: buildAzumutaClient(integration, buildSecrets()),
  log,
  pause: (ms) => pause(ms),
};

/** Trigger: EventBridge Scheduler. Asks Azumuta about overdue product orders, whose trigger may have been lost. */
export const handler = (_event: unknown, invocation: Invocation) =>
  reconcileCompletions(invocation, dependencies);
