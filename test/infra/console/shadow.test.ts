import { expect, it, onTestFinished } from 'vitest';
import { newOrder } from '../../support/orders.ts';
import { enter } from './asking.ts';
import { startStoreStage } from './store-stage.ts';

it('says above each page that it is in shadow, and does nothing there that a person does live', async () => {
  // Prepare
  const stage = await startStoreStage(undefined, true);
  onTestFinished(stage.stop);
  const visitor = await enter(stage);
  await stage.ledger.orders.create(newOrder({ number: 'PO-1' }));

  // Act
  const pages = ['/', '/orders', '/letters', '/flows', '/order?number=PO-1'];
  const texts = await Promise.all(pages.map(async (page) => (await visitor.get(page)).text));
  const page = (await visitor.get('/order?number=PO-1')).text;
  const ended = await visitor.post('/order/give-up', page, [['because', 'booked by hand']]);

  // Assess
  for (const text of texts) expect(text).toContain('In shadow: nothing is written to Azumuta or the ERP.');
  expect(ended.text).toContain('Nothing was done. The stack is in shadow');
  expect((await stage.ledger.orders.find('PO-1'))?.end).toBeUndefined();
});
