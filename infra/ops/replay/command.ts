import * as z from 'zod/mini';
import { triggerNamesSchema } from '../../../shared/azumuta/trigger.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { commonOptions, exits, opsCommand, optionsOf, runCommand } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { createProgress, say, sayJson } from '../cli/output.ts';
import { findTarget, ledgerOf, sqsOf, whereOf } from '../cli/target.ts';
import { openDeadLetterQueue } from '../dead-letters/queue.ts';
import { type ReplayReport, replay } from './replay.ts';
import { replayLines } from './report.ts';

const text = z.string().check(z.minLength(1));
const optionsSchema = z.object({
  ...commonOptions,
  go: z._default(z.boolean(), false),
  all: z._default(z.boolean(), false),
  order: z.exactOptional(text),
  reason: z.exactOptional(text),
});

const command = opsCommand(
  'replay',
  'Sends dead letters to the queues that they come from. Shows what it would do, unless --go is given.',
)
  .option('--go', 'do it')
  .option('--all', 'all dead letters')
  .option('--order <number>', 'those of one order: its product order number, or its number in the ERP')
  .option('--reason <text>', 'those whose reason holds this text, or whose cause it is')
  .addHelpText(
    'after',
    `
Examples:
  npm run replay -- --local                                  what lies in the local platform, by cause and reason
  npm run replay -- --stack AzumutaErp-ghent-production      the same of a deployed stack
  npm run replay -- --local --reason "no article" --go       replay what failed for an article
  npm run replay -- --local --reason configuration --go      replay what the configuration was the cause of
  npm run replay -- --local --order MO/0042 --go             replay what concerns one order
  npm run replay -- --local --all --go                       replay everything

AWS credentials are those of your profile (AWS_PROFILE, aws sso login). What is replayed twice is booked once.
A booking is asked for anew: it books what the ledger planned and Azumuta says by now, not what its letter holds. With
--order, a rejected booking whose letter is gone (after 14 days, or discarded) is planned again as well.
While it runs, dead letters are hidden from others; after a kill they come back within 5 minutes.

Exit codes: 0 done, or nothing to do · 1 failed · 2 wrong command line · 3 some selected letters cannot be
replayed and stay · 130 interrupted`,
  );

await runCommand(command, async (parsed, signal) => {
  const options = optionsOf(parsed, optionsSchema);
  const { go, all, order, reason, json } = options;
  if (all && (order !== undefined || reason !== undefined))
    throw new UsageError('Choose: --all, or those of --order and --reason.');
  if (go && !all && order === undefined && reason === undefined)
    throw new UsageError(
      'Say what to replay: --order <number>, --reason <text> or --all. Without --go it is only shown.',
    );

  const target = await findTarget(options);
  const sqs = sqsOf(target);
  const ledger = ledgerOf(target);
  const deadLetters = openDeadLetterQueue(sqs, target.output('DeadLetterQueue'));
  const progress = createProgress();
  const { hidden } = await deadLetters.size();
  const report = await replay(
    {
      go,
      signal,
      ...(reason === undefined ? {} : { reason }),
      // An ERP order may have become several product orders.
      ...(order === undefined
        ? {}
        : { orders: new Set([order, ...(await ledger.journeys.productOrdersOf(order))]) }),
    },
    {
      deadLetters,
      queues: createQueues(sqs),
      queueUrls: {
        'product-orders': target.output('ProductOrdersQueue'),
        completions: target.output('CompletionsQueue'),
        bookings: target.output('BookingsQueue'),
      },
      records: ledger.deadLetters,
      ledger,
      names: z.parse(triggerNamesSchema, JSON.parse(target.output('TriggerNames'))),
      clock: systemClock,
      progress: progress.tell,
    },
  ).finally(progress.end);

  if (json) sayJson({ target: target.name, dryRun: !go, hidden, ...report });
  else {
    const selection = [
      ...(order === undefined ? [] : ['--order', shellWord(order)]),
      ...(reason === undefined ? [] : ['--reason', shellWord(reason)]),
    ];
    const chosen = selection.join(' ') || '--all';
    const command = `npm run replay -- ${chosen} --go ${whereOf(target)}`;
    const about = { target: target.name, go, hidden, now: new Date(), command };
    for (const line of replayLines(report, about)) say(line);
  }
  return exitCodeOf(report, go);
});

function exitCodeOf({ failure, interrupted, selected, movable, moved }: ReplayReport, go: boolean): number {
  if (failure !== undefined) return exits.failed;
  if (interrupted) return exits.interrupted;
  if (go && moved < movable) return exits.failed;
  return selected > movable ? exits.partly : exits.done;
}
