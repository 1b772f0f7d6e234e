import { expect, it } from 'vitest';
import { sentenceOf } from '../../../shared/platform/error-message.ts';

const answered = (json: unknown) => ({
  status: 422,
  headers: new Headers(),
  json,
  text: JSON.stringify(json),
});

it.each([
  [
    'where errors usually stand',
    { error: { message: 'No such article.' }, hint: 'Look at the list of articles first' },
  ],
  [
    'where AFAS has it',
    { errorNumber: 7, externalMessage: 'No such article.', profitLogReference: 'a b c d e f' },
  ],
  [
    'where Epicor has it',
    { HttpStatus: 400, ErrorMessage: 'No such article.', ErrorDetails: 'one two three four' },
  ],
  ['wherever else it stands, as it has spaces', { problem: { code: 'ART-404', detail: 'No such article.' } }],
])('finds the sentence of a refusal in %s', (_, json) => {
  expect(sentenceOf(answered(json), [])).toBe('No such article');
});

it('does not take a code for a sentence, and limits the depth of its search', () => {
  const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 'No such article.');
  expect(sentenceOf(answered({ problem: { code: 'ART-404', status: 422 } }), [])).toBeUndefined();
  expect(sentenceOf({ ...answered({}), json: { problem: deep } }, [])).toBeUndefined();
});
