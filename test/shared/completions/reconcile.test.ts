import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCompletionCollector } from '../../../shared/completions/collect.ts';
import { bookingMessageSchema, type CompletionHint } from '../../../shared/completions/messages.ts';
import { createCompletionReader } from '../../../shared/completions/read-recordings.ts';
import { createQueues, parseMessage } from '../../../shared/platform/aws/queue.ts';
import { silent } from '../../support/logs.ts';
import { never, type ReconcileStage, type ReconcileTest, startReconcileStage } from './reconcile-stage.ts';

let stage: ReconcileStage;
let sqs: ReconcileStage['sqs'];
let control: ReconcileStage['control'];
let azumuta: ReconcileStage['azumuta'];
let clock: ReconcileTest['clock'];
let ledger: ReconcileTest['ledger'];
let partners: ReconcileTest['partners'];
let created: ReconcileTest['created'];
let createdOutside: ReconcileTest['createdOutside'];
let run: ReconcileTest['run'];
let hints: ReconcileTest['hints'];

beforeAll(async () => {
  stage = await startReconcileStage();
  ({ sqs, control, azumuta } = stage);
});
afterAll(() => stage?.stop());
beforeEach(async () => {
  ({ clock, ledger, partners, created, createdOutside, run, hints } = await stage.begin());
});

describe('a completion whose trigger was lost', () => {
  it('enters the completions queue as a hint of reconciliation, after one read', async () => {
    // Prepare
    const number = await created('LOST', 3);
    await control.complete(number);

    // Act
    const report = await run();

    // Assess
    expect(report).toEqual({ outcome: 'asked', asked: 1, completed: 1, open: 0, unclear: 0 });
    expect(hints()).toEqual([
      {
        v: 1,
        kind: 'completion',
        event: 'product-order-completed',
        productOrderNumber: number,
        workInstructionIds: [],
        recordingIds: [],
        receivedAt: clock.now().toISOString(),
        eventId: 'run-1/1',
        via: 'reconciliation',
      },
    ]);
    expect(await control.calls()).toEqual({ 'GET /api/v1/productorders/{id}': 1 });
  });

  it('is booked once, even when the trigger comes late', async () => {
    // Prepare
    const number = await created('LATE', 3);
    const { recordings } = await control.complete(number);
    await run();
    const [hint] = hints();
    if (!hint) throw new Error('There is no hint.');

    // Act: both hints are collected as in the function.
    await collect(hint, 'first');
    const recordingIds = recordings.map(({ id }) => id);
    await collect({ ...hint, via: 'webhook', eventId: 'the late trigger', recordingIds }, 'second');

    // Assess
    const bookings = sqs.sent
      .filter(({ queue }) => queue === 'bookings')
      .map(({ body }) => parseMessage(bookingMessageSchema, body));
    expect(bookings.map(({ key, books }) => ({ key, books }))).toEqual([
      { key: expect.stringMatching(/^[2-9A-Za-z]{17}#quantity$/), books: 'quantity' },
    ]);
  });

  it('is not asked about again once it was collected', async () => {
    // Prepare
    const number = await created('COLLECTED', 3);
    await control.complete(number);
    await collected(number);

    // Act
    const report = await run();

    // Assess
    expect(report.asked).toBe(0);
    expect(await control.calls()).toEqual({});
  });

  it('is not asked about when its trigger came a moment ago and the index does not show it yet', async () => {
    // Prepare
    const number = await created('LAGGING', 3);
    await collected(number);
    const lagging = { ...ledger.orders, overdue: async () => [number] };

    // Act
    const report = await run({ ledger: { ...ledger, orders: lagging } });

    // Assess
    expect(report.asked).toBe(0);
    expect(await control.calls()).toEqual({});
  });

  it('gets another hint on another day, in case the first was lost', async () => {
    // Prepare
    const number = await created('TWICE', 3);
    await control.complete(number);
    await run();
    clock.advance(24 * 3600);

    // Act
    const report = await run();

    // Assess
    expect(report.completed).toBe(1);
    expect(hints().map(({ productOrderNumber }) => productOrderNumber)).toEqual([number, number]);
  });
});

it('records once that an overdue product order was removed in Azumuta, and goes on asking', async () => {
  // Prepare
  const number = await createdOutside('REMOVED', 3);
  await run();
  clock.advance(24 * 3600);

  // Act
  const report = await run();

  // Assess
  expect(report).toMatchObject({ asked: 1, unclear: 1 });
  const told = (await ledger.journeys.of(number)).filter(({ event }) => event === 'conflict');
  expect(told.map(({ note }) => note)).toEqual([
    'Azumuta does not know it any more: if it was built, book it in the ERP by hand',
  ]);
});

function collect(hint: CompletionHint, owner: string): Promise<void> {
  const collectCompletion = createCompletionCollector({
    ledger,
    clock,
    partners,
    reader: createCompletionReader({ ledger, azumuta, partners, includeOperators: false }),
    queues: createQueues(sqs.client),
    bookingsQueueUrl: sqs.queueUrl('bookings'),
    trustTrigger: false,
    reconciles: true,
    withoutRecordings: false,
    articleIsMapped: false,
    erpOrderNumber: undefined,
  });
  return collectCompletion(hint, {
    owner,
    messageId: owner,
    endsAt: new Date(clock.now().getTime() + 60_000),
    signal: never,
    log: silent,
    secondsUntil: () => 1,
    sentAt: clock.now(),
    receiveCount: 1,
  });
}

async function collected(number: string): Promise<void> {
  const entry = await ledger.orders.find(number);
  if (!entry) throw new Error(`The ledger does not know ${number}.`);
  await ledger.orders.markCompleted(entry);
}
