import * as z from 'zod/mini';
import { queueKeepsDays } from '../../../shared/model/queues.ts';
import { durationInWords } from '../../../shared/model/time.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import {
  type CommandAnswer,
  commandToCopy,
  defineCommand,
  flagOption,
  type NamedStack,
  type OptionsOf,
  option,
  stackOptions,
  type TypedCommandLine,
  textOption,
  UsageError,
} from '../cli/command.ts';
import { hiddenInWords } from '../dead-letters/queue.ts';
import { orderRefusedWith, parseAcceptedFigures } from './accept.ts';
import { followReplay, outcomeLines, type ReplayOutcome } from './outcomes.ts';
import { type ConditionOnOne, type ReplayDependencies, replayDeadLetters } from './replay.ts';
import { type ReplayCounts, replayLines } from './report.ts';

/** What fails at once is a dead letter again within seconds. */
export const usualWaitSeconds = 60;

/**
 * The options that choose among dead letters. The dry run, the command to copy, what excludes --all and what --accept refuses
 * follow from this table and the next one.
 */
export const selectingOptions = {
  order: textOption('<number>', 'those of one order: its product order number, or its number in the ERP'),
  reason: textOption('<text>', 'those whose reason contains this text, or whose cause it is'),
};
type SelectingName = keyof typeof selectingOptions;
// Its type says that it has these keys, and a literal has no others.
const selectingNames = Object.keys(selectingOptions) as readonly SelectingName[];
/** `a, b and c`; `a, b or c`. */
const allOf = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const oneOfThese = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** What a dead letter must have, by each of them but the order, which is looked at again without one, too. */
const conditionsByOption: Readonly<
  Record<Exclude<SelectingName, 'order'>, (given: string) => ConditionOnOne>
> = {
  reason: hasReasonOrCause,
};

const replayCommandOptions = {
  ...stackOptions,
  go: flagOption('do it'),
  all: flagOption('all dead letters'),
  ...selectingOptions,
  accept: textOption(
    '<figure>',
    'have it booked although it is more than the order: just the figure that was refused',
  ),
  wait: option(
    '<seconds>',
    `how long it waits to say what became of each; 0: not at all (default: ${usualWaitSeconds})`,
    z.exactOptional(z.coerce.number().check(z.gte(0), z.lte(3600))),
  ),
  because: textOption('<text>', 'why, for everybody who looks up the order later'),
};
export type ReplayCommandOptions = OptionsOf<typeof replayCommandOptions>;

export const command = defineCommand({
  name: 'replay',
  description:
    'Sends dead letters back to the queues that they come from. Shows what it would do, unless --go is given.',
  help: `
Examples:
  npm run replay -- --stack AzumutaErp-ghent-production      dead letters, by cause and reason
  npm run replay -- --local --reason "no article" --go       replay what failed because of an article
  npm run replay -- --local --order MO/0042 --go             replay everything about one order
  npm run replay -- --local --order MO/0042 --accept 440 --go   book 440, which was refused as more than its order

The AWS credentials are those of your profile (AWS_PROFILE, aws sso login). A dead letter that is replayed twice is
booked once. A replayed completion books what the ledger planned and Azumuta says now, not what its dead letter contains.
The journey of each order says who replayed it, and why if --because says it.
A booking that is more than its order is refused again by every replay but one: --accept with --order and the figure that
its refusal names, once somebody has seen that it was really built.
With --order alone, the order is looked at again even if its dead letter is gone (after ${durationInWords(queueKeepsDays * 86_400)}, or
discarded): it is booked if it can be now, or created if that was refused and the ERP still wants it.
While the command runs, dead letters are hidden from others. If it is killed, they are visible again within ${hiddenInWords}.

Once all is sent, it waits (--wait) for what becomes of each, and says that: booked, created, refused again.

Exit codes: 0 done, or nothing to do · 1 failed · 2 wrong command line · 3 some selected dead letters cannot be
replayed and stay, or were refused again, or nothing is known of the order · 130 interrupted`,
  options: replayCommandOptions,
});

interface TypedReplayDependencies {
  readonly ledger: OperatorLedger;
  /** How long it waits for what becomes of each, where the command line does not say. Default: not at all. */
  readonly waitSeconds?: number;
}

