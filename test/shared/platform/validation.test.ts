import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { odoo } from '../../../shared/integration/index.ts';
import { describeMismatches, parse, strictObject } from '../../../shared/platform/validation.ts';

const schema = strictObject(
  { number: z.optional(z.string()), article: z.optional(z.string()) },
  { orderNo: 'it is number now' },
);

function told(value: unknown): string {
  const parsed = parse(schema, value);
  return parsed.ok ? 'it was taken' : describeMismatches(parsed.mismatches);
}

describe('a field that does not exist', () => {
  it.each([
    [{ nubmer: 'secret' }, 'nubmer (there are number, article)'],
    [{ orderNo: 'secret' }, 'orderNo (it is number now)'],
    [{ orderNo: 'secret', foo: 1 }, 'orderNo (it is number now), foo (there are number, article)'],
  ])('is reported with what to write instead, and without its value: %j', (given, sentence) => {
    expect(told(given)).toBe(`$: found object, expected no such field as ${sentence}`);
  });

  it('is reported shortly, with a few others', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`field ${at} ${'x'.repeat(200)}`, 1]),
    );
    expect(told(many).length).toBeLessThan(700);
  });

  it('stops synthesis in a connector, too', () => {
    const options = { url: 'https://x.example', database: 'd', uniqeId: 1, acceptLate: 1 };
    const define = () => Reflect.apply(odoo, undefined, [options]);
    expect(define).toThrow(/no such field as uniqeId, acceptLate \(there are .*database/);
  });
});
