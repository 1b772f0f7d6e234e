import { expect, it } from 'vitest';
import { createOutbox } from '../../../shared/orders/outbox.ts';
import { silent } from '../../support/logs.ts';

/** An outbox with both parts of an order in it, over a queue that refuses the first one so many times. */
function outboxOver(refusals: number) {
  const sent: string[] = [];
  let left = refusals;
  const outbox = createOutbox('pull', {
    ledger: { orders: { markSentAgain: async () => {} } },
    queues: {
      async sendAll(_, messages) {
        const refused = left-- > 0 ? [0] : [];
        sent.push(...messages.filter((_one, at) => !refused.includes(at)).map(({ body }) => body));
        return refused;
      },
    },
    queueUrl: '',
    log: silent,
  });
  const own = outbox.ofOneOrder();
  for (const number of ['MO/1/1', 'MO/1/2']) own.add(number);
  own.allWritten();
  return { outbox, numbers: () => sent.map((body) => String(JSON.parse(body).number)) };
}

it('sends again at once what SQS refuses: the other part may be built before the order is read again', async () => {
  const { outbox, numbers } = outboxOver(1);

  await outbox.send();

  expect(numbers()).toEqual(['MO/1/2', 'MO/1/1']);
});

it('fails when SQS refuses it again and again', async () => {
  const { outbox, numbers } = outboxOver(100);

  await expect(outbox.send()).rejects.toThrow('SQS did not take 1 of 2 product orders.');

  expect(numbers()).toEqual(['MO/1/2']);
});
