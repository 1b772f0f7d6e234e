import { beforeEach, describe, expect, it } from 'vitest';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { bookingPlan, plan, plannedBooking } from '../../support/bookings.ts';
import { erpOrder } from '../../support/orders.ts';
import { each, type Mapping, startOrderStage, together, units } from './order-stage.ts';

const stage = await startOrderStage();
beforeEach(() => {
  stage.lookedAt.length = 0;
});

/** Accepts an order and creates its parts in Azumuta. */
async function made(number: string, parts: number, mapping = together): Promise<void> {
  await stage.accept(units(number, String(parts)), { mapping });
  for (let index = 1; index <= parts; index++) await stage.attempt(`${number}/${index}`, 'created');
}

/** Notes parts as completed. */
async function complete(number: string, parts: readonly number[]): Promise<void> {
  for (const index of parts)
    await stage.ledger.erpOrders.recordCompletedPart(
      { erpOrder: erpOrder({ number }) },
      { index, productOrderId: `id of ${number}/${index}` },
    );
}

it('records an ERP order in its own terms when it is accepted, and each of its parts leads to the record', async () => {
  // Prepare
  const mapping: Mapping = { ...together, number: ({ number }) => `GH-${number}`, article: () => 'GEAR-01' };
  const order = erpOrder({
    number: 'WORDS',
    id: '4711',
    article: 'X-4711',
    dueDate: '2026-12-24',
    quantity: { amount: '2', unit: 'pcs' },
  });

  // Act
  await stage.accept(order, { mapping });

  // Assess
  const record = await stage.ledger.erpOrders.find({ number: 'whatever it is called by then', id: '4711' });
  expect(record).toMatchObject({
    erpOrder: { number: 'WORDS', id: '4711', article: 'X-4711', amount: '2', unit: 'pcs' },
    dueDate: '2026-12-24',
    state: 'released',
    split: { number: 'GH-WORDS', of: 2, book: 'when-all-done' },
  });
  await stage.attempt('GH-WORDS/2', 'created');
  const number = await stage.ledger.knownOrders.numberOfAzumutaId('id of GH-WORDS/2');
  const { entry } = await stage.ledger.knownOrders.read(number ?? '');
  expect(await stage.ledger.erpOrders.find(entry?.erpOrder ?? { number: '' })).toEqual(record);
});

describe('an ERP order that shrinks', () => {
  it('has its completion looked at again until it is booked, if its parts are all completed', async () => {
    // Prepare: two of three are completed, and no trigger will come for them again
    await made('DONE', 3);
    await complete('DONE', [1, 2]);

    // Act: the second time as if the first had died after its record was written
    await stage.accept(units('DONE', '2'), { mapping: together });
    await stage.accept(units('DONE', '2'), { mapping: together });
    const before = [...stage.lookedAt];
    const planned = plannedBooking({ parts: [1, 2], erpOrder: erpOrder({ number: 'DONE' }) });
    await stage.ledger.bookings.planOnly('DONE/1', bookingPlan({ planned }), {});
    await stage.accept(units('DONE', '2'), { mapping: together });

    // Assess
    expect(before).toEqual(['DONE/1', 'DONE/1']);
    expect(stage.lookedAt).toEqual(before);
  });

  it.each([
    ['parts of which one is open', 'OPEN', [1], together, '2'],
    ['parts that are booked each', 'EACH', [1, 2], each, '2'],
    ['nothing, as it is cancelled', 'NONE', [1, 2, 3], together, 'cancelled'],
  ] as const)('is not looked at again if it shrinks to %s', async (_, number, completed, mapping, now) => {
    await made(number, 3, mapping);
    await complete(number, completed);
    if (now === 'cancelled') {
      await stage.accept(units(number, '3'), { mapping });
      await stage.accept(erpOrder({ number, state: 'cancelled' }), { mapping });
    } else await stage.accept(units(number, now), { mapping });
    expect(stage.lookedAt).toEqual([]);
  });
});

it('keeps a part whose booking is planned when it shrinks, and has one removed that is not built', async () => {
  // Prepare: the last of three parts is built, and its booking waits for the ERP
  await made('PLANNED', 3, each);
  await plan(stage.ledger, 'PLANNED/3', 'm', [3]);

  // Act
  const two = await stage.accept(units('PLANNED', '2'), { mapping: each });

  // Assess
  expect(stage.statuses(two)).toEqual(['PLANNED/1 exists', 'PLANNED/2 conflict', 'PLANNED/3 exists']);
});

describe('an ERP order that is cancelled', () => {
  it('is not created by a replay of the dead letter after its create was refused', async () => {
    await stage.accept(erpOrder({ number: 'REFUSED' }));
    await stage.attempt('REFUSED', 'refused');
    const { news } = await stage.accept(erpOrder({ number: 'REFUSED', state: 'cancelled' }));
    expect(news).toBe(0);
    expect(await stage.attempt('REFUSED', 'created')).toBe('rejected');
    expect(await stage.ledger.orders.find('REFUSED')).toMatchObject({
      end: { how: 'withdrawn' },
      state: 'rejected',
    });
  });

  const [whole, { id: _, ...bare }] = [erpOrder({ number: 'ID' }), erpOrder({ number: 'ID' })];
  it.each([
    ['at first', [whole, bare]],
    ['later', [bare, whole]],
    ['when it is cancelled', [bare]],
  ])('is recognised when it has its id only %s', async (when, orders) => {
    const named = (order: typeof bare) => ({
      ...order,
      number: `ID ${when}`,
      ...('id' in order ? { id: when } : {}),
    });
    for (const order of orders) await stage.accept(named(order), { via: 'endpoint' });
    await stage.accept(named({ ...whole, state: 'cancelled' }));
    expect(await stage.ledger.erpOrders.find(named(orders[0] ?? bare))).toMatchObject({ state: 'cancelled' });
    expect(await stage.ledger.orders.find(`ID ${when}`)).toMatchObject({ end: { how: 'withdrawn' } });
  });

  it('stays cancelled on the same page as its release, whatever number the mapping gives it', async () => {
    const mapping: Mapping = { number: ({ number }) => `GH-${number}` };
    const order = erpOrder({ number: 'PAGE' });
    await stage.acceptAll([order, { ...order, state: 'cancelled' }], { mapping });
    expect(await stage.ledger.orders.find('GH-PAGE')).toMatchObject({ end: { how: 'withdrawn' } });
  });
});

