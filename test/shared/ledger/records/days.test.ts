import { expect, it } from 'vitest';
import { countDay } from '../../../../shared/ledger/records/days.ts';
import type { DayEvent } from '../../../../shared/ledger/records/events.ts';

const until = new Date('2026-12-03T08:00:00.000Z');

/** A booking at this moment (ISO). */
const booked = (at: string, figures: Partial<DayEvent>): DayEvent => ({
  number: 'PO-1',
  event: 'booked',
  at,
  ...figures,
});
const counted = (event: DayEvent) => countDay('2026-12-03', until, [event], 'Europe/Brussels');

it('counts scrap alone as no good piece', () => {
  const scrapped = booked('2026-12-03T07:00:00.000Z', { scrap: { amount: '2', unit: 'u' } });
  const { good, scrap } = counted(scrapped);
  expect([good, scrap]).toEqual([{}, { u: '2' }]);
});

it.each([
  ['an hour after midnight in Brussels', '2026-12-02T23:30:00.000Z', 1],
  ['an hour before', '2026-12-02T22:30:00.000Z', 0],
])("is late by the plant's day: %s", (_, at, late) => {
  expect(counted(booked(at, { due: '2026-12-02' }))).toMatchObject({ due: 1, late });
});
