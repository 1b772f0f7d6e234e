import { beforeAll, describe, expect, it } from 'vitest';
import { operatorLedger } from '../../../../infra/local/operator-clients.ts';
import { traceLines } from '../../../../infra/ops/trace/report.ts';
import { type FindOwner, traceOrder } from '../../../../infra/ops/trace/trace.ts';
import { createLedger } from '../../../../shared/ledger/ledger.ts';
import { book, claimedOrder, plan, refuse, rejectedFor } from '../../../support/bookings.ts';
import { testClock } from '../../../support/clock.ts';
import { lookingLocally } from '../../../support/due.ts';
import { startLedgerStore } from '../../../support/dynamodb.ts';
import { newOrder, splitOrder } from '../../../support/orders.ts';

const clock = testClock();
const store = await startLedgerStore();
const ledger = operatorLedger(store.table, clock);

/** A product order that was created in Azumuta and completed there. */
async function completed(number: string, index: number, erpOrder: string): Promise<void> {
  const part = { index, first: `${erpOrder}/1`, book: 'when-all-done' } as const;
  await ledger.orders.create({
    ...newOrder({ number }),
    erpOrder: { number: erpOrder, id: `id of ${erpOrder}`, article: 'GEAR-01', amount: '3' },
    part,
  });
  const productOrder = { id: `id of ${number}`, number };
  const noted = { productOrder, azumutaId: productOrder.id, remove: ['awaiting'] };
  await ledger.claims.complete(await claimedOrder(ledger, number), noted, { event: 'created' });
}

it('shows for parts that are booked together the state of their one booking, in the order of the parts', async () => {
  // Prepare
  for (const index of [10, 2, 1]) await completed(`MO/9/${index}`, index, 'MO/9');
  const erpOrder = { number: 'MO/9', id: 'id of MO/9', article: 'GEAR-01', amount: '3' };
  await ledger.erpOrders.writeVersion(
    splitOrder('MO/9', 3, { book: 'when-all-done', erpOrder, mostParts: 10 }),
  );
  const before = await traceOrder('MO/9', ledger, lookingLocally());
  const planned = await plan(ledger, 'MO/9/1', 'm', [1, 2, 10]);

  // Act
  const after = await traceOrder('MO/9', ledger, lookingLocally());
  const byErpId = await traceOrder('id of MO/9', ledger, lookingLocally());
  await refuse(ledger, 'MO/9/1', planned, { reason: 'It is closed.', cause: 'order-state' });
  const letter = {
    messageId: 'm-9',
    orderNumber: 'MO/9/1',
    stage: 'book-completion',
    reason: 'It is closed.',
  };
  await ledger.deadLetters.record(letter);
  const refused = await traceOrder('MO/9/2', ledger, lookingLocally());

  // Assess
  expect(before.productOrders.map(({ says }) => says)).toEqual(
    Array(3).fill('It is completed in Azumuta; it is booked when all parts are.'),
  );
  expect(after.productOrders.map(({ number, state }) => `${number} ${state}`)).toEqual([
    'MO/9/1 to be booked',
    'MO/9/2 to be booked',
    'MO/9/10 to be booked',
  ]);
  expect(byErpId.productOrders.map(({ number }) => number)).toEqual(['MO/9/1', 'MO/9/2', 'MO/9/10']);
  expect(refused.productOrders).toMatchObject([{ state: 'needs a person', deadLetters: [letter] }]);
});

it('shows figures, lots and counts of what is planned or was refused, figures of what was booked, and never its texts', async () => {
  // Prepare
  const closed = { reason: 'It is closed.', cause: 'order-state' } as const;
  for (const number of ['B-1', 'B-2', 'B-3']) await ledger.orders.create(newOrder({ number }));
  await plan(ledger, 'B-1');
  await refuse(ledger, 'B-2', await plan(ledger, 'B-2'), closed);
  await book(ledger, 'B-3', await plan(ledger, 'B-3'));

  // Act
  const traces = await Promise.all(
    ['B-1', 'B-2', 'B-3'].map((asked) => traceOrder(asked, ledger, lookingLocally())),
  );

  // Assess
  const lines = traces.flatMap((trace) => traceLines(trace, { where: '--local', timeZone: 'UTC' }));
  expect(lines).toEqual(
    expect.arrayContaining([
      'To be booked: 5 u good, 1 u scrap, lots L-1, L-2, 1 note, 1 link',
      'Refused: 5 u good, 1 u scrap, lots L-1, L-2, 1 note, 1 link',
      'Booked: 5 u good, 1 u scrap, 2 lots, 1 note, 1 link',
    ]),
  );
  expect(JSON.stringify([lines, traces])).not.toMatch(/Peeters|photo/);
});

