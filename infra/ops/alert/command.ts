import * as z from 'zod/mini';
import { channelWords } from '../../../shared/alerts/dependencies.ts';
import type { AlertLedger } from '../../../shared/ledger/ledger.ts';
import { localTime } from '../../../shared/model/time.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { tellTrouble } from '../../../shared/situation/words.ts';
import type { Progress } from '../../local/progress.ts';
import { type Answer, defineCommand, exits, flag, runCommand, stackOptions } from '../cli/command.ts';
import { linesOf, styled, tableOf } from '../cli/output.ts';
import { findTarget, invoke, ledgerOf, type Target } from '../cli/target.ts';

const command = defineCommand({
  name: 'alert',
  description:
    'Lists everything that needs a person now, whether or not an alert was sent; or sends a test message to each channel.',
  help: `
Examples:
  npm run alert -- --stack AzumutaErp-ghent-production          what is open
  npm run alert -- --stack AzumutaErp-ghent-production --test   does a message arrive?
  npm run alert -- --local --test                               mails are files in the data folder

The function itself sends the test, with its own rights and secrets. Even if SNS has accepted a mail, only addresses
that have confirmed their subscription receive it; the doctor shows which have not.

Exit codes: 0 nothing is open, or each channel has accepted the test · 1 failed · 2 wrong command line ·
3 something is open, or a channel has refused the test`,
  options: {
    ...stackOptions,
    test: flag('send one message to each channel that receives alerts or the morning mail'),
  },
});

/** So many are listed. */
const most = 100;

/** Reads the ledger's index of troubles, and the items of those that are listed. */
async function list(target: Target, { during }: Progress): Promise<Answer> {
  const { open, hasMore } = await during('Reading the ledger', openTroubles(ledgerOf(target)));
  const about = open.length === 0 ? 'nothing is open' : `${hasMore ? 'more than ' : ''}${open.length} open`;
  const zone = target.output('TimeZone');
  const rows = open.map(({ order, kind, cause, since, why, next }) => [
    order,
    `${kind}: ${cause}`,
    localTime(new Date(since), zone).slice(0, -3),
    `${why} ${next}`,
  ]);
  const titles = [{ title: 'Order' }, { title: 'What' }, { title: 'Since' }];
  const table = tableOf([...titles, { title: 'Why, and what to do', most: 70 }], rows);
  const lines = linesOf(styled('bold', `${target.name}: ${about}`), rows.length > 0 && table);
  const facts = { target: target.name, open, hasMore };
  return { facts, lines, exit: open.length === 0 ? exits.done : exits.partly };
}

async function openTroubles(ledger: Pick<AlertLedger, 'concerns'>) {
  const found = await ledger.concerns.open(most + 1);
  const open = await mapConcurrently(found.slice(0, most), atOnce, async (concern) => {
    const { kind, partner, cause, since } = concern;
    const { order, why, next } = await tellTrouble(ledger, concern);
    return { order, kind, partner, cause, since: since.toISOString(), why, next };
  });
  return { open, hasMore: found.length > most };
}

const testReportSchema = z.record(z.string(), z.string());

async function test(target: Target, { during }: Progress): Promise<Answer> {
  const sending = invoke(target, 'AlertFunction', testReportSchema, { test: true });
  const report = await during('Sending to each channel', sending);
  const lines = Object.entries(report).map(([channel, problem]) =>
    problem === ''
      ? `${styled('green', '✔')} ${channelWords[channel] ?? channel} has accepted it`
      : `${styled('red', '✗')} ${channelWords[channel] ?? channel}: ${problem}`,
  );
  const areAccepted = Object.values(report).every((problem) => problem === '');
  const facts = { target: target.name, channels: report };
  return { facts, lines, exit: areAccepted ? exits.done : exits.partly };
}

await runCommand(command, async ({ options, progress }) => {
  const target = await findTarget(options);
  return options.test ? test(target, progress) : list(target, progress);
});
