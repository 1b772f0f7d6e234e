import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplayDependencies, ReplayRequest } from '../../../../infra/ops/replay/replay.ts';
import { hasReasonOrCause } from '../../../../infra/ops/replay/typed.ts';
import { productOrderMessage } from '../../../../shared/orders/messages.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import {
  attribute,
  bodies,
  comingBack,
  completion,
  deadLettersIn,
  nothing,
  startReplayStores,
  workQueues,
} from './replay-run.ts';

const { store, ledger, run, depths, empty } = await forAllTests(startReplayStores());
beforeEach(empty);

/** A message that was replayed: the ERP is asked what it wants now. */
const asked = (number: string) => productOrderMessage(number, { asksErp: 'replay' });

describe('a dry run', () => {
  it('says which letters would go where, by cause and by reason without the order number, and moves none', async () => {
    // Prepare
    const putDead = (number: string, reason = `Azumuta has no article for ${number}.`) =>
      store.put({ body: productOrderMessage(number), orderNumber: number, reason });
    for (const number of ['PO-1', 'PO-2']) await putDead(number);
    await store.put({
      body: completion('PO-3'),
      stage: 'book-completion',
      orderNumber: 'PO-3',
      reason: 'It was completed by somebody else.',
      cause: 'order-state',
    });
    await store.putBare(completion('PO-4'));

    // Act
    const report = await run({ go: false });

    // Assess
    expect(report).toMatchObject({ lookedAt: 4, selected: 4, movable: 4, moved: 0 });
    expect(report.groups).toEqual([
      {
        cause: 'unknown-article',
        reason: 'Azumuta has no article for ‹order›.',
        stage: 'create-product-orders',
        to: 'product-orders',
        deadLetters: 2,
        orders: expect.arrayContaining(['PO-1', 'PO-2']),
        since: '2026-11-24T08:00:00.000Z',
      },
      {
        cause: 'order-state',
        reason: 'It was completed by somebody else.',
        stage: 'book-completion',
        to: 'completions',
        deadLetters: 1,
        orders: ['PO-3'],
        since: '2026-11-24T08:00:00.000Z',
      },
      // SQS put it aside by itself: nobody gave it a cause.
      expect.not.objectContaining({ cause: expect.anything() }),
    ]);
    expect(await depths()).toEqual({
      'dead-letters': { visible: 4, hidden: 0 },
      'product-orders': nothing,
      completions: nothing,
    });
  });

  it('separates letters of two causes that have the same reason', async () => {
    for (const cause of ['order-data', 'configuration'] as const)
      await store.put({
        body: productOrderMessage('PO-1'),
        reason: 'It has no article.',
        cause,
        messageId: cause,
      });
    const { groups } = await run({ go: false });
    expect(groups.map(({ cause }) => cause).sort()).toEqual(['configuration', 'order-data']);
  });
});

