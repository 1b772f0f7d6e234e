import type { ParameterValue } from '../model/orders.ts';
import { isDate, utcInstant } from '../model/time.ts';
import { setField } from '../model/unread.ts';
import { hasLostDigits, isRecord, nameIn } from '../platform/json.ts';
import { type ContractReading, createFieldReader, type FieldForm, readLazily } from './field-readers.ts';

/** An id or a number as text. A JSON number with too many digits, or a fraction, may have been rounded. */
export const nameForm: FieldForm<string> = {
  expected: 'text, or a whole number without lost digits',
  understand: nameIn,
};

export const wordsForm: FieldForm<string> = {
  expected: 'text, a code, or a language map',
  understand(value, { contract: { language } }) {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return isLanguageMap(value) ? (textIn(value, language) ?? null) : undefined;
  },
};

export const valueForm: FieldForm<ParameterValue> = {
  expected: 'text, a number without lost digits, or a language map',
  understand(value, reading) {
    if (hasLostDigits(value)) return undefined;
    const isPlain = typeof value === 'number' || typeof value === 'boolean';
    return isPlain ? value : wordsForm.understand(value, reading);
  },
};

/** Smaller numbers are seconds: in milliseconds this is 1973, in seconds the year 5138. */
const leastMilliseconds = 1e11;

/** ISO, or nearly: with a blank for `T`, `+0100` or `+01`, `UTC`, or the name of the zone behind its offset. */
const isoLike =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(?:(Z|UTC|GMT)|([+-]\d\d):?(\d\d)?)?(?:\[[\w/+-]+\])?$/i;

/** UTC with milliseconds; a time without a zone is on the plant's clock. */
export const instantForm = {
  expected: 'an ISO time, or seconds or milliseconds since 1970',
  understand(value: unknown) {
    const since1970 = typeof value === 'string' && /^\d{9,14}$/.test(value) ? Number(value) : value;
    if (typeof since1970 === 'number') {
      const ms = since1970 < leastMilliseconds ? since1970 * 1000 : since1970;
      return since1970 > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : undefined;
    }
    if (typeof value !== 'string') return undefined;
    const [, day = '', time = '', utc, hours, minutes = '00'] = isoLike.exec(value) ?? [];
    const local = `${day}T${time.replace(',', '.')}`;
    if (utc ?? hours) return utcInstant(local + (utc ? 'Z' : `${hours}:${minutes}`));
    return isDate(value) ? value : utcInstant(`${local}Z`) && local;
  },
} satisfies FieldForm<string>;

export const amountForm: FieldForm<number> = {
  expected: 'a number',
  understand(value) {
    const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
  },
};

export const recordedForm: FieldForm<ParameterValue | readonly ParameterValue[]> = {
  expected: `${valueForm.expected}, or a list of those`,
  understand(value, reading) {
    if (!Array.isArray(value)) return valueForm.understand(value, reading);
    const values = value.map((each) => valueForm.understand(each, reading));
    return values.includes(undefined) ? undefined : values.flatMap((each) => each ?? []);
  },
};

const keyForm: FieldForm<string> = {
  expected: `${nameForm.expected}, or a language map`,
  understand: (key, { contract }) => (isLanguageMap(key) ? textIn(key, contract.language) : nameIn(key)),
};

export const parametersForm: FieldForm<Readonly<Record<string, ParameterValue>>> = {
  expected: 'a map, or a list of parameters',
  understand(parameters, reading) {
    const isList = Array.isArray(parameters);
    if (!isList && !isRecord(parameters)) return undefined;
    const { contract } = reading;
    const plain = { ...contract, parameter: { ...contract.parameter, value: '' } };
    const found = {};
    for (const [at, each] of Object.entries(parameters)) {
      const name = isList ? createFieldReader(each, 'parameter', reading)('key', keyForm, 'required') : at;
      if (name === undefined) continue;
      const isWithin = isList || isRecord(each) || Array.isArray(each);
      const whose = `${reading.whose}, parameter "${name}"`;
      const read = (own: ContractReading) =>
        createFieldReader(each, 'parameter', own)('value', valueForm, isWithin ? 'stated' : 'optional');
      setField(found, name, readLazily({ ...reading, whose, contract: isWithin ? contract : plain }, read));
    }
    return found;
  },
};

export const listForm = <T>(
  read: (entry: unknown, reading: ContractReading) => T | undefined,
): FieldForm<readonly T[]> => ({
  expected: 'a list',
  understand: (value, reading) =>
    Array.isArray(value) ? value.flatMap((entry) => read(entry, reading) ?? []) : undefined,
});

export function convertedForm<T, U>(
  { expected, understand }: FieldForm<T>,
  change: (value: T) => U | null,
): FieldForm<U> {
  return {
    expected,
    understand(value, reading) {
      const meaning = understand(value, reading);
      if (meaning === undefined) return undefined;
      return meaning === null ? null : change(meaning);
    },
  };
}

/** What cannot be understood is left out: nothing is booked by it. */
export const lenientForm = <T>(form: FieldForm<T>): FieldForm<T> => ({
  ...form,
  understand: (value, reading) => form.understand(value, reading) ?? null,
});

export function isOneOf(words: readonly unknown[]): (word: string) => boolean {
  const known = new Set(words.map((each) => String(each).toLowerCase()));
  return (word) => known.has(word.toLowerCase());
}

/** A name: plain text or a language map, `{ "en": "…", "nl": "…" }` (both seen). */
export type Text = string | Readonly<Record<string, string | null>>;

/**
 * The words of a name that is plain or a language map: in the preferred language, else in `en`, else in the first
 * language that has words.
 * @example
 * textIn({ en: 'Gearbox', nl: 'Tandwielkast' }, 'nl'); // 'Tandwielkast'
 */
export function textIn(text: Text | null | undefined, language: string): string | undefined {
  if (typeof text === 'string') return text || undefined;
  if (!text) return undefined;
  return text[language] || text.en || Object.values(text).find((words) => words) || undefined;
}

/** Whether it is a language map. `{ id: … }` alone is more likely an object with an id than Indonesian. */
export function isLanguageMap(value: unknown): value is Readonly<Record<string, string | null>> {
  if (!isRecord(value)) return false;
  const entries = Object.entries(value);
  const isWords = ([key, words]: (typeof entries)[number]) =>
    /^[a-z]{2}([-_][a-z\d]+)*$/i.test(key) && (words === null || typeof words === 'string');
  return entries.every(isWords) && !(entries.length === 1 && 'id' in value);
}
