import { isLanguageMap, nameForm } from '../../../shared/azumuta/fields.ts';

/** Something in an answer, and the path to it. */
export interface Spot {
  readonly path: string;
  readonly value: unknown;
  /** Whether it is a word of a language map, which is a spot of its own. */
  readonly inMap: boolean;
}

/** Deeper than any field of an order; an answer may be nested as deep as it likes. */
const maxDepth = 6;

/** All spots of an answer, itself among them; lists are spots, and what is in them is not. */
export function spotsIn(json: unknown, path = '', inMap = false): Spot[] {
  const here: Spot = { path, value: json, inMap };
  if (!isObject(json) || depthOf(path) >= maxDepth) return [here];
  const isMap = isWordsMap(json);
  return [
    here,
    ...Object.entries(json).flatMap(([name, value]) =>
      canStandIn(name, path) ? spotsIn(value, below(path, name), isMap) : [],
    ),
  ];
}

function depthOf(path: string): number {
  return path === '' ? 0 : path.split('.').length;
}

export function below(path: string, name: string): string {
  return path === '' ? name : name === '' ? path : `${path}.${name}`;
}

/** A name with dots is found at the top only, and brackets never are. */
function canStandIn(name: string, path: string): boolean {
  return name.trim() !== '' && name !== '$' && !/[[\]]/.test(name) && (path === '' || !name.includes('.'));
}

export function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isWordsMap(value: unknown): value is Readonly<Record<string, string | null>> {
  return isObject(value) && Object.keys(value).length > 0 && isLanguageMap(value);
}

/** An id or a number as text; undefined for what is neither. */
export function nameOf(value: unknown): string | undefined {
  return nameForm.understand(value, []) || undefined;
}

export function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Spots with a text, a number or a yes. */
export function scalarsIn(json: unknown): Spot[] {
  return spotsIn(json).filter(({ value }) => isScalar(value) && value !== '');
}

/** Spots with words, of which a language map is one. */
export function wordsIn(json: unknown): Spot[] {
  return spotsIn(json).filter(
    ({ value, inMap }) => !inMap && ((isScalar(value) && value !== '') || isWordsMap(value)),
  );
}

export interface ListSpot extends Spot {
  readonly value: readonly unknown[];
}

/** Lists that are not within lists. */
export function listsIn(json: unknown): ListSpot[] {
  return spotsIn(json).filter((spot): spot is ListSpot => Array.isArray(spot.value));
}

/** Whether a value is what a person reads as this text: in any language, `4,5` for 4.5, `yes` for true. */
export function reads(value: unknown, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (isWordsMap(value)) return Object.values(value).some((words) => reads(words, text));
  if (Array.isArray(value)) return value.some((each) => isScalar(each) && reads(each, text));
  if (typeof value === 'boolean')
    return (value ? ['yes', 'true', 'ja'] : ['no', 'false', 'nee']).includes(wanted);
  if (!isScalar(value) || value === '') return false;
  if (String(value).trim().toLowerCase() === wanted) return true;
  return isFigure(wanted) && Number(value) === Number(wanted.replace(',', '.'));
}

function isFigure(text: string): boolean {
  return /^-?\d+([.,]\d+)?$/.test(text);
}

/** The languages in which a language map reads as this text. */
export function languagesOf(value: unknown, text: string): string[] {
  return isWordsMap(value)
    ? Object.entries(value).flatMap(([language, words]) => (reads(words, text) ? language : []))
    : [];
}

/** Where the resource that was asked for stands in an answer. */
export interface Located {
  readonly place: string;
  readonly resource: object;
  /** It is one of a list that stands there. */
  readonly isList: boolean;
  /** What is around it has figures of its own, and may be the resource itself. */
  readonly isDoubtful: boolean;
}

/**
 * The resource that bears these numbers and ids, out of envelopes and lists: the largest, as an envelope may repeat
 * what was asked for.
 */
export function locate(json: unknown, names: readonly string[], place = ''): Located | undefined {
  if (Array.isArray(json)) {
    const resource = json.filter(isObject).find((entry) => bears(entry, names));
    return resource && { place, resource, isList: true, isDoubtful: false };
  }
  if (!isObject(json) || depthOf(place) >= maxDepth) return undefined;
  const fields = Object.entries(json).filter(([field]) => canStandIn(field, place));
  const itself = bears(json, names) ? { place, resource: json, isList: false, isDoubtful: false } : undefined;
  const isOwn = ([field, value]: [string, unknown]) =>
    isIdName(field, 'exactly') || names.includes(nameOf(value) ?? '');
  if (itself && fields.some(isOwn)) return itself;
  const found = fields
    .flatMap(([field, value]) => (isIdName(field) ? [] : (locate(value, names, below(place, field)) ?? [])))
    .sort((a, b) => spotsIn(b.resource).length - spotsIn(a.resource).length);
  const [inner] = found;
  if (!inner || !itself) return inner ?? itself;
  const hasFigures = fields.some(([, value]) => isScalar(value) && /\d/.test(String(value)));
  return { ...inner, isDoubtful: inner.isDoubtful || hasFigures };
}

function bears(resource: object, names: readonly string[]): boolean {
  const borne = new Set(spotsIn(resource).map(({ value }) => nameOf(value)));
  return names.every((name) => borne.has(name));
}

/** Entries of the longest list of objects in an answer. */
export function entriesIn(json: unknown): object[] {
  return listsIn(json)
    .map(({ value }) => value.filter(isObject))
    .reduce((longest, list) => (list.length > longest.length ? list : longest), []);
}

/** `id`, `_id`, `$oid`, `orderId`, `WorkOrderGuid`, and not `paid`; `exactly` leaves out those of something else. */
export function isIdName(name: string, which: 'any' | 'exactly' = 'any'): boolean {
  if (/^[_$]?(id|guid|uuid|oid)$/i.test(name)) return true;
  return (
    which === 'any' && /^key$|[a-z0-9](Id|ID|Guid|GUID|Uuid|UUID|Key)$|[_-](id|guid|uuid|key)$/.test(name)
  );
}

/** The last name of a path. */
export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
