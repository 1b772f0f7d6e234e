import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyAsGuid, keyAsText, keyAsWord } from '../../../shared/erp/marks.ts';

const key = 'SarLiLeyuNWgw3Tai#quantity';
const odd = ['A B', 'A\tB', 'A%0020B', 'A%20B', 'A] [B', 'A/', '😀', 'ÄÖ', 'M'.repeat(200)];

describe.each([
  { form: keyAsText, takes: /^[^\s[\]<>&"]+$/, usual: key },
  { form: keyAsWord, takes: /^[!-~]+$/, usual: key },
  {
    form: keyAsGuid,
    takes: /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    usual: '45fc0d9f-0358-592b-ba43-ad47436da870',
  },
])('a key in the form of $form.name', ({ form, takes, usual }) => {
  it('is written as in earlier versions', () => {
    expect(form(key)).toBe(usual);
  });

  it('differs from the mark of any other key, and holds only what its place takes', () => {
    expect(new Set(odd.map(form)).size).toBe(odd.length);
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1 }), (a, b) => {
        expect(form(a)).toMatch(takes);
        expect(form(a) === form(b)).toBe(a === b);
      }),
    );
  });
});
