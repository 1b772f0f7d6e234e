import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  lineOf,
  mayTry,
  patienceMs,
  placeMs,
  slotsToTry,
  withoutPlace,
  withPlace,
} from '../../../shared/slots/waiting-line.ts';

const now = 1_000_000;
const isNew = (name: string) => ({ name, isBacklog: false });

describe('the slots to try', () => {
  const limits = fc.integer({ min: 1, max: 100 });
  const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
  const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

  it('are all slots, each once, beginning with those that no backlog takes', () => {
    fc.assert(
      fc.property(limits, chances, (atOnce, random) => {
        const tried = slotsToTry(atOnce, random, false);
        const ofNobodyElse = Math.floor(atOnce / 2);
        expect(sorted(tried)).toEqual(upTo(atOnce));
        expect(sorted(tried.slice(0, ofNobodyElse))).toEqual(upTo(atOnce).slice(-ofNobodyElse || atOnce));
      }),
    );
  });

  it('are the lower half for a backlog, rounded up, from any of them on', () => {
    fc.assert(
      fc.property(limits, chances, (atOnce, random) => {
        const tried = slotsToTry(atOnce, random, true);
        const half = Math.ceil(atOnce / 2);
        expect(sorted(tried)).toEqual(upTo(half));
        expect(tried[0]).toBe(Math.floor(random * half) + 1);
      }),
    );
  });
});

describe('the line', () => {
  it('lets anybody try until the first in line has waited for long', () => {
    const line = lineOf({ places: [{ name: 'create', since: now, until: now + placeMs }], revision: 3 }, now);
    expect(mayTry(lineOf(undefined, now), isNew('book'), now)).toBe(true);
    expect(mayTry(line, isNew('book'), now + patienceMs - 1)).toBe(true);
    expect(mayTry(line, isNew('book'), now + patienceMs)).toBe(false);
    expect(mayTry(line, isNew('create'), now + patienceMs)).toBe(true);
  });

  it('lets a backlog try only while nobody is before it', () => {
    const backlog = { name: 'book (backlog)', isBacklog: true };
    const places = (...names: string[]) =>
      lineOf({ places: names.map((name) => ({ name, since: now, until: now + placeMs })), revision: 3 }, now);
    expect(mayTry(places(), backlog, now)).toBe(true);
    expect(mayTry(places('book'), backlog, now)).toBe(false);
    expect(mayTry(places('book', backlog.name), backlog, now)).toBe(false);
    expect(mayTry(places(backlog.name, 'book'), backlog, now)).toBe(true);
  });

  it('forgets an asker that does not come back', () => {
    const line = lineOf({ places: [{ name: 'create', since: now - placeMs, until: now }], revision: 3 }, now);
    expect(line).toEqual({ places: [], revision: 3 });
  });

  it('has one place for each function, which keeps its position when it is renewed', () => {
    const first = withPlace(lineOf(undefined, now), 'create', now) ?? [];
    const both = withPlace({ places: first, revision: 1 }, 'pull', now) ?? [];
    const later = now + placeMs * 0.75;

    const renewed = withPlace({ places: both, revision: 2 }, 'create', later);

    expect(renewed).toEqual([
      { name: 'create', since: now, until: later + placeMs },
      { name: 'pull', since: now, until: now + placeMs },
    ]);
  });

  it('is not written for a place that is young enough, nor to remove one that does not exist', () => {
    const places = withPlace(lineOf(undefined, now), 'create', now) ?? [];
    const line = { places, revision: 1 };
    expect(withPlace(line, 'create', now + 6_000)).toBeUndefined();
    expect(withoutPlace(line, 'book')).toBeUndefined();
    expect(withoutPlace(line, 'create')).toEqual([]);
  });

  it('keeps the place of a function that comes back within every ten seconds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1 }), (gaps) => {
        let at = now;
        let places = withPlace(lineOf(undefined, at), 'create', at) ?? [];
        for (const gap of gaps) {
          at += gap;
          const line = lineOf({ places, revision: 1 }, at);
          expect(line.places).toHaveLength(1);
          places = withPlace(line, 'create', at) ?? places;
        }
      }),
    );
  });
});
