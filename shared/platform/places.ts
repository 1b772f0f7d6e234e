import * as z from 'zod/mini';
import { Rejected } from '../model/errors.ts';
import { fieldOf, hasLostDigits } from './json.ts';
import { showFound } from './validation.ts';

/**
 * Where something is in an answer: a path (`d.results`, `lines.0.id`; '' is the answer itself), a list of paths of
 * which the first with a value counts, or a function for what a path cannot say. A field whose own name has dots
 * (`@odata.nextLink`) is found, too.
 */
export type Place = string | readonly string[] | ((json: unknown) => unknown);

export const placeSchema = z.custom<Place>(isPlace, {
  error: 'a path such as article.number or lines.0.id, a list of such paths, or a function',
  params: showFound,
});

function isPlace(value: unknown): value is Place {
  if (Array.isArray(value)) return value.length > 0 && value.every(isPath);
  return typeof value === 'function' || isPath(value);
}

/** `$` and brackets belong to other path languages; here they would name fields that never exist. */
function isPath(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  return (
    value === '' || (!/^\$(\.|$)|[[\]]/.test(value) && value.split('.').every((name) => name.trim() !== ''))
  );
}

/**
 * Undefined when there is none.
 * @example
 * valueAt({ order: { locked: true } }, 'order.locked') === true;
 */
export function valueAt(json: unknown, place: Place): unknown {
  if (typeof place === 'function') return place(json);
  if (typeof place !== 'string') {
    const values = place.map((path) => valueAt(json, path));
    return values.find(hasValue) ?? values.find((value) => value !== undefined);
  }
  if (place === '') return json;
  const whole = fieldOf(json, place);
  return whole === undefined ? place.split('.').reduce<unknown>(fieldOf, json) : whole;
}

/** Null, an empty text and an empty list are there, but hold no value. */
function hasValue(value: unknown): boolean {
  const isNothing = value === undefined || value === null || value === '';
  if (isNothing) return false;
  return !(Array.isArray(value) && value.length === 0);
}

/**
 * The text or number there as text; undefined when there is neither, or an empty text.
 * @throws Rejected for a whole number beyond 2^53: JSON.parse has rounded it, and it may now name another order.
 * @example
 * textAt({ order: { number: 42 } }, 'order.number'); // '42'
 */
export function textAt(json: unknown, place: Place): string | undefined {
  const value = valueAt(json, place);
  if (hasLostDigits(value)) {
    throw new Rejected(
      `the number at ${pathTo(place)} has more digits than a JSON number can hold: let the ERP give it as text`,
      { causeCode: 'order-data' },
    );
  }
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * An empty one when there is none.
 * @example
 * listAt({ lines: [{ id: 1 }] }, 'lines').map((line) => textAt(line, 'id')); // ['1']
 */
export function listAt(json: unknown, place: Place): readonly unknown[] {
  const value = valueAt(json, place);
  return Array.isArray(value) ? value : [];
}

/** A place as a JSON path for messages. */
export function pathTo(place: Place, root = '$'): string {
  if (typeof place === 'function') return `${root}…`;
  return [place]
    .flat()
    .map((text) => (text === '' ? root : `${root}.${text}`))
    .join(' or ');
}

/**
 * A path of a request with its values encoded, so that the slash in `MO/0001` does not separate segments.
 * @throws Rejected for a value that would change which resource is meant: empty, `.` or `..`.
 * @example
 * path`/orders/${'MO/0001'}/bookings`; // '/orders/MO%2F0001/bookings'
 */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => text + segmentOf(values[index - 1]) + part);
}

/** One value as a part of a path. @throws Rejected as `path` does. */
export function segmentOf(value: unknown): string {
  const text = String(value ?? '');
  if (/^\.{0,2}$/.test(text)) {
    throw new Rejected(`"${text}" cannot be part of the address of a request: correct the order's number.`, {
      causeCode: 'order-data',
    });
  }
  return encodeURIComponent(text);
}
