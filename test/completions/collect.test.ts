import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { azumutaSandboxKey } from '../../infra/local/sandbox/keys.ts';
import { partitionOf } from '../../shared/ledger/keys.ts';
import { createTable } from '../../shared/ledger/table.ts';
import { heardLog } from '../harness/logs.ts';
import { type Received, startServer } from '../harness/server.ts';
import { azumutaAt, type CompletionStage, startCompletionStage, threeParts } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

/** A product order that is completed, with the ids of its recordings. */
async function completed(recordings: number): Promise<{ number: string; recordingIds: string[] }> {
  const { numbers } = await stage.ordered();
  const [number = ''] = numbers;
  return { number, recordingIds: await complete(number, recordings) };
}
async function complete(number: string, recordings: number): Promise<string[]> {
  const order = await stage.azumutaSide.complete(number, { quantity: 1, recordings });
  return order.recordings.map(({ id }) => id);
}
const invented = (count: number) => Array.from({ length: count }, (_, i) => `invented${i}`);
/** What the sent deliveries tell of, recording by recording. */
const told = () =>
  stage
    .sent()
    .flatMap(({ content }) => ('completed' in content ? content.completed : []))
    .flatMap(({ recordings }) => recordings.map(({ id }) => id));

/** The sandbox as another Azumuta: what its product orders show is changed, and each read may be held. */
async function otherAzumuta(
  changed: (order: Record<string, unknown>) => void,
  held: (read: Received) => void | Promise<void> = () => undefined,
) {
  const server = await startServer(async (received) => {
    const url = `${stage.azumutaUrl}${received.url.pathname}${received.url.search}`;
    const response = await fetch(url, { headers: { 'x-api-key': azumutaSandboxKey } });
    const body = z.parse(z.record(z.string(), z.unknown()), await response.json());
    if (received.url.pathname.includes('/recordings/')) await held(received);
    if (received.url.pathname.includes('/productorders/')) changed(body);
    return { status: response.status, body };
  });
  const readIds = () =>
    server.calls.flatMap(({ url }) => /\/recordings\/(.+)$/.exec(url.pathname)?.[1] ?? []);
  return { azumuta: azumutaAt(server.url), readIds };
}
const withoutList = (order: Record<string, unknown>) => void delete order.recordings;

describe('a product order that Azumuta does not call completed', () => {
  it('is asked about again, and nothing is planned of it', async () => {
    // Prepare
    const { numbers } = await stage.ordered();
    const [number = ''] = numbers;

    // Act
    const failure = await failureOf(stage.collect({ productOrderNumber: number }));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(await stage.ledger.deliveries.of(number)).toEqual([]);
    expect(stage.sent()).toEqual([]);
  });

  it.each([
    ['that the ledger knows', async () => (await stage.ordered()).numbers[0] ?? ''],
    ['that nobody knows', async () => `NOBODYS-${Math.random()}`],
  ])('is asked about for 30 minutes from the first answer on, an order %s', async (_which, orderOf) => {
    // Prepare: Azumuta did not answer for an hour.
    const productOrderNumber = await orderOf();
    const hint = { productOrderNumber, receivedAt: stage.clock.now().toISOString() };
    const message = { messageId: `trigger of ${productOrderNumber}`, sentAt: stage.clock.now() };
    stage.clock.advance(3600);

    // Act
    const failures: unknown[] = [];
    for (const seconds of [0, 30 * 60 - 1, 1]) {
      stage.clock.advance(seconds);
      failures.push(await failureOf(stage.collect(hint, message)));
    }
    stage.clock.advance(86_400);
    const replayed = await failureOf(stage.collect(hint, { ...message, sentAt: stage.clock.now() }));

    // Assess
    expect(failures).toMatchObject([{ name: 'RetryLater' }, { name: 'RetryLater' }, { name: 'Rejected' }]);
    expect(replayed).toMatchObject({ name: 'RetryLater' });
  });

  it('costs no write when it is completed', async () => {
    const { number } = await completed(1);
    await stage.collect({ productOrderNumber: number });
    const table = createTable(stage.store.client, stage.store.tableName);
    expect(await table.query(partitionOf(number), 'NOT-COMPLETED#')).toEqual([]);
  });
});

