import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partitionOf, questionKey } from '../../../shared/ledger/keys.ts';
import { recordedLog } from '../../support/logs.ts';
import { complete, completed, failureOf, told } from './completed.ts';
import { type CompletionStage, startCompletionStage, threeParts } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

it('leaves a completion that could not be handed over to the reconciliation', async () => {
  // Prepare
  const { number } = await completed(stage, 1);
  stage.sqs.fail('SendMessage', 500);

  // Act
  const failure = await failureOf(stage.collect({ productOrderNumber: number }));
  const before = await stage.ledger.orders.find(number);
  await stage.collect({ productOrderNumber: number });

  // Assess
  expect(failure).toBeInstanceOf(Error);
  expect(before?.awaitsCompletion).toBe(true);
  expect((await stage.ledger.orders.find(number))?.awaitsCompletion).toBe(false);
});

describe('a product order that is not completed in Azumuta', () => {
  it('is asked about again, and no booking is planned', async () => {
    // Prepare
    const { numbers } = await stage.ordered();
    const [number = ''] = numbers;

    // Act
    const failure = await failureOf(stage.collect({ productOrderNumber: number }));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(await stage.ledger.bookings.of(number)).toEqual([]);
    expect(stage.sent()).toEqual([]);
  });

  it.each([
    ['that the ledger knows', async () => (await stage.ordered()).numbers[0] ?? ''],
    ['that is unknown', async () => `NOBODYS-${Math.random()}`],
  ])('is asked about for 30 minutes from the first answer on: an order %s', async (_which, orderOf) => {
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
    const { number } = await completed(stage, 1);
    await stage.collect({ productOrderNumber: number });
    expect(await stage.store.table.get(questionKey(number))).toBeUndefined();
  });
});

describe('a recording that Azumuta lists and does not show', () => {
  it('is waited for, so that no other quantity is booked than was recorded', async () => {
    // Prepare
    const { number, recordingIds } = await completed(stage, 2);
    await stage.azumutaSide.setFaults([
      { kind: 'status', status: 404, route: 'GET /api/v1/recordings/{id}', times: 1 },
    ]);

    // Act
    const first = await failureOf(stage.collect({ productOrderNumber: number }, { messageId: 'listed' }));
    const before = stage.sent().length;
    await stage.collect({ productOrderNumber: number }, { messageId: 'listed' });

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(before).toBe(0);
    expect(told(stage).sort()).toEqual([...recordingIds].sort());
  });

  it('is for a person after 30 minutes', async () => {
    // Prepare
    const { number } = await completed(stage, 1);
    const message = { messageId: 'gone', sentAt: stage.clock.now() };
    const collect = () => failureOf(stage.collect({ productOrderNumber: number }, message));
    await stage.azumutaSide.setFaults([
      { kind: 'status', status: 404, route: 'GET /api/v1/recordings/{id}' },
    ]);

    // Act
    const first = await collect();
    stage.clock.advance(30 * 60);
    const last = await collect();
    await stage.azumutaSide.setFaults([]);

    // Assess
    expect([first, last]).toMatchObject([{ name: 'RetryLater' }, { name: 'Rejected' }]);
    expect(stage.sent()).toEqual([]);
  });
});

describe('an amendment of a split order that was not sent because of a crash', () => {
  it('is sent with its own recording when the next trigger is about another part', async () => {
    // Prepare: booked together, then one part gets another recording
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    for (const number of numbers) await complete(stage, number, 1);
    for (const productOrderNumber of numbers) await stage.collect({ productOrderNumber });
    const [first = '', second = ''] = numbers;
    await stage.azumutaSide.reopen(second);
    const late = (await complete(stage, second, 1)).at(-1);
    stage.sqs.forget();
    stage.sqs.fail('SendMessage', 500);
    await failureOf(stage.collect({ productOrderNumber: second }));
    stage.clock.advance(121);

    // Act
    await stage.collect({ productOrderNumber: first });

    // Assess
    expect(told(stage)).toContain(late);
  });
});

describe('a booking that no attempt has claimed', () => {
  it('is sent once more by a hint that comes minutes later, and not a third time', async () => {
    // Prepare
    const { number: productOrderNumber, recordingIds } = await completed(stage, 1);
    await stage.collect({ productOrderNumber });
    expect(told(stage)).toEqual(recordingIds);
    const later = async () => {
      stage.clock.advance(121);
      await stage.collect({ productOrderNumber });
    };

    // Act
    await later();
    await later();

    // Assess
    expect(told(stage)).toEqual([...recordingIds, ...recordingIds]);
  });
});

describe('a part that is completed again before the last one is', () => {
  it('is booked as it is in the end, with all recordings', async () => {
    // Prepare
    const { numbers } = await stage.ordered(threeParts('when-all-done'));
    const [again = '', ...others] = numbers;
    await complete(stage, again, 1);
    await stage.collect({ productOrderNumber: again });
    await stage.azumutaSide.reopen(again);
    const both = await complete(stage, again, 1);
    await stage.collect({ productOrderNumber: again });

    // Act
    for (const productOrderNumber of others) {
      await complete(stage, productOrderNumber, 0);
      await stage.collect({ productOrderNumber });
    }

    // Assess
    expect(both).toHaveLength(2);
    expect(told(stage)).toEqual(both);
  });
});

describe('the names of persons in a recording', () => {
  // Each recording of the sandbox ends with a signature.
  const keptOf = async (includeOperators: boolean) => {
    const { number } = await completed(stage, 1);
    const logged = recordedLog();
    await stage.collect({ productOrderNumber: number }, { log: logged.log }, { includeOperators });
    const inLedger = JSON.stringify(await stage.store.table.query(partitionOf(number)));
    return { inQueue: JSON.stringify(stage.sent()), inLedger, inLog: logged.lines.join() };
  };

  it('reach neither the queue, nor the ledger, nor the log', async () => {
    const kept = await keptOf(false);
    expect(kept.inQueue).toContain('Signature');
    expect(Object.entries(kept).filter(([, text]) => text.includes('Peeters'))).toEqual([]);
  });

  it('reach only the queue when the mapping asks for them', async () => {
    const kept = await keptOf(true);
    const places = Object.entries(kept).filter(([, text]) => text.includes('Peeters'));
    expect(places.map(([place]) => place)).toEqual(['inQueue']);
  });
});
