import { expect, it } from 'vitest';
import { erpOrderOfPosted, postedOrderSchema } from '../../../../shared/orders/endpoint/posted-order.ts';
import { parse } from '../../../../shared/platform/validation.ts';

const posted = (given: object) => parse(postedOrderSchema, { number: 'MO/1', article: 'GEAR-01', ...given });

it.each([
  ['half a character', 'number', 'MO\ud83d'],
  ['201 characters', 'number', 'x'.repeat(201)],
  ['420,000 characters', 'id', 'x'.repeat(420_000)],
  ['a control character', 'article', 'A\u0000B'],
  ['an escape sequence', 'article', '\u001b[31m'],
  ['white space around', 'article', ' GEAR '],
  ['a line break', 'unit', 'k\ng'],
  ['no zone', 'dueDate', '2026-12-24T10:00:00'],
  ['a day that does not exist', 'dueDate', '2026-02-31'],
  ['100,000 digits and a letter', 'quantity', `${'1'.repeat(100_000)}x`],
])('refuses %s in %s, once, with the path of the field', (_what, field, value) => {
  const parsed = posted({ [field]: value });
  expect(parsed.ok ? [] : parsed.mismatches.map(({ path }) => path)).toEqual([`$.${field}`]);
});

it.each([
  ['2026-12-24', '2026-12-24'],
  ['2026-12-24T10:00:00+01:00', '2026-12-24T09:00:00.000Z'],
])('keeps the due date %s as %s', (dueDate, kept) => {
  const parsed = posted({ dueDate });
  expect(parsed.ok && erpOrderOfPosted(parsed.value).dueDate).toBe(kept);
});

it('accepts a plus before a quantity', () => {
  const parsed = posted({ quantity: '+5' });
  expect(parsed.ok && erpOrderOfPosted(parsed.value).quantity.amount).toBe('5');
});

it('accepts attributes as deep as ERPs write them, and refuses those that are too deep to walk', () => {
  const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
  expect(posted({ attributes: deep(20) }).ok).toBe(true);
  const refused = posted({ attributes: deep(100_000) });
  expect(refused).toMatchObject({ mismatches: [{ path: '$.attributes', expected: 'at most 20 levels' }] });
});

it('answers in short, however long and however many the refused fields are', () => {
  const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`${'x'.repeat(300)}${at}`, 1]));
  for (const refused of [posted(fields), posted({ attributes: fields })])
    expect(JSON.stringify(refused).length).toBeLessThan(10_000);
});
