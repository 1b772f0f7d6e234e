import { UsageError } from '../cli/command.ts';
import { jsonIn } from '../cli/files.ts';
import { Account, type AccountOptions } from './explore/account.ts';
import { explore } from './explore/explore.ts';
import { complaintsOf, proposalOf } from './proposal.ts';
import { type Answers, type ReadOperation, readOperations } from './recognise/answers.ts';
import type { Finding } from './recognise/findings.ts';
import { locate } from './recognise/json-nodes.ts';
import { recognise } from './recognise/recognise.ts';
import type { ScreenValues } from './screen-values.ts';

/** What the answers of an account show, and why it was not asked further, if something was left. */
export type Probed = Awaited<ReturnType<typeof probeAccount>>;

type Known = Pick<AccountOptions, 'contract' | 'clock'> & { readonly seen: ScreenValues };

/** Asks a real account. Only reads, and uses another method than GET only where the configuration says so. */
export async function probeAccount(known: Known & AccountOptions) {
  const account = new Account(known);
  const { answers, findings, stopped } = await explore({ ...known, ask: account.ask });
  return { ...probedOf(answers, known, findings), calls: account.calls, stopped };
}

/** Looks at answers that somebody has saved. */
export function probeSavedAnswers(answers: Answers, known: Known): Probed {
  return { ...probedOf(answers, known, []), calls: 0, stopped: undefined };
}

function probedOf(answers: Answers, { contract, seen, clock }: Known, ofOperations: readonly Finding[]) {
  const findings = [...ofOperations, ...recognise(answers, seen, clock.now())];
  const proposal = proposalOf(contract, findings);
  return { findings, proposal, complaints: complaintsOf(proposal.contract, answers, seen) };
}

/**
 * Reads answers that somebody has saved: `order.json`, or `readRecording=recording.json` for another operation.
 * @throws UsageError when a file cannot be read, or does not have the order's number.
 */
export async function savedAnswers(words: readonly string[], number: string): Promise<Answers> {
  const answers: Partial<Record<ReadOperation, unknown>> = {};
  for (const word of words) {
    const [, given, file = word] = /^(\w+)=(.+)$/.exec(word) ?? [];
    const name = readOperations.find((each) => each === given);
    if (given !== undefined && name === undefined)
      throw new UsageError(
        `There is no operation ${given} for --sample: choose ${readOperations.join(', ')}.`,
      );
    const json = await jsonIn(file);
    if (json === null || typeof json !== 'object')
      throw new UsageError(`${file} holds no answer: expected a JSON object or list.`);
    const located = locate(json, [number]);
    if (name === undefined && !located)
      throw new UsageError(
        `Nothing in ${file} has the number that you saw. Name the operation of another answer: --sample readRecording=${file}`,
      );
    // An answer without a name is a product order, or a list with it.
    answers[name ?? (located?.isList ? 'findProductOrder' : 'readProductOrder')] = json;
  }
  return answers;
}
