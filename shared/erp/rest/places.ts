import { Rejected } from '../../model/errors.ts';

/**
 * Where something stands in an answer: a path (`d.results`; '' is the answer itself), or a function for all
 * that a path cannot say. A field whose own name has dots (`@odata.nextLink`) is found, too.
 */
export type Place = string | ((json: unknown) => unknown);

/** What stands there; undefined when nothing does. */
export function valueAt(json: unknown, place: Place): unknown {
  if (typeof place === 'function') return place(json);
  if (place === '') return json;
  const whole = fieldOf(json, place);
  return whole === undefined ? place.split('.').reduce<unknown>(fieldOf, json) : whole;
}

/**
 * The text or number there as text; undefined when there is neither, or an empty text.
 * @throws Rejected for a whole number beyond 2^53: JSON.parse has rounded it, and another order may bear what it is now.
 */
export function textAt(json: unknown, place: Place): string | undefined {
  const value = valueAt(json, place);
  if (hasLostDigits(value)) {
    throw new Rejected(
      `the number at ${pathTo(place)} has more digits than a JSON number can hold: let the ERP give it as text`,
      { code: 'order-data' },
    );
  }
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether it is a number that may have been another one in the JSON that it was read from. */
export function hasLostDigits(value: unknown): value is number {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** The list there; an empty one when there is none. */
export function listAt(json: unknown, place: Place): readonly unknown[] {
  const value = valueAt(json, place);
  return Array.isArray(value) ? value : [];
}

/** A place as a JSON path for messages. */
export function pathTo(place: Place): string {
  if (typeof place === 'function') return '$…';
  return place === '' ? '$' : `$.${place}`;
}

/**
 * A path of a request with its values encoded: path`/orders/${number}` keeps the slash of `MO/0001` from
 * becoming a segment border.
 * @throws Rejected for a value that would change which resource is meant: empty, `.` or `..`.
 */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => {
    const value = String(values[index - 1]);
    if (/^\.{0,2}$/.test(value)) {
      throw new Rejected(`"${value}" cannot stand in the address of a request: correct the order's number.`, {
        code: 'order-data',
      });
    }
    return text + encodeURIComponent(value) + part;
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
