import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../../shared/model/errors.ts';
import { UsageError } from '../cli/errors.ts';
import { type Answers, type ReadOperation, readOperations } from './recognise/answers.ts';
import { isObject, locate } from './recognise/json-nodes.ts';

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
      throw new UsageError(`--sample knows no ${given}: choose ${readOperations.join(', ')}.`);
    const json = await jsonIn(file);
    answers[name ?? operationOf(json, number, file)] = json;
  }
  return answers;
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isObject(json) || Array.isArray(json)) return json;
  } catch (error) {
    throw new UsageError(`${file} is no JSON that can be read: ${reasonOf(error, 100)}`, { cause: error });
  }
  throw new UsageError(`${file} holds no answer: expected a JSON object or list.`);
}

/** An answer without a name is a product order, or a list with it. */
function operationOf(json: unknown, number: string, file: string): ReadOperation {
  const located = locate(json, [number]);
  if (located) return located.isList ? 'findProductOrder' : 'readProductOrder';
  throw new UsageError(
    `Nothing in ${file} has the number that you saw. Name the operation of another answer: --sample readRecording=${file}`,
  );
}
