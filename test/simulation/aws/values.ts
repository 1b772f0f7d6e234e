import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import Big from 'big.js';
import { notModelled, validationException } from './errors.ts';

/** An item as it is stored: numbers in their one form, frozen throughout, so that it may be handed out. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The types of values that the model knows; sets and bytes are not among them, as the ledger has none. */
export type ValueType = 'S' | 'N' | 'BOOL' | 'NULL' | 'L' | 'M';

export function typeOf(value: AttributeValue): ValueType {
  if (value.S !== undefined) return 'S';
  if (value.N !== undefined) return 'N';
  if (value.BOOL !== undefined) return 'BOOL';
  if (value.NULL !== undefined) return 'NULL';
  if (value.L !== undefined) return 'L';
  if (value.M !== undefined) return 'M';
  throw notModelled(`the type of ${JSON.stringify(value)}`);
}

/** A checked copy of values by their names, as DynamoDB would store them. */
export function stored(values: Item): Item {
  const copy: Record<string, AttributeValue> = {};
  for (const name of Object.keys(values)) {
    if (name === '__proto__') throw notModelled('an attribute __proto__');
    // It is there, as its name was listed.
    copy[name] = storedValue(values[name] as AttributeValue);
  }
  return Object.freeze(copy);
}

function storedValue(value: AttributeValue): AttributeValue {
  if (Object.keys(value).length !== 1) {
    throw validationException('Supplied AttributeValue must contain exactly one of the supported datatypes');
  }
  switch (typeOf(value)) {
    case 'N':
      return numberValue(value.N ?? '');
    case 'NULL':
      if (value.NULL) return value;
      throw validationException(
        'One or more parameter values were invalid: Null attribute value types must have the value of true',
      );
    case 'L':
      // The SDK's types have no list that must not change.
      return Object.freeze({ L: Object.freeze((value.L ?? []).map(storedValue)) as AttributeValue[] });
    case 'M':
      return Object.freeze({ M: stored(value.M ?? {}) });
    default:
      return Object.freeze({ ...value });
  }
}

const shortInteger = /^(?:0|-?[1-9]\d{0,14})$/;

/**
 * A number in its one form: no exponent, no zeros that mean nothing.
 * @throws ValidationException for what is no number, above 9.99…E+125, below 1E-130 or of more than 38 digits.
 * Source: AWS, "Supported data types and naming rules in DynamoDB", Number.
 */
export function numberValue(text: string): AttributeValue {
  if (shortInteger.test(text)) return Object.freeze({ N: text });
  let number: Big;
  try {
    number = new Big(text);
  } catch {
    throw validationException(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  if (number.e > 125) {
    throw validationException(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (number.e < -130) {
    throw validationException(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (number.c.length > 38) {
    throw validationException('Attempting to store more than 38 significant digits in a Number');
  }
  return Object.freeze({ N: number.toFixed() });
}

export function sum(a: string, b: string): AttributeValue {
  if (shortInteger.test(a) && shortInteger.test(b)) return numberValue(String(Number(a) + Number(b)));
  return numberValue(new Big(a).plus(b).toFixed());
}

export function difference(a: string, b: string): AttributeValue {
  return numberValue(new Big(a).minus(b).toFixed());
}

/**
 * Whether two values are one: of the same type and the same throughout.
 * dynalite takes no two lists or maps for equal. Source: AWS, "Condition" (API reference), EQ: "supported for all
 * data types, including lists and maps".
 */
export function equal(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (type === 'L') {
    const other = b.L ?? [];
    return a.L?.length === other.length && a.L.every((value, at) => equal(value, other[at] ?? value));
  }
  if (type === 'M') {
    const [left, right] = [a.M ?? {}, b.M ?? {}];
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => {
        const [one, other] = [left[name], right[name]];
        return one !== undefined && other !== undefined && equal(one, other);
      })
    );
  }
  return a[type] === b[type];
}

/** Below, above or 0, for two texts or two numbers; nothing else has an order here. */
export function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return compareText(a.S, b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  return undefined;
}

/** A number of at most 15 digits is exact enough as a float to keep its order among such. */
function compareNumbers(a: string, b: string): number {
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  return new Big(a).cmp(b);
}

/**
 * By the bytes of UTF-8. dynalite goes by UTF-16 in conditions, which puts U+1F600 below U+FFFD.
 * Source: AWS, "Supported data types and naming rules in DynamoDB", String.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one !== other) return utf8Rank(one) - utf8Rank(other);
  }
  return a.length - b.length;
}

/** Surrogates stand for what is above U+FFFF, although their codes are below U+E000. */
function utf8Rank(code: number): number {
  return code >= 0xd800 && code < 0xe000 ? code + 0x10000 : code;
}

/**
 * Bytes of an item. Source: AWS, "DynamoDB item sizes and formats"; what it calls approximate for numbers is
 * taken as it stands. dynalite counts characters for bytes.
 */
export function bytesOfItem(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    // It is there, as its name was listed.
    bytes += Buffer.byteLength(name) + bytesOfValue(item[name] as AttributeValue);
  }
  return bytes;
}

function bytesOfValue(value: AttributeValue): number {
  switch (typeOf(value)) {
    case 'S':
      return Buffer.byteLength(value.S ?? '');
    case 'N':
      return 1 + Math.ceil(significantDigits(value.N ?? '') / 2);
    case 'L':
      return (value.L ?? []).reduce((bytes, each) => bytes + 1 + bytesOfValue(each), 3);
    case 'M':
      return 3 + Object.keys(value.M ?? {}).length + bytesOfItem(value.M ?? {});
    default:
      return 1;
  }
}

function significantDigits(number: string): number {
  return number.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length;
}
