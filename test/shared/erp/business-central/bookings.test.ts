import { describe, expect, it } from 'vitest';
import { OrderNotReady } from '../../../../shared/model/errors.ts';
import { failureOf, firstAttempt, newSignal } from '../conformance/attempts.ts';
import { assemblyOf, completionOf, partOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { bcAssembly } from '../conformance/plants/business-central.ts';
import { rejection } from '../conformance/rejection.ts';
import type { BcBooking } from '../conformance/servers/bc-records.ts';
import { startPlant } from './plant.ts';

describe('the calls of a booking', () => {
  const pagesOf = ({ faults }: ReturnType<typeof startPlant>) =>
    faults.calls().flatMap(({ method, url }) => {
      const page = /\/companies\([^)]*\)\/(\w+)/.exec(url)?.[1];
      return page === undefined ? [] : [`${method} ${page}`];
    });

  it('are 4, and 1 for one that is booked', async () => {
    const plant = startPlant();
    const completion = completionOf(plant.plan());

    await plant.book(completion);
    const calls = pagesOf(plant);
    plant.faults.reset();
    await plant.book(completion);

    expect(calls).toEqual(['GET bookings', 'GET orderLines', 'POST bookings', 'GET bookings']);
    expect(pagesOf(plant)).toEqual(['GET bookings']);
  });

  it('are 6 with components and operations', async () => {
    const plant = startPlant();
    const order = plant.plan(bcAssembly.article);

    await plant.book(assemblyOf(order, bcAssembly, {}));

    expect(pagesOf(plant)).toHaveLength(6);
  });
});

it('posts the same good quantity on each operation that is Manual and not finished, and scrap on the last alone', async () => {
  const { books, plan, book } = startPlant();
  const order = plan();

  await book(completionOf(order, { quantity: { amount: '4' }, scrap: { amount: '1' } }));

  const posted = books.entries
    .filter(({ type }) => type === 'capacity')
    .map(({ operationNo, quantity, scrap }) => [operationNo, quantity, scrap]);
  expect(posted).toEqual([
    ['10', '4', '0'],
    ['20', '4', '0'],
    ['20', '0', '1'],
  ]);
});

it('finishes nothing by itself unless it may, and then only an order of which nothing remains on any line', async () => {
  const statesAfter = async (finish: 'planner' | 'complete') => {
    const { books, book, numberOf } = startPlant({ finish });
    const one = books.plan({ itemNo: 'CHAIR', quantity: '5' });
    const other = books.plan({ itemNo: 'CHAIR', quantity: '5', orderNo: one.orderNo });
    const states: string[] = [];
    for (const line of [one, other]) {
      await book(completionOf({ number: numberOf(line) }));
      states.push(`${one.status} ${other.status}`);
    }
    return states;
  };

  expect(await statesAfter('planner')).toEqual(['Released Released', 'Released Released']);
  expect(await statesAfter('complete')).toEqual(['Released Released', 'Finished Finished']);
});

it('hands on the variant of its line, the day of the work, the product order with its link, and as much of its key as there is room for', async () => {
  // Prepare
  const { books, numberOf, connect } = startPlant();
  const line = books.plan({ itemNo: 'CHAIR', quantity: '5', variant: 'RED' });
  const completion = completionOf({ number: numberOf(line) }, { completedOn: '2026-11-23' });
  const key = quantityKey({ id: 'K'.repeat(120), number: '1' });

  // Act
  await connect().book(completion, key, firstAttempt());

  // Assess
  const { number, url } = completion.productOrder;
  expect(books.bookings).toMatchObject([
    { variantCode: 'RED', productOrder: number, link: url, reference: key.slice(0, 100) },
  ]);
  expect(new Set(books.entries.map(({ postingDate }) => postingDate))).toEqual(new Set(['2026-11-23']));
});

it('takes scrap alone of an item with lots, and notes which of them were scrapped', async () => {
  const { books, plan, book } = startPlant();
  const scrap = { amount: '2' };

  const lots = [
    { number: 'L1', quantity: { amount: '3' } },
    { number: 'L2', quantity: scrap, scrapped: true as const },
  ];

  await book(completionOf(plan('SOAP'), { quantity: { amount: '0' }, scrap }));
  await book(completionOf(plan('SOAP'), { quantity: { amount: '3' }, scrap, lots }));

  const notes = books.bookings.map(({ note }) => note);
  expect(notes).toEqual(['', expect.stringContaining('L2')]);
});

