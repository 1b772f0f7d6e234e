import { type AzumutaContract, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { fitsName, ranked } from '../recognise/field-names.ts';
import { type Finding, notFound, sure } from '../recognise/findings.ts';
import { entriesIn, type Located, lastOf, locate, named, namesIn } from '../recognise/json-nodes.ts';
import { type Ask, isDone, type Question } from './account.ts';
import { odata, plain, type QueryForm, queryForms, unknownLike } from './guesses.ts';

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

/** The answer of a list. */
export interface ListAnswer extends Answered {
  /** The form of the filter that the list applies; undefined without one, and where the configuration says how to ask. */
  readonly form?: QueryForm;
}

interface Wanted {
  readonly name: 'findProductOrder' | 'findArticle';
  readonly number: string;
  /** Lists to try. Where the configuration has a path of its own, only that is tried. */
  readonly paths: readonly string[];
  /** Names that the field with the number may have, beside those that the entries show. */
  readonly fields?: readonly string[];
  /** The filter that another list applies, tried first. */
  readonly form?: QueryForm | undefined;
}

/** Fields of the number that are tried as a filter, at most. */
const maxFields = 3;

/** Finds a resource by its number: in the first list that has it, with a filter that proves to be applied. */
export function createListSearch(ask: Ask, { operations }: Pick<AzumutaContract, 'operations'>) {
  return async function findInLists(wanted: Wanted): Promise<ListAnswer | undefined> {
    const { name, paths } = wanted;
    const [own, assumed] = [operations[name], defaultContract.operations[name]];
    const isOwn =
      own.method !== 'GET' ||
      own.path.includes('{number}') ||
      JSON.stringify(own.query) !== JSON.stringify(assumed.query);
    if (isOwn) return findAsConfigured(wanted);
    for (const path of own.path === assumed.path ? new Set([own.path, ...paths]) : [own.path]) {
      const found = await findAt(path, wanted);
      if (found) return found;
    }
    return undefined;
  };

  async function findAsConfigured({ name, number }: Wanted): Promise<ListAnswer | undefined> {
    const question = operations[name];
    const { json } = await ask(question, { number });
    const located = locate(json, [number]);
    const why = `asked by ${question.method}, as the configuration says, and answered`;
    return located && { question, json, located, findings: [sure(`operations.${name}`, undefined, why)] };
  }

  async function findAt(path: string, wanted: Wanted): Promise<ListAnswer | undefined> {
    const { name, number } = wanted;
    const first = await ask({ path, query: plain('number', '{number}') }, { number });
    // 204: there is no such list, or nothing in it.
    if ((!isDone(first) && ![400, 422].includes(first.status)) || first.status === 204) return undefined;
    // The assumed filter may be refused, or filter out everything.
    const isUsable = isDone(first) && (entriesIn(first.json).length > 0 || locate(first.json, [number]));
    const page = isUsable ? first : await ask({ path });
    if (!isDone(page)) return undefined;
    const onPage = locate(page.json, [number]);
    if (!onPage && entriesIn(page.json).length === 0) return undefined;
    const pathFound = sure(`operations.${name}.path`, path, 'what was looked for is in this list');
    const line = `operations.${name}.query`;
    for (const { query, form } of queriesFor(page.json, onPage, wanted)) {
      if (!(await isApplied({ path, query }, number))) continue;
      const { json } = await ask({ path, query }, { number });
      const located = locate(json, [number]);
      const why = 'it answers this one, and nothing for a number that does not exist';
      const findings = [pathFound, sure(line, query, why)];
      if (located) return { question: { path, query }, json, located, form, findings };
    }
    const why = 'no filter that was tried is applied: ask Azumuta how one is found by its number';
    const findings = [pathFound, notFound(line, why)];
    return onPage && { question: { path }, json: page.json, located: onPage, findings };
  }

  /** Whether the filter leaves out what does not have the number. */
  async function isApplied(question: Question, number: string): Promise<boolean> {
    const answer = await ask(question, { number: unknownLike(number) });
    return [204, 404, 410].includes(answer.status) || (isDone(answer) && entriesIn(answer.json).length === 0);
  }
}

function queriesFor(
  page: unknown,
  located: Located | undefined,
  { name, number, fields = [], form }: Wanted,
) {
  const line = name === 'findArticle' ? 'article.number' : 'productOrder.number';
  const nodes = namesIn(located?.resource ?? entriesIn(page)[0]);
  const known = located ? named(nodes, number) : nodes.filter(({ path }) => fitsName(line, path));
  const paths = ranked(line, known).map(({ path }) => lastOf(path));
  const names = [...new Set(located ? paths : [...fields, ...paths])].slice(0, maxFields);
  const isOData = /"@?odata\.\w+"|^\{"(d|value)":/.test(JSON.stringify(page ?? null));
  const likeliest = form ? [form] : isOData ? [odata] : [];
  const [first = 'number', ...others] = names;
  return [
    ...[...new Set([...likeliest, ...queryForms])].map((each) => ({
      query: each(first, '{number}'),
      form: each,
    })),
    ...[...others, 'number'].map((field) => ({ query: plain(field, '{number}'), form: plain })),
  ];
}
