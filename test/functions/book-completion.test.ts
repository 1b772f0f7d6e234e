import { expect, it } from 'vitest';
import { createBookCompletion } from '../../functions/book-completion/book-completion.ts';
import { completionHint } from '../../shared/completions/messages.ts';
import { PausesForPeople } from '../../shared/ledger/records/pauses.ts';
import { backoffDefaults } from '../../shared/worker/policy.ts';
import { invocation, messages, type Surroundings, startSurroundings } from './stage.ts';

/** A container of the function. */
const booker = ({ integration, runtime }: Surroundings) => createBookCompletion(integration, runtime);

/** A trigger of a product order, as Lambda passes it on. */
const triggerOf = (productOrderNumber: string) =>
  messages(completionHint('webhook', { productOrderNumber }, 'event'));

/** A product order that is completed in Azumuta, of an order of the ERP. */
async function completed(stage: Surroundings, isCompleted = true) {
  const order = stage.plan();
  await stage.created(order.number, { erpOrder: order, dueDate: '2026-12-01' });
  if (isCompleted) stage.azumuta.complete(order.number);
  return order;
}

const trusting = (trustTrigger: boolean) => ({ azumuta: { contract: { trustTrigger } } });
const reopened = (stage: Surroundings) =>
  azumutaShows(stage, (shown) => Object.assign(shown, { status: 'open' }));
const unrecorded = (stage: Surroundings) => azumutaShows(stage, (shown) => void delete shown.recordings);

/** The product orders that Azumuta answers, changed. */
function azumutaShows(stage: Surroundings, change: (shown: Record<string, unknown>) => unknown): void {
  stage.answers.azumuta = ({ url }, answer) => {
    const given = answer();
    const body = given.body as { data?: Record<string, unknown>[] } & Record<string, unknown>;
    if (/productorders/.test(url.pathname)) for (const shown of body.data ?? [body]) change(shown);
    return given;
  };
}

it('books what the mapping makes of a completion, once', async () => {
  // Prepare
  const stage = await startSurroundings({ completions: { quantity: () => 3 } });
  const order = await completed(stage);
  const book = booker(stage);

  // Act
  const responses = [];
  for (let times = 0; times < 2; times += 1) responses.push(await book(triggerOf(order.number), invocation));

  // Assess
  expect(responses).toEqual(Array(2).fill({ batchItemFailures: [] }));
  expect(stage.erp.books(order)).toMatchObject({ good: '3', bookings: [{ good: '3' }] });
});

it('says in the index of days what was booked, and by when it was due', async () => {
  // Prepare
  const stage = await startSurroundings({ completions: { quantity: () => 3, scrap: () => 1 } });
  const order = await completed(stage);

  // Act
  await booker(stage)(triggerOf(order.number), invocation);

  // Assess
  const now = stage.clock.now();
  const events = await stage.ledger.days.listEvents(new Date(now.getTime() - 86_400_000), now);
  const booked = events.find(({ event }) => event === 'booked');
  expect(booked).toMatchObject({ good: { amount: '3' }, scrap: { amount: '1' }, due: '2026-12-01' });
});

it('notes with which version of the configuration a booking was planned, and waits as the environment says', async () => {
  // Prepare
  const stage = await startSurroundings();
  const order = await completed(stage);
  stage.answers.erp = () => ({ status: 503 });

  // Act
  await booker(stage)(triggerOf(order.number), invocation);

  // Assess
  const { bookings } = await stage.ledger.knownOrders.read(order.number);
  expect(bookings).toMatchObject([{ state: 'waiting', configuration: 'version 1' }]);
  expect(stage.sqs.hidden).toEqual([{ queue: 'completions', seconds: 5 }]);
});

it('waits no longer than the policy allows, however long the environment lets a first wait be', async () => {
  const stage = await startSurroundings({}, { RETRY_BASE_SECONDS: '5000' });
  const order = await completed(stage);
  stage.answers.erp = () => ({ status: 503 });
  await booker(stage)(triggerOf(order.number), invocation);
  expect(stage.sqs.hidden).toEqual([{ queue: 'completions', seconds: (5 / 6) * backoffDefaults.capSeconds }]);
});

it.each<[string, Parameters<typeof startSurroundings>[0], (stage: Surroundings) => unknown, string]>([
  ['what Azumuta does not call completed', trusting(true), reopened, '5'],
  ['not what Azumuta does not call completed', trusting(false), reopened, '0'],
  ['without recordings', { completions: { unknownRecordings: 'ignore' } }, unrecorded, '5'],
  ['not without recordings', { completions: { unknownRecordings: 'reject' } }, unrecorded, '0'],
])('books %s if the configuration says so: %j', async (_, settings, prepare, good) => {
  const stage = await startSurroundings(settings);
  const order = await completed(stage);
  prepare(stage);
  await booker(stage)(triggerOf(order.number), invocation);
  expect(stage.erp.books(order).good).toBe(good);
});

