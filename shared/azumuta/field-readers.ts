import { Rejected, reasonOf } from '../model/errors.ts';
import { shorten } from '../model/text.ts';
import { Unread } from '../model/unread.ts';
import { isRecord, typeName } from '../platform/json.ts';
import { type Place, pathTo, valueAt } from '../platform/places.ts';
import type { AzumutaContract } from './contract.ts';

/** Something that is missing in an answer where the contract expects it, or has a form that cannot be understood. */
export interface InvalidField {
  /** The line of the contract, `productOrder.number`. */
  readonly line: string;
  readonly place: Place;
  /** Its type, never its value. */
  readonly found: string;
  readonly expected: string;
  /** Names of the fields that are there. */
  readonly fields: readonly string[];
}

export interface ContractReading {
  readonly contract: AzumutaContract;
  readonly invalid: InvalidField[];
  /** Whose fields are read, for a person: `recording 5KKoy7m6ms89mvrTg, step "Photo"`; empty for the resource itself. */
  readonly whose: string;
}

/** The reading of a resource by the contract; nothing is invalid yet. */
export const startReading = (contract: AzumutaContract): ContractReading => ({
  contract,
  invalid: [],
  whose: '',
});

export interface FieldForm<T> {
  readonly expected: string;
  /** Null when it holds no value; undefined when it cannot be understood. */
  readonly understand: (value: unknown, reading: ContractReading) => T | null | undefined;
}

/**
 * `required`: it must have a value. `stated`: it must be there, and may be null. So a wrong place in the contract is not
 * mistaken for an order that is not completed, or for a recording in which nothing was recorded. `lazy`: it must be
 * understood only where it is used. In a form that nobody knows it spoils nothing else, and throws once something uses it.
 */
type Presence = 'required' | 'stated' | 'optional' | 'lazy';

/** A part of the contract that says where the fields of a resource are. */
type ResourceName = {
  [Name in keyof AzumutaContract]: AzumutaContract[Name] extends Readonly<Record<string, unknown>>
    ? PlaceNames<AzumutaContract[Name]> extends never
      ? never
      : Name
    : never;
}[keyof AzumutaContract];
type PlaceNames<Part> = { [Name in keyof Part]: Part[Name] extends Place ? Name : never }[keyof Part];

/**
 * Reads the fields of one resource, at the places that the contract names. A field is undefined when it has no value. An
 * invalid one is added to those of the reading; then the result must not be used.
 */
export function createFieldReader<Name extends ResourceName>(
  json: unknown,
  resource: Name,
  reading: ContractReading,
) {
  const places: AzumutaContract[Name] = reading.contract[resource];
  return <T>(
    name: keyof AzumutaContract[Name] & string,
    form: FieldForm<T>,
    presence: Presence = 'optional',
  ): T | undefined => {
    const at = { line: `${resource}.${name}`, place: places[name] as Place };
    if (presence !== 'lazy') return readFieldAt(json, at, form, presence, reading);
    return readLazily(reading, (own) => readFieldAt(json, at, form, 'optional', own));
  };
}

export function readLazily<T>(reading: ContractReading, read: (reading: ContractReading) => T): T {
  const own: InvalidField[] = [];
  const value = read({ ...reading, invalid: own });
  if (own.length === 0) return value;
  const sentence = `Azumuta's ${reading.whose} cannot be understood. ${describeInvalidFields(own).join(' ')}`;
  // `made`, with which all objects are made, makes a field of it that throws.
  return new Unread(new Rejected(sentence, { causeCode: 'refused-by-azumuta' })) as T;
}

/** One value by its line and place, for a line that is no field of a resource. */
export function readFieldAt<T>(
  json: unknown,
  at: Pick<InvalidField, 'line' | 'place'>,
  { expected, understand }: FieldForm<T>,
  presence: Exclude<Presence, 'lazy'>,
  reading: ContractReading,
): T | undefined {
  const isInvalid = (found: string) => {
    const fields = isRecord(json) ? Object.keys(json) : [];
    reading.invalid.push({ ...at, found, expected, fields });
    return undefined;
  };
  let value: unknown;
  try {
    value = valueAt(json, at.place);
  } catch (error) {
    return isInvalid(`a function that fails with "${reasonOf(error, 200)}"`);
  }
  const isEmpty = value === undefined || value === null || value === '';
  const meaning = isEmpty ? null : understand(value, reading);
  if (meaning !== null && meaning !== undefined) return meaning;
  const isMissing = presence === 'required' || (presence === 'stated' && value === undefined);
  return meaning === undefined || isMissing ? isInvalid(typeName(value)) : undefined;
}

export type ReadResource<T> = (json: unknown, reading: ContractReading) => T;
export type ReadResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly invalid: readonly InvalidField[] };

export function readByContract<T>(
  contract: AzumutaContract,
  read: ReadResource<T>,
  json: unknown,
): ReadResult<T> {
  const reading = startReading(contract);
  const value = read(json, reading);
  return reading.invalid.length === 0 ? { ok: true, value } : { ok: false, invalid: reading.invalid };
}

/** More lines, or fields of one answer, than these do not help a reader. */
const mostInvalidNamed = 10;
export const mostFieldsNamed = 20;

/** Resources that are part of another one, in a list or a map. */
const nested = /^(variant|parameter|recordingRef|step|instructionStep)\./;

/**
 * A sentence for each, with the line of the contract to set. It holds no values, which may be confidential.
 * @param root Path of the answer, if it is part of something.
 */
export function describeInvalidFields(invalid: readonly InvalidField[], root = '$'): string[] {
  const descriptions = invalid.map(({ line, place, found, expected, fields }) => {
    const path = nested.test(line) ? `${line} (${pathTo(place)})` : pathTo(place, root);
    const names = fields.slice(0, mostFieldsNamed).map((each) => shorten(each, 60));
    const among = names.length > 0 ? `, among ${names.join(', ')}` : '';
    return `${path}: found ${found}, expected ${expected}; set azumuta.contract.${line} to where it is${among}.`;
  });
  return [...new Set(descriptions)].slice(0, mostInvalidNamed);
}
