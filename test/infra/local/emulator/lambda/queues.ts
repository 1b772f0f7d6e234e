import { describe, expect, it, vi } from 'vitest';
import { patient } from '../../../../support/patient.ts';
import type { awsOf } from '../running.ts';

export function queueTests(aws: ReturnType<typeof awsOf>): void {
  /** What the Worker wrote when it had received a task so many times. */
  const seen = (id: string, times: number) =>
    vi.waitUntil(async () => {
      const found = await aws.seen(id);
      return found?.times === times && found;
    }, patient);

  /** Makes a task visible again that was received so many times, as at the end of its visibility timeout of ten minutes. */
  async function showAgain(id: string, times: number): Promise<void> {
    const { record } = await seen(id, times);
    await aws.show('Orders', record.receiptHandle);
  }

  const isDrained = () =>
    expect.poll(() => aws.depth('Orders'), patient).toEqual({ visible: 0, inFlight: 0 });

  describe('a batch', () => {
    it('has the shape of Lambda’s event', async () => {
      const messageId = await aws.send({ id: 'shape' });

      const { record } = await seen('shape', 1);

      expect(record).toMatchObject({
        messageId,
        body: '{"id":"shape"}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
        },
        messageAttributes: { kind: { stringValue: 'task', dataType: 'String' } },
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:Fixture-Orders',
        awsRegion: 'eu-west-1',
      });
    });

    it('is deleted but for the reported messages, which are received again', async () => {
      await Promise.all([aws.send({ id: 'fails', failUntil: 2 }), aws.send({ id: 'works' })]);

      await showAgain('fails', 1);
      await isDrained();

      expect(await aws.seen('fails')).toMatchObject({ times: 2 });
      expect(await aws.seen('works')).toMatchObject({ times: 1 });
    });

    it('moves a message that was received too often to the dead-letter queue, with its attributes', async () => {
      const messageId = await aws.send({ id: 'never', failUntil: 99 });

      for (const times of [1, 2, 3]) await showAgain('never', times);
      const dead = await vi.waitUntil(() => aws.take('Unable'), patient);

      expect(dead).toMatchObject({
        MessageId: messageId,
        MessageAttributes: { kind: { StringValue: 'task' } },
      });
      expect(await aws.seen('never')).toMatchObject({ times: 3 });
    });
  });
}
