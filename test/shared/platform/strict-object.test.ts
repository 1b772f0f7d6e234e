import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineIntegration, odoo } from '../../../shared/integration/index.ts';
import { strictObject } from '../../../shared/platform/strict-object.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { noErp } from '../../support/no-erp.ts';

const schema = strictObject(
  { number: z.optional(z.string()), article: z.optional(z.string()), id: z.optional(z.string()) },
  { orderNo: 'it is number now' },
);

function told(value: unknown): string {
  const parsed = parse(schema, value);
  return parsed.ok ? 'it was taken' : describeMismatches(parsed.mismatches);
}

describe('a field that does not exist', () => {
  it.each([
    ['nubmer', 'did you mean number?'],
    ['Number', 'did you mean number?'],
    ['articles', 'did you mean article?'],
    ['artikel', 'did you mean article?'],
    ['ids', 'did you mean id?'],
    ['foo', 'there are number, article, id'],
    ['orderNo', 'it is number now'],
    ['completelyElse', 'there are number, article, id'],
  ])('%s is reported with the name that was probably meant', (name, sentence) => {
    expect(told({ [name]: 'secret' })).toBe(
      `$: found object, expected no such field as ${name} (${sentence})`,
    );
  });

  it('is reported shortly, with a few others', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`field ${at} ${'x'.repeat(200)}`, 1]),
    );
    expect(told(many).length).toBeLessThan(700);
  });

  it.each([
    [
      'a connector',
      () =>
        Reflect.apply(odoo, undefined, [
          { url: 'https://x.example', database: 'd', uniqeId: 1, acceptLate: 1 },
        ]),
      /no such field as uniqeId \(there are .*database/,
    ],
    [
      'the deployment',
      () =>
        Reflect.apply(defineIntegration, undefined, [
          {
            plant: 'x',
            timeZone: 'UTC',
            erp: noErp,
            completions: { quantity: () => 1 },
            deployment: { alarmEmail: [] },
          },
        ]),
      'alarmEmail (did you mean alarmEmails?)',
    ],
  ])('stops synthesis in %s, too', (_, define, sentence) => {
    expect(define).toThrow(sentence);
  });
});
