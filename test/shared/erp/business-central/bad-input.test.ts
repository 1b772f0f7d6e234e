import { describe, expect, it } from 'vitest';
import { businessCentral } from '../../../../shared/erp/business-central/index.ts';
import type { BusinessCentralOptions } from '../../../../shared/erp/business-central/options.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { OrderNotReady } from '../../../../shared/model/errors.ts';
import { failureOf } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import type { Answer } from '../conformance/fault-proxy.ts';
import { bcAssembly } from '../conformance/plants/business-central.ts';
import { rejection } from '../conformance/rejection.ts';
import type { BcLine } from '../conformance/servers/bc-records.ts';
import { startPlant } from './plant.ts';

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
      'a component that flushes, as planned and with its lot, which would be lost',
      'CHAIR',
      () => undefined,
      {
        components: {
          all: false,
          beyondPlan: true,
          used: [{ article: 'LEG', quantity: { amount: '5' }, lots: [{ number: 'L1' }] }],
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
      'a day in a closed inventory period',
      ({ books }) => {
        books.closedUntil = '2026-11-30';
      },
      {},
      'Inventory Period is already closed',
    ],
    [
      'a dimension that is missing',
      ({ books }) => Object.assign(books.items.get('CHAIR') ?? {}, { mandatoryDimension: 'AREA' }),
      {},
      'Dimension Code AREA',
    ],
    [
      'a location with inventory put-away',
      ({ books }) => void books.locations.set('', { inventoryPutAway: true }),
      {},
      'inventory put-away',
    ],
    [
      'an order of which a put-away was made',
      ({ books }) => void books.putAways.add('RPO-1001'),
      {},
      'Warehouse handling is required for Entry Type = Output',
    ],
    [
      'an order of which a pick was made',
      ({ books }) => void books.picks.add('RPO-1001'),
      {},
      'Warehouse handling is required for Entry Type = Consumption',
    ],
    [
      'a bin that is missing, as with directed put-away',
      ({ books }) => void books.locations.set('', { binMandatory: true }),
      {},
      'The Bin does not exist',
    ],
    [
      'a location that is missing',
      ({ books }) => {
        books.isLocationMandatory = true;
      },
      {},
      'Location Code must have a value',
    ],
    [
      'another variant than was looked at',
      ({ books, faults }) =>
        faults.beforeCall(4, () => void Object.assign(books.lines[0] ?? {}, { variant: 'RED' })),
      {},
      "is for item CHAIR 'RED'",
    ],
    [
      'an operation before the last one that is at a blocked centre',
      ({ books }) => Object.assign(books.lines[0]?.operations[0] ?? {}, { centerBlocked: true }),
      {},
      'The work or machine center of operation 10',
    ],
  ])('is refused in the transaction, which leaves nothing: %s', async (_, change, differs, says) => {
    // Prepare
    const plant = startPlant();
    const order = plant.plan();
    change(plant);

    // Act
    const failure = await failureOf(plant.book(completionOf(order, differs)));

    // Assess
    expect(failure).toMatchObject(rejection(says));
    const { bookings, entries } = plant.books;
    expect({ bookings, entries }).toEqual({ bookings: [], entries: [] });
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

  it('is refused at the look: a component that needs a lot, and has none', async () => {
    // Prepare
    const { books, plan, book } = startPlant();
    Object.assign(books.items.get('FRAME') ?? {}, { tracking: 'lot' });
    const used = [{ article: 'FRAME', quantity: { amount: '5' }, lots: [], recording: 'r1' }];

    // Act
    const failure = await failureOf(
      book(completionOf(plan(bcAssembly.article), { components: { all: false, beyondPlan: true, used } })),
    );

    // Assess
    expect(failure).toMatchObject(rejection('component FRAME (recording r1) needs a lot or serial number'));
    expect(books.bookings).toEqual([]);
  });

  it('is refused in the transaction: a component that was not picked, where a warehouse pick is mandatory', async () => {
    // Prepare
    const { books, line, numberOf, book } = startPlant();
    books.locations.set('', { pickMandatory: true });
    const planned = line(bcAssembly.article);
    const [frame] = planned.components;
    Object.assign(frame ?? {}, { flushing: 'Pick + Manual', picked: '3' });
    const used = [{ article: 'FRAME', quantity: { amount: '5' }, lots: [], recording: 'r1' }];
    const completion = completionOf(
      { number: numberOf(planned) },
      { components: { all: false, beyondPlan: true, used } },
    );

    // Act
    const failure = await failureOf(book(completion));
    const { bookings, entries } = structuredClone({ bookings: books.bookings, entries: books.entries });
    Object.assign(frame ?? {}, { picked: '5' });
    await book(completion);

    // Assess
    expect(failure).toMatchObject(
      rejection(
        'Component FRAME needs 5, of which 2 remains to be picked .* Register the warehouse pick',
        'order-state',
      ),
    );
    expect({ bookings, entries }).toEqual({ bookings: [], entries: [] });
    expect(books.bookings).toHaveLength(1);
  });

  it('is refused: a serial number that is in stock', async () => {
    const { books, plan, book } = startPlant();
    books.addStock('PUMP', 'S1', '1');

    const failure = await failureOf(
      book(completionOf(plan('PUMP', '1'), { quantity: { amount: '1' }, lots: [{ number: 'S1' }] })),
    );

    expect(failure).toMatchObject(rejection('Serial No. S1 is already on inventory'));
    expect(books.bookings).toEqual([]);
  });

  it('is refused as unknown: a line that was deleted, and with its number a new order for another item as another one', async () => {
    // Prepare
    const { books, plan, book, numberOf, plant } = startPlant();
    const order = plan();
    plant.remove(order);

    // Act
    const deleted = await failureOf(book(completionOf(order)));
    const reused = books.plan({ itemNo: 'SOAP', quantity: '5', orderNo: 'RPO-1001' });
    const other = await failureOf(book(completionOf({ number: numberOf(reused) }, { article: 'CHAIR' })));

    // Assess
    expect(deleted).toMatchObject({
      name: 'UnknownOrder',
      message: expect.stringContaining('no line RPO-1001/10000'),
    });
    expect(numberOf(reused)).toBe(order.number);
    expect(other).toMatchObject(rejection('is for product SOAP'));
    expect(books.bookings).toEqual([]);
  });

  it('is none: a reason of an order without a routing, which is in the note', async () => {
    const { books, line, numberOf, book } = startPlant();
    const planned = line('LEG');
    const scrapReasons = [{ reason: 'NONE', quantity: { amount: '1' } }];

    await book(completionOf({ number: numberOf(planned) }, { scrap: { amount: '1' }, scrapReasons }));

    const [booking] = books.bookings;
    expect(booking?.details.scrap).toEqual([]);
    expect(booking?.note).toContain('Scrap: 1: NONE');
  });

  it('is none: a lot and a code in small letters, which Business Central keeps in capital ones', async () => {
    const { books, plan, book } = startPlant();
    const scrap = { amount: '1' };
    const scrapReasons = [{ reason: 'dent', quantity: scrap }];

    await book(completionOf(plan('SOAP'), { lots: [{ number: 'l1' }] }));
    await book(completionOf(plan(), { scrap, scrapReasons }));

    expect(books.entries.flatMap(({ lot }) => (lot === '' ? [] : [lot]))).toEqual(['L1', 'L1']);
    expect(books.entries.flatMap(({ scrapCode }) => (scrapCode === '' ? [] : [scrapCode]))).toEqual(['DENT']);
  });

  it('is none: two lines of one order at once', async () => {
    const { books, book, numberOf } = startPlant();
    const first = books.plan({ itemNo: 'CHAIR', quantity: '5' });
    const second = books.plan({ itemNo: 'CHAIR', quantity: '5', orderNo: first.orderNo });

    await Promise.all([first, second].map((line) => book(completionOf({ number: numberOf(line) }))));

    expect([first, second].map(({ finished }) => finished)).toEqual(['5', '5']);
    expect(books.bookings).toHaveLength(2);
  });

  it('is none: an order that another session has, for a user whose language is Dutch: it waits', async () => {
    const { books, plan, book } = startPlant();
    const order = plan();
    books.locked.add('RPO-1001');

    const failure = await failureOf(book(completionOf(order)));

    expect(failure).toBeInstanceOf(OrderNotReady);
    expect(failure).toMatchObject({ message: expect.stringContaining('somebody else is changing it') });
  });

  it('is none: a company that was renamed between the list and the booking', async () => {
    const { server, plan, listed, book } = startPlant();
    const order = plan();
    await listed();
    server.companyName = 'CRONUS NL';

    expect(await book(completionOf(order))).toMatchObject({ alreadyBooked: false });
  });

  const answered = (status: number, body: object | string): Answer => ({
    status,
    headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  /** @param call 1 is the login, 2 the first look. */
  it.each<[string, number, Answer, string]>([
    [
      'a tenant that is not there',
      1,
      answered(400, {
        error: 'invalid_request',
        error_description: "AADSTS90002: Tenant 'plant' not found.",
      }),
      'Tenant',
    ],
    [
      'a secret that has expired',
      1,
      answered(401, {
        error: 'invalid_client',
        error_description: 'AADSTS7000222: The provided client secret keys are expired.',
      }),
      'secret',
    ],
    [
      'an environment that is not there',
      2,
      answered(404, { error: { code: 'NoEnvironment', message: "Environment 'Prod' does not exist." } }),
      'check tenant and environment',
    ],
    ['an address of something else', 2, answered(200, '<html></html>'), 'check tenant and environment'],
    [
      'an update of Business Central',
      2,
      answered(503, { error: { code: 'Internal_TenantUnavailable', message: 'Tenant is being upgraded.' } }),
      'failed (503) at the booking of order RPO-1001/10000: Tenant is being upgraded.',
    ],
  ])('is no fault of the order: %s', async (_, call, answer, says) => {
    // Prepare
    const { faults, books, plan, book } = startPlant();
    const order = plan();
    faults.beforeCall(call, () => faults.answerNext(answer, 2));

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess
    expect(failure).toMatchObject({
      kind: 'partner-down',
      wrote: 'nothing',
      message: expect.stringContaining(says),
    });
    expect(books.bookings).toEqual([]);
  });

  it('names the right that is missing', async () => {
    const { server, plan, book } = startPlant();
    server.forbidden = 'bookings';

    const failure = await failureOf(book(completionOf(plan())));

    expect(failure).toMatchObject({
      message: expect.stringMatching(/TableData bookings Read.*permission set AZUMUTA/),
    });
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
