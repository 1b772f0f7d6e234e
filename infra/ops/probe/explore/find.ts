import type { AzumutaContract } from '../../../../shared/azumuta/contract.ts';
import { isId, ranked } from '../recognise/field-names.ts';
import { type Finding, notFound, sure, toConfirm } from '../recognise/findings.ts';
import { entriesIn, type JsonNode, type Located, listsIn, locate, namesIn } from '../recognise/json-nodes.ts';
import { nameOf } from '../recognise/values.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type Ask, isDone, type Question } from './account.ts';

export interface Search {
  readonly ask: Ask;
  readonly contract: AzumutaContract;
  readonly seen: ScreenValues;
}

/** An answer with the resource that was looked for. */
export interface Answered {
  readonly question: Question;
  readonly json: unknown;
  readonly located: Located;
  /** How the account is asked for it. */
  readonly findings: readonly Finding[];
  /** The id that was asked for. */
  readonly id?: string;
}

/** Finds a resource by its number, as the contract asks for it. */
export async function findInList(
  { ask, contract }: Search,
  name: 'findProductOrder' | 'findArticle',
  number: string,
): Promise<Answered | undefined> {
  const question = contract.operations[name];
  const { json } = await ask(question, { number });
  const located = locate(json, [number]);
  if (!located) return undefined;
  const path = sure(`operations.${name}.path`, question.path, 'what was looked for is in this list');
  const why = 'the filter is not applied: ask Azumuta how one is found by its number';
  const findings = (await isApplied(ask, question, number))
    ? [path]
    : [path, notFound(`operations.${name}.query`, why)];
  return { question, json, located, findings };
}

/** Whether the filter leaves out what does not have the number. */
async function isApplied(ask: Ask, question: Question, number: string): Promise<boolean> {
  const answer = await ask(question, { number: unknownLike(number) });
  return [204, 404, 410].includes(answer.status) || (isDone(answer) && entriesIn(answer.json).length === 0);
}

type Name = 'readProductOrder' | 'readRecording' | 'readWorkInstruction';

/** A resource that was read by its id. */
export interface IdAnswer extends Answered {
  readonly name: Name;
  readonly id: string;
  /** The path of the id where it was found. */
  readonly field: string;
  /** What the other placeholders are filled in with. */
  readonly values: Readonly<Record<string, unknown>>;
}

interface Wanted {
  readonly name: Name;
  /** Values that may be the id, the likeliest first. */
  readonly ids: readonly JsonNode[];
  readonly values?: IdAnswer['values'];
  /** What the resource must have. Default: the id. */
  readonly mustHave?: string;
}

/** So many values are tried as an id. */
const maxIds = 4;

/** Reads a resource by the first value that proves to be its id. */
export async function readById(
  { ask, contract }: Search,
  { name, ids, values = {}, mustHave }: Wanted,
): Promise<IdAnswer | undefined> {
  const question = contract.operations[name];
  for (const { path: field, value } of ids.slice(0, maxIds)) {
    const id = nameOf(value) ?? '';
    const { json } = await ask(question, { ...values, id });
    const located = locate(json, [mustHave ?? id]);
    if (!located) continue;
    const why = 'an id was answered with the resource that has it';
    const findings = [sure(`operations.${name}.path`, question.path, why)];
    return { name, id, json, located, question, values, field, findings };
  }
  return undefined;
}

/** Finds out how an id that does not exist is answered. */
export async function findAbsence(ask: Ask, { name, question, values, id }: IdAnswer): Promise<Finding[]> {
  const answer = await ask(question, { ...values, id: unknownLike(id) });
  const { status, json } = answer;
  const line = `operations.${name}.none`;
  const why = 'an id that does not exist is answered';
  if (status === 404 || status === 0) return [];
  if ([204, 410].includes(status)) return [sure(line, [status], `${why} so`)];
  if (!isDone(answer)) return [toConfirm(line, [404, status], `${why} so, or one of another form`)];
  // The flows understand a list in which the id is missing.
  return listsIn(json).length > 0 ? [] : [notFound(line, `${why} with ${status}`)];
}

/** Values of a resource that may be ids, by their names. */
export function idsOf(line: string, resource: unknown): JsonNode[] {
  const ids = namesIn(resource).filter(({ path, value }) => isId(path) && nameOf(value) !== '0');
  return ranked(line, ids);
}

/** A number or an id of the same form that nothing has. */
function unknownLike(name: string): string {
  if (/^\d+$/.test(name)) return '9'.repeat(Math.min(name.length + 1, 15));
  return name
    .replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (last) => {
      const end = /\d/.test(last) ? '0' : 'z';
      return last === end ? '1' : end;
    })
    .replace(/^[a-z]/i, (first) => (first.toLowerCase() === 'q' ? 'x' : 'q'));
}
