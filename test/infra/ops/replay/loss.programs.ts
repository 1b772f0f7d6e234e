import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ReplayDependencies } from '../../../../infra/ops/replay/replay.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { productOrderMessage } from '../../../../shared/orders/messages.ts';
import { createQueues } from '../../../../shared/platform/aws/queue.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { attribute, bodies, type Depth, deadLettersIn, nothing, startReplayStores } from './replay-run.ts';

const { store, table, ledger, run, depths, empty } = await forAllTests(startReplayStores());
beforeEach(empty);

const deadIn = ({ 'dead-letters': dead }: { readonly 'dead-letters': Depth }) => dead.visible + dead.hidden;

const recordOf = (messageId: string) => ({
  messageId,
  orderNumber: messageId,
  stage: 'create-product-orders',
  reason: 'Azumuta has no article GEAR-99.',
  cause: 'unknown-article' as const,
});
/** A dead letter of an order, which the ledger does not know. */
const put = (id: string) => store.put({ ...recordOf(id), body: productOrderMessage(id) });
const putMany = async (count: number) => {
  for (let n = 0; n < count; n++) await put(`PO-${n}`);
};
const refusing: ReplayDependencies['queues'] = {
  sendAll: async (_, messages) => messages.map((_message, at) => at),
};
const silent: ReplayDependencies['queues'] = {
  sendAll: () => Promise.reject(new Error('SQS does not answer.')),
};
/** Of these messages, those that the ledger calls dead. */
async function stillDead(ids: readonly string[]): Promise<string[]> {
  const records = await Promise.all(ids.map((id) => ledger.deadLetters.listOfOrder(id)));
  return records.flat().flatMap(({ messageId, isDead }) => (isDead ? [messageId] : []));
}

describe('the ledger', () => {
  it('records a letter as dead again when it fails again before the replay ends', async () => {
    // Prepare: the function rejects at once what it gets.
    await ledger.deadLetters.record(recordOf('again'));
    await put('again');
    const rejecting: ReplayDependencies['queues'] = {
      async sendAll(_, messages) {
        for (const { body } of messages) {
          await ledger.deadLetters.record(recordOf('again'));
          await store.put({ ...recordOf('again'), body });
        }
        return [];
      },
    };

    // Act
    const report = await run({}, { queues: rejecting });

    // Assess
    expect(report).toMatchObject({ moved: 1 });
    expect(await stillDead(['again'])).toEqual(['again']);
  });

  it.each([
    ['refuses', refusing, undefined],
    ['does not answer for', silent, 'SQS does not answer.'],
  ])(
    'keeps letters as dead that SQS %s, known or not, and makes them visible again',
    async (how, queues, failure) => {
      // Prepare
      const [known, unknown] = [`not sent, as SQS ${how} it`, `not known, and SQS ${how} it`];
      await ledger.deadLetters.record(recordOf(known));
      for (const id of [known, unknown]) await put(id);

      // Act
      const report = await run({}, { queues });

      // Assess
      expect(report).toMatchObject({ movable: 2, moved: 0, failure });
      expect((await depths())['dead-letters']).toEqual({ visible: 2, hidden: 0 });
      for (const id of [known, unknown])
        expect(await ledger.deadLetters.listOfOrder(id)).toEqual([{ ...recordOf(id), isDead: true }]);
      expect((await ledger.journeys.readJourney(known)).map(({ event }) => event)).toEqual([
        'dead-lettered',
        'replayed',
        'dead-lettered',
      ]);
    },
  );
});

describe('a replay loses nothing', () => {
  it('keeps the letters that SQS refuses when it takes others', async () => {
    // Prepare
    for (const number of ['PO-1', 'PO-2', 'PO-3']) await put(number);
    const queues = createQueues(store.sqs);
    const refusingOne: ReplayDependencies['queues'] = {
      async sendAll(url, messages) {
        const refused = messages.findIndex(({ attributes }) => attributes?.messageId === 'PO-2');
        await queues.sendAll(
          url,
          messages.filter((_, at) => at !== refused),
        );
        return [refused];
      },
    };

    // Act
    const report = await run({}, { queues: refusingOne });

    // Assess
    expect(report).toMatchObject({ movable: 3, moved: 2, copied: 0 });
    expect(bodies(await store.read('dead-letters'))).toEqual([productOrderMessage('PO-2')]);
    expect(bodies(await store.read('product-orders'))).toEqual(
      ['PO-1', 'PO-3'].map((number) => productOrderMessage(number, { asksErp: 'replay' })),
    );
  });

  it('counts a letter as copied that SQS does not remove, and makes it visible again', async () => {
    // Prepare
    await put('PO-1');
    const deadLetters = deadLettersIn(store);
    deadLetters.remove = async (letters) => letters;

    // Act
    const report = await run({}, { deadLetters });
    const next = await run();

    // Assess
    expect(report).toMatchObject({ moved: 0, copied: 1 });
    expect(next).toMatchObject({ moved: 1, copied: 0 });
    expect((await depths())['dead-letters']).toEqual(nothing);
  });

  it('returns the letters that it holds when it is interrupted', async () => {
    // Prepare
    await putMany(12);
    const ending = new AbortController();
    const queues = createQueues(store.sqs);
    const interrupted: ReplayDependencies['queues'] = {
      sendAll(url, messages) {
        ending.abort();
        return queues.sendAll(url, messages);
      },
    };

    // Act
    const report = await run({ signal: ending.signal }, { queues: interrupted });

    // Assess: the page that was under way is finished.
    expect(report).toMatchObject({ interrupted: true, moved: 10 });
    expect(await depths()).toMatchObject({
      'dead-letters': { visible: 2, hidden: 0 },
      'product-orders': { visible: 10, hidden: 0 },
    });
  });

  it('leaves each letter in one queue or in both when it is killed, which the next run corrects', async () => {
    // Prepare
    const ids = Array.from({ length: 40 }, (_, n) => `m-${n}`);
    for (const messageId of ids) {
      await ledger.deadLetters.record(recordOf(messageId));
      await put(messageId);
    }

    // Act
    const end = await replayKilledAtItsSecondPage();
    const afterKill = await depths();
    // What the killed run held comes back by and by.
    let replayed = 0;
    await vi.waitUntil(
      async () => {
        replayed += (await run()).moved;
        return replayed >= deadIn(afterKill);
      },
      { timeout: 20_000, interval: 20 },
    );

    // Assess: the second page is in both places.
    const moved = await store.read('product-orders');
    expect(end).toBe('SIGKILL');
    expect([deadIn(afterKill), afterKill['product-orders'].visible]).toEqual([30, 20]);
    expect(replayed).toBe(30);
    expect(await stillDead(ids)).toEqual([]);
    expect(new Set(moved.map((message) => attribute(message, 'messageId')))).toEqual(new Set(ids));
    expect((await depths())['dead-letters']).toEqual(nothing);
  }, 30_000);
});

/** @returns the signal that ended it. */
async function replayKilledAtItsSecondPage(): Promise<unknown> {
  const dynamodb = await table.client.config.endpoint?.();
  const outputs = {
    LedgerTable: table.tableName,
    TriggerNames: JSON.stringify(defaultContract.trigger),
    ProductOrdersQueue: store.url('product-orders'),
    CompletionsQueue: store.url('completions'),
    DeadLetterQueue: store.url('dead-letters'),
  };
  const program = fileURLToPath(new URL('./replay-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(outputs)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_SQS: store.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${dynamodb?.hostname}:${dynamodb?.port}`,
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [, signal] = await once(child, 'exit');
  return signal;
}
