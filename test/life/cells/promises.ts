import { expect } from 'vitest';
import type { Scene } from './scene.ts';
import type { Seen } from './see.ts';

/**
 * What must be so at the end of each cell, by what the models of the ERP and Azumuta have: the tables may not say otherwise.
 * So a fault in a table is found that leaves something undone without a word, or that tells of what is well.
 */
export function expectPromises(scene: Scene, before: Seen, later: Seen): void {
  const { named, booked, end, concerns, letters, there } = later;
  const mostBookings = scene.way === 'each' ? scene.numbers.length : 1;
  expect(named.length, 'it is made once').toBeLessThanOrEqual(1);
  expect(booked.times, 'it is booked once').toBeLessThanOrEqual(mostBookings);
  if (there) expect(concerns, 'Azumuta has it').not.toContain('removed');
  if (there?.status === 'open') expect(booked, 'it is not completed').toEqual(before.booked);
  if (scene.elsewhere !== undefined) {
    expectOfAnother(scene, later);
    return;
  }
  if (before.end === 'given up' && !scene.isAskedAbout)
    expect(end, 'a person has given it up').toBe('given up');
  if (end === 'given up') {
    expect([...concerns, letters], 'a person has given it up').toEqual([0]);
    if (!scene.isAskedAbout) expect(booked, 'a person has given it up').toEqual(before.booked);
    return;
  }
  if (booked.times > 0) {
    expectOfBooked(scene, before, later);
    return;
  }
  if (scene.wants) expectOfWanted(scene.wants, later);
  else expectOfUnwanted(scene, before, later);
  const isHandedOn = later.bookings.length > 0 || scene.way === 'when-all-done';
  if (there?.status === 'completed') expect(isHandedOn, 'it is completed, and not booked').toBe(true);
}

/** Its number is of another order, or nobody's any more. */
function expectOfAnother({ wants }: Scene, { concerns }: Seen): void {
  const isTaken = wants !== undefined && !wants.isNumberedOtherwise;
  expect(concerns, 'another order has its number').toEqual(isTaken ? ['number-taken'] : []);
}

function expectOfBooked({ wants, built }: Scene, before: Seen, later: Seen): void {
  const { concerns, letters, booked, end } = later;
  expect(end, 'it is booked').toBe(before.end);
  if (built !== undefined && built !== Number(booked.good)) {
    const isTold = letters > 0 || concerns.includes('figures-changed');
    expect(isTold, 'it is booked with other figures').toBe(true);
    return;
  }
  const wantsMore = wants !== undefined && wants.ordered > Number(booked.good) && built === undefined;
  expect(concerns, 'it is booked').toEqual(wantsMore ? ['changed'] : []);
}

function expectOfWanted({ quantity, isNumberedOtherwise }: NonNullable<Scene['wants']>, later: Seen): void {
  const { there, end, concerns, letters, state } = later;
  const isBuilt = later.bookings.length > 0;
  if (there || isBuilt) expect(end, 'the ERP wants it').toBeUndefined();
  if (!there) {
    expect(isBuilt || concerns.length + letters > 0, 'it is lacking').toBe(true);
    return;
  }
  const isAsWanted = there.quantity === quantity && !isNumberedOtherwise;
  if (isAsWanted) expect(concerns, 'Azumuta has it as the ERP wants it').toEqual([]);
  // The dead letter of one whose creation was refused says so, too.
  else if (state === 'done' || letters === 0)
    expect(concerns, 'Azumuta has it otherwise').toContain('changed');
}

function expectOfUnwanted({ isAskedAbout }: Scene, before: Seen, later: Seen): void {
  const { there, concerns, letters } = later;
  // What a person has typed since it ended is that person's matter.
  if (later.bookings.length > 0 || (there && before.end !== 'withdrawn')) {
    if (before.end !== 'withdrawn') expect(concerns, 'the ERP does not want it').toContain('unwanted');
    return;
  }
  expect(concerns, 'neither Azumuta has it, nor does the ERP want it').toEqual([]);
  // Who asks about it is answered by one.
  if (!there && !isAskedAbout) expect(letters, 'its dead letter is outdated').toBe(0);
}
