import { describe, expect, it } from 'vitest';
import { businessCentral } from '../../../../shared/erp/business-central/index.ts';
import type { BusinessCentralOptions } from '../../../../shared/erp/business-central/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { OrderNotReady } from '../../../../shared/model/errors.ts';
import { failureOf, firstAttempt, newSignal } from '../conformance/attempts.ts';
import { assemblyOf, completionOf, partOf, productOrderOf } from '../conformance/completions.ts';
import { bcAssembly } from '../conformance/plants/business-central.ts';
import { rejection } from '../conformance/rejection.ts';
import type { BcLine } from '../conformance/servers/bc-records.ts';
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

describe('bad input', () => {
  type Change = (line: BcLine) => void;
  const first = ({ operations: [one] }: BcLine) => one ?? {};
  const last = ({ operations }: BcLine) => operations.at(-1) ?? {};
  const reported = (operation: string): Partial<Completion> => ({
    operations: [{ operation, runSeconds: 60, finished: false, recording: 'r1' }],
  });

  it.each<[string, string, Change, Partial<Completion>, string]>([
    ['an order that is blocked', 'CHAIR', (line) => Object.assign(line, { blocked: true }), {}, 'is blocked'],
    [
      'one that is finished',
      'CHAIR',
      (line) => Object.assign(line, { status: 'Finished' }),
      {},
      'is finished',
    ],
    [
      'a last operation that flushes',
      'CHAIR',
      (line) => Object.assign(last(line), { flushing: 'Backward' }),
      {},
      'posts the output of its last operation 20 by itself (Backward)',
    ],
    ['another item', 'CHAIR', () => undefined, { article: 'TABLE' }, 'is for product CHAIR'],
    ['another unit', 'CHAIR', () => undefined, { quantity: { amount: '5', unit: 'KG' } }, 'counted in PCS'],
    ['more than 5 decimals', 'CHAIR', () => undefined, { quantity: { amount: '0.123456' } }, '0.123456'],
    ['a lot that is missing', 'SOAP', () => undefined, {}, 'item SOAP needs a lot number'],
    [
      'a lot that is too long',
      'SOAP',
      () => undefined,
      { lots: [{ number: 'L'.repeat(51) }] },
      'more than 50',
    ],
    ['serial numbers that are missing', 'PUMP', () => undefined, {}, 'each of its 5 pieces'],
    ['an operation that is unknown', 'CHAIR', () => undefined, reported('99'), 'operation 99'],
    [
      'an operation that is finished',
      'CHAIR',
      (line) => Object.assign(first(line), { status: 'Finished' }),
      reported('10'),
      'operation 10 (recording r1) is finished there',
    ],
    [
      'an operation that is subcontracted',
      'CHAIR',
      (line) => Object.assign(first(line), { subcontracted: true }),
      reported('10'),
      'is subcontracted',
    ],
    [
      'a centre that is blocked',
      'CHAIR',
      (line) => Object.assign(first(line), { centerBlocked: true }),
      reported('10'),
      'is at a centre that is blocked',
    ],
    [
      'an operation that flushes',
      'CHAIR',
      (line) => Object.assign(first(line), { flushing: 'Forward' }),
      reported('10'),
      'is posted there by itself (Forward)',
    ],
    [
      'a component that flushes',
      'CHAIR',
      () => undefined,
      {
        components: {
          all: false,
          beyondPlan: true,
          used: [{ article: 'LEG', quantity: { amount: '6' }, lots: [] }],
        },
      },
      'component LEG is taken by Business Central itself (Backward)',
    ],
    [
      'nothing but what was recorded, of an order with a component that flushes',
      'CHAIR',
      () => undefined,
      { components: { all: true, beyondPlan: true, used: [] } },
      'takes LEG by itself',
    ],
  ])('is refused at the look, and nothing is sent: %s', async (_, itemNo, change, differs, says) => {
    // Prepare
    const { books, faults, line, numberOf, book, plant } = startPlant();
    const planned = line(itemNo);
    change(planned);
    books.stamp(planned);
    const before = plant.everything();

    // Act
    const failure = await failureOf(book(completionOf({ number: numberOf(planned) }, differs)));

    // Assess
    expect(failure).toMatchObject(rejection(says));
    expect(String(failure)).toContain(numberOf(planned));
    expect(faults.calls().filter(({ method, url }) => method === 'POST' && !url.includes('token'))).toEqual(
      [],
    );
    expect(plant.everything()).toEqual(before);
  });

  it.each<[string, (plant: ReturnType<typeof startPlant>) => void, Partial<Completion>, string]>([
    [
      'a part that is short',
      ({ books }) => books.addStock('LEG', '', '4'),
      {},
      'insufficient quantity of Item LEG',
    ],
    [
      'a scrap code that is unknown',
      () => undefined,
      { scrap: { amount: '1' }, scrapReasons: [{ reason: 'NONE', quantity: { amount: '1' } }] },
      'NONE',
    ],
    [
      'a posting date outside the range',
      ({ books }) => {
        books.postingFrom = '2026-12-01';
      },
      {},
      'allowed posting dates',
    ],
    [
      'an item that is blocked for output',
      ({ books }) => Object.assign(books.items.get('CHAIR') ?? {}, { productionBlocked: 'Output' }),
      {},
      'You cannot produce Item CHAIR',
    ],
    [
      'a location with inventory put-away',
      ({ books }) => void books.locations.set('', { inventoryPutAway: true }),
      {},
      'put-away',
    ],
  ])('is refused in the transaction, which leaves nothing: %s', async (_, change, differs, says) => {
    // Prepare
    const plant = startPlant();
    const order = plant.plan();
    change(plant);
    const before = plant.plant.everything();

    // Act
    const failure = await failureOf(plant.book(completionOf(order, differs)));

    // Assess
    expect(failure).toMatchObject(rejection(says));
    expect(plant.plant.everything()).toEqual(before);
  });

  it('names what was used of a part that is short', async () => {
    const { plan, book } = startPlant();
    const used = [
      { article: 'FRAME', quantity: { amount: '5' }, lots: [{ number: 'B-RARE' }], recording: 'r1' },
    ];

    const failure = await failureOf(
      book(completionOf(plan(bcAssembly.article), { components: { all: false, beyondPlan: true, used } })),
    );

    expect(failure).toMatchObject(rejection('5 PCS from B-RARE (recording r1)', 'order-state'));
  });

  it.each<[string, object, string]>([
    ['neither cloud nor server', {}, 'tenant and environment'],
    [
      'both',
      { tenant: 't', environment: 'e', url: 'https://bc.example', auth: 'basic' },
      'tenant and environment',
    ],
    ['a company by its name', { tenant: 't', environment: 'e', company: 'CRONUS' }, 'the id of the company'],
    [
      'a tenant that is an address',
      { tenant: 'https://t', environment: 'e' },
      'the id or domain of the tenant',
    ],
  ])('stops synthesis: %s', (_, options, says) => {
    const given = { company: '5d115c9c-44e3-ea11-bb43-000d3a2feca1', ...options } as BusinessCentralOptions;
    expect(() => businessCentral(given)).toThrow(says);
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

it('gives the number of the entries as its receipt', async () => {
  const { plan, book } = startPlant();
  const order = plan();

  const receipts = [await book(partOf(order, 1, '2')), await book(partOf(order, 2, '3'))];

  for (const { reference } of receipts) expect(reference).toMatch(/^entries \d+ to \d+$/);
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