/** Does what was typed. @param find Called once the options fit together. @throws UsageError */
export async function replayAsTyped(
  { options, signal }: Pick<TypedCommandLine<ReplayCommandOptions>, 'options' | 'signal'>,
  find: () => Promise<NamedStack<ReplayDependencies & TypedReplayDependencies>>,
): Promise<CommandAnswer> {
  checkSelection(options);
  const { go, order, accept, wait, because = 'by hand' } = options;
  const { name, where, dependencies, sign } = await find();
  const note = await sign(because);
  const hidden = await dependencies.deadLetters.hidden();
  const { ledger, waitSeconds = 0, clock, progress } = dependencies;
  // One ERP order may have several product orders.
  const asked =
    order === undefined ? undefined : new Set([order, ...(await ledger.erpOrders.productOrdersOf(order))]);
  const accepts = accept === undefined ? undefined : parseAcceptedFigures(accept);
  const orders =
    asked && accepts !== undefined ? new Set([await orderRefusedWith(accepts, asked, ledger)]) : asked;
  const { sent, ...report } = await replayDeadLetters(
    { go, signal, conditions: conditionsTyped(options), orders, accepts, note },
    dependencies,
  );
  const seconds = wait ?? waitSeconds;
  const followed =
    seconds === 0 ? [] : await followReplay(sent, seconds, { ledger, clock, signal, tell: progress });
  const shown = { ...options, all: selectingNamesIn(options).length === 0 };
  const toDoIt = commandToCopy(command, { options: shown }, where);
  const about = { target: name, go, hidden, now: clock.now(), command: toDoIt };
  const facts = { target: name, dryRun: !go, hidden, ...report, outcomes: followed };
  const lines = [...replayLines(report, about), ...outcomeLines(followed, where)];
  return { facts, lines, exit: exitOfReplay(report, followed, go) };
}

/** @param text Part of the reason, in upper or lower case, or a cause code. */
export function hasReasonOrCause(text: string): ConditionOnOne {
  return ({ cause, reason }) => cause === text || reason.toLowerCase().includes(text.toLowerCase());
}

function checkSelection(options: ReplayCommandOptions): void {
  const { go, all, order, accept } = options;
  const selecting = selectingNamesIn(options);
  const isOneOrder = order !== undefined && selecting.length === 1 && !all;
  if (accept !== undefined && !isOneOrder) {
    const others = ['all', ...selectingNames].filter((name) => name !== 'order').map((name) => `--${name}`);
    throw new UsageError(
      `A figure is accepted of one order at a time: --order <number> --accept <figure>, without ${allOf.format(others)}.`,
    );
  }
  if (all && selecting.length > 0) {
    const names = selectingNames.map((name) => `--${name}`);
    throw new UsageError(`Choose either --all, or ${allOf.format(names)}.`);
  }
  const namesNothing = !all && selecting.length === 0;
  if (go && namesNothing) {
    const choices = selectingNames.map((name) => `--${name} ${selectingOptions[name].takes}`);
    throw new UsageError(
      `Say what to replay: ${oneOfThese.format([...choices, '--all'])}. Without --go it is only shown.`,
    );
  }
}

function selectingNamesIn(options: ReplayCommandOptions): readonly SelectingName[] {
  return selectingNames.filter((name) => options[name] !== undefined);
}

function conditionsTyped(options: ReplayCommandOptions): readonly ConditionOnOne[] {
  return selectingNames.flatMap((name) => {
    const given = options[name];
    return name === 'order' || given === undefined ? [] : conditionsByOption[name](given);
  });
}

function exitOfReplay(
  { failure, interrupted, selected, movable, moved, unknown }: ReplayCounts,
  followed: readonly ReplayOutcome[],
  go: boolean,
) {
  if (failure !== undefined) return 'failed';
  if (interrupted) return 'interrupted';
  if (go && moved < movable) return 'failed';
  if (unknown.length > 0) return 'notFound';
  const isRefusedAgain = followed.some(({ outcome }) => outcome === 'refused again');
  return selected > movable || isRefusedAgain ? 'partly' : 'done';
}