describe('a replay', () => {
  it('sends every letter to the queue of its function, with the id and the time of its first message', async () => {
    // Prepare
    const order = productOrderMessage('PO-1');
    const firstAttemptAt = new Date('2026-11-20T06:00:00Z');
    await store.put({ body: order, messageId: 'of the order', firstAttemptAt });
    await store.put({ body: completion('PO-2'), stage: 'book-completion', messageId: 'of the hint' });

    // Act
    const report = await run();

    // Assess
    const sent = await Promise.all(workQueues.map(store.read));
    expect(report).toMatchObject({ movable: 2, moved: 2, copied: 0 });
    expect(sent.map(bodies)).toEqual([[asked('PO-1')], [completion('PO-2', { again: true })]]);
    const ids = sent.flat().map((message) => attribute(message, 'messageId'));
    expect(ids).toEqual(['of the order', 'of the hint']);
    const [ofOrder] = sent.flat().map((message) => attribute(message, 'firstAttemptAt'));
    expect(ofOrder).toBe('2026-11-20T06:00:00.000Z');
    expect((await depths())['dead-letters']).toEqual(nothing);
  });

  it('sends a hint as a person wants it again, and nothing of what its dead letter says of the booking', async () => {
    // Prepare: more functions than one may write into the queue.
    const hint = completion('PO-3', { via: 'reconciliation' });
    await store.put({ body: hint, stage: 'book-completion', about: { booking: 'forged', figures: '999 u' } });

    // Act
    const report = await run();

    // Assess
    const [sent] = await store.read('completions');
    expect(report.moved).toBe(1);
    expect(JSON.parse(sent?.Body ?? '')).toEqual({ ...JSON.parse(hint), again: true });
    const names = Object.keys(sent?.MessageAttributes ?? {}).sort();
    expect(names).toEqual(['firstAttemptAt', 'messageId', 'replayedAt']);
  });

  it('sends a letter that SQS itself moved by the kind of its body, and what is no hint as it is', async () => {
    await store.putBare(productOrderMessage('PO-1'));
    await store.putBare(completion('PO-2'));
    await store.put({ body: 'not JSON', stage: 'book-completion' });
    await run();
    const sent = await Promise.all(workQueues.map(store.read));
    const hints = ['not JSON', completion('PO-2', { again: true })].sort();
    expect(sent.map(bodies)).toEqual([[asked('PO-1')], hints]);
  });

  it.each<[what: string, chosen: Partial<ReplayRequest>]>([
    ['of one order', { orders: new Set(['PO-1']) }],
    ['of a reason, by any part of it', { conditions: [hasReasonOrCause('NO ARTICLE')] }],
    ['of a cause', { conditions: [hasReasonOrCause('unknown-article')] }],
  ])('sends only the letters %s', async (_, chosen) => {
    // Prepare
    const noArticle = { orderNumber: 'PO-1', reason: 'Azumuta has no article GEAR-99.' };
    await store.put({ body: productOrderMessage('PO-1'), ...noArticle });
    await store.put({ body: completion('PO-1'), stage: 'book-completion', ...noArticle });
    const waited = { reason: 'Waited too long: Azumuta is down.', cause: 'waited-too-long' } as const;
    await store.put({ body: productOrderMessage('PO-10'), orderNumber: 'PO-10', ...waited });

    // Act
    const report = await run(chosen);

    // Assess
    expect(report).toMatchObject({ lookedAt: 3, selected: 2, moved: 2, hinted: [] });
    const sent = await Promise.all(workQueues.map(store.read));
    expect(sent.map(bodies)).toEqual([[asked('PO-1')], [completion('PO-1', { again: true })]]);
    expect(bodies(await store.read('dead-letters'))).toEqual([productOrderMessage('PO-10')]);
  });

  it('sends a letter once even if it becomes visible again while the run reads the others', async () => {
    // Prepare
    await store.put({ body: productOrderMessage('PO-1') });

    // Act
    const report = await run({}, { deadLetters: comingBack(deadLettersIn(store)) });

    // Assess: more letters might have come after it.
    expect(report).toMatchObject({ lookedAt: 1, moved: 1, more: true });
    expect(await depths()).toMatchObject({
      'dead-letters': nothing,
      'product-orders': { visible: 1, hidden: 0 },
    });
  });

  it('sends as many as one run may, says that there are more, and does not count what must stay', async () => {
    for (let n = 0; n < 10; n++) await store.putBare('something that somebody put there by hand');
    for (let n = 0; n < 12; n++)
      await store.put({ body: productOrderMessage(`PO-${n}`), messageId: `m-${n}` });
    const reports = [await run({ most: 10 }), await run({ most: 10 })];
    const moved = reports.map((report) => report.moved);
    expect([moved.reduce((sum, one) => sum + one), reports.map(({ more }) => more)]).toEqual([
      12,
      [true, false],
    ]);
  });
});

it.each([
  ['of a plain number', 'PO-77'],
  ['of a number that is cut in the attribute of its letter', `PO-${'é'.repeat(150)}`],
])(
  'marks a replayed letter as not dead, and notes it in the journey of its order: %s',
  async (_, orderNumber) => {
    // Prepare
    const dead = {
      messageId: 'm-77',
      orderNumber,
      stage: 'create-product-orders',
      reason: 'Azumuta has no article X.',
      cause: 'unknown-article',
    } as const;
    await ledger.deadLetters.record(dead);
    await ledger.deadLetters.record({ ...dead, messageId: 'm-78' });
    await store.put({ ...dead, body: productOrderMessage(orderNumber) });

    // Act
    await run({ orders: new Set([orderNumber]) });

    // Assess
    const journey = await ledger.journeys.readJourney(orderNumber);
    expect(await ledger.deadLetters.listOfOrder(orderNumber)).toEqual([
      { ...dead, isDead: false },
      { ...dead, messageId: 'm-78', isDead: true },
    ]);
    expect(journey.filter(({ of }) => of === 'dead letter m-77').map(({ event }) => event)).toEqual([
      'dead-lettered',
      'replayed',
    ]);
  },
);

