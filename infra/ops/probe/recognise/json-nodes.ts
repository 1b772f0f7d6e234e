import { instantForm, isLanguageMap } from '../../../../shared/azumuta/value-forms.ts';
import { isRecord, leavesOf, nameIn } from '../../../../shared/platform/json.ts';
import type { Place } from '../../../../shared/platform/places.ts';
import { isOwnId } from './field-names.ts';

export interface JsonNode {
  /** Names joined by dots; '' for the answer itself. */
  readonly path: string;
  readonly value: unknown;
}

export type JsonList = JsonNode & { readonly value: readonly unknown[] };

export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isWordsMap(value: unknown): value is Readonly<Record<string, string | null>> {
  return isLanguageMap(value) && Object.keys(value).length > 0;
}

/** An id or a number as text; undefined for anything else. */
export const identifierOf = (value: unknown) => nameIn(value) || undefined;

/** @returns Milliseconds since 1970, if the value is a time that a plant may have recorded. */
export function timeOf(value: unknown): number | undefined {
  const instant = isScalar(value) && value !== '' ? instantForm.understand(value) : undefined;
  const ms = instant ? Date.parse(instant) : Number.NaN;
  return ms > Date.UTC(2005, 0) && ms < Date.UTC(2100, 0) ? ms : undefined;
}

const yes = ['yes', 'true', 'ja', 'oui', 'wahr'];
const no = ['no', 'false', 'nee', 'non', 'nein', 'falsch'];

/** A text as it is compared, however it is written: `In Progress` is `in_progress`, and `Ja` is true. */
function plainText(text: string): string {
  const trimmed = text.normalize('NFKC').toLowerCase().trim();
  const plain = trimmed.replace(/(?<=[^\W_])[\s_-]+(?=[^\W_])/g, ' ');
  return yes.includes(plain) ? 'true' : no.includes(plain) ? 'false' : plain;
}

