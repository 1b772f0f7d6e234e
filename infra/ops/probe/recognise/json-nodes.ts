import { untold } from '../../../../shared/azumuta/field-readers.ts';
import { isLanguageMap, nameForm } from '../../../../shared/azumuta/value-forms.ts';

/** A value within an answer. */
export interface JsonNode {
  /** Names joined by dots; '' for the answer itself. */
  readonly path: string;
  readonly value: unknown;
}

export interface JsonList extends JsonNode {
  readonly value: readonly unknown[];
}

/** Deeper than any field of an order; an answer may be nested as deep as it likes. */
const maxDepth = 6;

/**
 * All nodes of an answer, itself included. Lists are nodes, their entries are not.
 * @param isWhole Objects whose fields are left out.
 */
export function nodesIn(json: unknown, isWhole = (_value: object) => false, path = ''): JsonNode[] {
  const here = { path, value: json };
  if (!isObject(json) || isWhole(json) || depthOf(path) >= maxDepth) return [here];
  const fields = Object.entries(json).filter(([name]) => isReachable(name, path));
  return [here, ...fields.flatMap(([name, value]) => nodesIn(value, isWhole, below(path, name)))];
}

const depthOf = (path: string) => (path === '' ? 0 : path.split('.').length);
const below = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** Whether a path of the contract can name the field: one with dots at the top only, one with brackets never. */
function isReachable(name: string, path: string): boolean {
  return name.trim() !== '' && name !== '$' && !/[[\]]/.test(name) && (path === '' || !name.includes('.'));
}

export function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isWordsMap(value: unknown): value is Readonly<Record<string, string | null>> {
  return isObject(value) && Object.keys(value).length > 0 && isLanguageMap(value);
}

/** An id or a number as text; undefined for anything else. */
export function nameOf(value: unknown): string | undefined {
  return nameForm.understand(value, untold()) || undefined;
}

export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Nodes with a text, a number or a boolean. */
export function scalarsIn(json: unknown): JsonNode[] {
  return nodesIn(json).filter(({ value }) => isScalar(value) && value !== '');
}

/** Nodes that may be an id or a number. */
export function namesIn(json: unknown): JsonNode[] {
  return nodesIn(json).filter(({ value }) => nameOf(value) !== undefined);
}

/** Nodes with this number or id, to the letter: `007` is not 7. */
export function named(nodes: readonly JsonNode[], name: string): JsonNode[] {
  return nodes.filter(({ value }) => nameOf(value) === name);
}

/** Scalars, with a language map as one node. */
export function wordsIn(json: unknown): JsonNode[] {
  return nodesIn(json, isWordsMap).filter(
    ({ value }) => (isScalar(value) && value !== '') || isWordsMap(value),
  );
}

/** Lists that are not within lists, with only such entries. */
export function listsIn(json: unknown, isEntry = (_entry: unknown) => true): JsonList[] {
  const lists = nodesIn(json).filter((node): node is JsonList => Array.isArray(node.value));
  return lists.filter(({ value }) => value.every(isEntry));
}

/** Entries of the longest list of objects in an answer. */
export function entriesIn(json: unknown): object[] {
  return listsIn(json)
    .map(({ value }) => value.filter(isObject))
    .reduce((longest, list) => (list.length > longest.length ? list : longest), []);
}

/** Whether a person reads the value as this text: in any language, `4,5` for 4.5, `yes` for true. */
export function reads(value: unknown, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (isWordsMap(value)) return Object.values(value).some((words) => reads(words, text));
  if (Array.isArray(value)) return value.some((each) => isScalar(each) && reads(each, text));
  if (typeof value === 'boolean')
    return (value ? ['yes', 'true', 'ja'] : ['no', 'false', 'nee']).includes(wanted);
  if (!isScalar(value) || value === '') return false;
  if (String(value).trim().toLowerCase() === wanted) return true;
  return /^-?\d+([.,]\d+)?$/.test(wanted) && Number(value) === Number(wanted.replace(',', '.'));
}

/** Whether a person reads this text somewhere in the entry of a list. */
export function hasWords(entry: unknown, text: string): boolean {
  return wordsIn(entry).some(({ value }) => reads(value, text));
}

/** The languages in which a value reads as this text; none unless it is a language map. */
export function languagesOf(value: unknown, text: string): string[] {
  return isWordsMap(value) ? Object.keys(value).filter((language) => reads(value[language], text)) : [];
}

/** Where the resource that was asked for is in an answer. */
export interface Located {
  readonly place: string;
  readonly resource: object;
  /** The place has a list, and the resource is one of its entries. */
  readonly isList: boolean;
  /** The object around it has figures of its own, so it may be the resource itself. */
  readonly isDoubtful: boolean;
}

/**
 * Finds the resource that has all these numbers and ids, in envelopes and lists. Of several it takes the largest, as an
 * envelope may repeat what was asked for.
 */
export function locate(json: unknown, names: readonly string[], place = ''): Located | undefined {
  if (Array.isArray(json)) {
    const resource = json.filter(isObject).find((entry) => hasNames(entry, names));
    return resource && { place, resource, isList: true, isDoubtful: false };
  }
  if (!isObject(json) || depthOf(place) >= maxDepth) return undefined;
  const fields = Object.entries(json).filter(([field]) => isReachable(field, place));
  const itself = hasNames(json, names) && { place, resource: json, isList: false, isDoubtful: false };
  if (itself && fields.some(([field, value]) => isOwnId(field) || names.includes(nameOf(value) ?? '')))
    return itself;
  const [inner] = fields
    .flatMap(([field, value]) => (isId(field) ? [] : (locate(value, names, below(place, field)) ?? [])))
    .sort((a, b) => nodesIn(b.resource).length - nodesIn(a.resource).length);
  if (!inner || !itself) return inner ?? (itself || undefined);
  const hasFigures = fields.some(([, value]) => isScalar(value) && /\d/.test(String(value)));
  return { ...inner, isDoubtful: inner.isDoubtful || hasFigures };
}

function hasNames(resource: object, names: readonly string[]): boolean {
  const known = new Set(nodesIn(resource).map(({ value }) => nameOf(value)));
  return names.every((name) => known.has(name));
}

/** `id`, `_id`, `$oid`: the id of the object that has it. */
function isOwnId(name: string): boolean {
  return /^[_$]?(id|guid|uuid|oid)$/i.test(name);
}

/** Whether the last name of a path is that of an id: `_id`, `orderId`, `WorkOrderGuid`, and not `paid`. */
export function isId(path: string): boolean {
  const name = lastOf(path);
  return isOwnId(name) || /^key$|[a-z0-9](Id|ID|Guid|GUID|Uuid|UUID|Key)$|[_-](id|guid|uuid|key)$/.test(name);
}

/** The last name of a path. */
export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