it('posts the times of an operation in the unit of its centre, on the routing that the lines of a family share', async () => {
  // Prepare
  const { books, numberOf, book } = startPlant();
  const first = books.plan({ itemNo: 'CHAIR', quantity: '5' });
  const second = books.plan({ itemNo: 'CHAIR', quantity: '5', orderNo: first.orderNo });
  Object.assign(first.operations[0] ?? {}, { minutesPerTimeUnit: '60' });
  Object.assign(second, { routingReference: first.lineNo, operations: first.operations });
  const operations = [{ operation: '10', setupSeconds: 900, runSeconds: 5400, finished: false }];

  // Act
  await book(completionOf({ number: numberOf(second) }, { operations }));

  // Assess
  const [posted] = books.entries.filter(
    ({ type, operationNo }) => type === 'capacity' && operationNo === '10',
  );
  expect(posted).toMatchObject({ lineNo: second.lineNo, setup: '0.25', run: '1.5', quantity: '5' });
});

it('takes of components that nobody named what is planned for what was built, no more than remains, and none of a line for nothing', async () => {
  // Prepare
  const { books, line, numberOf, book } = startPlant();
  const planned = line(bcAssembly.article);
  books.issueByHand(planned, 'WHEEL', '2');
  const forNothing = line(bcAssembly.article, '0');
  const components = { all: false, beyondPlan: true, used: [] };

  // Act
  await book(completionOf({ number: numberOf(planned) }, { components }));
  await book(completionOf({ number: numberOf(forNothing) }, { components }));

  // Assess
  const consumed = (of: typeof planned) => of.components.map((one) => [one.itemNo, one.consumed]);
  expect(consumed(planned)).toEqual([
    ['FRAME', '5'],
    ['WHEEL', '5'],
    ['SADDLE', '5'],
  ]);
  expect(new Set(consumed(forNothing).map(([, amount]) => amount))).toEqual(new Set(['0']));
});

it('gives the number of the entries as its receipt', async () => {
  const { plan, book } = startPlant();
  const order = plan();

  const receipts = [await book(partOf(order, 1, '2')), await book(partOf(order, 2, '3'))];

  for (const { reference } of receipts) expect(reference).toMatch(/^entries \d+ to \d+$/);
});

it.each<[string, Partial<BcBooking>]>([
  ['other good was asked for', { good: '4' }],
  ['other scrap was asked for', { scrap: '0' }],
  ['less was posted', { postedGood: '4' }],
  ['less scrap was posted', { postedScrap: '0' }],
  ['it is of another order', { orderNo: 'RPO-9999' }],
  ['it is of another line', { lineNo: 20_000 }],
])('gives no receipt for a row with our key where %s', async (_, differs) => {
  // Prepare
  const { books, plan, book } = startPlant();
  const completion = completionOf(plan(), { scrap: { amount: '1' } });
  await book(completion);
  const [row] = books.bookings;
  Object.assign(row ?? {}, differs);

  // Act
  const failure = await failureOf(book(completion));

  // Assess
  expect(failure).toMatchObject(rejection('correct it there by hand', 'booked-otherwise'));
  expect(books.bookings).toHaveLength(1);
});

it('knows its booking by a key that is answered in capital letters', async () => {
  const { plan, book, books, faults } = startPlant();
  const completion = completionOf(plan());
  faults.rewriteAnswers((body) =>
    body.replaceAll(/"id":"([^"]*)"/g, (found) => found.replace(/:.*/, (id) => id.toUpperCase())),
  );

  const receipts = [await book(completion), await book(completion)];

  expect(receipts.map(({ alreadyBooked }) => alreadyBooked)).toEqual([false, true]);
  expect(books.bookings).toHaveLength(1);
});

it('links once, and refuses none, of two workers at once', async () => {
  const { plan, books, connect } = startPlant();
  const order = plan();
  const link = () => connect().linkProductOrder?.(order, productOrderOf(order), firstAttempt());

  await Promise.all([link(), link()]);

  expect(books.links).toHaveLength(1);
});

