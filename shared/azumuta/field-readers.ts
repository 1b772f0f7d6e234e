import { Rejected, reasonOf } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import { setField, Unread } from '../model/unread.ts';
import { type Place, pathTo, readerOf } from '../platform/places.ts';
import { isRecord, typeName } from '../platform/validation.ts';

/** Something that is missing in an answer where the contract expects it, or has a form that cannot be understood. */
export interface Misfit {
  /** The line of the contract, `productOrder.number`. */
  readonly line: string;
  readonly place: Place;
  /** Its type, never its value. */
  readonly found: string;
  readonly expected: string;
  /** Names of the fields that are there. */
  readonly fields: readonly string[];
  /** It matters only where it is used. */
  readonly isLazy?: boolean;
}

/** A reading of one resource. */
export interface Reading {
  /** What does not fit so far. */
  readonly misfits: Misfit[];
  /** Whose fields are read, for a person: `recording 5KKoy7m6ms89mvrTg, step "Photo"`; empty for the resource itself. */
  readonly whose: string;
}

/** A reading of something of which no misfit is told. */
export const untold = (): Reading => ({ misfits: [], whose: '' });

/** Reads a part of an answer. What does not fit is added to the misfits; then the result must not be used. */
export type Reader<T> = (json: unknown, reading: Reading) => T;

/** Reads one field; undefined when it has no value or does not fit. */
export type ReadField<T> = Reader<T | undefined>;

/** A form of a value: what is expected, and what it means. */
export interface Form<T> {
  readonly expected: string;
  /** Null when it holds no value; undefined when it cannot be understood. */
  readonly understand: (value: unknown, reading: Reading) => T | null | undefined;
}

/**
 * `required`: it must have a value. `stated`: it must be there, and may be null. So a wrong place in the contract is not
 * mistaken for an order that is not completed, or for a recording in which nothing was recorded.
 */
type Presence = 'required' | 'stated' | 'optional';

function fieldReader<T>(
  line: string,
  place: Place,
  { expected, understand }: Form<T>,
  presence: Presence = 'optional',
): ReadField<T> {
  const read = readerOf(place);
  const misfit = (json: unknown, found: string): Misfit => ({
    line,
    place,
    found,
    expected,
    fields: isRecord(json) ? Object.keys(json) : [],
  });
  return (json, reading) => {
    const { misfits } = reading;
    let value: unknown;
    try {
      value = read(json);
    } catch (error) {
      misfits.push(misfit(json, `a function that fails with "${reasonOf(error, 200)}"`));
      return undefined;
    }
    const isEmpty = value === undefined || value === null || value === '';
    const meaning = isEmpty ? null : understand(value, reading);
    if (meaning !== null && meaning !== undefined) return meaning;
    const isMissing = presence === 'required' || (presence === 'stated' && value === undefined);
    if (meaning === undefined || isMissing) misfits.push(misfit(json, typeName(value)));
    return undefined;
  };
}

/** Makes readers of the fields of one resource, at the places that the contract names. */
export function fieldsOf<Name extends string>(resource: string, places: Readonly<Record<Name, Place>>) {
  return <T>(name: Name, form: Form<T>, presence?: Presence) =>
    fieldReader(`${resource}.${name}`, places[name], form, presence);
}

/** The value of a field, or `otherwise` when it has none. */
export function orElse<T>(read: ReadField<T>, otherwise: T): Reader<T> {
  return (json, reading) => read(json, reading) ?? otherwise;
}

/** What `change` makes of the value of a field, if it has one. */
export function mapped<T, U>(read: ReadField<T>, change: (value: T) => U): ReadField<U> {
  return (json, reading) => {
    const value = read(json, reading);
    return value === undefined ? undefined : change(value);
  };
}

/**
 * A field that must be understood only where it is used: in a form that nobody knows it spoils nothing else, and throws
 * once something uses it. Around all other changes of the reader.
 */
export function lazily<T>(read: Reader<T>): Reader<T> {
  return (json, { misfits, whose }) => {
    const own: Misfit[] = [];
    const value = read(json, { misfits: own, whose });
    if (own.length === 0) return value;
    misfits.push(...own.map((misfit) => ({ ...misfit, isLazy: true })));
    const sentence = `Azumuta's ${whose} cannot be understood. ${sentencesOf(own).join(' ')}`;
    // `setField`, with which all objects are made, makes a field of it that throws.
    return new Unread(new Rejected(sentence, { code: 'refused-by-azumuta' })) as T;
  };
}

/** The object that readers make; a field whose reader may answer undefined is optional. */
type ObjectOf<Readers> = {
  [Name in keyof Readers as undefined extends ReadBy<Readers[Name]> ? never : Name]: ReadBy<Readers[Name]>;
} & {
  [Name in keyof Readers as undefined extends ReadBy<Readers[Name]> ? Name : never]?: Exclude<
    ReadBy<Readers[Name]>,
    undefined
  >;
};
type ReadBy<Read> = Read extends Reader<infer T> ? T : never;

/** Reads an object field by field; fields without a value are left out. */
export function objectOf<Readers extends Readonly<Record<string, Reader<unknown>>>>(readers: Readers) {
  const entries = Object.entries(readers);
  return (json: unknown, reading: Reading): ObjectOf<Readers> => {
    const found: Record<string, unknown> = {};
    for (const [name, read] of entries) setField(found, name, read(json, reading));
    // Each value comes from the reader of its name.
    return found as ObjectOf<Readers>;
  };
}

/** Reads one whole resource, and collects all that does not fit. */
export type ReadResource<T> = (json: unknown) => Read<T>;
export type Read<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** What throws once it is used. */
      readonly lazy: readonly Misfit[];
    }
  | { readonly ok: false; readonly misfits: readonly Misfit[] };

export function resourceReader<T>(read: Reader<T>): ReadResource<T> {
  return (json) => {
    const all: Misfit[] = [];
    const value = read(json, { misfits: all, whose: '' });
    const misfits = all.filter(({ isLazy }) => !isLazy);
    return misfits.length === 0 ? { ok: true, value, lazy: all } : { ok: false, misfits };
  };
}

/** More lines, or fields of one answer, than these do not help a reader. */
const maxMisfits = 10;
const maxFields = 20;

/** Resources that are part of another one, in a list or a map. */
const nested = /^(variant|parameter|recordingRef|step)\./;

/**
 * A sentence for each misfit, with the line of the contract to set. It holds no values, which may be confidential.
 * @param root Path of the answer, if it is part of something.
 */
export function sentencesOf(misfits: readonly Misfit[], root = '$'): string[] {
  const told = misfits.map(({ line, place, found, expected, fields }) => {
    const path = nested.test(line) ? `${line} (${pathTo(place)})` : pathTo(place, root);
    const names = fields.slice(0, maxFields).map((each) => shorten(each, 60));
    const among = names.length > 0 ? `, among ${names.join(', ')}` : '';
    return `${path}: found ${found}, expected ${expected}; set azumuta.contract.${line} to where it is${among}.`;
  });
  return [...new Set(told)].slice(0, maxMisfits);
}
