import { describe, expect, it } from 'vitest';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { erpOrder } from '../../support/orders.ts';
import { type Mapping, startOrderStage } from './order-stage.ts';

const stage = await startOrderStage();

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
