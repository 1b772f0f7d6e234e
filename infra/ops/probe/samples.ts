import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../../shared/model/errors.ts';
import { UsageError } from '../cli/errors.ts';
import type { Answers } from './resources.ts';
import { isObject, locate } from './spots.ts';

const operations = [
  'findProductOrder',
  'readProductOrder',
  'findArticle',
  'readRecording',
  'readWorkInstruction',
] as const;
type SampleName = (typeof operations)[number];

const isName = (text: string): text is SampleName => operations.some((name) => name === text);

/**
 * Answers that somebody has saved: `order.json`, or `readRecording=recording.json` for another operation.
 * @throws UsageError when one cannot be read, or does not bear the order's number.
 */
export async function samplesOf(given: readonly string[], number: string): Promise<Answers> {
  const answers: Partial<Record<SampleName, unknown>> = {};
  for (const word of given) {
    const [, name, file = word] = /^(\w+)=(.+)$/.exec(word) ?? [];
    if (name !== undefined && !isName(name))
      throw new UsageError(`--sample knows no ${name}: choose ${operations.join(', ')}.`);
    const json = await jsonIn(file);
    answers[name ?? nameOfAnswer(json, number, file)] = json;
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

/** One product order, or a list with it. */
function nameOfAnswer(json: unknown, number: string, file: string): SampleName {
  const located = locate(json, [number]);
  if (located) return located.isList ? 'findProductOrder' : 'readProductOrder';
  throw new UsageError(
    `Nothing in ${file} has the number that you saw. Another answer is named: --sample readRecording=${file}`,
  );
}
