import { createHash } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { figuresOf, packCompletion } from '../../../shared/completions/content.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { planned } from '../../../shared/integration/mapping/recorded.ts';
import { bookingKeyOf, ledgerIndexes, orderKey } from '../../../shared/ledger/keys.ts';
import { forBookingOnly } from '../../../shared/ledger/records/bookings.ts';
import type { Key } from '../../../shared/platform/aws/dynamodb-table.ts';
import { bytesOfItem } from '../../simulation/aws/values.ts';
import { writeUnits } from '../../simulation/aws/write-units.ts';
import { bookingPlan, claimed, plannedBooking, rejectedFor } from '../../support/bookings.ts';
import { completedProductOrder, recording } from '../../support/completions.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { newOrder } from '../../support/orders.ts';

describe('the way back of an order that waits for its completion', () => {
  const uuid = '65ff3588-cbf1-4f11-be00-14deb4745bed';
  /** Ids as Azumuta makes them: 17 letters and digits, which hardly compress. */
  const azumutaId = (name: string) => createHash('sha256').update(name).digest('base64url').slice(0, 17);
  const number = 'WH/MO/000123';
  const erp = { number, id: '12345678' };
  const url = (path: string) => `https://app.azumuta.com/${path}`;
  const productOrder = { id: azumutaId('po'), number, url: url(`product-orders/${azumutaId('po')}`) };

  /** What the default mapping makes of so many recordings. */
  function planOf(recordings: number) {
    const recordingIds = Array.from({ length: recordings }, (_, at) => azumutaId(`recording ${at}`));
    const workInstruction = { id: azumutaId('wi'), version: 3, name: 'Assemble gearbox housing' };
    const completed = completedProductOrder({
      productOrder,
      erpOrder: erp,
      completedAt: '2026-11-24T07:59:12.345Z',
      recordings: recordingIds.map((id) =>
        recording({ id, workInstruction, durationSeconds: 1234, url: url(`recordings/${id}`) }),
      ),
    });
    const completion = mapCompletion(
      { completions: { quantity: planned }, timeZone: 'Europe/Brussels' },
      'quantity',
      [completed],
    );
    return bookingPlan({
      planned: plannedBooking({
        key: `${productOrder.id}#quantity`,
        recordingIds,
        erpOrder: erp,
        productOrder,
      }),
      content: packCompletion(completion),
      figures: figuresOf(completion),
      readAt: new Date('2026-11-24T08:00:00.123Z'),
      plannedFor: uuid,
      configuration: '0123456789ab',
    });
  }

  /** The order is created; then each write, with the bytes of its item and the units that it is charged. */
  async function written() {
    const { table, ledger } = ledgerOn();
    const attempt = { owner: `${uuid}/1`, messageId: uuid, endsAt: new Date('2026-11-24T08:00:59.123Z') };
    await ledger.orders.create(
      newOrder({ number, erpOrder: { ...erp, article: 'GEAR-01', amount: '5', unit: 'Units' }, via: 'pull' }),
    );
    const created = { productOrder, azumutaId: productOrder.id, awaiting: 'completion' };
    const note = `Azumuta id ${productOrder.id}`;
    const creation = await claimed(ledger, orderKey(number), attempt);
    await ledger.claims.complete(creation, created, { event: 'created', note });

    const told: { readonly bytes: number; readonly units: number }[] = [];
    const itemAt = async (key: Key) =>
      marshall((await table.get(key)) ?? {}, { removeUndefinedValues: true });
    /** @returns what the write returned. */
    async function measured<T>(key: Key, write: () => Promise<T>): Promise<T> {
      const before = await itemAt(key);
      const result = await write();
      const after = await itemAt(key);
      told.push({
        bytes: bytesOfItem(after),
        units: writeUnits(before, after, Object.values(ledgerIndexes)),
      });
      return result;
    }
    return { ledger, attempt, told, measured };
  }

  const reference = `manufacturing order ${number} done`;
  const receipt = { remove: forBookingOnly };
  const event = { event: 'booked', note: reference } as const;

  it.each([
    [1, 1024, 5],
    [10, 2048, 7],
  ])('with %i recording(s) takes %i bytes and %i write units at most', async (recordings, bytes, units) => {
    // Prepare
    const { ledger, attempt, told, measured } = await written();
    const key = bookingKeyOf(number, planOf(recordings).planned.key);

    // Act
    const claim = await measured(key, () =>
      ledger.bookings.planAndClaim(number, planOf(recordings), attempt, {}),
    );
    if (!claim) throw new Error('Nobody else plans.');
    await measured(key, () => ledger.claims.complete(claim, receipt, event));
    const { entry } = await ledger.knownOrders.read(number);
    if (entry) await measured(orderKey(number), () => ledger.orders.markCompleted(entry));

    // Assess
    expect(told).toHaveLength(3);
    expect(Math.max(...told.map((write) => write.bytes))).toBeLessThanOrEqual(bytes);
    expect(told.reduce((sum, write) => sum + write.units, 0)).toBeLessThanOrEqual(units);
  });

  it('stays within 1 KB with one recording when it waits for the ERP first, fails, and is refused', async () => {
    // Prepare
    const { ledger, attempt, told, measured } = await written();
    const key = bookingKeyOf(number, planOf(1).planned.key);
    const claim = () => measured(key, () => claimed(ledger, key, attempt));

    // Act
    const waits = { awaiting: 'completion', dueAt: attempt.endsAt.getTime() };
    await measured(key, () => ledger.bookings.planOnly(number, planOf(1), waits));
    const failed = await claim();
    await measured(key, () =>
      ledger.claims.giveBack(failed, { error: 'The ERP failed (503).', sent: false, waits }),
    );
    const refused = await claim();
    const why = { reason: 'Production order is cancelled.', cause: 'order-state' } as const;
    await measured(key, () => ledger.claims.giveBack(refused, { error: rejectedFor(why), sent: false }));

    // Assess
    expect(told).toHaveLength(5);
    expect(Math.max(...told.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1024);
  });
});
