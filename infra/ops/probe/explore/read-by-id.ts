import { type AzumutaContract, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { ranked } from '../recognise/field-names.ts';
import { type Finding, notFound, sure, toConfirm } from '../recognise/findings.ts';
import { entriesIn, isId, type JsonNode, listsIn, locate, nameOf, namesIn } from '../recognise/json-nodes.ts';
import { type Ask, isDone, type Question } from './account.ts';
import type { Answered } from './find-in-list.ts';
import { unknownLike } from './guesses.ts';

type Name = 'readProductOrder' | 'readRecording' | 'readWorkInstruction';
type Values = Readonly<Record<string, unknown>>;

/** A resource that was read by its id. */
export interface IdAnswer extends Answered {
  readonly name: Name;
  readonly id: string;
  /** The path of the id where it was found. */
  readonly field: string;
  /** What the other placeholders are filled in with. */
  readonly values: Values;
}

interface Wanted {
  readonly name: Name;
  /** Values that may be the id, the likeliest first. */
  readonly ids: readonly JsonNode[];
  /** Questions to try, the likeliest first. Where the configuration has a path of its own, only that is tried. */
  readonly ways: readonly Way[];
  readonly values?: Values;
  /** What the resource must have. Default: the id. */
  readonly mustHave?: string;
}

/** A question, and how many ids it is tried with at most. */
export type Way = Question & { readonly tries?: number };

const defaultTries = 4;

/** Reads a resource by the first value that proves to be its id. */
export function createIdReader(ask: Ask, { operations }: Pick<AzumutaContract, 'operations'>) {
  return async function readById(wanted: Wanted): Promise<IdAnswer | undefined> {
    const { name, ids, ways, values = {}, mustHave } = wanted;
    const own = operations[name];
    const isOwn = own.method !== 'GET' || own.path !== defaultContract.operations[name].path;
    const likeliest: readonly Way[] = isOwn ? [own] : ways;
    for (const { tries = defaultTries, query: filters = {}, ...way } of likeliest)
      for (const { path: field, value } of ids.slice(0, tries)) {
        const id = nameOf(value) ?? '';
        const query = Object.fromEntries(
          Object.entries(filters).map(([key, text]) => [key, text.replaceAll('{field}', field)]),
        );
        const question = { ...way, query };
        const { json } = await ask(question, { ...values, id });
        const located = locate(json, [mustHave ?? id]);
        if (!located) continue;
        const why = 'an id was answered with the resource that has it';
        const findings = isOwn ? [] : questionFindings(name, question, why);
        return { name, id, json, located, question, values, field, findings };
      }
    return undefined;
  };
}

/** The lines that say how to ask for something. */
export function questionFindings(name: Name, { path, query = {} }: Question, why: string): Finding[] {
  const line = `operations.${name}`;
  const findings = [sure(`${line}.path`, path, why)];
  return Object.keys(query).length > 0 ? [...findings, sure(`${line}.query`, query, why)] : findings;
}

/** Finds out how an id that does not exist is answered. */
export async function findAbsence(ask: Ask, { name, question, values, id }: IdAnswer): Promise<Finding[]> {
  const answer = await ask(question, { ...values, id: unknownLike(id) });
  const { status, json } = answer;
  const line = `operations.${name}.none`;
  if (status === 404 || status === 0) return [];
  if (isDone(answer) && status !== 204) {
    // A list without it, or without anything, is understood.
    const isList = listsIn(json).length > 0 || entriesIn(json).length > 0;
    return isList ? [] : [notFound(line, `an id that does not exist is answered with ${status}`)];
  }
  const why = 'an id that does not exist is answered so';
  return [204, 410].includes(status)
    ? [sure(line, [status], why)]
    : [toConfirm(line, [404, status], `${why}, or one of another form`)];
}

/** Values of a resource that may be ids, by their names. */
export function idsOf(line: string, resource: unknown): JsonNode[] {
  const ids = namesIn(resource).filter(({ path, value }) => isId(path) && nameOf(value) !== '0');
  return ranked(line, ids);
}
