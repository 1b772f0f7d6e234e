import * as z from 'zod/mini';
import { channelWords } from '../../../shared/alerts/english.ts';
import { counted, sentence } from '../../../shared/model/text.ts';
import { localMinute } from '../../../shared/model/time.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { atOnce, mapConcurrently } from '../../../shared/platform/map-concurrently.ts';
import { tellTrouble } from '../../../shared/situation/order-in-words.ts';
import { problemsOf } from '../../../shared/situation/problems.ts';
import type { Situation } from '../../../shared/situation/read.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import type { ProgressDisplay } from '../../local/progress.ts';
import { type CommandAnswer, defineCommand, flagOption, runCommand, stackOptions } from '../cli/command.ts';
import { definedLines, styled, tableLines } from '../cli/output.ts';
import { findTarget, invokeStackFunction, ledgerOf, optionsForTarget, type Target } from '../cli/target.ts';
import { correctTestReport } from '../doctor/check-alerts.ts';
import { readStackSituation, stackReadsOf } from '../flows/situation.ts';

const command = defineCommand({
  name: 'alert',
  description:
    'Lists everything that needs a person now, whether or not an alert was sent; or sends a test message to each channel.',
  help: `
Examples:
  npm run alert -- --stack AzumutaErp-ghent-production          what is open
  npm run alert -- --local --test                               does a message arrive? (mails are files in the data folder)

The function itself sends the test, with its own rights and secrets. Only addresses that have confirmed their
subscription receive a mail; the doctor shows which have not.

Exit codes: 0 nothing is open, or each channel has accepted the test · 1 failed · 2 wrong command line ·
3 something is open, or a channel has refused the test`,
  options: {
    ...stackOptions,
    test: flagOption('send one message to each channel that receives alerts or the morning mail'),
  },
});

const mostTroublesListed = 100;

async function listWhatIsOpen(target: Target, { during }: ProgressDisplay): Promise<CommandAnswer> {
  const ledger = ledgerOf(target);
  const where = optionsForTarget(target);
  const situation = await during(
    'Reading the situation',
    readStackSituation(stackReadsOf(target, systemClock)),
  );
  const problems = problemsOf(situation, where);
  const troubles = situation.troubles.filter(({ key, order }) => key ?? order);
  const open = await during('Reading the ledger', openTroubles(troubles, situation, ledger));
  const needed = problems.filter(({ kind }) => kind !== 'slow');
  const about = needed.length === 0 ? 'nothing is open' : `${counted(needed.length, 'thing')} for a person`;
  const zone = target.output('TimeZone');
  const table = tableLines(
    [
      { title: 'Order', cell: ({ order }) => order },
      { title: 'What', cell: ({ kind }) => kind.replaceAll('-', ' ') },
      { title: 'Since', cell: ({ since }) => localMinute(since, zone) },
      { title: 'Why, and what to do', cell: ({ why, next }) => `${sentence(why)} ${next}`, most: 70 },
    ],
    open,
  );
  const hasMore = troubles.length > mostTroublesListed;
  const lines = definedLines(
    styled('bold', `${target.name}: ${about}`),
    problems.flatMap(({ what, next, command }) =>
      definedLines('', what, `  ${next}`, command && `  ${command}`),
    ),
    open.length > 0 && ['', ...table],
    hasMore && `… and ${troubles.length - mostTroublesListed} more`,
  );
  const facts = { target: target.name, problems, open, hasMore };
  return { facts, lines, exit: needed.length === 0 ? 'done' : 'partly' };
}

function openTroubles(troubles: Situation['troubles'], situation: Situation, ledger: OperatorLedger) {
  return mapConcurrently(troubles.slice(0, mostTroublesListed), atOnce, async (trouble) => {
    const { kind, partner, cause, since } = trouble;
    const { order, why, next } = await tellTrouble(ledger, trouble, situation);
    return { order, kind, partner, cause, since: since.toISOString(), why, next };
  });
}

const testReportSchema = z.record(z.string(), z.string());

async function sendTestMessages(target: Target, { during }: ProgressDisplay): Promise<CommandAnswer> {
  const sending = invokeStackFunction(target, 'AlertFunction', testReportSchema, { test: true });
  const report = await correctTestReport(target, await during('Sending to each channel', sending));
  const lines = Object.entries(report).map(([channel, problem]) =>
    problem === ''
      ? `${styled('green', '✔')} ${channelWords[channel] ?? channel} has accepted it`
      : `${styled('red', '✗')} ${channelWords[channel] ?? channel}: ${problem}`,
  );
  const areAccepted = Object.values(report).every((problem) => problem === '');
  const facts = { target: target.name, channels: report };
  return { facts, lines, exit: areAccepted ? 'done' : 'partly' };
}

await runCommand(command, async ({ options, progress }) => {
  const target = await findTarget(options);
  return options.test ? sendTestMessages(target, progress) : listWhatIsOpen(target, progress);
});
