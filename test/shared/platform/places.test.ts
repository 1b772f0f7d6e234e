import { describe, expect, it } from 'vitest';
import { pathTo, placeSchema, valueAt } from '../../../shared/platform/places.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';

describe('a list of paths', () => {
  const number = ['orderNo', 'order.number', 'number'];

  it.each([
    ['the first that is there', { orderNo: 'A', number: 'B' }, 'A'],
    ['a later one where the first is missing', { order: { number: 'C' } }, 'C'],
    ['a later one where the first tells nothing: null', { orderNo: null, number: 'B' }, 'B'],
    ['a later one where the first tells nothing: empty text', { orderNo: '', number: 'B' }, 'B'],
    ['a later one where the first tells nothing: empty list', { orderNo: [], number: ['B'] }, ['B']],
    ['zero and false, which tell something', { orderNo: 0, number: 'B' }, 0],
    ['nothing where none is there', { no: 1 }, undefined],
    ['what tells nothing, where no other does', { number: [] }, []],
  ])('means %s', (_, json, value) => {
    expect(valueAt(json, number)).toEqual(value);
  });

  it('is shown in messages with all its paths', () => {
    expect(pathTo(['orderNo', ''])).toBe('$.orderNo or $');
  });
});

describe('a place in the configuration', () => {
  it.each(['', 'number', 'lines.0.id', '@odata.nextLink', 'completedAt.$date', ['a', 'b.c'], () => 1])(
    'may be %j',
    (place) => {
      expect(parse(placeSchema, place)).toEqual({ ok: true, value: place });
    },
  );

  it.each(['$.number', '$', 'lines[0].id', 'a..b', '.a', 'a.', [], ['a', '$.b'], 5, null, {}])(
    'that nobody can follow is told with what was found: %j',
    (place) => {
      const parsed = parse(placeSchema, place);
      const told = parsed.ok ? 'it was taken' : describeMismatches(parsed.mismatches);
      expect(told).toContain('expected a path such as article.number');
      if (typeof place === 'string') expect(told).toContain(JSON.stringify(place));
    },
  );
});
