import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { ended, goOn, held, land, landed, leaveInFlight, liveOneEach, standOf } from './lives.ts';
import { startRehearsal } from './rehearsal.ts';
import { takeRelease, tell, thisVersion, whyMissing } from './releases.ts';

it('updates 0.3.0, rolls back to it and updates it again with messages in flight: whatever has become of an order, none is lost or booked twice', async ({
  skip,
}) => {
  // Prepare
  const why = whyMissing('0.3.0');
  if (why !== undefined) {
    tell(why);
    skip(why);
  }
  const folder = await mkdtemp(join(tmpdir(), 'back-and-forth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const keptIn = inject('synthesizedIn') ?? folder;
  const release = await takeRelease('0.3.0', keptIn);
  const stack = await startRehearsal(folder, keptIn, release);
  onTestFinished(stack.stop);
  const early = await liveOneEach(stack, 'TYPED/1');
  const first = await leaveInFlight(stack);

  // Updated: what has become of an order under 0.3.0 stays so.
  await stack.deployVersion(thisVersion);
  await land(stack, first);
  expect(await standOf(stack, { ...early, ...first })).toEqual({ ...held, ...landed });
  const late = await liveOneEach(stack, 'TYPED/2');
  const second = await leaveInFlight(stack);

  // Rolled back: so does what has become of others under this version, until 0.3.0 goes on with them.
  await stack.deployVersion(release);
  await land(stack, second);
  expect(await standOf(stack, early)).toEqual(held);
  expect(await standOf(stack, { ...late, ...second })).toEqual({ ...held, ...landed });
  await goOn(stack, late);
  const third = await leaveInFlight(stack);

  // Updated again: what 0.3.0 takes for booked, as it was ignored before, is booked now.
  await stack.deployVersion(thisVersion);
  await land(stack, third);
  expect(await standOf(stack, { ...late, ...third })).toEqual({ ...ended, ...landed });
  expect(await standOf(stack, early)).toEqual(held);
  await goOn(stack, early);
  await stack.hasBookings(early.ignored, 'done');

  // Assess
  expect(await standOf(stack, early)).toEqual(ended);
  const flights = [first, second, third];
  const once = [early, late].flatMap(({ givenUp: _, ...booked }) => Object.values(booked));
  const bookedOnce = [...once, ...flights.flatMap(({ built, typed }) => [built, typed])];
  const { azumuta, erp } = stack.system;
  expect(
    erp
      .bookings()
      .map(({ order }) => order)
      .toSorted(),
  ).toEqual(bookedOnce.toSorted());
  const made = azumuta.productOrders().map(({ number }) => number);
  expect(made).toHaveLength(new Set(made).size);
  expect(flights.map(({ unmade }) => made.includes(unmade))).toEqual([false, false, false]);
  expect(await stack.deadLetters()).toEqual([]);
  expect(await stack.doctor()).toEqual({ code: 0, wrong: [] });
}, 600_000);
