import { describe, expect, it } from 'vitest';
import { plan } from '../../support/bookings.ts';
import { erpOrder } from '../../support/orders.ts';
import { type Mapping, startOrderStage, units } from './order-stage.ts';

const stage = await startOrderStage();

/** Accepts an order of five and creates it in Azumuta. */
async function made(number: string, mapping: Mapping = {}): Promise<void> {
  await stage.accept(units(number, '5'), { mapping });
  await stage.attempt(number, 'created');
}
const openOf = async (number: string) =>
  (await stage.ledger.knownOrders.read(number)).concerns.map(({ kind, content }) => `${kind}: ${content}`);

describe('an order that is cancelled, and released again with another quantity', () => {
  async function releasedAgain(number: string): Promise<void> {
    await made(number);
    await stage.accept(erpOrder({ number, state: 'cancelled' }));
    await stage.accept(units(number, '8'));
  }

  it('is told as changed, and no more as unwanted, once Azumuta was looked at', async () => {
    await releasedAgain('AGAIN');
    await stage.look('AGAIN');
    expect(await openOf('AGAIN')).toEqual(['changed: parameters["Quantity"] is 5, wanted 8']);
  });

  it('is made anew with that quantity when it was removed as people were asked', async () => {
    await releasedAgain('REMOVED');
    await stage.look('REMOVED', 'not there');
    expect(stage.enqueued).toEqual(['REMOVED']);
    expect(await openOf('REMOVED')).toEqual([]);
    expect(await stage.ledger.orders.find('REMOVED')).toMatchObject({
      state: 'waiting',
      end: undefined,
      draft: { parameters: { Quantity: '8' } },
    });
  });

  it('has nothing open when it gets its first quantity again', async () => {
    await releasedAgain('FIRST');
    await stage.accept(units('FIRST', '5'));
    await stage.look('FIRST');
    expect(await openOf('FIRST')).toEqual([]);
  });
});

describe('a look', () => {
  it('says what differs where Azumuta was corrected to something else', async () => {
    await made('WRONG');
    await stage.accept(units('WRONG', '8'));
    await stage.look('WRONG', { Quantity: 9 });
    expect(await openOf('WRONG')).toEqual(['changed: parameters["Quantity"] is 9, wanted 8']);
  });

  it('tells nobody to book by hand what was removed after its booking was planned', async () => {
    await made('PLANNED');
    await stage.accept(units('PLANNED', '8'));
    await plan(stage.ledger, 'PLANNED');
    await stage.look('PLANNED', 'not there');
    expect(await openOf('PLANNED')).toEqual(['changed: parameters["Quantity"] is 5, wanted 8']);
  });

  it('does not say what differs of an order that nobody wants', async () => {
    await made('NOBODY');
    await stage.accept(erpOrder({ number: 'NOBODY', state: 'cancelled' }));
    await stage.look('NOBODY', { Quantity: 9 });
    expect(await openOf('NOBODY')).toEqual(['unwanted: It was cancelled in the ERP']);
  });

  it('tells that a changed order was removed, and takes it back when it is there again', async () => {
    await made('BACK');
    await stage.accept(units('BACK', '8'));
    await stage.look('BACK', 'not there');
    const before = await openOf('BACK');
    await stage.look('BACK');
    expect(before).toEqual(['changed: parameters["Quantity"] is 5, wanted 8', 'removed: removed']);
    expect(await openOf('BACK')).toEqual(['changed: parameters["Quantity"] is 5, wanted 8']);
  });
});

it('follows an article that was renamed in the ERP when its quantity is changed as well', async () => {
  const mapping: Mapping = { article: () => 'GEAR-01' };
  await made('RENAMED', mapping);
  await stage.accept({ ...units('RENAMED', '8'), article: 'GEAR-01B' }, { mapping });
  expect(await stage.ledger.orders.find('RENAMED')).toMatchObject({ erpOrder: { article: 'GEAR-01B' } });
});
