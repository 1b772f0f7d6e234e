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
  ['wherever else it stands, as it has spaces', { problem: { code: 'ART-404', detail: 'No such article.' } }],
])('the sentence of a refusal is told from %s', (_, json) => {
  expect(sentenceOf(answered(json), [])).toBe('No such article');
});

it('no code is taken for a sentence, and nothing is looked for without end', () => {
  const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 'No such article.');
  expect(sentenceOf(answered({ problem: { code: 'ART-404', status: 422 } }), [])).toBeUndefined();
  expect(sentenceOf({ ...answered({}), json: { problem: deep } }, [])).toBeUndefined();
});