it('says to complete an order once its day is over', async () => {
  // Prepare
  const late = { erpOrder: { number: 'LATE', article: 'GEAR-01', amount: '2' }, dueDate: '2026-11-20' };
  await ledger.orders.create({ ...newOrder({ number: 'LATE' }), ...late });
  const claim = await claimedOrder(ledger, 'LATE');
  await ledger.claims.complete(claim, { awaiting: 'completion' }, { event: 'created' });
  await ledger.erpOrders.writeVersion(splitOrder('LATE', 1, { ...late, book: 'each' }));

  // Act
  const traces = await Promise.all(
    ['2026-11-20T22:00:00Z', '2026-11-21T00:00:00Z'].map((now) =>
      traceOrder('LATE', ledger, lookingLocally(new Date(now))),
    ),
  );

  // Assess
  expect(traces.map(({ productOrders }) => productOrders[0]?.next)).toEqual([
    undefined,
    expect.stringContaining('have it completed'),
  ]);
});

it('finds an order by the number that it was given later in Azumuta', async () => {
  await completed('MO/3', 1, 'MO/3');
  await ledger.knownOrders.writeAlias('RENAMED-3', 'MO/3');
  const { productOrders } = await traceOrder('RENAMED-3', ledger, lookingLocally());
  expect(productOrders.map(({ number }) => number)).toEqual(['MO/3']);
});

describe('a number in another writing', () => {
  const found = async (asked: string) =>
    (await traceOrder(asked, ledger, lookingLocally())).productOrders.map(({ number }) => number);

  beforeAll(() => completed('MO/0077 A', 1, 'SALES 77'));

  it.each([
    'mo/0077 a',
    '  MO/0077 A ',
    'MO/0077  A',
    'sales 77',
    'MO/0077 A done',
    'note on MO/0077 A',
    'production mo/0077 a done',
    'MO/0077 A-001 done',
  ])('finds its order, as typed in "%s"', async (asked) => {
    expect(await found(asked)).toEqual(['MO/0077 A']);
  });

  it('never hides the order that has exactly that number', async () => {
    for (const number of ['mo/78', 'MO/78', 'MO  79', 'MO 79']) await completed(number, 1, number);
    for (const number of ['mo/78', 'MO/78', 'MO  79', 'MO 79']) expect(await found(number)).toEqual([number]);
  });

  it('is not found in a part of itself, nor in what is no number, and the answer says what is not looked up', async () => {
    // Prepare
    await completed('MO/80', 1, 'MO/80');
    const asked = ['MO/80-001', 'MO/8', '', ' ', 'MO/80'.repeat(1600)];

    // Act
    const traces = await Promise.all(asked.map((text) => traceOrder(text, ledger, lookingLocally())));

    // Assess
    for (const trace of traces) expect(trace.productOrders).toEqual([]);
    const lines = traces.map((trace) => traceLines(trace, { where: '--local', timeZone: 'UTC' }));
    expect(lines.at(-1)?.[0]).toBe('The ledger has no order, ERP order or recording of 8000 characters.');
    expect(lines[1]).toContainEqual(expect.stringContaining('beginning of a number is searched on'));
  });
});