describe('recordings that a trigger names', () => {
  it('are ignored where Azumuta lists those of the product order', async () => {
    // Prepare
    const { number, recordingIds } = await completed(2);
    await stage.collect({ productOrderNumber: number });
    await stage.azumutaSide.forgetCalls();

    // Act
    await stage.collect({ productOrderNumber: number, recordingIds: invented(500) });

    // Assess
    expect(stage.sent()).toHaveLength(1);
    expect(told()).toEqual(recordingIds);
    expect(await stage.azumutaSide.calls()).toEqual({ 'GET /api/v1/productorders/{id}': 1 });
  });

  it('are ignored where Azumuta lists none: an empty list is a list', async () => {
    const { number, recordingIds } = await completed(1);
    const { azumuta, readIds } = await otherAzumuta((order) => {
      order.recordings = [];
    });
    await stage.collect({ productOrderNumber: number, recordingIds }, {}, { azumuta });
    expect(readIds()).toEqual([]);
    expect(told()).toEqual([]);
  });

  it('are read, once, before anything is planned of them, and only those of the order are', async () => {
    // Prepare
    const { number, recordingIds } = await completed(2);
    const other = await completed(1);
    const named = ['invented', ...other.recordingIds, ...recordingIds];
    const { azumuta, readIds } = await otherAzumuta(withoutList);

    // Act
    await stage.collect({ productOrderNumber: number, recordingIds: named }, {}, { azumuta });
    await stage.collect({ productOrderNumber: number, recordingIds }, {}, { azumuta });

    // Assess
    expect(await stage.ledger.deliveries.of(number)).toMatchObject([{ kind: 'quantity', recordingIds }]);
    expect(told()).toEqual(recordingIds);
    expect(readIds().sort()).toEqual([...named].sort());
  });

  it('are at most 50 for one call, ids of Azumuta by their length, and the log tells', async () => {
    // Prepare
    const { number } = await completed(0);
    const { azumuta, readIds } = await otherAzumuta(withoutList);
    const heard = heardLog();
    const tooLong = 'x'.repeat(101);

    // Act
    const recordingIds = [tooLong, ...invented(500)];
    await stage.collect({ productOrderNumber: number, recordingIds }, { log: heard.log }, { azumuta });

    // Assess
    expect(readIds()).toHaveLength(50);
    expect(readIds()).not.toContain(tooLong);
    expect(heard.lines.join()).toContain('"named":501');
  });

  it('are all in the delivery that a crash kept from being sent, whatever the next trigger names', async () => {
    // Prepare
    const { number, recordingIds } = await completed(2);
    const [first = '', second = ''] = recordingIds;
    const { azumuta } = await otherAzumuta(withoutList);
    stage.sqs.fail('SendMessage', 500);
    await failureOf(stage.collect({ productOrderNumber: number, recordingIds: [first] }, {}, { azumuta }));
    stage.clock.advance(121);

    // Act
    await stage.collect({ productOrderNumber: number, recordingIds: [second] }, {}, { azumuta });

    // Assess
    expect(stage.sent().map(({ delivers }) => delivers)).toEqual(['quantity', 'amendment']);
    expect(told()).toEqual([first, second]);
  });
});

describe('two triggers at the same moment', () => {
  it('each have their recordings told: whoever plans second amends', async () => {
    // Prepare: the first plans when the second has
    const { number, recordingIds } = await completed(2);
    const [first = '', second = ''] = recordingIds;
    const { azumuta } = await otherAzumuta(withoutList);
    const { ledger } = stage;
    let other: Promise<void> | undefined;
    const slow: typeof ledger.deliveries = {
      ...ledger.deliveries,
      async plan(...planned) {
        other ??= stage.collect({ productOrderNumber: number, recordingIds: [second] }, {}, { azumuta });
        await other;
        return ledger.deliveries.plan(...planned);
      },
    };

    // Act
    await stage.collect(
      { productOrderNumber: number, recordingIds: [first] },
      {},
      { azumuta, ledger: { ...ledger, deliveries: slow } },
    );

    // Assess
    expect(stage.sent().map(({ delivers }) => delivers)).toEqual(['quantity', 'amendment']);
    expect(told()).toEqual([second, first]);
  });
});

describe('recordings are read in turns', () => {
  it('of four at a time', async () => {
    // Prepare: the first answers come when four are asked for.
    const { number, recordingIds } = await completed(9);
    const four = Promise.withResolvers<void>();
    let underWay = 0;
    let most = 0;
    const { azumuta } = await otherAzumuta(
      () => undefined,
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        if (underWay === 4) four.resolve();
        await four.promise;
        underWay -= 1;
      },
    );

    // Act
    await stage.collect({ productOrderNumber: number }, {}, { azumuta });

    // Assess
    expect(most).toBe(4);
    expect(told()).toEqual(recordingIds);
  }, 5_000);

  it('and none any more once the attempt is out of time', async () => {
    // Prepare
    const { number } = await completed(9);
    const deadline = new AbortController();
    const { azumuta, readIds } = await otherAzumuta(
      () => undefined,
      () => deadline.abort(),
    );

    // Act
    const failure = await failureOf(
      stage.collect({ productOrderNumber: number }, { signal: deadline.signal }, { azumuta }),
    );

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(readIds().length).toBeLessThanOrEqual(4);
    expect(stage.sent()).toEqual([]);
  });
});

describe('an amendment of a split order that a crash kept from being sent', () => {
  it('is sent with its own recording when the next trigger is about another part', async () => {
    // Prepare: booked together, then one part gets another recording
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    for (const number of numbers) await complete(number, 1);
    for (const productOrderNumber of numbers) await stage.collect({ productOrderNumber });
    const [first = '', second = ''] = numbers;
    await stage.azumutaSide.reopen(second);
    const late = (await complete(second, 1)).at(-1);
    stage.sqs.forget();
    stage.sqs.fail('SendMessage', 500);
    await failureOf(stage.collect({ productOrderNumber: second }));
    stage.clock.advance(121);

    // Act
    await stage.collect({ productOrderNumber: first });

    // Assess
    expect(told()).toEqual([late]);
  });
});

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