/** The numbers that a text may mean, with or without a unit: `1.234` is 1234 in Ghent and 1.234 in London. */
function numbersIn(text: string): number[] {
  const [, digits = ''] =
    /^(?=.{1,40}$)\s*([+-]?\d[\d\s.,'’]*(?:e[+-]?\d+)?)\s*[a-z%°]{0,8}\s*$/i.exec(text) ?? [];
  const forms = [/(?<=\d),(?=\d{3}(?!\d))/g, /(?<=\d)\.(?=\d{3}(?!\d))/g].map((groups) =>
    digits.replace(/[\s'’]/g, '').replace(groups, ''),
  );
  const numbers = [...forms, ...forms.map((form) => form.replace(',', '.'))].map(Number);
  return digits === '' ? [] : numbers.filter(Number.isFinite);
}

/** Whether a person may read the value as this text, in any writing and language. */
export function readsAs(value: unknown, text: string): boolean {
  if (isWordsMap(value)) return Object.values(value).some((words) => readsAs(words, text));
  if (Array.isArray(value)) return value.some((each) => isScalar(each) && readsAs(each, text));
  if (!isScalar(value) || value === '') return false;
  const wanted = numbersIn(text);
  return (
    plainText(String(value)) === plainText(text) ||
    numbersIn(String(value)).some((number) => wanted.includes(number))
  );
}

export const nodesReadingAs = (nodes: readonly JsonNode[], text: string) =>
  nodes.filter(({ value }) => readsAs(value, text));

/** Deeper than any field of an order; an answer may be nested as deep as it likes. */
const isTooDeep = (path: string) => path.split('.').length >= 6;

/** The fields that a path of the contract can name: one with dots at the top only, one with brackets never. */
function nameableFields(json: object, path: string) {
  return Object.entries(json)
    .filter(([name]) => name.trim() !== '' && name !== '$' && !/[[\]]/.test(name))
    .filter(([name]) => path === '' || !name.includes('.'))
    .map(([name, value]) => ({ name, value, path: path === '' ? name : `${path}.${name}` }));
}

/** Lists are nodes, and their entries are not. @param isWhole Objects whose fields are left out. */
export function nodesIn(json: unknown, isWhole = (_value: object) => false, path = ''): JsonNode[] {
  const here = { path, value: json };
  const isLeaf = !isRecord(json) || isWhole(json) || isTooDeep(path);
  if (isLeaf) return [here];
  return [here, ...nameableFields(json, path).flatMap((field) => nodesIn(field.value, isWhole, field.path))];
}

/** Nodes that may be an id or a number. */
export function namesIn(json: unknown): JsonNode[] {
  return nodesIn(json).filter(({ value }) => identifierOf(value) !== undefined);
}

/** Texts, numbers and booleans, with a language map as one node. */
export function wordsIn(json: unknown): JsonNode[] {
  return nodesIn(json, isWordsMap).filter(
    ({ value }) => (isScalar(value) && value !== '') || isWordsMap(value),
  );
}

/** What a person reads as this value in the entry of a list, and in lists within it. */
export function valuesIn(entry: unknown, text: string): JsonNode[] {
  const lists = listsIn(entry).filter(({ path }) => path !== '');
  return nodesReadingAs([...wordsIn(entry), ...lists.filter(({ value }) => value.every(isScalar))], text);
}

export const hasWords = (entry: unknown, text: string) => valuesIn(entry, text).length > 0;

/** Deeper than anything that an operator records. */
const mostRecordedDepth = 12;

/** Whether a person reads this text anywhere in it, in the entries of lists, too. */
export function hasLeaf(json: unknown, text: string): boolean {
  return leavesOf(json, mostRecordedDepth).some((leaf) => readsAs(leaf, text));
}

/** Past times: nothing is completed in the future. */
export function pastTimesIn(resource: object, now: Date): JsonNode[] {
  return wordsIn(resource).filter(({ value }) => (timeOf(value) ?? Infinity) <= now.getTime());
}

/** Lists that are not within lists, with only such entries. */
export function listsIn(json: unknown, isEntry = (_entry: unknown) => true): JsonList[] {
  const lists = nodesIn(json).filter((node): node is JsonList => Array.isArray(node.value));
  return lists.filter(({ value }) => value.every(isEntry));
}

/** A list, and how a contract names it. */
export interface PlacedList extends JsonList {
  readonly place: Place;
  /** Its path in whatever has it: the answer, or an entry of another list. */
  readonly name: string;
}

/** Where the resource that was asked for is in an answer. */
export interface Located {
  readonly place: string;
  /** An entry, where the place has a list. */
  readonly resource: object;
  /** The configuration's own line, where that has led to it. */
  readonly own?: Place;
  /** All places of the same kind (lists, or objects) that have such a resource. */
  readonly places: readonly JsonNode[];
}

/** Of the entries that have the number, the one with the first of these ids; else any. */
export function locateNumber(json: unknown, number: string, ids: readonly string[]): Located | undefined {
  const own = ids.map((id) => locateResource(json, [number, id])).find((found) => found !== undefined);
  return own ?? locateResource(json, [number]);
}

/** Finds what has all these names. Of several it takes the largest, as an envelope may repeat what was asked for. */
export function locateResource(json: unknown, names: readonly string[]): Located | undefined {
  const all = resourcesIn(json, names, '');
  const [best] = all.toSorted((a, b) => nodesIn(b.value).length - nodesIn(a.value).length);
  const places = all.filter(({ isList }) => isList === best?.isList);
  return best && { place: best.path, resource: best.value, places };
}

function resourcesIn(
  json: unknown,
  names: readonly string[],
  path: string,
): { path: string; value: object; isList: boolean }[] {
  if (Array.isArray(json)) {
    const entry = json.filter(isRecord).find((each) => hasNames(each, names));
    return entry ? [{ path, value: entry, isList: true }] : [];
  }
  if (!isRecord(json) || isTooDeep(path)) return [];
  const fields = nameableFields(json, path);
  const itself = hasNames(json, names) ? [{ path, value: json, isList: false }] : [];
  const isOwn = fields.some(({ name, value }) => isOwnId(name) || names.includes(identifierOf(value) ?? ''));
  if (isOwn && itself.length > 0) return itself;
  const inner = fields.flatMap(({ value, path: at }) => resourcesIn(value, names, at));
  return inner.length > 0 ? inner : itself;
}

export function hasNames(resource: unknown, names: readonly string[]): boolean {
  const known = new Set(nodesIn(resource).map(({ value }) => identifierOf(value)));
  return names.every((name) => known.has(name));
}
