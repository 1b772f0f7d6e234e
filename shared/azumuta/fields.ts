import { reasonOf } from '../model/errors.ts';
import type { ParameterValue } from '../model/orders.ts';
import { shorten } from '../model/text.ts';
import { isDate, utcInstant } from '../model/time.ts';
import { hasLostDigits, type Place, pathTo, readerOf } from '../platform/places.ts';
import { typeName } from '../platform/validation.ts';

/** Something that an answer does not have where the contract says, or not in a form that can be understood. */
export interface Misfit {
  /** The line of the contract, `productOrder.number`. */
  readonly line: string;
  readonly place: Place;
  /** Its type, never its value. */
  readonly found: string;
  readonly expected: string;
  /** Names of the fields that there are. */
  readonly fields: readonly string[];
}

/** Reads one field of an answer; undefined when it tells nothing, or does not fit, which is then one misfit more. */
export type ReadField<T> = (json: unknown, misfits: Misfit[]) => T | undefined;

/** The forms of a value: what is expected, and what it means. */
export interface Form<T> {
  readonly expected: string;
  /** Null for what tells nothing; undefined for what cannot be understood. */
  readonly understand: (value: unknown, misfits: Misfit[]) => T | null | undefined;
}

/**
 * `required`: it must tell something. `stated`: it must be there, and may be null. So a place that the contract has
 * wrong is never taken for an order that is not completed, or for a recording in which nothing was recorded.
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
    fields: json !== null && typeof json === 'object' && !Array.isArray(json) ? Object.keys(json) : [],
  });
  return (json, misfits) => {
    let value: unknown;
    try {
      value = read(json);
    } catch (error) {
      misfits.push(misfit(json, `a function that fails with "${reasonOf(error, 200)}"`));
      return undefined;
    }
    const isSilent = value === undefined || value === null || value === '';
    const meaning = isSilent ? null : understand(value, misfits);
    if (meaning !== null && meaning !== undefined) return meaning;
    const isMissing = presence === 'required' || (presence === 'stated' && value === undefined);
    if (meaning === undefined || isMissing) misfits.push(misfit(json, typeName(value)));
    return undefined;
  };
}

/** Makes readers of the fields of one resource, of which the contract says where they stand. */
export function fieldsOf<Name extends string>(resource: string, places: Readonly<Record<Name, Place>>) {
  return <T>(name: Name, form: Form<T>, presence?: Presence) =>
    fieldReader(`${resource}.${name}`, places[name], form, presence);
}

/** Reads one whole thing, with all that does not fit. */
export type ReadResource<T> = (json: unknown) => Read<T>;
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly misfits: readonly Misfit[] };

export function resourceReader<T>(read: (json: unknown, misfits: Misfit[]) => T): ReadResource<T> {
  return (json) => {
    const misfits: Misfit[] = [];
    const value = read(json, misfits);
    return misfits.length === 0 ? { ok: true, value } : { ok: false, misfits };
  };
}

/** More lines, or fields of one answer, than these do not help a reader. */
const maxMisfits = 10;
const maxFields = 20;

/** What stands within something else, in a list or a map. */
const nested = /^(variant|parameter|recordingRef|step)\./;

/**
 * A sentence for each thing that does not fit, with the line of the contract to set. Without values, which may be
 * anybody's.
 * @param root Where the answer stands, if it is a part of something.
 */
export function sentencesOf(misfits: readonly Misfit[], root = '$'): string[] {
  const told = misfits.map(({ line, place, found, expected, fields }) => {
    const path = nested.test(line) ? `${line} (${pathTo(place)})` : pathTo(place, root);
    const names = fields.slice(0, maxFields).map((each) => shorten(each, 60));
    const among = names.length > 0 ? `, among ${names.join(', ')}` : '';
    return `${path}: found ${found}, expected ${expected}; set azumuta.contract.${line} to where it stands${among}.`;
  });
  return [...new Set(told)].slice(0, maxMisfits);
}