it('gives no receipt for a booking whose transaction is open, and books once after it was undone', async () => {
  // Prepare
  const { books, plan, book } = startPlant();
  const completion = completionOf(plan());
  books.holdsNext = true;

  // Act
  const cut = await failureOf(book(completion));
  const meanwhile = await failureOf(book(completion));
  books.held = undefined;
  const receipt = await book(completion);

  // Assess
  expect(cut).toMatchObject({ kind: 'partner-down', wrote: 'perhaps' });
  expect(meanwhile).toBeInstanceOf(OrderNotReady);
  expect(receipt).toMatchObject({ alreadyBooked: false });
  expect(books.bookings).toHaveLength(1);
});

it('would give one, if pages showed what is not committed: so each page of the extension reads what is', async () => {
  const { server, books, plan, book } = startPlant();
  const completion = completionOf(plan());
  server.readsUncommitted = true;
  books.holdsNext = true;

  await failureOf(book(completion));
  const receipt = await book(completion);

  expect(receipt.alreadyBooked).toBe(true);
  expect(books.bookings).toEqual([]);
});

it('says that entries are of the capacity ledger, where scrap alone was booked', async () => {
  const { plan, book } = startPlant();
  const completion = completionOf(plan(), { quantity: { amount: '0' }, scrap: { amount: '2' } });

  const { reference } = await book(completion);

  expect(reference).toMatch(/^capacity entry \d+$/);
});

it('says for doctor whether it may post, and on which days', async () => {
  // Prepare
  const { server, books, plan, connect } = startPlant();
  const order = plan();
  const { notOffered, readRights } = connect();
  const look = async () => [await notOffered?.(order, newSignal()), await readRights?.(newSignal())];

  // Act
  const unlimited = await look();
  server.canPost = false;
  books.postingFrom = '2026-12-01';
  const limited = await look();

  // Assess
  const to = 'write bookings and item journals in CRONUS BE';
  expect(unlimited).toEqual([[], [{ to, isGranted: true }]]);
  expect(limited).toEqual([
    [expect.stringContaining('from 2026-12-01 to any day only')],
    [{ to, isGranted: false }],
  ]);
});

// Nobody can set it back: ProdOrderRoutingLine.Table.al of microsoft/BCApps, field 79, its text 008.
it('refuses what is built after its line was completed, as its operations are finished, and says how a person books it', async () => {
  const { books, plan, book } = startPlant();
  const order = plan();
  await book(completionOf(order));

  const failure = await failureOf(book(partOf(order, 2, '1')));

  expect(failure).toMatchObject(
    rejection(
      'Operation 20 of line RPO-1001/10000 is finished, .* Post it in the Output Journal',
      'order-state',
    ),
  );
  expect(books.bookings).toHaveLength(1);
});

it.each([
  ['2.0.0.0', 'version 2.0.0.0 of the extension, newer'],
  ['0.9.0.0', 'version 0.9.0.0 of the extension, older'],
  [undefined, 'the extension is missing'],
])('says for doctor that the extension has version %s', async (version, says) => {
  const { server, plan, connect } = startPlant();
  const order = plan();
  server.extension = version;
  const { notOffered, readRights } = connect();

  const failures = [
    await failureOf(Promise.resolve(notOffered?.(order, newSignal()))),
    await failureOf(Promise.resolve(readRights?.(newSignal()))),
  ];

  for (const failure of failures)
    expect(failure).toMatchObject({ kind: 'partner-down', message: expect.stringContaining(says) });
});

it('finishes an operation with the booking that completes its line, and not before', async () => {
  const { line, numberOf, book } = startPlant();
  const planned = line();
  const part = (n: number, amount: string) =>
    book(
      partOf({ number: numberOf(planned) }, n, amount, {
        operations: [{ operation: '10', runSeconds: 60, finished: true }],
      }),
    );

  await part(1, '2');
  const between = planned.operations[0]?.status;
  await part(2, '3');

  expect([between, planned.operations[0]?.status]).toEqual(['In Progress', 'Finished']);
});
