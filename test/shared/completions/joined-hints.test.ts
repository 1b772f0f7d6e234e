import { describe, expect, it } from 'vitest';
import { booked, completed } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();

/** An order whose recordings only triggers name, and whose completion Azumuta shows late. */
async function shownLate(held?: () => Promise<void>) {
  const { number, recordingIds } = await completed(stage, { recordings: 2 });
  const shown = { isOpen: true };
  const { azumuta } = await otherAzumuta(stage, {
    order(order) {
      delete order.recordings;
      if (shown.isOpen) order.status = 'in-progress';
    },
    ...(held && { held }),
  });
  const [first, second] = recordingIds.map((id) => {
    const attempt = stage.message({ productOrderNumber: number, recordingIds: [id] });
    stage.clock.advance(10);
    return () => attempt({ azumuta });
  });
  if (!first || !second) throw new Error('Two recordings are two hints.');
  return { number, recordingIds, shown, first, second };
}

describe('hints about an order whose recordings only triggers name', () => {
  it('have all their recordings booked by the one that asks, also those of hints that ended', async () => {
    const { number, recordingIds, shown, first, second } = await shownLate();
    const asks = await first();
    const joins = await second();
    shown.isOpen = false;
    await first();
    expect([asks, joins]).toMatchObject([{ name: 'RetryLater' }, undefined]);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });

  it('make the one that asks look again for recordings that are named while it reads', async () => {
    // Prepare: while one hint reads, another that came before it ends
    const ended: unknown[] = [];
    let earlier = async (): Promise<unknown> => undefined;
    const { number, recordingIds, shown, first, second } = await shownLate(async () => {
      if (ended.length === 0) ended.push(await earlier());
    });
    earlier = first;
    await second();
    shown.isOpen = false;

    // Act
    const once = await second();
    stage.clock.advance(61);
    const again = await second();

    // Assess
    expect([ended, once, again]).toEqual([
      [undefined],
      expect.objectContaining({ name: 'RetryLater', scope: 'order' }),
      undefined,
    ]);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });
});