it.each([
  ['a person', 'off', 1],
  ['the reconciliation', { everyHours: 24 }, 0],
] as const)(
  'leaves a trigger that came too early to %s after half an hour',
  async (_, reconcile, letters) => {
    // Prepare
    const stage = await startSurroundings({ schedule: { reconcile } });
    const order = await completed(stage, false);
    const book = booker(stage);
    const trigger = triggerOf(order.number);
    await book(trigger, invocation);
    stage.clock.advance(31 * 60);

    // Act
    const response = await book(trigger, invocation);

    // Assess
    expect(response).toEqual({ batchItemFailures: [] });
    expect(stage.sent('dead-letters')).toHaveLength(letters);
  },
);

it('books a product order of somebody else on the ERP order that the configuration names', async () => {
  // Prepare
  const erpOrderNumber = (number: string) => number.replace('hand of ', '');
  const stage = await startSurroundings({ completions: { erpOrderNumber } });
  const order = stage.plan();
  const number = `hand of ${order.number}`;
  stage.azumuta.typeByHand(number, 'GEAR-01', { Quantity: 5 });
  stage.azumuta.complete(number);

  // Act
  await booker(stage)(triggerOf(number), invocation);

  // Assess
  expect(stage.erp.books(order).good).toBe('5');
});

it.each([
  ['are mapped', { article: () => 'GEAR-02' }, '5', 0],
  ['are the same', {}, '0', 1],
])(
  "compares the article of somebody else's with the ERP's unless they %s",
  async (_, productOrders, good, letters) => {
    // Prepare
    const stage = await startSurroundings({ productOrders });
    const order = stage.plan();
    stage.azumuta.typeByHand(order.number, 'GEAR-02', { Quantity: 5 });
    stage.azumuta.complete(order.number);

    // Act
    await booker(stage)(triggerOf(order.number), invocation);

    // Assess
    expect(stage.erp.books(order).good).toBe(good);
    expect(stage.sent('dead-letters')).toHaveLength(letters);
  },
);

it.each([
  ['ignore', 0],
  ['reject', 1],
] as const)(
  'tells a person of an order that the ERP does not know, unless the configuration says ignore: %s',
  async (unknownOrder, letters) => {
    // Prepare
    const stage = await startSurroundings({ completions: { unknownOrder } });
    stage.azumuta.typeByHand('NOT THERE', 'GEAR-01', { Quantity: 5 });
    stage.azumuta.complete('NOT THERE');

    // Act
    const response = await booker(stage)(triggerOf('NOT THERE'), invocation);

    // Assess
    expect(response).toEqual({ batchItemFailures: [] });
    expect(stage.sent('dead-letters')).toHaveLength(letters);
  },
);

it.each([true, false])(
  'gives the mapping the names of operators only if asked to: %s',
  async (includeOperators) => {
    // Prepare
    const named: unknown[] = [];
    const notes = ({ recordings }: { recordings: readonly { operator?: string | undefined }[] }) => {
      named.push(...recordings.map(({ operator }) => operator));
      return [];
    };
    const stage = await startSurroundings({ completions: { includeOperators, notes } });
    const order = await completed(stage);

    // Act
    await booker(stage)(triggerOf(order.number), invocation);

    // Assess
    expect(named.some((operator) => operator !== undefined)).toBe(includeOperators);
  },
);

it('books nothing on an ERP order while what was sent for it may be settling, as long as the environment says', async () => {
  // Prepare: two product orders of one ERP order, and the ERP does not answer the first booking
  const stage = await startSurroundings({ completions: { erpOrderNumber: (number) => number.slice(2) } });
  const order = stage.plan();
  for (const number of [`a ${order.number}`, `b ${order.number}`]) {
    stage.azumuta.typeByHand(number, 'GEAR-01', { Quantity: 5 });
    stage.azumuta.complete(number);
  }
  const book = booker(stage);
  stage.answers.erp = ({ method }, answer) => (method === 'POST' ? undefined : answer());
  await book(triggerOf(`a ${order.number}`), invocation);
  const waits = [...stage.sqs.hidden];
  stage.answers.erp = (_, answer) => answer();

  // Act
  const good: string[] = [];
  for (const seconds of [419, 2]) {
    stage.clock.advance(seconds);
    await book(triggerOf(`b ${order.number}`), invocation);
    good.push(stage.erp.books(order).good);
  }

  // Assess
  expect(waits).toEqual([{ queue: 'completions', seconds: 425 }]);
  expect(good).toEqual(['0', '5']);
});

it('books nothing while bookings are paused', async () => {
  // Prepare
  const stage = await startSurroundings();
  const order = await completed(stage);
  await new PausesForPeople(stage.store.table, stage.clock).pauseFlow('bookings');

  // Act
  const response = await booker(stage)(triggerOf(order.number), invocation);

  // Assess
  expect(response.batchItemFailures).toHaveLength(1);
  expect(stage.erp.books(order).good).toBe('0');
});
