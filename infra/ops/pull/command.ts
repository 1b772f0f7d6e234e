import * as z from 'zod/mini';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { isWanted, mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { type PullReport, pullOutcomes } from '../../../shared/orders/pull.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { createProgress, type Progress } from '../../local/progress.ts';
import {
  exits,
  flag,
  momentOf,
  mostOf,
  plantCommand,
  plantOptions,
  runCommand,
  UsageError,
} from '../cli/command.ts';
import { answer } from '../cli/output.ts';
import { configurationOf, findTarget, invoke, ledgerOf, type Target, whereOf } from '../cli/target.ts';
import { partnersOf } from '../doctor/check-partners.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import { previewPull } from './preview.ts';
import { previewPullLines, pulledLines } from './report.ts';

const optionsSchema = z.object({
  ...plantOptions,
  dryRun: flag,
  go: flag,
  since: z.exactOptional(z.string()),
  most: z._default(z.string(), '500'),
});
type Options = z.output<typeof optionsSchema>;

/** A dry run that takes longer ends early and shows what it has found. */
const maxDryRunMs = 15 * 60_000;

const command = plantCommand(
  'pull',
  'Shows which orders the pull would read from the ERP, or runs it now.',
  `
Examples:
  npm run pull -- --dry-run --since 2026-12-01 --stack AzumutaErp-ghent-production -c plants/ghent.config.ts
  npm run pull -- --dry-run --local                 what the next pull would do
  npm run pull -- --go --local                      do it now

Before going live, make a dry run from the time that schedule.pull.from will name. It lists the orders that were typed
into Azumuta by hand (they are adopted if they are open and equal, and never created twice), orders whose article or
variant is missing in Azumuta, orders that the mapping refuses, and ERP orders that cannot be read. It runs on this
machine, with the stack's secrets and the configuration that is here. For each order that the ledger does not know, it
sends one or two requests to Azumuta.

Exit codes: 0 done, nothing needs a person · 1 failed, or ended early · 2 wrong command line ·
3 some orders cannot be read, would be refused, conflict or were cancelled · 130 interrupted`,
)
  .option('--dry-run', 'show what would be created, what exists already and what conflicts; write nothing')
  .option('--since <when>', 'dry run: read from this time on (default: from where the next pull begins)')
  .option('--most <orders>', 'dry run: read at most so many ERP orders (default: 500)')
  .option('--go', 'run the pull now, as the schedule does: from where the last run ended');

async function dryRun(target: Target, options: Options, signal: AbortSignal, progress: Progress) {
  const most = mostOf(options.most);
  const integration = await configurationOf(target, options.config);
  const ledger = ledgerOf(target);
  const since =
    options.since === undefined
      ? await nextStart(ledger, integration)
      : momentOf(options.since, systemClock.now(), integration.timeZone).toISOString();
  const { productOrders } = integration;
  const secrets = new SecretStore(target, integration.erp.credentials);
  const preview = await previewPull(since, most, {
    ...partnersOf(integration, secrets),
    ledger,
    map: (order) => mapProductOrders(productOrders, order),
    accept: (order) => isWanted(productOrders, order),
    signal: AbortSignal.any([signal, AbortSignal.timeout(maxDryRunMs)]),
    progress: progress.tell,
  }).finally(progress.end);
  const lines = previewPullLines(preview, { target: target.name, where: whereOf(target) });
  answer(options, { target: target.name, dryRun: true, ...preview }, lines);
  if (signal.aborted) return exits.interrupted;
  if (preview.failure !== undefined) return exits.failed;
  const needsPerson = preview.productOrders.some(({ outcome }) =>
    ['unreadable', 'conflict', 'reject', 'cancelled'].includes(outcome),
  );
  return needsPerson ? exits.partly : exits.done;
}

/** Where the next pull begins: after the last order that was read, or else at the configured start. */
async function nextStart({ pullState }: OperatorLedger, { schedule }: CompleteIntegration) {
  const { watermark } = await pullState.state();
  return watermark?.changedAt ?? (schedule.pull === 'off' ? undefined : schedule.pull.from);
}

const reportSchema = z.object({
  outcome: z.enum(pullOutcomes),
  pages: z.number(),
  orders: z.number(),
  queued: z.number(),
  conflicts: z.number(),
  rejected: z.number(),
  cancelled: z.number(),
  remapped: z.number(),
}) satisfies z.ZodMiniType<PullReport>;

async function go(target: Target, options: Options, { during }: Progress): Promise<number> {
  const report = await during('Running the pull', invoke(target, 'PullFunction', reportSchema));
  answer(options, { target: target.name, ...report }, pulledLines(report, whereOf(target)));
  if (report.outcome !== 'read') return exits.failed;
  return report.conflicts + report.rejected + report.cancelled > 0 ? exits.partly : exits.done;
}

await runCommand(command, optionsSchema, async ({ options, signal }) => {
  if (options.dryRun === options.go)
    throw new UsageError('Choose either --dry-run to look, or --go to run the pull now.');
  if (options.go && options.since !== undefined)
    throw new UsageError('--since is only for a dry run: the pull goes on from where the last run ended.');
  const progress = createProgress();
  const target = await findTarget(options);
  return options.go ? go(target, options, progress) : dryRun(target, options, signal, progress);
});
