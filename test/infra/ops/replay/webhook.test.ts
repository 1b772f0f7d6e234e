import { beforeEach, describe, expect, it } from 'vitest';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { completionHintSchema } from '../../../../shared/completions/messages.ts';
import { parseMessage } from '../../../../shared/platform/aws/queue.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { deadLettersIn, nothing, startReplayStores, webhookCall } from './replay-run.ts';

const { store, run, depths, empty } = await forAllTests(startReplayStores());
beforeEach(empty);

describe('a kept webhook call', () => {
  const call = webhookCall({ body: '{"opdracht":"PO/7","recordingIds":["r1","r2"]}' });
  const letter = { stage: 'receive-webhook', orderNumber: '', reason: 'No product order number.' };
  const put = (body: string) => store.put({ ...letter, body, messageId: 'hash' });

  it('becomes a hint of its order once the contract names its field', async () => {
    // Prepare
    await put(call);
    const names = { ...defaultContract.trigger, productOrderNumber: ['opdracht'] };

    // Act
    await run({}, { deadLetters: deadLettersIn(store, names) });

    // Assess
    const [message] = await store.read('completions');
    expect(parseMessage(completionHintSchema, message?.Body ?? '')).toEqual({
      v: 1,
      kind: 'completion',
      productOrderNumber: 'PO/7',
      recordingIds: ['r1', 'r2'],
      eventId: 'hash',
      via: 'webhook',
      again: true,
    });
    expect((await depths())['dead-letters']).toEqual(nothing);
  });

  it.each([
    ['has fields without an alias', call, 'azumuta.contract.trigger'],
    ['was cut', webhookCall({ body: '{"number":"PO-1"}', truncated: true }), 'too large'],
    ['is of another event', webhookCall({}).replace('product-order-completed', 'order-started'), 'event'],
    ['cannot be read', '{"kind":"webhook-call"}', 'this version can read'],
  ])('stays when it %s, and says what to do', async (_, body, why) => {
    await put(body);
    const report = await run();
    expect(report).toMatchObject({ selected: 1, movable: 0, moved: 0 });
    expect(report.groups[0]?.whyNot).toContain(why);
    expect((await depths())['dead-letters']).toEqual({ visible: 1, hidden: 0 });
  });
});
