import { expect, it } from 'vitest';
import type { About } from '../../../shared/model/errors.ts';
import { createQueues, maxAttributes } from '../../../shared/platform/aws/queue.ts';
import { type DeadLetterContent, deadLetterMessage } from '../../../shared/worker/dead-letter.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';

const sqs = await forAllTests(startSqsEndpoint());

/** All that a dead letter may say. */
const everything: Required<DeadLetterContent> = {
  messageId: 'id1',
  orderNumber: 'MO/1',
  stage: 'book-completion',
  reason: 'It is closed.',
  cause: 'order-state',
  partner: 'erp',
  body: '{}',
  firstAttemptAt: new Date(0),
  lastAttemptAt: new Date(1),
  about: { booking: 'id1#quantity', figures: '5 pcs good' } satisfies Required<About>,
};

it('says all that it may say in as many attributes as SQS takes', async () => {
  // Prepare
  const message = deadLetterMessage(everything);

  // Act
  await createQueues(sqs.client).send(sqs.queueUrl('dead-letters'), message);

  // Assess
  expect(sqs.sent).toMatchObject([{ attributes: message.attributes }]);
  expect(Object.keys(message.attributes ?? {}).length).toBeLessThanOrEqual(maxAttributes);
});
