import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { Ask, Heard } from './account.ts';
import { odata, plain, type QueryForm, queryForms, rankOf } from './candidates.ts';
import { type Finding, ranked } from './findings.ts';
import { entriesIn, type Located, lastOf, locate, nameOf, scalarsIn } from './spots.ts';

/** A list in which something was found by its number. */
export interface FoundInList {
  readonly path: string;
  readonly json: unknown;
  readonly located: Located;
  /** How the list is asked for those of which a field has a value; undefined where none was heeded, or it is by hand. */
  readonly form: QueryForm | undefined;
  readonly findings: readonly Finding[];
}

interface Wanted {
  readonly ask: Ask;
  readonly contract: AzumutaContract;
  readonly name: 'findProductOrder' | 'findArticle';
  readonly number: string;
  /** Where the list may stand; the configuration's own path is the only one where it has one. */
  readonly paths: readonly string[];
  /** Names that the field with the number may have, beside those that the entries show. */
  readonly fields?: readonly string[];
  /** The filter that another list heeds, which is tried first. */
  readonly form?: QueryForm | undefined;
}

/** Finds something by its number, in the first of these lists that has it, with a filter that proves to be heeded. */
export async function findInLists(wanted: Wanted): Promise<FoundInList | undefined> {
  const { contract, name, paths } = wanted;
  const [own, assumed] = [contract.operations[name], defaultContract.operations[name]];
  const isOwn =
    own.method !== 'GET' ||
    own.path.includes('{number}') ||
    JSON.stringify(own.query) !== JSON.stringify(assumed.query);
  if (isOwn) return asConfigured(wanted);
  for (const path of own.path === assumed.path ? new Set([own.path, ...paths]) : [own.path]) {
    const found = await findAt(path, wanted);
    if (found) return found;
  }
  return undefined;
}

/** The configuration says how to ask, be it by POST. */
async function asConfigured({ ask, contract, name, number }: Wanted): Promise<FoundInList | undefined> {
  const { path, ...operation } = contract.operations[name];
  const { json } = await ask({ path, ...operation }, { number });
  const located = locate(json, [number]);
  const why = `asked by ${operation.method}, as the configuration says, and answered`;
  const findings: Finding[] = [{ line: `operations.${name}`, certainty: 'sure', why }];
  return located && { path, json, located, form: undefined, findings };
}

async function findAt(path: string, wanted: Wanted): Promise<FoundInList | undefined> {
  const { ask, number, name } = wanted;
  const first = await ask({ path, query: plain('number', '{number}') }, { number });
  // No content: there is no such list, or nothing in it.
  if ((!isDone(first) && ![400, 422].includes(first.status)) || first.status === 204) return undefined;
  // The assumed filter may be refused, or hide everything.
  const isUsable = isDone(first) && (entriesIn(first.json).length > 0 || locate(first.json, [number]));
  const page = isUsable ? first : await ask({ path });
  if (!isDone(page)) return undefined;
  const seenUnfiltered = locate(page.json, [number]);
  if (!seenUnfiltered && entriesIn(page.json).length === 0) return undefined;
  for (const { query, form } of queriesFor(page.json, seenUnfiltered, wanted)) {
    if (!(await isHeeded(ask, path, query, number))) continue;
    const { json } = await ask({ path, query }, { number });
    const located = locate(json, [number]);
    if (located) return { path, json, located, form, findings: listed(name, path, query, true) };
  }
  return (
    seenUnfiltered && {
      ...{ path, json: page.json, located: seenUnfiltered, form: undefined },
      findings: listed(name, path, plain('number', '{number}'), false),
    }
  );
}

function listed(name: string, path: string, query: object, isHeeded: boolean): Finding[] {
  const line = `operations.${name}`;
  return [
    { line: `${line}.path`, set: path, certainty: 'sure', why: 'what was looked for stands in this list' },
    isHeeded
      ? {
          line: `${line}.query`,
          set: query,
          certainty: 'sure',
          why: 'it answers this one, and nothing for a number that there is not',
        }
      : {
          line: `${line}.query`,
          certainty: 'not found',
          why: 'no filter that was tried is heeded: ask Azumuta how one is found by its number',
        },
  ];
}

/** Fields of the number that are tried as a filter, at most. */
const maxFields = 3;

function queriesFor(
  page: unknown,
  located: Located | undefined,
  { name, number, fields = [], form }: Wanted,
) {
  const line = name === 'findArticle' ? 'article.number' : 'productOrder.number';
  const spots = scalarsIn(located?.resource ?? entriesIn(page)[0]).filter(
    ({ value }) => nameOf(value) !== undefined,
  );
  const known = located
    ? spots.filter(({ value }) => nameOf(value) === number)
    : spots.filter(({ path }) => rankOf(line, path) < Number.POSITIVE_INFINITY);
  const paths = ranked(line, known).map(({ path }) => lastOf(path));
  const names = [...new Set(located ? paths : [...fields, ...paths])].slice(0, maxFields);
  const isOData = /"@?odata\.\w+"|^\{"(d|value)":/.test(JSON.stringify(page ?? null));
  const forms = [...new Set([...(form ? [form] : isOData ? [odata] : []), ...queryForms])];
  const [first = 'number', ...others] = names;
  return [
    ...forms.map((each) => ({ query: each(first, '{number}'), form: each })),
    ...[...others, 'number'].map((field) => ({ query: plain(field, '{number}'), form: plain })),
  ];
}

/** A filter that lets through what there is not is none. */
async function isHeeded(
  ask: Ask,
  path: string,
  query: Readonly<Record<string, string>>,
  number: string,
): Promise<boolean> {
  const answer = await ask({ path, query }, { number: strangerTo(number) });
  return [204, 404, 410].includes(answer.status) || (isDone(answer) && entriesIn(answer.json).length === 0);
}

export function isDone({ status }: Heard): boolean {
  return status >= 200 && status < 300;
}

/** A number or an id of the same kind that nothing has. */
export function strangerTo(name: string): string {
  if (/^\d+$/.test(name)) return '9'.repeat(Math.min(name.length + 1, 15));
  return name
    .replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (last) =>
      (/\d/.test(last) ? '0' : 'z') === last ? '1' : /\d/.test(last) ? '0' : 'z',
    )
    .replace(/^[a-z]/i, (first) => (first.toLowerCase() === 'q' ? 'x' : 'q'));
}
