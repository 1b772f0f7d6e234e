import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordedLog } from '../../support/logs.ts';
import { complete, completed, failureOf, told } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { type CompletionStage, startCompletionStage, threeParts } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

const invented = (count: number) => Array.from({ length: count }, (_, i) => `invented${i}`);
const withoutList = (order: Record<string, unknown>) => void delete order.recordings;

describe('recordings that a trigger names', () => {
  it('are ignored where Azumuta lists the recordings of the product order', async () => {
    // Prepare
    const { number, recordingIds } = await completed(stage, 2);
    await stage.collect({ productOrderNumber: number });
    await stage.azumutaSide.forgetCalls();

    // Act
    await stage.collect({ productOrderNumber: number, recordingIds: invented(500) });

    // Assess
    expect(stage.sent()).toHaveLength(1);
    expect(told(stage)).toEqual(recordingIds);
    expect(await stage.azumutaSide.calls()).toEqual({ 'GET /api/v1/productorders/{id}': 1 });
  });

  it('are ignored where Azumuta lists none, as an empty list is a list', async () => {
    const { number, recordingIds } = await completed(stage, 1);
    const { azumuta, readIds } = await otherAzumuta(stage, (order) => {
      order.recordings = [];
    });
    await stage.collect({ productOrderNumber: number, recordingIds }, {}, { azumuta });
    expect(readIds()).toEqual([]);
    expect(told(stage)).toEqual([]);
  });

  it('are read, once, before they are planned, and only those of the order are planned', async () => {
    // Prepare
    const { number, recordingIds } = await completed(stage, 2);
    const other = await completed(stage, 1);
    const named = ['invented', ...other.recordingIds, ...recordingIds];
    const { azumuta, readIds } = await otherAzumuta(stage, withoutList);

    // Act
    await stage.collect({ productOrderNumber: number, recordingIds: named }, {}, { azumuta });
    await stage.collect({ productOrderNumber: number, recordingIds }, {}, { azumuta });

    // Assess
    expect(await stage.ledger.bookings.of(number)).toMatchObject([{ kind: 'quantity', recordingIds }]);
    expect(told(stage)).toEqual(recordingIds);
    expect(readIds().sort()).toEqual([...named].sort());
  });

  it('are not trusted when they do not say which order they belong to, as a forged call could name any', async () => {
    // Prepare
    const { number } = await completed(stage, 1);
    const { recordingIds } = await completed(stage, 1);
    const { azumuta, readIds } = await otherAzumuta(stage, withoutList, undefined, (recording) => {
      delete recording.productOrderId;
      delete recording.productOrderNumber;
    });

    // Act
    const failure = await failureOf(
      stage.collect({ productOrderNumber: number, recordingIds }, {}, { azumuta }),
    );

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('does not say') });
    expect(readIds()).toEqual(recordingIds);
    expect(await stage.ledger.bookings.of(number)).toEqual([]);
  });

  it('are at most 50 for one call, no longer than ids of Azumuta, and the log says so', async () => {
    // Prepare
    const { number } = await completed(stage, 0);
    const { azumuta, readIds } = await otherAzumuta(stage, withoutList);
    const logged = recordedLog();
    const tooLong = 'x'.repeat(101);

    // Act
    const recordingIds = [tooLong, ...invented(500)];
    const failure = await failureOf(
      stage.collect({ productOrderNumber: number, recordingIds }, { log: logged.log }, { azumuta }),
    );

    // Assess
    expect(failure).toMatchObject({
      name: 'RetryLater',
      message: expect.stringContaining('lists no recordings'),
    });
    expect(readIds()).toHaveLength(50);
    expect(readIds()).not.toContain(tooLong);
    expect(logged.lines.join()).toContain('"named":501');
  });

  it('are all in the booking that is sent after a crash, whatever the next trigger names', async () => {
    // Prepare
    const { number, recordingIds } = await completed(stage, 2);
    const [first = '', second = ''] = recordingIds;
    const { azumuta } = await otherAzumuta(stage, withoutList);
    stage.sqs.fail('SendMessage', 500);
    await failureOf(stage.collect({ productOrderNumber: number, recordingIds: [first] }, {}, { azumuta }));
    stage.clock.advance(121);

    // Act
    await stage.collect({ productOrderNumber: number, recordingIds: [second] }, {}, { azumuta });

    // Assess
    expect(stage.sent().map(({ books }) => books)).toEqual(['quantity', 'amendment']);
    expect(told(stage)).toEqual([first, second]);
  });
});