describe('a recording', () => {
  const notAsked = 'The key may not be read. Ask for the number of its order.';
  const traced = (answer: Awaited<ReturnType<FindOwner>>) =>
    traceOrder('5KKoy7m6ms89mvrTg', ledger, lookingLocally(), async () => answer);

  it('leads to its order, of which Azumuta says the number or the id', async () => {
    await completed('MO/2', 1, 'MO/2');
    for (const owner of ['MO/2', 'id of MO/2']) {
      const { asked, productOrders } = await traced({ owner });
      expect([asked, productOrders.map(({ number }) => number)]).toEqual(['5KKoy7m6ms89mvrTg', ['MO/2']]);
    }
  });

  it('is not found, with a sentence that says what to do, when Azumuta cannot be asked', async () => {
    const trace = await traced({ notAsked });
    expect(traceLines(trace, { where: '--local', timeZone: 'UTC' }).slice(0, 2)).toEqual([
      'The ledger has no order, ERP order or recording 5KKoy7m6ms89mvrTg.',
      notAsked,
    ]);
  });

  it('is not asked for while the ledger knows an order by that name', async () => {
    await completed('KNOWN1', 1, 'KNOWN1');
    const never: FindOwner = () => Promise.reject(new Error('Azumuta was asked.'));
    const { productOrders } = await traceOrder('KNOWN1', ledger, lookingLocally(), never);
    expect(productOrders).toHaveLength(1);
  });
});

const letterOf = (messageId: string, orderNumber: string, reason = `Reason of ${messageId}.`) => ({
  messageId,
  orderNumber,
  stage: 'book-completion',
  reason,
  cause: 'completion-unclear' as const,
});

it('shows an open dead letter although the clock of the laptop that replayed it before is hours ahead', async () => {
  // Prepare
  await completed('MO/7', 1, 'MO/7');
  const ahead = testClock('2026-11-24T11:00:00.000Z');
  const onTheLaptop = createLedger({ ...store, clock: ahead, settlingSeconds: 300 });
  await ledger.deadLetters.record(letterOf('m-7', 'MO/7'));
  await onTheLaptop.deadLetters.markReplayed(letterOf('m-7', 'MO/7'), 'sending it to completions again');
  await ledger.deadLetters.record(letterOf('m-7', 'MO/7', 'It is locked still.'));

  // Act
  const { productOrders } = await traceOrder('MO/7', ledger, lookingLocally());

  // Assess
  expect(productOrders[0]).toMatchObject({
    state: 'needs a person',
    deadLetters: [{ messageId: 'm-7', reason: 'It is locked still.', since: '2026-11-24T08:00:00.000Z' }],
  });
});

it('shows the cause of a refused order, of a refused booking, and of an order that cannot follow the ERP', async () => {
  // Prepare
  await ledger.orders.create(newOrder({ number: 'MO/6' }));
  const noArticle = { reason: 'Azumuta has no article X.', cause: 'unknown-article' } as const;
  await ledger.claims.giveBack(await claimedOrder(ledger, 'MO/6'), {
    error: rejectedFor(noArticle),
    sent: true,
  });
  const closed = { reason: 'It is closed.', cause: 'order-state' } as const;
  await refuse(ledger, 'MO/5', await plan(ledger, 'MO/5'), closed);
  const noted = { content: 'x', note: 'It has no article.', cause: 'order-data' } as const;
  await ledger.concerns.begin('MO/4', { kind: 'refused', ...noted });

  // Act
  const told = await Promise.all(
    ['MO/6', 'MO/5', 'MO/4'].map((asked) => traceOrder(asked, ledger, lookingLocally())),
  );

  // Assess
  expect(told.map(({ productOrders }) => productOrders[0])).toMatchObject([
    { cause: 'unknown-article' },
    { bookings: [{ cause: 'order-state' }] },
    { cause: 'order-data' },
  ]);
});

it('names an order in a command only as every shell reads it, and says so of any other', async () => {
  for (const number of ["MO 84's", 'MO$84']) {
    await completed(number, 1, number);
    await ledger.deadLetters.record(letterOf(`m of ${number}`, number));
  }
  const told = await Promise.all(
    ["MO 84's", 'MO$84'].map((asked) => traceOrder(asked, ledger, lookingLocally())),
  );
  expect(told.map(({ productOrders }) => productOrders[0])).toMatchObject([
    { command: 'npm run replay -- --order "MO 84\'s" --local', next: expect.not.stringContaining('shells') },
    { command: undefined, next: expect.stringContaining('No command names its number, as shells read it') },
  ]);
});
