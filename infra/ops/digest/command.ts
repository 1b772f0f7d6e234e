import { LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { digestOf } from '../../../shared/alerts/digest.ts';
import { digestLines } from '../../../shared/alerts/digest-lines.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { commonOptions, exits, momentOf, opsCommand, runCommand, UsageError } from '../cli/command.ts';
import { createProgress, say, sayJson, styled } from '../cli/output.ts';
import { findTarget, ledgerOf, sqsOf, whereOf } from '../cli/target.ts';
import { createFlowsReader } from '../flows/flow-status.ts';
import { queueUrlsOf } from '../flows/queues.ts';

const optionsSchema = z.object({
  ...commonOptions,
  since: z._default(z.string(), 'yesterday'),
});
const maxDays = 62;

const command = opsCommand(
  'digest',
  'Shows what was created, booked and became a dead letter since yesterday, what waits, and what changed in the ERP.',
)
  .option(
    '--since <when>',
    'from this time on: 2026-12-01, 2026-12-01T06:00:00Z, 24h, 7d, today (default: yesterday)',
  )
  .addHelpText(
    'after',
    `
Examples:
  npm run digest -- --stack AzumutaErp-ghent-production
  npm run digest -- --local --since 2h
  npm run -s digest -- --stack AzumutaErp-ghent-production --since 7d --json

Days begin at midnight in the plant's time zone. The figures come from the ledger; what waits is the current state.

Exit codes: 0 done · 1 failed · 2 wrong command line`,
  );

await runCommand(command, optionsSchema, async ({ options }) => {
  const { during } = createProgress();
  const target = await during('Looking for the stack', findTarget(options));
  const timeZone = target.output('TimeZone');
  const now = systemClock.now();
  const since = momentOf(options.since, now, timeZone);
  if (since > now) throw new UsageError(`--since ${options.since} is in the future.`);
  if (now.getTime() - since.getTime() > maxDays * 86_400_000)
    throw new UsageError(`--since reaches back more than ${maxDays} days: choose a later time.`);
  const ledger = ledgerOf(target);
  // Without an insight: a digest shows how much waits, not for how long.
  const flows = createFlowsReader({
    sqs: sqsOf(target),
    lambda: new LambdaClient(target.aws),
    ledger,
    queueUrls: queueUrlsOf(target),
    clock: systemClock,
  });
  const digest = await during('Reading the ledger', digestOf(since, { ledger, flows, now }));
  if (options.json) sayJson({ target: target.name, ...digest });
  else {
    const about = { target: target.name, where: whereOf(target), timeZone };
    for (const { text, tone } of digestLines(digest, about)) say(tone ? styled(tone, text) : text);
  }
  return exits.done;
});