describe('recordings that only triggers name, of parts that are booked together', () => {
  async function started() {
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    const { azumuta } = await otherAzumuta(stage, withoutList);
    const finish = async (number: string, isNew: (ids: string[]) => string[] = (ids) => ids) => {
      const recordingIds = isNew(await complete(stage, number, 1));
      const failure = await failureOf(
        stage.collect({ productOrderNumber: number, recordingIds }, {}, { azumuta }),
      );
      return { recordingIds, failure };
    };
    return { numbers, azumuta, finish };
  }

  it('are all in their one booking, as no trigger names those of the first part once more', async () => {
    const { numbers, finish } = await started();
    const named: string[] = [];
    for (const number of numbers) named.push(...(await finish(number)).recordingIds);
    expect(stage.sent()).toMatchObject([{ books: 'quantity' }]);
    expect(told(stage).sort()).toEqual(named.sort());
  });

  it('count when their part was opened again and its next trigger names new ones only', async () => {
    // Prepare
    const { numbers, finish } = await started();
    const [first = '', second = '', third = ''] = numbers;
    const named = [...(await finish(first)).recordingIds];
    await stage.azumutaSide.reopen(first);
    for (const number of [second, third]) named.push(...(await finish(number)).recordingIds);
    expect(stage.sent()).toEqual([]);

    // Act
    const { recordingIds } = await finish(first, (ids) => ids.filter((id) => !named.includes(id)));

    // Assess
    expect(recordingIds).toHaveLength(1);
    expect(told(stage).sort()).toEqual([...named, ...recordingIds].sort());
  });

  it('are waited for while no trigger names those of one part, which the sentence names', async () => {
    // Prepare
    const { numbers, azumuta, finish } = await started();
    const [first = '', second = '', third = ''] = numbers;
    await finish(first, () => []);
    await finish(second);

    // Act
    const { failure } = await finish(third);
    const before = stage.sent();
    const orders = await stage.azumutaSide.productOrders();
    const named = orders.find(({ number }) => number === first)?.recordings ?? [];
    const recordingIds = named.map(({ id }) => id);
    stage.clock.advance(61);
    await stage.collect({ productOrderNumber: first, recordingIds }, {}, { azumuta });

    // Assess
    expect(failure).toMatchObject({
      name: 'RetryLater',
      message: expect.stringContaining(`lists no recordings of product order ${first}`),
    });
    expect(before).toEqual([]);
    expect(told(stage)).toHaveLength(3);
  });
});

it('takes, of a number that can be read in two ways, the one that the ledger knows', async () => {
  // Prepare: the sender meant the plus as such; with a space, the number is unknown.
  const { number } = await completed(stage, 1);

  // Act
  await stage.collect({ productOrderNumber: 'read as a space', otherNumber: number });

  // Assess
  expect(stage.sent()).toMatchObject([{ home: number, books: 'quantity' }]);
});

describe('two triggers at the same moment', () => {
  it('have all their recordings booked: the second amends', async () => {
    // Prepare: the first plans when the second has
    const { number, recordingIds } = await completed(stage, 2);
    const [first = '', second = ''] = recordingIds;
    const { azumuta } = await otherAzumuta(stage, withoutList);
    const { ledger } = stage;
    let other: Promise<void> | undefined;
    const slow: typeof ledger.bookings = {
      ...ledger.bookings,
      async plan(...planned) {
        other ??= stage.collect({ productOrderNumber: number, recordingIds: [second] }, {}, { azumuta });
        await other;
        return ledger.bookings.plan(...planned);
      },
    };

    // Act
    await stage.collect(
      { productOrderNumber: number, recordingIds: [first] },
      {},
      { azumuta, ledger: { ...ledger, bookings: slow } },
    );

    // Assess
    expect(stage.sent().map(({ books }) => books)).toEqual(['quantity', 'amendment']);
    expect(told(stage)).toEqual([second, first]);
  });
});
