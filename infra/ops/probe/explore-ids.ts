import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { Ask } from './account.ts';
import { collectionsOf, type QueryForm } from './candidates.ts';
import { isDone, strangerTo } from './explore-lists.ts';
import { type Finding, ranked } from './findings.ts';
import {
  entriesIn,
  isIdName,
  type Located,
  lastOf,
  listsIn,
  locate,
  nameOf,
  type Spot,
  scalarsIn,
} from './spots.ts';

type Reading = 'readProductOrder' | 'readRecording' | 'readWorkInstruction';

/** Something that was read by its id. */
export interface ReadById {
  readonly name: Reading;
  readonly id: string;
  readonly json: unknown;
  readonly located: Located;
  readonly operation: { readonly path: string; readonly query?: Readonly<Record<string, string>> };
  /** What stands in for the placeholders beside the id. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The field whose value was asked for. */
  readonly field: string;
  readonly findings: readonly Finding[];
}

export interface Way {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** How many of the ids are tried so. Default: the likeliest few. */
  readonly tries?: number;
}

interface Wanted {
  readonly ask: Ask;
  readonly contract: AzumutaContract;
  readonly name: Reading;
  /** Values that may be the id, the likeliest first. */
  readonly ids: readonly Spot[];
  /** How it may be asked for, the likeliest first; the configuration's own path is the only one where it has one. */
  readonly ways: readonly Way[];
  readonly values?: Readonly<Record<string, unknown>>;
  /** What the answer must bear. Default: the id. */
  readonly bears?: string;
}

/** Ids that are tried in one way, at most. */
const maxIds = 4;

/** Reads something by the first value that proves to be its id. */
export async function readById(wanted: Wanted): Promise<ReadById | undefined> {
  const { ask, contract, name, ids, ways, values = {}, bears } = wanted;
  const own = contract.operations[name];
  const isOwn = own.method !== 'GET' || own.path !== defaultContract.operations[name].path;
  const tries = (isOwn ? [own] : ways).flatMap((way: Way) =>
    ids.slice(0, way.tries ?? maxIds).map((spot) => ({ way, spot })),
  );
  for (const { way, spot } of tries) {
    const id = nameOf(spot.value) ?? '';
    const filters = Object.entries(way.query ?? {});
    const query = Object.fromEntries(
      filters.map(([key, text]) => [key, text.replaceAll('{field}', spot.path)]),
    );
    const operation = { ...way, query };
    const { json } = await ask(operation, { ...values, id });
    const located = locate(json, [bears ?? id]);
    if (!located) continue;
    const findings = isOwn ? [] : saidOf(name, operation, 'an id was answered with what bears it');
    return { name, id, json, located, operation, values, field: spot.path, findings };
  }
  return undefined;
}

/** How something is asked for. */
export function saidOf(name: Reading, { path, query = {} }: Way, why: string): Finding[] {
  const line = `operations.${name}`;
  return [
    { line: `${line}.path`, set: path, certainty: 'sure', why },
    ...(Object.keys(query).length > 0
      ? [{ line: `${line}.query`, set: query, certainty: 'sure', why } as const]
      : []),
  ];
}

/** What is answered for an id that there is not. */
export async function absenceOf(ask: Ask, { name, operation, values, id }: ReadById): Promise<Finding[]> {
  const { status, json } = await ask(operation, { ...values, id: strangerTo(id) });
  const line = `operations.${name}.none`;
  if (status === 404 || status === 0 || (isDone({ status, json }) && status !== 204 && isList(json)))
    return [];
  if (isDone({ status, json }) && status !== 204)
    return [{ line, certainty: 'not found', why: `an id that there is not is answered with ${status}` }];
  const why = 'an id that there is not is answered so';
  return [204, 410].includes(status)
    ? [{ line, set: [status], certainty: 'sure', why }]
    : [{ line, set: [404, status], certainty: 'to confirm', why: `${why}, or one of another form` }];
}

/** A list without it, or without anything. */
function isList(json: unknown): boolean {
  return listsIn(json).length > 0 || entriesIn(json).length > 0;
}

/** Values that may be ids, of one resource: those that are called so first. */
export function idsOf(line: string, resource: unknown): Spot[] {
  const spots = scalarsIn(resource).filter(
    ({ value }) => nameOf(value) !== undefined && nameOf(value) !== '0',
  );
  return ranked(
    line,
    spots.filter(({ path }) => isIdName(lastOf(path))),
  );
}

/** Paths of collections beside one that is known, by the name of a field with ids in it. */
export function besides(path: string, field: string): string[] {
  const before = path.slice(0, path.lastIndexOf('/'));
  return collectionsOf(field)
    .filter((name) => /^[\w-]+$/.test(name))
    .map((name) => `${before}/${name}`);
}

/** Where a resource of this list is read by its id, by path and by the filter of the list. */
export function readingsOf(path: string, form: QueryForm | undefined) {
  const singular = path.replace(/([^s])s$/, '$1');
  return [
    { path: `${path}/{id}` },
    ...(singular === path ? [] : [{ path: `${singular}/{id}`, tries: 1 }]),
    ...(form ? [{ path, query: form('{field}', '{id}'), tries: 3 }] : []),
  ];
}