it('alerts once to a change after it was created, whether the ERP sends the unit or not', async () => {
  const [bare, whole] = [erpOrder({ number: 'UNIT', quantity: { amount: '6' } }), units('UNIT', '6')];
  await stage.accept(units('UNIT', '5'));
  await stage.attempt('UNIT', 'created');
  const news: number[] = [];
  for (const order of [bare, whole, bare, whole]) news.push((await stage.accept(order)).news);
  expect(news).toEqual([1, 0, 0, 0]);
});

it('is booked under the new number that the ERP gives it, and compared with the article that it was made of', async () => {
  // Prepare
  const mapping: Mapping = { number: ({ id }) => `GH-${id}` };
  const order = erpOrder({ number: 'OLD', id: 'renamed' });
  await stage.accept(order, { mapping });
  await stage.attempt('GH-renamed', 'created');

  // Act
  await stage.accept({ ...order, number: 'NEW' }, { mapping });
  const record = await stage.ledger.erpOrders.find(order);
  await stage.accept({ ...order, number: 'NEW', article: 'GEAR-02' }, { mapping });

  // Assess
  expect(await stage.ledger.orders.find('GH-renamed')).toMatchObject({
    erpOrder: { number: 'NEW', id: 'renamed', article: 'GEAR-01' },
  });
  expect(record).toMatchObject({ erpOrder: { number: 'NEW', article: 'GEAR-01' } });
  expect(await stage.ledger.erpOrders.productOrdersOf('NEW')).toEqual(['GH-renamed']);
});

it('rejects an order whose id, number, unit or due date does not fit the ledger, and accepts the others', async () => {
  const answers = await stage.acceptAll([
    erpOrder({ number: 'LONG-1', id: 'i'.repeat(3000) }),
    erpOrder({ number: 'LONG-2', id: 'i'.repeat(3000), state: 'cancelled' }),
    erpOrder({ number: 'LONG-3', quantity: { amount: '1', unit: 'u'.repeat(500_000) } }),
    erpOrder({ number: 'X'.repeat(3000), state: 'cancelled' }),
    erpOrder({ number: 'LONG-4', dueDate: `2026-12-24T10:00:00.${'0'.repeat(500_000)}Z` }),
    erpOrder({ number: 'SHORT' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill('rejected'), 'queued']);
  expect(answers[0]?.reason).toBe(
    'The id of ERP order LONG-1 has 3000 characters; at most 200 are possible: correct it in the ERP.',
  );
});

describe('two ERP orders that are mapped to one product order number', () => {
  const mapping: Mapping = { number: ({ number }) => String(number.split('@')[0]) };
  const of = (company: string, number: string) =>
    erpOrder({ number: `${number}@${company}`, id: `${company} ${number}` });

  it.each(['created', 'not created yet'])(
    'stay apart when the first is %s, and the second has a conflict, once',
    async (how) => {
      // Prepare
      const number = `TWIN ${how}`;
      await stage.accept(of('A', number), { mapping });
      if (how === 'created') await stage.attempt(number, 'created');
      const before = await stage.ledger.orders.find(number);

      // Act: both are read again and again
      const news: number[] = [];
      for (let times = 0; times < 2; times++)
        for (const company of ['B', 'A'])
          news.push((await stage.accept(of(company, number), { mapping })).news);

      // Assess
      expect(news).toEqual([1, 0, 0, 0]);
      expect(await stage.ledger.orders.find(number)).toMatchObject({
        erpOrder: before?.erpOrder,
        state: before?.state,
      });
      const answer = await stage.accept(of('B', number), { mapping, via: 'endpoint' });
      expect(answer).toMatchObject({ status: 'conflict' });
      expect(answer.productOrders[0]?.reason).toContain(`was made for ERP order ${number}@A`);
    },
  );

  it('keep their own due dates: that of the second does not move the first', async () => {
    const dueBy = (company: string, dueDate: string) =>
      stage.accept({ ...of(company, 'DUE'), dueDate }, { mapping });
    await dueBy('A', '2030-01-01');
    for (const date of ['2031-01-01', '2032-01-01']) await dueBy('B', date);
    expect(await stage.table.get(orderKey('DUE'))).toMatchObject({ dueAt: Date.parse('2030-01-01') });
  });

  it('have a conflict again once the second had a number of its own and lost it', async () => {
    await stage.accept(of('A', 'TOLD'), { mapping });
    const news: number[] = [];
    for (const its of [mapping, { number: () => 'TOLD-B' }, mapping])
      news.push((await stage.accept(of('B', 'TOLD'), { mapping: its })).news);
    expect(news).toEqual([1, 0, 1]);
  });
});
