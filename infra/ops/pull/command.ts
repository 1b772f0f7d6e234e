import type * as z from 'zod/mini';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { pullReportSchema } from '../../../shared/orders/pull.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import type { ProgressDisplay } from '../../local/progress.ts';
import {
  type CommandAnswer,
  defineCommand,
  flagOption,
  momentOf,
  plantOptions,
  runCommand,
  type TypedCommandLine,
  textOption,
  UsageError,
} from '../cli/command.ts';
import { connectPlant, endSession } from '../cli/partners.ts';
import { findTarget, invokeStackFunction, ledgerOf, optionsForTarget, type Target } from '../cli/target.ts';
import { previewPull, previewPullLines, pulledLines } from './preview.ts';

/** A dry run that takes longer ends early and shows what it has found. */
const maxDryRunMs = 15 * 60_000;
const mostOrdersInDryRun = 500;

const command = defineCommand({
  name: 'pull',
  description: 'Shows which orders the pull would read from the ERP, or runs it now.',
  help: `
Examples:
  npm run pull -- --dry-run --since 2026-12-01 --stack AzumutaErp-ghent-production -c plants/ghent.config.ts
  npm run pull -- --go --local                      do it now

Before going live, make a dry run from the time that schedule.pull.from will name. It lists the orders that were typed
into Azumuta by hand (they are adopted if they are open and equal, and never created twice), orders whose article or
variant is missing in Azumuta, orders that the mapping refuses, and ERP orders that cannot be read. It runs on this
machine, with the stack's secrets and the configuration that is here. For each order that the ledger does not know, it
sends one or two requests to Azumuta, and it reads at most ${mostOrdersInDryRun} orders.

Exit codes: 0 done, nothing needs a person · 1 failed, or ended early · 2 wrong command line ·
3 some orders cannot be read, would be refused, conflict or were cancelled · 130 interrupted`,
  options: {
    ...plantOptions,
    dryRun: flagOption('show what would be created, what exists already and what conflicts; write nothing'),
    since: textOption('<when>', 'dry run: read from this time on (default: from where the next pull begins)'),
    go: flagOption('run the pull now, as the schedule does: from where the last run ended'),
  },
});
type PullCommandOptions = z.output<typeof command.form>;

async function dryRunPull(
  target: Target,
  { options, signal, progress }: TypedCommandLine<PullCommandOptions>,
): Promise<CommandAnswer> {
  const { integration, azumuta, erp } = await connectPlant(target, options.config);
  const ledger = ledgerOf(target);
  const since =
    options.since === undefined
      ? await nextStart(ledger, integration)
      : momentOf(options.since, integration.timeZone).toISOString();
  const preview = await previewPull(since, mostOrdersInDryRun, {
    azumuta,
    erp,
    ledger,
    productOrders: integration.productOrders,
    signal: AbortSignal.any([signal, AbortSignal.timeout(maxDryRunMs)]),
    progress: progress.tell,
  });
  await endSession(erp);
  const lines = previewPullLines(preview, { target: target.name, where: optionsForTarget(target) });
  const facts = { target: target.name, dryRun: true, ...preview };
  if (signal.aborted) return { facts, lines, exit: 'interrupted' };
  if (preview.failure !== undefined) return { facts, lines, exit: 'failed' };
  const needsPerson = preview.productOrders.some(({ outcome }) =>
    ['unreadable', 'conflict', 'reject', 'cancelled'].includes(outcome),
  );
  return { facts, lines, exit: needsPerson ? 'partly' : 'done' };
}

/** Where the next pull begins: after the last order that was read, or else at the configured start. */
async function nextStart({ pullState }: OperatorLedger, { schedule }: CompleteIntegration) {
  const { watermark } = await pullState.readState();
  return watermark?.changedAt ?? (schedule.pull === 'off' ? undefined : schedule.pull.from);
}

async function runPullNow(target: Target, { during }: ProgressDisplay): Promise<CommandAnswer> {
  const report = await during(
    'Running the pull',
    invokeStackFunction(target, 'PullFunction', pullReportSchema),
  );
  const needsPerson = report.conflicts + report.rejected + report.cancelled > 0;
  return {
    facts: { target: target.name, ...report },
    lines: pulledLines(report, optionsForTarget(target)),
    exit: report.outcome !== 'read' ? 'failed' : needsPerson ? 'partly' : 'done',
  };
}

await runCommand(command, async (typed) => {
  const { options, progress } = typed;
  if (options.dryRun === options.go)
    throw new UsageError('Choose either --dry-run to look, or --go to run the pull now.');
  if (options.go && options.since !== undefined)
    throw new UsageError('--since is only for a dry run: the pull goes on from where the last run ended.');
  const target = await findTarget(options);
  return options.go ? runPullNow(target, progress) : dryRunPull(target, typed);
});
