import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotKey, slotPlaceKey } from '../../../shared/ledger/keys.ts';
import {
  isTurnOf,
  patienceMs,
  placeMs,
  placeUntil,
  slotsFor,
  slotsSeen,
} from '../../../shared/slots/fairness.ts';

const now = 1_000_000;
const book = { name: 'book', isBacklog: false };
const create = { name: 'create', isBacklog: false };
const backlog = { name: 'book (backlog)', isBacklog: true };

/** The places of askers who have come one after the other, a millisecond apart. */
const placesOf = (...names: string[]) =>
  slotsSeen(
    names.map((name, at) => ({
      ...slotPlaceKey('erp', name),
      ...{ since: now + at, until: now + at + placeMs },
    })),
    now,
  ).places;

/** The ERP's slots, of which these are taken. */
const taken = (owners: Readonly<Record<number, string>>, leaseUntil = now + 1) =>
  slotsSeen(
    Object.entries(owners).map(([number, owner]) => ({
      ...slotKey('erp', Number(number)),
      ...{ owner: `${owner} request`, leaseUntil },
    })),
    now,
  );

describe('the slots to try', () => {
  it('are all that are free for new messages, and of the lower half, rounded up, for a backlog', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.integer({ min: 1, max: 100 })),
        (atOnce, held) => {
          const seen = taken(Object.fromEntries(held.map((number) => [number, 'pull'])));
          const free = Array.from({ length: atOnce }, (_, at) => at + 1).filter((one) => !held.includes(one));
          const lower = free.filter((number) => number <= Math.ceil(atOnce / 2));
          const of = (asker: typeof book) => {
            const found = slotsFor(asker, seen, { partner: 'erp', atOnce }, now);
            return typeof found === 'string' ? [] : found.toSorted((a, b) => a - b);
          };
          expect(of(book)).toEqual(free);
          expect(of(backlog)).toEqual(lower);
        },
      ),
    );
  });

  it('begin for new messages with those that no backlog takes', () => {
    expect(slotsFor(book, taken({}), { partner: 'erp', atOnce: 3 }, now)).toEqual([3, 2, 1]);
  });

  it('are none for a backlog that has one and finds no other, which needs no place in line', () => {
    const limit = { partner: 'erp', atOnce: 1 } as const;
    expect(slotsFor(backlog, taken({ 1: backlog.name }), limit, now)).toBe('shared');
    expect(slotsFor(backlog, taken({ 1: 'book' }), limit, now)).toBe('none');
  });

  it('are free again once their lease has ended', () => {
    expect(slotsFor(book, taken({ 1: 'pull' }, now), { partner: 'erp', atOnce: 1 }, now)).toEqual([1]);
  });
});

describe('the line', () => {
  it('lets anybody try until the first in line has waited for long', () => {
    expect(isTurnOf(book, [], now)).toBe(true);
    expect(isTurnOf(book, placesOf('create'), now + patienceMs - 1)).toBe(true);
    expect(isTurnOf(book, placesOf('create'), now + patienceMs)).toBe(false);
    expect(isTurnOf(create, placesOf('create'), now + patienceMs)).toBe(true);
  });

  it('lets a backlog try only while nobody is before it', () => {
    expect(isTurnOf(backlog, [], now)).toBe(true);
    expect(isTurnOf(backlog, placesOf('book'), now)).toBe(false);
    expect(isTurnOf(backlog, placesOf('book', backlog.name), now)).toBe(false);
    expect(isTurnOf(backlog, placesOf(backlog.name, 'book'), now)).toBe(true);
  });

  it('forgets an asker that does not come back', () => {
    const item = { ...slotPlaceKey('erp', 'create'), since: now - placeMs, until: now };
    expect(slotsSeen([item], now).places).toEqual([]);
  });

  it('has one place for each function, which keeps its position when it is renewed', () => {
    const later = now + placeMs * 0.75;
    expect(placeUntil(create, [], false, now)).toEqual({ since: now, until: now + placeMs });
    expect(placeUntil(create, placesOf('create', 'pull'), false, later)).toEqual({
      since: now,
      until: later + placeMs,
    });
  });

  it('is not written for a place that is young enough, nor to end one that does not exist', () => {
    const places = placesOf('create');
    expect(placeUntil(create, places, false, now + placeMs / 2)).toBeUndefined();
    expect(placeUntil(book, places, true, now)).toBeUndefined();
    expect(placeUntil(create, places, true, now)).toEqual({ since: now, until: 0 });
  });
});
