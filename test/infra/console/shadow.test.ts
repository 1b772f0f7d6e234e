import { expect, it, onTestFinished } from 'vitest';
import type { ShadowComparison } from '../../../shared/ledger/records/comparisons.ts';
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
  const pages = ['/', '/orders', '/letters', '/flows', '/shadow', '/order?number=PO-1'];
  const texts = await Promise.all(pages.map(async (page) => (await visitor.get(page)).text));
  const page = (await visitor.get('/order?number=PO-1')).text;
  const ended = await visitor.post('/order/give-up', page, [['because', 'booked by hand']]);

  // Assess
  for (const text of texts) expect(text).toContain('In shadow: nothing is written to Azumuta or the ERP.');
  expect(ended.text).toContain('Nothing was done. The stack is in shadow');
  expect((await stage.ledger.orders.find('PO-1'))?.end).toBeUndefined();
});

it('has a page that shows what differs from what people did first, and no such page where it is live', async () => {
  // Prepare
  const stage = await startStoreStage(undefined, true);
  const live = await startStoreStage();
  onTestFinished(stage.stop);
  onTestFinished(live.stop);
  const write = (number: string, more: Partial<ShadowComparison>) =>
    stage.ledger.comparisons.write(number, {
      outcome: 'same',
      wouldBook: true,
      booked: 'yes',
      reasons: [],
      ...more,
    });
  await write('PO-1', {});
  await write('PO-2', {
    outcome: 'different',
    reasons: ['completions.quantity makes 5 good, and the ERP has 4.'],
  });

  // Act
  const { text } = await (await enter(stage)).get('/shadow');
  const elsewhere = await (await enter(live)).get('/shadow');

  // Assess
  expect(text).toContain('Shadow would have booked 2 orders, people have booked 2: 1 differs.');
  expect(text.indexOf('PO-2')).toBeLessThan(text.indexOf('PO-1'));
  expect(text).toContain('completions.quantity makes 5 good');
  expect(text).toContain('href="/try?number=PO-2"');
  expect(text).toContain('npm run map -- --order &lt;number&gt; --local');
  expect(elsewhere.status).toBe(404);
  expect(elsewhere.text).not.toContain('href="/shadow"');
});

it.each([
  ['2028-01-11T05:00:00.000Z', true, 'Books nothing for'],
  ['2020-01-11T05:00:00.000Z', false, 'Books what Azumuta completed since 2020-01-11T05:00:00.000Z'],
])(
  'says above each page that it does not book yet, and among the flows from when on it does: %s',
  async (liveFrom, isAhead, saysOfFlows) => {
    const stage = await startStoreStage(undefined, false, liveFrom);
    onTestFinished(stage.stop);
    const visitor = await enter(stage);
    const today = (await visitor.get('/')).text;
    const flows = (await visitor.get('/flows')).text;
    expect(today.includes('The stack books nothing for')).toBe(isAhead);
    expect(flows).toContain(saysOfFlows);
  },
);
