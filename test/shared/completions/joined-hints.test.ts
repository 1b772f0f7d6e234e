import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { completed, failureOf, told } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { type CompletionStage, startCompletionStage } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

describe('hints about an order whose recordings only triggers name', () => {
  it('have all their recordings booked by the one that asks, also those of hints that ended', async () => {
    // Prepare: Azumuta lists no recordings, and shows the completion late
    const { number, recordingIds } = await completed(stage, 2);
    const [first = '', second = ''] = recordingIds;
    let isOpen = true;
    const { azumuta } = await otherAzumuta(stage, (order) => {
      delete order.recordings;
      if (isOpen) order.status = 'in-progress';
    });
    const message = { messageId: `asks about ${number}`, sentAt: stage.clock.now() };
    const ask = () =>
      failureOf(stage.collect({ productOrderNumber: number, recordingIds: [first] }, message, { azumuta }));
    await ask();
    const waits = await failureOf(
      stage.collect({ productOrderNumber: number, recordingIds: [second] }, {}, { azumuta }),
    );
    isOpen = false;

    // Act
    await ask();

    // Assess
    expect(waits).toMatchObject({ name: 'RetryLater' });
    expect(told(stage).sort()).toEqual([...recordingIds].sort());
  });

  it('make the one that asks come again for recordings that are named while it collects', async () => {
    // Prepare: Azumuta lists no recordings; while one hint reads, another that came before it ends
    const { number, recordingIds } = await completed(stage, 2);
    const [first = '', second = ''] = recordingIds;
    const early = { messageId: `early of ${number}`, sentAt: stage.clock.now() };
    stage.clock.advance(10);
    const message = { messageId: `asks about ${number}`, sentAt: stage.clock.now() };
    let isOpen = true;
    const ended: unknown[] = [];
    const { azumuta } = await otherAzumuta(
      stage,
      (order) => {
        delete order.recordings;
        if (isOpen) order.status = 'in-progress';
      },
      async () => {
        if (ended.length === 0)
          ended.push(
            await failureOf(stage.collect({ productOrderNumber: number, recordingIds: [second] }, early)),
          );
      },
    );
    const ask = () =>
      failureOf(stage.collect({ productOrderNumber: number, recordingIds: [first] }, message, { azumuta }));
    await ask();
    isOpen = false;

    // Act
    const once = await ask();
    const again = await ask();

    // Assess
    expect([ended, once, again]).toEqual([
      [undefined],
      expect.objectContaining({ name: 'RetryLater', scope: 'order' }),
      undefined,
    ]);
    expect(new Set(told(stage))).toEqual(new Set(recordingIds));
  });
});
