import { type AttributeValue, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import Big from 'big.js';

/** An item as it is stored: numbers normalised, and frozen throughout, so that it can be handed out. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The types of values that the model supports; no sets, as the ledger has none. */
export type ValueType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'L' | 'M';

export function typeOf(value: AttributeValue): ValueType {
  if (value.S !== undefined) return 'S';
  if (value.N !== undefined) return 'N';
  if (value.B !== undefined) return 'B';
  if (value.BOOL !== undefined) return 'BOOL';
  if (value.NULL !== undefined) return 'NULL';
  if (value.L !== undefined) return 'L';
  if (value.M !== undefined) return 'M';
  throw notModelled(`the type of ${JSON.stringify(value)}`);
}

/** A validated copy of values by name, as DynamoDB would store them. */
export function stored(values: Item): Item {
  const copy: Record<string, AttributeValue> = {};
  for (const name of Object.keys(values)) {
    // The value exists, because its name comes from Object.keys.
    copy[name] = storedValue(values[name] as AttributeValue);
  }
  return Object.freeze(copy);
}

function storedValue(value: AttributeValue): AttributeValue {
  if (value.N !== undefined) return numberValue(value.N);
  // The SDK's types have no readonly list.
  if (value.L) return Object.freeze({ L: Object.freeze(value.L.map(storedValue)) as AttributeValue[] });
  if (value.M) return Object.freeze({ M: stored(value.M) });
  return Object.freeze({ ...value });
}

const shortInteger = /^(?:0|-?[1-9]\d{0,14})$/;

/**
 * Normalises a number: no exponent, no superfluous zeros. Source: AWS, "Supported data types and naming rules in
 * DynamoDB", Number.
 */
function numberValue(text: string): AttributeValue {
  return Object.freeze({ N: shortInteger.test(text) ? text : new Big(text).toFixed() });
}

export function sum(a: string, b: string): AttributeValue {
  return numberValue(new Big(a).plus(b).toFixed());
}

/** Whether two values have the same type and the same content. */
export function equal(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (type === 'L' || type === 'M' || type === 'B') throw notModelled(`the comparison of type ${type}`);
  return a[type] === b[type];
}

/** Negative, positive or 0, for two texts or two numbers; undefined for all other types, which have no order here. */
export function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  // By UTF-16; DynamoDB orders by UTF-8, which differs only above U+FFFF.
  if (a.S !== undefined && b.S !== undefined) return a.S < b.S ? -1 : Number(a.S > b.S);
  if (a.N !== undefined && b.N !== undefined) return compareNumbers(a.N, b.N);
  return undefined;
}

const none: AttributeValue = Object.freeze({ S: '' });

/**
 * The order of items of one partition: by sort key, and then by primary key, because an index can hold several items with
 * one sort key. DynamoDB does not guarantee an order among those.
 */
export const inOrderOf = (sort: string) => (a: Item, b: Item) =>
  [sort, 'pk', 'sk'].reduce((order, name) => order || (compare(a[name] ?? none, b[name] ?? none) ?? 0), 0);

/** Floats represent numbers of at most 15 digits exactly enough to keep their order. */
function compareNumbers(a: string, b: string): number {
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  return new Big(a).cmp(b);
}

/**
 * The size of an item in bytes. Source: AWS, "DynamoDB item sizes and formats"; its approximate rule for numbers is
 * used as if it were exact. Dynalite counts characters instead of bytes.
 */
export function bytesOfItem(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    // The value exists, because its name comes from Object.keys.
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
    case 'B':
      return value.B?.length ?? 0;
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

/**
 * A ValidationException as the SDK throws it: the SDK has no class for it, only the name.
 * Source: AWS, "Error handling with DynamoDB": status 400, not to be retried.
 */
export function validationException(message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({
    name: 'ValidationException',
    $fault: 'client',
    message,
    $metadata: { httpStatusCode: 400 },
  });
}

/** DynamoDB supports this, but the model does not. Such a test fails, so that the gap is not mistaken for an answer. */
export function notModelled(what: string): Error {
  return new Error(`The model of DynamoDB does not support ${what}.`);
}
