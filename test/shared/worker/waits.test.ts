import { describe, expect, it } from 'vitest';
import { BreakerOpen } from '../../../shared/circuit-breaker/guarded-call.ts';
import { type Failure, OrderNotReady, PartnerDown, Rejected, Wait } from '../../../shared/model/errors.ts';
import { NoFreeSlot } from '../../../shared/slots/slots.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { plantOn, secondsBefore } from './plant.ts';
import { batch, doing, failedIds, invocation, workerStage } from './stage.ts';

const stage = await workerStage();
const day = 86_400;

/** Every message waits before its first step is known. */
const waiting = (wait: Wait) => ({ ...doing(async () => undefined), begin: () => Promise.reject(wait) });
const busy = new Wait('It is under way.', { awaits: 'turn', afterSeconds: 60 });
const triedFor = (seconds: number) =>
  sqsRecord({ body: 'x', receiveCount: 500, sentAt: secondsBefore(stage.clock, seconds) });

describe('a message that waits', () => {
  it.each([1, 2, 40])('writes nothing and reads nothing at receive %i', async (receiveCount) => {
    // Prepare
    const plant = plantOn(stage);
    const record = sqsRecord({ body: 'x', receiveCount });

    // Act
    const response = await plant.workerOf(waiting(busy))(batch(record), invocation());

    // Assess
    expect(failedIds(response)).toEqual([record.messageId]);
    expect(plant.asked).toEqual([]);
    expect(stage.sqs.visibility.get(record.receiptHandle)).toBe(62);
  });

  it.each([
    ['a wait', busy],
    ['an open breaker', new BreakerOpen('The ERP is down.', { awaits: 'partner', afterSeconds: 60 })],
    ['no free slot', new NoFreeSlot('azumuta')],
  ])('has not failed when its work has met %s: the note of its attempt is taken back', async (_, wait) => {
    // Prepare
    const record = await stage.delivered({ body: 'x', receiveCount: 3, noted: 0 });
    const worker = stage.worker(doing(() => Promise.reject(wait)));

    // Act
    await worker(batch(record), invocation());

    // Assess
    expect(await stage.ledger.attempts.countUnfinished(record.messageId)).toBe(0);
    const { all } = await stage.ledger.attempts.recordFailure(record.messageId, { unexpected: false });
    expect(all).toBe(2);
  });

  it('becomes a dead letter after six days, with what it waited for', async () => {
    await stage.worker(waiting(busy))(batch(triedFor(6 * day + 1)), invocation());
    expect(stage.sqs.sent[0]?.attributes).toMatchObject({
      reason: 'Waited too long: It is under way.',
      cause: 'waited-too-long',
    });
  });

  it.each([
    ['no dead letter', 'has', true],
    ['a dead letter', 'has not', false],
  ])('becomes %s after six days where a person %s given its order up', async (_, _has, is) => {
    // Prepare
    const consumer = { ...waiting(busy), isGivenUp: async () => is };

    // Act
    const response = await stage.worker(consumer)(batch(triedFor(6 * day + 1)), invocation());

    // Assess
    expect(failedIds(response)).toEqual([]);
    expect(stage.sqs.sent).toHaveLength(is ? 0 : 1);
  });

  it('is for a person once failures with a limit have lasted for longer than it', async () => {
    // Prepare: its partner was down for a day before the first one
    const record = triedFor(day);
    const meets = (failure: Failure) =>
      stage.worker(doing(() => Promise.reject(failure)))(batch(record), invocation());
    const limited = new OrderNotReady('It failed (500).', { atMostSeconds: 3600 });
    await meets(new PartnerDown('The ERP failed (503).'));

    // Act
    const responses = [await meets(limited)];
    stage.clock.advance(3600);
    responses.push(await meets(limited));
    stage.clock.advance(1);
    responses.push(await meets(new PartnerDown('The ERP failed (503).')), await meets(limited));

    // Assess
    const { messageId } = record;
    expect(responses.map(failedIds)).toEqual([[messageId], [messageId], [messageId], []]);
    expect(stage.sqs.sent).toMatchObject([
      { attributes: { reason: 'Waited too long: It failed (500).', cause: 'waited-too-long' } },
    ]);
  });

  it('names the booking that failed for six days', async () => {
    const locked = new OrderNotReady('It is locked.', { about: { booking: 'id1#quantity' } });
    const worker = stage.worker(doing(() => Promise.reject(locked)));
    await worker(batch(triedFor(6 * day + 1)), invocation());
    expect(stage.sqs.sent[0]?.attributes).toMatchObject({
      reason: 'Waited too long: It is locked.',
      cause: 'waited-too-long',
      booking: 'id1#quantity',
    });
  });
});

describe('what a dead letter says', () => {
  const refused = (about: Record<string, string>) =>
    doing(() => Promise.reject(new Rejected('It is closed.', { causeCode: 'order-state', about })));

  it.each([
    ['booking and figures of what failed, in ten attributes at most', '5 pcs good', '5 pcs good', 10],
    ['nothing that SQS refuses: facts without a text are left out', '\u0000', undefined, 9],
  ])('is %s', async (_, told, figures, count) => {
    const about = { booking: 'id1#quantity', figures: told, further: 'left out' };
    await stage.worker(refused(about))(batch(sqsRecord({ body: 'x' })), invocation());
    const { attributes = {} } = stage.sqs.sent[0] ?? {};
    expect([attributes.booking, attributes.figures, attributes.further]).toEqual([
      'id1#quantity',
      figures,
      undefined,
    ]);
    expect(Object.keys(attributes)).toHaveLength(count);
  });

  it('is filed under the number of its step, with the partner that the step needed', async () => {
    // Prepare: its first step says where the order is kept, its second that it is kept elsewhere
    const failing = doing(() => Promise.reject(new Rejected('It is closed.', { causeCode: 'order-state' })));
    const twoSteps = {
      ...failing,
      partners: ['azumuta', 'erp'] as const,
      begin: async (...given: Parameters<typeof failing.begin>) => {
        const next = { ...(await failing.begin(...given)), order: 'MO/1' };
        return { needs: 'azumuta', order: 'MO/1 part 2', run: async () => next } as const;
      },
    };

    // Act
    await stage.worker(twoSteps)(batch(sqsRecord({ body: 'x' })), invocation());

    // Assess
    expect(stage.sqs.sent[0]?.attributes).toMatchObject({ orderNumber: 'MO/1', partner: 'erp' });
    expect(await stage.ledger.deadLetters.listOfOrder('MO/1')).toMatchObject([{ reason: 'It is closed.' }]);
  });
});
