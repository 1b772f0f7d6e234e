import { duration } from '../../../shared/model/time.ts';
import { counted, definedLines, styled, tableLines } from '../cli/output.ts';
import { hiddenInWords } from '../dead-letters/queue.ts';
import type { ReplayGroup, ReplayReport } from './replay.ts';

/** A report without the messages that were sent: what became of those is said after it. */
export type ReplayCounts = Omit<ReplayReport, 'sent'>;

export function replayLines(
  report: ReplayCounts,
  about: {
    readonly target: string;
    readonly go: boolean;
    readonly hidden: number;
    readonly now: Date;
    /** The command that does what a dry run shows. */
    readonly command: string;
  },
): string[] {
  const { go, target, hidden, now, command } = about;
  const title = go
    ? `Replay of dead letters of ${target}`
    : `Dead letters of ${target} (dry run: nothing is moved)`;
  const isComplete = report.failure === undefined && !report.interrupted;
  return definedLines(
    styled('bold', title),
    '',
    report.groups.length > 0 && [...groupTable(report.groups, now), ''],
    replayOutcomeLines(report, go),
    hintSentence(report, go),
    unknownSentence(report),
    creationSentence(report, go),
    goneSentence(report),
    !go &&
      isComplete &&
      report.movable + report.hinted.length + report.created.length > 0 && ['To do it:', `  ${command}`],
    hidden > 0 &&
      `${counted(hidden, 'dead letter')} more could not be looked at: another run holds them, or one that was killed. They are visible again within ${hiddenInWords}.`,
  );
}

function hintSentence({ hinted }: ReplayCounts, go: boolean): string | undefined {
  if (hinted.length === 0) return undefined;
  return `${areOrWouldBe(hinted, go)} looked at again without a dead letter: what was refused or discarded is booked if it can be now.`;
}

function unknownSentence({ unknown }: ReplayCounts): string | undefined {
  if (unknown.length === 0) return undefined;
  return `Nothing is known here of ${firstNumbers(unknown)}: check the number. If Azumuta has no such order either, this becomes a concern for a person.`;
}

function creationSentence({ created }: ReplayCounts, go: boolean): string | undefined {
  if (created.length === 0) return undefined;
  return `${areOrWouldBe(created, go)} sent to be created without a dead letter: the ERP is asked first, where it can be, and what it wants no more is not created.`;
}

function goneSentence({ gone }: ReplayCounts): string | undefined {
  if (gone.length === 0) return undefined;
  return `The messages of ${firstNumbers(gone)} are gone, and what they were about is still open: each is replayed by its number, with --order.`;
}

function areOrWouldBe(numbers: readonly string[], go: boolean): string {
  const are = numbers.length === 1 ? 'is' : 'are';
  return `${firstNumbers(numbers)} ${go ? are : 'would be'}`;
}

function firstNumbers(numbers: readonly string[]): string {
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : '';
  return `${numbers.slice(0, 10).join(', ')}${more}`;
}

function groupTable(groups: readonly ReplayGroup[], now: Date): string[] {
  return tableLines(
    [
      { title: 'Letters', cell: ({ deadLetters }) => String(deadLetters), right: true },
      { title: 'Cause', cell: ({ cause }) => cause ?? '–' },
      { title: 'Reason', cell: ({ reason }) => reason, most: 60 },
      { title: 'Dead-lettered by', cell: ({ stage }) => stage },
      { title: 'Goes to', cell: ({ to, whyNot }) => to ?? `remains: ${whyNot}`, most: 40 },
      { title: 'Orders', cell: ({ orders, deadLetters }) => ordersText(orders, deadLetters), most: 30 },
      {
        title: 'First attempt',
        cell: ({ since }) => `${duration(Math.max(0, (now.getTime() - Date.parse(since)) / 1000))} ago`,
      },
    ],
    groups,
  );
}

function ordersText(orders: readonly string[], deadLetters: number): string {
  if (orders.length === 0) return '–';
  const shown = orders.slice(0, 3).join(' · ');
  return deadLetters > 3 && orders.length > 3 ? `${shown} …` : shown;
}

function replayOutcomeLines(report: ReplayCounts, go: boolean): string[] {
  const { lookedAt, selected, movable, moved, copies, copiesRemoved, copied, more, interrupted, failure } =
    report;
  const again = 'Nothing is lost: run it again to go on.';
  if (failure !== undefined)
    return [styled('red', `Stopped after ${counted(moved, 'dead letter')}: ${failure}`), again];
  if (interrupted) return [`Interrupted after ${counted(moved, 'dead letter')}. ${again}`];
  if (lookedAt === 0) return ['There are no dead letters.'];
  const others = more && 'There are more: run it again.';
  const all = counted(lookedAt, 'dead letter');
  if (selected === 0) return definedLines(`None of ${all} is selected.`, others);
  const stay = selected - movable;
  const refused = movable - moved - copied;
  return definedLines(
    go ? `Replayed ${moved} of ${all}.` : `${movable} of ${all} would be replayed.`,
    stay > 0 &&
      `${counted(stay, 'dead letter')} cannot be replayed and ${stay === 1 ? 'remains' : 'remain'}.`,
    copies > 0 && copiesSentence(copies, copiesRemoved, go),
    go && refused > 0 && `SQS did not take ${counted(refused, 'message')}: run it again.`,
    copied > 0 && `${counted(copied, 'dead letter')} could not be removed here: run it again.`,
    others,
  );
}

function copiesSentence(copies: number, removed: number, go: boolean): string {
  if (go)
    return `${counted(removed, 'second copy', 'second copies')} of them ${removed === 1 ? 'was' : 'were'} removed.`;
  return `${counted(copies, 'is a second copy', 'are second copies')} of these: a replay removes what it replays with its copies.`;
}