/** An id or a number as text. Of a JSON number of too many digits, or a fraction, nobody knows what it was. */
export const nameForm: Form<string> = {
  expected: 'text, or a whole number without lost digits',
  understand: (value) =>
    typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined,
};

/** Plain text, a code, or a language map. */
export const wordsForm = (language: string): Form<string> => ({
  expected: 'text, a code, or a language map',
  understand(value) {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return isLanguageMap(value) ? (textIn(value, language) ?? null) : undefined;
  },
});

/** A value that was recorded, or of a parameter. */
export function valueForm(language: string): Form<ParameterValue> {
  const words = wordsForm(language);
  return {
    expected: 'text, a number without lost digits, or a language map',
    understand(value, misfits) {
      if (hasLostDigits(value)) return undefined;
      return typeof value === 'number' || typeof value === 'boolean'
        ? value
        : words.understand(value, misfits);
    },
  };
}

/** No instant of a shop floor is before 1973 in milliseconds, or after 5138 in seconds. */
const leastMilliseconds = 1e11;

/** UTC with milliseconds; a time without a zone stays as it is, on the plant's clock. */
export const instantForm: Form<string> = {
  expected: 'an ISO time, or seconds or milliseconds since 1970',
  understand(value) {
    const since1970 = typeof value === 'string' && /^\d{9,14}$/.test(value) ? Number(value) : value;
    if (typeof since1970 === 'number') {
      const ms = since1970 < leastMilliseconds ? since1970 * 1000 : since1970;
      return since1970 > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined;
    }
    if (typeof value !== 'string') return undefined;
    const isReadable = isDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value));
    return utcInstant(value) ?? (isReadable ? value : undefined);
  },
};

export const amountForm: Form<number> = {
  expected: 'a number',
  understand(value) {
    const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
  },
};

/** One value, or a list of them. */
export function recordedForm(language: string): Form<ParameterValue | readonly ParameterValue[]> {
  const one = valueForm(language);
  return {
    expected: `${one.expected}, or a list of those`,
    understand(value, misfits) {
      if (!Array.isArray(value)) return one.understand(value, misfits);
      const values = value.map((each) => one.understand(each, misfits));
      return values.includes(undefined) ? undefined : values.flatMap((each) => each ?? []);
    },
  };
}

/** A list of what `read` makes of each entry. */
export const listForm = <T>(read: ReadField<T>): Form<readonly T[]> => ({
  expected: 'a list',
  understand: (value, misfits) =>
    Array.isArray(value) ? value.flatMap((entry) => read(entry, misfits) ?? []) : undefined,
});

/** Whether a word is one of these, in upper or lower case. */
export function isOneOf(words: readonly unknown[]): (word: string) => boolean {
  const known = new Set(words.map((each) => String(each).toLowerCase()));
  return (word) => known.has(word.toLowerCase());
}

/** Only those of the fields that tell something. */
export function told<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  const known: Partial<T> = {};
  for (const key in fields) if (fields[key] !== undefined) known[key] = fields[key];
  return known;
}

/** A name: plain text or a language map, `{ "en": "…", "nl": "…" }` (both seen). */
export type Text = string | Readonly<Record<string, string | null>>;

/**
 * The words of a name that is plain or a language map: the preferred language, else `en`, else the first that
 * has words.
 */
export function textIn(text: Text | null | undefined, language: string): string | undefined {
  if (typeof text === 'string') return text || undefined;
  if (!text) return undefined;
  return text[language] || text.en || Object.values(text).find((words) => words) || undefined;
}

/** Whether it is a language map: `{ id: … }` alone is rather something with an id than Indonesian. */
export function isLanguageMap(value: unknown): value is Readonly<Record<string, string | null>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  const isWords = ([key, words]: (typeof entries)[number]) =>
    /^[a-z]{2}([-_][a-z\d]+)*$/i.test(key) && (words === null || typeof words === 'string');
  return entries.every(isWords) && !(entries.length === 1 && 'id' in value);
}
