import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../shared/slots/slots.ts';
import { overriding } from '../../support/overriding.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, idsOf, invocation, obeys, workerStage } from './stage.ts';

const stage = await workerStage();
const day = 86_400;

/** Slots of an ERP that allows one call at once, new for each: a name that no other test uses. */
function slotsOf(table = stage.table): Slots {
  return new Slots({
    table,
    clock: stage.clock,
    name: 'book-completion',
    settlingSeconds: 300,
    limits: { azumuta: {}, erp: { atOnce: 1 } },
    log: stage.logged.log,
  });
}

/** Works on these messages while another container has the only slot. */
async function whileTaken(records: readonly SQSRecord[], consumer = obeys) {
  const other = slotsOf();
  other.begin({ ...invocation(), awsRequestId: randomUUID() });
  if (!(await other.take('erp'))) throw new Error('The slot is taken.');
  const response = await stage.worker(consumer, { slots: slotsOf() })(batch(...records), invocation());
  await other.end();
  return failedIds(response);
}

describe('a container without a slot of its partner', () => {
  it('gives its batch back without any work, to be retried in a moment', async () => {
    // Prepare
    const records = [1, 1, 2, 40].map((receiveCount) => sqsRecord({ body: 'success', receiveCount }));
    const worked: string[] = [];
    const consumer = doing(async (body) => void worked.push(body));

    // Act
    const failed = await whileTaken(records, consumer);

    // Assess
    expect(worked).toEqual([]);
    expect(failed).toEqual(idsOf(records));
    const seconds = records.map(({ receiptHandle }) => stage.sqs.visibility.get(receiptHandle));
    expect(seconds).toEqual([2, 2, 2, 4]);
  });

  it('writes nothing for six days, as nothing has failed', async () => {
    // Prepare
    const sentAt = new Date(stage.clock.now().getTime() - 6 * day * 1000);
    const old = sqsRecord({ body: 'success', receiveCount: 900, sentAt });
    const fresh = sqsRecord({ body: 'success' });

    // Act
    await whileTaken([old, fresh]);

    // Assess
    expect(stage.sqs.sent).toEqual([]);
    for (const { messageId } of [old, fresh])
      expect(await stage.ledger.attempts.countUnfinished(messageId)).toBeUndefined();
    expect(stage.logged.measured('WaitingSeconds')).toEqual([6 * day]);
  });

  it('goes on suspecting a message whose earlier attempt never finished', async () => {
    const suspect = await stage.delivered({ body: 'success', receiveCount: 3, noted: 2 });
    await whileTaken([suspect]);
    expect(await stage.ledger.attempts.countUnfinished(suspect.messageId)).toBe(2);
  });

  it('leaves all for another attempt when the ledger cannot be asked', async () => {
    // Prepare
    const record = sqsRecord({ body: 'success' });
    const table = overriding(stage.table, { query: () => Promise.reject(new Error('no table')) });

    // Act
    const response = await stage.worker(obeys, { slots: slotsOf(table) })(batch(record), invocation());

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
    await whileTaken([]);
  });

  it.each([
    ['in the last quarter of its time', 23, ['a', 'b']],
    ['with less time left than one took, as calls are paced', 35, ['a']],
  ])('begins no message %s, and gives the rest back unchanged', async (_, lasts, begun) => {
    // Prepare
    const records = ['a', 'b', 'c'].map((body) => sqsRecord({ body }));
    const worked: string[] = [];
    let remainingMs = 60_000;
    const consumer = doing(async (body) => {
      worked.push(body);
      remainingMs -= lasts * 1000;
    });
    const time = { awsRequestId: 'request', getRemainingTimeInMillis: () => remainingMs };

    // Act
    const response = await stage.worker(consumer, { slots: slotsOf() })(batch(...records), time);

    // Assess
    expect(worked).toEqual(begun);
    expect(failedIds(response)).toEqual(idsOf(records.slice(begun.length)));
    expect(await stage.ledger.attempts.countUnfinished(records[2]?.messageId ?? '')).toBeUndefined();
  });
});
