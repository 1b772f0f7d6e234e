import * as z from 'zod/mini';
import type { Decimal } from '../../model/quantity.ts';
import { isRecord } from '../../platform/json.ts';

/**
 * Values that JSON lacks, as Tryton 7.0 writes them: objects with a `__class__` (trytond/protocols/jsonrpc.py:71,
 * 7.0.30). Times are UTC without saying so; microseconds matter, since Tryton compares with them.
 */
export type Tagged = Readonly<Record<string, unknown>> & { readonly __class__: string };

/** A `Decimal` to send, without a detour through a float. */
export function wireDecimal(amount: Decimal): Tagged {
  return { __class__: 'Decimal', decimal: amount };
}

export function wireDuration(seconds: number): Tagged {
  return { __class__: 'timedelta', seconds };
}

/** @param instant ISO instant, with up to six digits of a second; fewer are filled up with zeros. */
export function wireDateTime(instant: string): Tagged {
  const seconds = new Date(instant);
  const fraction = /\.(\d{1,6})/.exec(instant)?.[1] ?? '';
  return {
    __class__: 'datetime',
    year: seconds.getUTCFullYear(),
    month: seconds.getUTCMonth() + 1,
    day: seconds.getUTCDate(),
    hour: seconds.getUTCHours(),
    minute: seconds.getUTCMinutes(),
    second: seconds.getUTCSeconds(),
    microsecond: Number(fraction.padEnd(6, '0')),
  };
}

/**
 * A value from Tryton as plain JSON: decimals as text, dates and instants in ISO, durations in seconds, bytes as
 * base64. Related records that were read along (`"unit.": {…}`) keep their key.
 */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (value === null || typeof value !== 'object') return value;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  switch (fields.__class__) {
    case undefined:
      return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, plainValue(field)]));
    case 'Decimal':
      return fields.decimal;
    case 'date':
      return isoDate(fields);
    case 'datetime':
      return `${isoDate(fields)}T${isoTime(fields)}Z`;
    case 'time':
      return isoTime(fields);
    case 'timedelta':
      return fields.seconds;
    case 'bytes':
      return String(fields.base64).replaceAll('\n', '');
    default:
      return fields;
  }
}

/** Value of a dotted name in a record that was read with it: `unit.symbol` is under `"unit."`. */
export function dottedField(record: Readonly<Record<string, unknown>>, name: string): unknown {
  const [first = '', ...rest] = name.split('.');
  if (rest.length === 0) return record[first];
  const related = record[`${first}.`];
  const deeper = rest.join('.');
  if (Array.isArray(related))
    return related.map((one) => (isRecord(one) ? dottedField(one, deeper) : undefined));
  return isRecord(related) ? dottedField(related, deeper) : null;
}

/**
 * The fields to read for a schema, `quantity` and `unit.symbol`: it has related records under the keys that `dottedField` knows.
 * Ids come by themselves.
 */
export function fieldsFor(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodMiniOptional || schema instanceof z.ZodMiniNullable)
    return fieldsFor(schema.def.innerType);
  if (schema instanceof z.ZodMiniArray) return fieldsFor(schema.def.element);
  if (!(schema instanceof z.ZodMiniObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    if (name === 'id') return [];
    return name.endsWith('.') ? fieldsFor(field).map((below) => name + below) : [name];
  });
}

function isoDate(fields: Readonly<Record<string, unknown>>): string {
  return [digits(fields.year, 4), digits(fields.month, 2), digits(fields.day, 2)].join('-');
}

function isoTime(fields: Readonly<Record<string, unknown>>): string {
  const clock = [fields.hour, fields.minute, fields.second].map((part) => digits(part, 2)).join(':');
  return `${clock}.${digits(fields.microsecond, 6)}`;
}

function digits(value: unknown, width: number): string {
  return String(value ?? 0).padStart(width, '0');
}
