/** The parsed text; undefined when it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isNested(value) && !Array.isArray(value);
}

function isNested(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}

/** The value of a field that it has itself, or of a list's entry; undefined for anything that has none. */
export function fieldOf(value: unknown, name: PropertyKey): unknown {
  return isNested(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/** All values that are neither an object nor a list, within at most so many of these. */
export function leavesOf(json: unknown, depth = Number.POSITIVE_INFINITY): unknown[] {
  if (!isNested(json)) return [json];
  return depth === 0 ? [] : Object.values(json).flatMap((inner) => leavesOf(inner, depth - 1));
}

/** Whether a number may have been rounded when its JSON was parsed. */
export function hasLostDigits(value: unknown): value is number {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** An id or a number as text. One that JSON.parse may have rounded, and a fraction (10.10 is read as 10.1), is none. */
export function nameIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Describes a value by its type, for messages that must not repeat it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === '') return 'empty text';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return typeof value;
}