describe('a letter that is replayed', () => {
  const dead = {
    messageId: 'm-80',
    stage: 'create-product-orders',
    reason: 'Azumuta has no article X.',
    cause: 'unknown-article',
  } as const;

  /** In its queue, and recorded as dead. */
  async function deadLetter(orderNumber: string): Promise<void> {
    await ledger.deadLetters.record({ ...dead, orderNumber });
    await store.put({ ...dead, orderNumber, body: productOrderMessage(orderNumber) });
  }
  const isDead = async (orderNumber: string) =>
    (await ledger.deadLetters.listOfOrder(orderNumber)).map((letter) => letter.isDead);

  it('is noted before it is sent, as it may fail again at once', async () => {
    // Prepare
    await deadLetter('PO-80');
    const failingAtOnce: ReplayDependencies['queues'] = {
      async sendAll(queueUrl) {
        // The order is also asked about, once its letter is sent.
        if (queueUrl === store.url('product-orders'))
          await ledger.deadLetters.record({ ...dead, orderNumber: 'PO-80' });
        return [];
      },
    };

    // Act
    const report = await run({ orders: new Set(['PO-80']) }, { queues: failingAtOnce });

    // Assess
    expect(report).toMatchObject({ moved: 1, failure: undefined });
    expect(await isDead('PO-80')).toEqual([true]);
  });

  it('is dead as before where SQS does not take it, and stays in its queue', async () => {
    // Prepare
    await deadLetter('PO-81');
    const refusing: ReplayDependencies['queues'] = {
      sendAll: async (_, messages) => messages.map((_message, at) => at),
    };

    // Act
    const report = await run({ orders: new Set(['PO-81']) }, { queues: refusing });

    // Assess
    expect(report).toMatchObject({ moved: 0, movable: 1 });
    expect(await isDead('PO-81')).toEqual([true]);
    expect((await depths())['dead-letters']).toEqual({ visible: 1, hidden: 0 });
  });
});

describe('a second copy', () => {
  const put = (number: string, messageId: string, body = productOrderMessage(number)) =>
    store.put({ body, orderNumber: number, messageId });
  beforeEach(async () => {
    // Two of one message; the same hint by another message; and the same message id with another hint.
    await put('PO-90', 'm-90');
    await put('PO-90', 'm-90');
    await put('PO-90', 'm-91');
    await put('PO-92', 'm-90', productOrderMessage('PO-92'));
  });

  it('is counted by a dry run, and stays', async () => {
    const report = await run({ go: false });
    expect(report).toMatchObject({ lookedAt: 4, selected: 3, movable: 3, copies: 1, copiesRemoved: 0 });
    expect((await depths())['dead-letters']).toEqual({ visible: 4, hidden: 0 });
  });

  it('is removed with the letter that is replayed, which is sent once', async () => {
    const report = await run();
    const sent = await store.read('product-orders');
    expect(report).toMatchObject({ selected: 3, movable: 3, moved: 3, copies: 1, copiesRemoved: 1 });
    expect(bodies(sent)).toEqual([asked('PO-90'), asked('PO-90'), asked('PO-92')]);
    expect((await depths())['dead-letters']).toEqual(nothing);
  });

  it('of each of forty is removed with it: each is sent once, and all have one reason', async () => {
    // Prepare
    const numbers = Array.from({ length: 40 }, (_, at) => `MO/${at}`);
    for (const number of [...numbers, ...numbers])
      await store.put({
        body: productOrderMessage(number),
        orderNumber: number,
        messageId: `message of ${number}`,
        reason: `Sandbox ERP, order ${number}: The posting period is closed.`,
      });
    const orders = new Set(numbers);

    // Act
    const shown = await run({ go: false, orders });
    const report = await run({ orders });
    const sent = await store.read('product-orders');

    // Assess
    expect(shown).toMatchObject({ selected: 40, copies: 40 });
    expect(shown.groups).toMatchObject([
      { deadLetters: 40, reason: 'Sandbox ERP, order ‹order›: The posting period is closed.' },
    ]);
    expect(report).toMatchObject({ moved: 40, copiesRemoved: 40 });
    expect(bodies(sent).toSorted()).toEqual(numbers.map(asked).toSorted());
    expect((await depths())['dead-letters']).toEqual({ visible: 4, hidden: 0 });
  });

  it('stays where its letter is not replayed', async () => {
    const report = await run({ orders: new Set(['PO-92']) });
    expect(report).toMatchObject({ moved: 1, copiesRemoved: 0 });
    expect((await depths())['dead-letters']).toEqual({ visible: 3, hidden: 0 });
  });
});
