import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { channelWords } from '../../../shared/alerts/channels/channels.ts';
import { nextStepOf } from '../../../shared/alerts/words.ts';
import type { AlertLedger } from '../../../shared/ledger/ledger.ts';
import { oneLine } from '../../../shared/model/text.ts';
import { localTime } from '../../../shared/model/time.ts';
import { mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { commonOptions, exits, mostOf, opsCommand, optionsOf, runCommand } from '../cli/command.ts';
import { counted, createProgress, type Progress, say, sayJson, styled, tableOf } from '../cli/output.ts';
import { findTarget, ledgerOf, type Target } from '../cli/target.ts';

const optionsSchema = z.object({
  ...commonOptions,
  test: z._default(z.boolean(), false),
  most: z._default(z.string(), '100'),
});
type Options = z.output<typeof optionsSchema>;

const command = opsCommand(
  'alert',
  'Lists what a person must see to now, whoever was told of it; or sends a test message to each channel.',
)
  .option('--test', 'send one message to each channel that alerts and the morning mail go to')
  .option('--most <number>', 'list so many (default: 100)')
  .addHelpText(
    'after',
    `
Examples:
  npm run alert -- --stack AzumutaErp-ghent-production          what is open
  npm run alert -- --stack AzumutaErp-ghent-production --test   does a message arrive?
  npm run alert -- --local --test                               mails are files in the data folder

The function itself sends the test, with its own rights and secrets. A mail that SNS has taken still reaches only
addresses that have confirmed their subscription: the doctor tells which have not.

Exit codes: 0 nothing is open, or each channel has taken the test · 1 failed · 2 wrong command line ·
3 something is open, or a channel has refused the test`,
  );

/** Reads the index of troubles, and the items of those that are listed. */
async function list(target: Target, { json, most: given }: Options, { during }: Progress): Promise<number> {
  const most = mostOf(given);
  const ledger = ledgerOf(target);
  const { open, hasMore } = await during('Reading the ledger', openTroubles(ledger, most));
  if (json) sayJson({ target: target.name, open, hasMore });
  else {
    const about = `${hasMore ? 'more than ' : ''}${counted(open.length, 'thing')} to see to`;
    say(styled('bold', `${target.name}: ${open.length === 0 ? 'nothing to see to' : about}`));
    const zone = target.output('TimeZone');
    const rows = open.map(({ order, kind, cause, since, why, next }) => [
      order,
      `${kind}: ${cause}`,
      localTime(new Date(since), zone).slice(0, -3),
      `${why} ${next}`,
    ]);
    const columns = [
      { title: 'Order' },
      { title: 'What' },
      { title: 'Since' },
      { title: 'Why, and what next', most: 70 },
    ];
    if (rows.length > 0) for (const line of tableOf(columns, rows)) say(line);
  }
  return open.length === 0 ? exits.done : exits.partly;
}

async function openTroubles({ troubles }: Pick<AlertLedger, 'troubles'>, most: number) {
  const found = await troubles.open(most + 1);
  const open = await mapConcurrently(
    found.slice(0, most),
    10,
    async ({ key, kind, partner, cause, since }) => {
      const facts = await troubles.facts(key);
      return {
        ...{ order: oneLine(facts?.order ?? '', 200), kind, partner, cause, since: since.toISOString() },
        why: oneLine(facts?.reason ?? 'It has ended meanwhile.', 400),
        next: nextStepOf(kind, partner, cause),
      };
    },
  );
  return { open, hasMore: found.length > most };
}

const testReportSchema = z.record(z.string(), z.string());
const failureSchema = z.object({ errorMessage: z.string() });
const names: Readonly<Record<string, string>> = channelWords;

async function test(target: Target, { json }: Options, { during }: Progress): Promise<number> {
  const { FunctionError, Payload } = await during(
    'Sending to each channel',
    new LambdaClient({ ...target.aws, maxAttempts: 1 }).send(
      new InvokeCommand({
        FunctionName: target.output('AlertFunction'),
        Payload: JSON.stringify({ test: true }),
      }),
    ),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null');
  if (FunctionError !== undefined) {
    const failure = z.safeParse(failureSchema, answer);
    throw new Error(`The alerts failed: ${failure.success ? failure.data.errorMessage : FunctionError}`);
  }
  const report = z.parse(testReportSchema, answer);
  if (json) sayJson({ target: target.name, channels: report });
  else
    for (const [channel, problem] of Object.entries(report))
      say(
        problem === ''
          ? `${styled('green', '✔')} ${names[channel] ?? channel} has taken it`
          : `${styled('red', '✗')} ${names[channel] ?? channel}: ${problem}`,
      );
  return Object.values(report).every((problem) => problem === '') ? exits.done : exits.partly;
}

await runCommand(command, async (parsed) => {
  const options = optionsOf(parsed, optionsSchema);
  const progress = createProgress();
  const target = await progress.during('Looking for the stack', findTarget(options));
  return options.test ? test(target, options, progress) : list(target, options, progress);
});
