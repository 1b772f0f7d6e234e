import { untold } from '../../../../shared/azumuta/field-readers.ts';
import { instantForm, isLanguageMap } from '../../../../shared/azumuta/value-forms.ts';
import { isRecord, nameIn } from '../../../../shared/platform/json.ts';
import { isId, isOwnId } from './field-names.ts';

/** A value within an answer. */
export interface JsonNode {
  /** Names joined by dots; '' for the answer itself. */
  readonly path: string;
  readonly value: unknown;
}

interface JsonList extends JsonNode {
  readonly value: readonly unknown[];
}

export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isWordsMap(value: unknown): value is Readonly<Record<string, string | null>> {
  return isLanguageMap(value) && Object.keys(value).length > 0;
}

/** An id or a number as text; undefined for anything else. */
export function nameOf(value: unknown): string | undefined {
  return nameIn(value) || undefined;
}

/** @returns Milliseconds since 1970, if the value is a time that a plant may have recorded. */
export function timeOf(value: unknown): number | undefined {
  const instant = isScalar(value) && value !== '' ? instantForm.understand(value, untold()) : undefined;
  const ms = instant ? Date.parse(instant) : Number.NaN;
  return ms > Date.UTC(2005, 0) && ms < Date.UTC(2100, 0) ? ms : undefined;
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

/** Nodes that a person reads as this text; if some have it to the letter, those. */
export function reading(nodes: readonly JsonNode[], text: string): JsonNode[] {
  const same = nodes.filter(({ value }) => reads(value, text));
  const exact = same.filter(({ value }) => String(value) === text);
  return exact.length > 0 ? exact : same;
}

/** Deeper than any field of an order; an answer may be nested as deep as it likes. */
const maxDepth = 6;

const isTooDeep = (path: string) => path.split('.').length >= maxDepth;

/** The fields that a path of the contract can name: one with dots at the top only, one with brackets never. */
function fieldsOf(json: object, path: string) {
  return Object.entries(json)
    .filter(([name]) => name.trim() !== '' && name !== '$' && !/[[\]]/.test(name))
    .filter(([name]) => path === '' || !name.includes('.'))
    .map(([name, value]) => ({ name, value, path: path === '' ? name : `${path}.${name}` }));
}

/**
 * All nodes of an answer, itself included. Lists are nodes, their entries are not.
 * @param isWhole Objects whose fields are left out.
 */
export function nodesIn(json: unknown, isWhole = (_value: object) => false, path = ''): JsonNode[] {
  const here = { path, value: json };
  if (!isRecord(json) || isWhole(json) || isTooDeep(path)) return [here];
  return [here, ...fieldsOf(json, path).flatMap((field) => nodesIn(field.value, isWhole, field.path))];
}

/** Nodes with a text, a number or a boolean. */
export function scalarsIn(json: unknown): JsonNode[] {
  return nodesIn(json).filter(({ value }) => isScalar(value) && value !== '');
}

/** Nodes that may be an id or a number. */
export function namesIn(json: unknown): JsonNode[] {
  return nodesIn(json).filter(({ value }) => nameOf(value) !== undefined);
}

/** Scalars, with a language map as one node. */
export function wordsIn(json: unknown): JsonNode[] {
  return nodesIn(json, isWordsMap).filter(
    ({ value }) => (isScalar(value) && value !== '') || isWordsMap(value),
  );
}

/** Scalars and language maps that are no id and no time. */
export function plainWordsIn(json: unknown): JsonNode[] {
  return wordsIn(json).filter(({ path, value }) => !isId(path) && timeOf(value) === undefined);
}

/** Whether a person reads this text somewhere in the entry of a list. */
export function hasWords(entry: unknown, text: string): boolean {
  return wordsIn(entry).some(({ value }) => reads(value, text));
}

/** Times that are over: nothing is completed in the future. */
export function pastTimesIn(resource: object, now: Date): JsonNode[] {
  return scalarsIn(resource).filter(({ value }) => (timeOf(value) ?? Infinity) <= now.getTime());
}

/** Lists that are not within lists, with only such entries. */
export function listsIn(json: unknown, isEntry = (_entry: unknown) => true): JsonList[] {
  const lists = nodesIn(json).filter((node): node is JsonList => Array.isArray(node.value));
  return lists.filter(({ value }) => value.every(isEntry));
}

/** Where the resource that was asked for is in an answer. */
export interface Located {
  readonly place: string;
  /** An entry, where the place has a list. */
  readonly resource: object;
}

/**
 * Finds the resource that has all these numbers and ids, in envelopes and lists. Of several it takes the largest, as an
 * envelope may repeat what was asked for.
 */
export function locate(json: unknown, names: readonly string[], place = ''): Located | undefined {
  if (Array.isArray(json)) {
    const resource = json.filter(isRecord).find((entry) => hasNames(entry, names));
    return resource && { place, resource };
  }
  if (!isRecord(json) || isTooDeep(place)) return undefined;
  const fields = fieldsOf(json, place);
  const itself = hasNames(json, names) && { place, resource: json };
  if (itself && fields.some(({ name, value }) => isOwnId(name) || names.includes(nameOf(value) ?? '')))
    return itself;
  const [inner] = fields
    .flatMap(({ name, value, path }) => (isId(name) ? [] : (locate(value, names, path) ?? [])))
    .sort((a, b) => nodesIn(b.resource).length - nodesIn(a.resource).length);
  return inner ?? (itself || undefined);
}

export function hasNames(resource: unknown, names: readonly string[]): boolean {
  const known = new Set(nodesIn(resource).map(({ value }) => nameOf(value)));
  return names.every((name) => known.has(name));
}
