import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Partner } from '../../../shared/model/partner.ts';
import { Slots } from '../../../shared/slots/slots.ts';
import { overriding } from '../../support/overriding.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, idsOf, invocation, workerStage } from './stage.ts';

const stage = await workerStage();
const day = 86_400;

/** Slots of a partner that allows one call at once, new for each: a name that no other test uses. */
function slotsOf(limited: Partner = 'erp', table = stage.table): Slots {
  return new Slots({
    ...{ table, clock: stage.clock, name: 'book-completion', settlingSeconds: 300 },
    ...{ limits: { azumuta: {}, erp: {}, [limited]: { atOnce: 1 } }, log: stage.logged.log },
  });
}

/** Until the end of the test, another container has the only slot. */
async function whileTaken<T>(partner: Partner, work: () => Promise<T>): Promise<T> {
  const other = slotsOf(partner);
  other.begin({ ...invocation(), awsRequestId: randomUUID() });
  if (!(await other.take(partner))) throw new Error('The slot is taken.');
  return work().finally(() => other.end());
}

describe('a container without a slot of its partner', () => {
  it('gives its batch back without any work, to be retried in a moment', async () => {
    // Prepare
    const records = [1, 1, 2, 40].map((receiveCount) => sqsRecord({ body: 'success', receiveCount }));
    const worked: string[] = [];
    const consumer = doing(async (body) => void worked.push(body));

    // Act
    const response = await whileTaken('erp', () =>
      stage.worker(consumer, { slots: slotsOf() })(batch(...records), invocation()),
    );

    // Assess
    expect(worked).toEqual([]);
    expect(failedIds(response)).toEqual(idsOf(records));
    const seconds = records.map(({ receiptHandle }) => stage.sqs.visibility.get(receiptHandle));
    expect(seconds).toEqual([2, 2, 2, 4]);
  });

  it('writes nothing for six days, as nothing has failed', async () => {
    // Prepare
    const sentAt = new Date(stage.clock.now().getTime() - 6 * day * 1000);
    const old = sqsRecord({ body: 'success', receiveCount: 900, sentAt });
    const fresh = sqsRecord({ body: 'success' });

    // Act
    await whileTaken('erp', () =>
      stage.worker(undefined, { slots: slotsOf() })(batch(old, fresh), invocation()),
    );

    // Assess
    expect(stage.sqs.sent).toEqual([]);
    for (const { messageId } of [old, fresh])
      expect(await stage.ledger.attempts.unfinished(messageId)).toBeUndefined();
    expect(stage.logged.measured('WaitingSeconds')).toEqual([6 * day]);
  });

  it('goes on suspecting a message whose earlier attempt never finished', async () => {
    const suspect = await stage.delivered({ body: 'success', receiveCount: 3, noted: 2 });
    await whileTaken('erp', () =>
      stage.worker(undefined, { slots: slotsOf() })(batch(suspect), invocation()),
    );
    expect(await stage.ledger.attempts.unfinished(suspect.messageId)).toBe(2);
  });

  it('leaves all for another attempt when the ledger cannot be asked', async () => {
    // Prepare
    const record = sqsRecord({ body: 'success' });
    const table = overriding(stage.table, { query: () => Promise.reject(new Error('no table')) });

    // Act
    const response = await stage.worker(undefined, { slots: slotsOf('erp', table) })(
      batch(record),
      invocation(),
    );

    // Assess
    expect(failedIds(response)).toEqual([record.messageId]);
    expect(stage.logged.lines.join()).toContain('no table');
  });
});

describe('a container with a slot of its partner', () => {
  it('works on one message after the other, in order, and gives the slot back', async () => {
    // Prepare
    const records = ['a', 'b', 'c'].map((body) => sqsRecord({ body }));
    const story: string[] = [];
    const consumer = doing(async (body) => {
      story.push(`begins ${body}`);
      await stage.table.get({ pk: 'anything', sk: 'slow' });
      story.push(`ends ${body}`);
    });

    // Act
    const response = await stage.worker(consumer, { slots: slotsOf() })(batch(...records), invocation());

    // Assess
    expect(failedIds(response)).toEqual([]);
    expect(story).toEqual(['a', 'b', 'c'].flatMap((body) => [`begins ${body}`, `ends ${body}`]));
    await whileTaken('erp', async () => undefined);
  });

  it('begins no message in the last quarter of its time, and gives the rest back unchanged', async () => {
    // Prepare
    const records = ['a', 'b', 'c'].map((body) => sqsRecord({ body }));
    const worked: string[] = [];
    let remainingMs = 60_000;
    const consumer = doing(async (body) => {
      worked.push(body);
      remainingMs -= 23_000;
    });
    const time = { awsRequestId: 'request', getRemainingTimeInMillis: () => remainingMs };

    // Act
    const response = await stage.worker(consumer, { slots: slotsOf() })(batch(...records), time);

    // Assess
    expect(worked).toEqual(['a', 'b']);
    expect(failedIds(response)).toEqual(idsOf(records.slice(2)));
    expect(await stage.ledger.attempts.unfinished(records[2]?.messageId ?? '')).toBeUndefined();
  });

  it('gives the slot back when its work fails, too', async () => {
    const records = ['retry', 'reject', 'bug'].map((body) => sqsRecord({ body }));
    await stage.worker(undefined, { slots: slotsOf() })(batch(...records), invocation());
    await whileTaken('erp', async () => undefined);
  });
});
