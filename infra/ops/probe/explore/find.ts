import { type AzumutaContract, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { fitsName, isId, lastOf, ranked } from '../recognise/field-names.ts';
import { type Finding, notFound, sure, toConfirm } from '../recognise/findings.ts';
import {
  entriesIn,
  type JsonNode,
  type Located,
  listsIn,
  locate,
  named,
  namesIn,
} from '../recognise/json-nodes.ts';
import { nameOf } from '../recognise/values.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type Ask, isDone, type Question } from './account.ts';
import { type Guess, odata, plain, type QueryForm, queryForms, unknownLike } from './guesses.ts';

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
  /** The form of the filter that a list applies; undefined without one, and where the configuration says how to ask. */
  readonly form?: QueryForm;
}

interface WantedInList {
  readonly name: 'findProductOrder' | 'findArticle';
  readonly number: string;
  /** Lists to try. Where the configuration has a path of its own, only that is tried. */
  readonly paths: readonly string[];
  /** Names that the field with the number may have, besides those that the entries show. */
  readonly fields?: readonly string[];
  /** The filter that another list applies, tried first. */
  readonly form?: QueryForm | undefined;
}

/** Fields of the number that are tried as a filter, at most. */
const maxFields = 3;

/** Finds a resource by its number: in the first list that has it, with a filter that proves to be applied. */
export async function findInLists(search: Search, wanted: WantedInList): Promise<Answered | undefined> {
  const { ask, contract } = search;
  const { name, number, paths } = wanted;
  const [own, assumed] = [contract.operations[name], defaultContract.operations[name]];
  const hasOwnQuery = JSON.stringify(own.query) !== JSON.stringify(assumed.query);
  if (own.method !== 'GET' || own.path.includes('{number}') || hasOwnQuery) {
    const { json } = await ask(own, { number });
    const located = locate(json, [number]);
    const why = `asked by ${own.method}, as the configuration says, and answered`;
    const findings = [sure(`operations.${name}`, undefined, why)];
    return located && { question: own, json, located, findings };
  }
  for (const path of own.path === assumed.path ? new Set([own.path, ...paths]) : [own.path]) {
    const found = await findAt(ask, path, wanted);
    if (found) return found;
  }
  return undefined;
}

async function findAt(ask: Ask, path: string, wanted: WantedInList): Promise<Answered | undefined> {
  const { name, number } = wanted;
  const first = await ask({ path, query: plain('number', '{number}') }, { number });
  // 204: there is no such list, or nothing in it.
  if ((!isDone(first) && ![400, 422].includes(first.status)) || first.status === 204) return undefined;
  // The assumed filter may be refused, or filter out everything.
  const isUsable = isDone(first) && (entriesIn(first.json).length > 0 || locate(first.json, [number]));
  const page = isUsable ? first : await ask({ path });
  const onPage = locate(page.json, [number]);
  if (!isDone(page) || (!onPage && entriesIn(page.json).length === 0)) return undefined;
  const pathFound = sure(`operations.${name}.path`, path, 'what was looked for is in this list');
  const line = `operations.${name}.query`;
  for (const { field, form } of filtersFor(page.json, onPage, wanted)) {
    const question = { path, query: form(field, '{number}') };
    if (!(await isApplied(ask, question, number))) continue;
    const { json } = await ask(question, { number });
    const located = locate(json, [number]);
    const why = 'it answers this one, and nothing for a number that does not exist';
    const findings = [pathFound, sure(line, question.query, why)];
    if (located) return { question, json, located, form, findings };
  }
  const why = 'no filter that was tried is applied: ask Azumuta how one is found by its number';
  const findings = [pathFound, notFound(line, why)];
  return onPage && { question: { path }, json: page.json, located: onPage, findings };
}

/** Whether the filter leaves out what does not have the number. */
async function isApplied(ask: Ask, question: Question, number: string): Promise<boolean> {
  const answer = await ask(question, { number: unknownLike(number) });
  return [204, 404, 410].includes(answer.status) || (isDone(answer) && entriesIn(answer.json).length === 0);
}

/** Fields and forms of a filter to try, the likeliest first. */
function filtersFor(page: unknown, located: Located | undefined, wanted: WantedInList) {
  const { name, number, fields = [], form } = wanted;
  const line = name === 'findArticle' ? 'article.number' : 'productOrder.number';
  const nodes = namesIn(located?.resource ?? entriesIn(page)[0]);
  const known = located ? named(nodes, number) : nodes.filter(({ path }) => fitsName(line, path));
  const paths = ranked(line, known).map(({ path }) => lastOf(path));
  const names = [...new Set(located ? paths : [...fields, ...paths])].slice(0, maxFields);
  const isOData = /"@?odata\.\w+"|^\{"(d|value)":/.test(JSON.stringify(page ?? null));
  const likeliest = form ?? (isOData ? odata : plain);
  const [first = 'number', ...others] = names;
  return [
    ...[...new Set([likeliest, ...queryForms])].map((each) => ({ field: first, form: each })),
    ...[...others, 'number'].map((field) => ({ field, form: plain })),
  ];
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
  /** Questions to try, the likeliest first. Where the configuration has a path of its own, only that is tried. */
  readonly ways: readonly Guess[];
  readonly values?: IdAnswer['values'];
  /** What the resource must have. Default: the id. */
  readonly mustHave?: string;
}

const defaultTries = 4;

/** Reads a resource by the first value that proves to be its id. */
export async function readById(search: Search, wanted: Wanted): Promise<IdAnswer | undefined> {
  const { ask, contract } = search;
  const { name, ids, ways, values = {}, mustHave } = wanted;
  const own = contract.operations[name];
  const isOwn = own.method !== 'GET' || own.path !== defaultContract.operations[name].path;
  const likeliest: readonly Guess[] = isOwn ? [own] : ways;
  for (const { tries = defaultTries, query: filters = {}, ...way } of likeliest)
    for (const { path: field, value } of ids.slice(0, tries)) {
      const id = nameOf(value) ?? '';
      const filled = Object.entries(filters).map(([key, text]) => [key, text.replaceAll('{field}', field)]);
      const question = { ...way, query: Object.fromEntries(filled) };
      const { json } = await ask(question, { ...values, id });
      const located = locate(json, [mustHave ?? id]);
      if (!located) continue;
      const why = 'an id was answered with the resource that has it';
      const findings = isOwn ? [] : questionFindings(name, question, why);
      return { name, id, json, located, question, values, field, findings };
    }
  return undefined;
}

/** The lines of an operation that is asked so. */
export function questionFindings(name: Name, { path, query = {} }: Question, why: string): Finding[] {
  const lines = Object.keys(query).length > 0 ? { path, query } : { path };
  return Object.entries(lines).map(([line, set]) => sure(`operations.${name}.${line}`, set, why));
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
