import { expect, it } from 'vitest';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { startAlertStage } from './stage.ts';

type Stage = Awaited<ReturnType<typeof startAlertStage>>;

/** Books a quantity of an order now. */
async function booked({ ledger, store }: Stage, number: string, figures: object): Promise<void> {
  const key = bookingKeyOf(number, 'quantity');
  await store.table.putIf({ ...key, state: 'waiting', attempts: 0 });
  const claimed = await ledger.claims.claim(key, { owner: 'o', messageId: 'm', endsAt: new Date(0) });
  if (claimed.outcome !== 'claimed') throw new Error('It is ours.');
  await ledger.claims.complete(claimed.claim, {}, { event: 'booked', figures });
}

const u = (amount: string) => ({ amount, unit: 'u' });

it("counts what was booked on the plant's day: pieces, scrap, and what was late", async () => {
  // Prepare: 23:30 in Ghent is the same day, half an hour later is not.
  const stage = await startAlertStage({ start: '2026-11-24T22:30:00Z' });
  await booked(stage, 'MO/1', { good: u('12'), scrap: u('1'), due: '2026-11-23' });
  await booked(stage, 'MO/2', { good: u('0.5'), due: '2026-11-24' });
  await booked(stage, 'MO/3', { good: { amount: '3', unit: 'kg' } });
  stage.clock.advance(2700);
  await booked(stage, 'MO/4', { good: u('7') });

  // Act
  await stage.run();

  // Assess
  const [before, today, none] = await stage.ledger.days.readDays(['2026-11-24', '2026-11-25', '2026-10-01']);
  expect(before).toMatchObject({
    events: { booked: 3 },
    good: { u: '12.5', kg: '3' },
    scrap: { u: '1' },
    due: 2,
    late: 1,
  });
  expect(today).toMatchObject({ events: { booked: 1 }, good: { u: '7' }, due: 0, late: 0 });
  expect(none).toBeUndefined();
});

it('counts a day to its end in the first run of the next, and after a pause all days since', async () => {
  // Prepare
  const stage = await startAlertStage({ start: '2026-11-24T12:00:00Z' });
  await stage.run();
  for (const [number, hours] of [
    ['MO/1', 10],
    ['MO/2', 24],
  ] as const) {
    stage.clock.advance(hours * 3600);
    await booked(stage, number, { good: u('1') });
  }

  // Act: nothing ran for three days
  stage.clock.advance(48 * 3600);
  await stage.run();

  // Assess
  const days = await stage.ledger.days.readDays(['2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27']);
  expect(days.map(({ events }) => events.booked ?? 0)).toEqual([1, 1, 0, 0]);
});
