import { describe, expect, it } from 'vitest';
import { problemOfText, shorten, withUnseen } from '../../../shared/model/text.ts';

describe('a number, code or id', () => {
  it.each(['MO/0001', '0042', 'WH MO 1', 'Größe 5', 'MO+7', '…', '作業 1', '🔧/1', 'x'.repeat(200)])(
    'may be %s',
    (text) => {
      expect(problemOfText(text)).toBeUndefined();
    },
  );

  it.each([
    ['empty', '', 'is empty'],
    ['too long', 'x'.repeat(201), 'has 201 characters'],
    ['half a character', 'MO\ud83d', 'half a character'],
    ['a control character', 'MO\u001b[31m', 'a control character'],
    ['a line break', 'MO\n1', 'a control character'],
    ['a character of no width', 'MO/0044\u200b', 'a character that nobody sees (U+200B)'],
    ['a change of direction', 'MO\u202e5400/', '(U+202E)'],
    ['a line separator', 'MO\u2028', '(U+2028)'],
    ['a space at its end', 'MO/1 ', 'white space'],
    ['the folder above', '..', 'is ".."'],
  ])('is refused when it is or holds %s, and says so', (_name, text, problem) => {
    expect(problemOfText(text)).toContain(problem);
  });
});

it.each([
  { text: 'four', limit: 4, short: 'four' },
  { text: 'fives', limit: 4, short: 'fiv…' },
])('$text in $limit characters is $short', ({ text, limit, short }) => {
  expect(shorten(text, limit)).toBe(short);
});

it('shows what nobody sees', () => {
  expect(withUnseen('MO\u200b/\u202e1')).toBe('MO[U+200B]/[U+202E]1');
});
