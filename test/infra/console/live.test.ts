import { expect, it, onTestFinished } from 'vitest';
import { claimedOrder } from '../../support/bookings.ts';
import { setFaults } from '../../support/faults.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { enter } from './asking.ts';
import { rowsOf, startPartnersStage } from './partners-stage.ts';

const stage = await forAllTests(startPartnersStage());
const visitor = await enter(stage);
const { ledger, erpSide, azumutaSide } = stage;

/** An order that both partners have. @param sent Its quantity, as the ledger has it; Azumuta has 5. */
async function orderEverywhere(sent = '5.0') {
  const [order] = erpSide.release({ product: 'GEAR-01', quantity: 5, dueDate: '2026-12-18' });
  if (!order) throw new Error('Nothing was released.');
  const { number, id } = order;
  const draft = { number, article: 'GEAR-01', parameters: { Quantity: sent }, variants: ['Left'] };
  const erpOrder = { number, id, article: 'GEAR-01', amount: '5' };
  const record = splitOrder(number, 1, { book: 'each', erpOrder, dueDate: '2026-12-18' });
  await ledger.erpOrders.writeVersion(record);
  await ledger.orders.create(newOrder({ number, draft, erpOrder }));
  const productOrder = await stage.createInAzumuta({ ...draft, parameters: { Quantity: 5 } });
  const noted = { productOrder, azumutaId: productOrder.id };
  await ledger.claims.complete(await claimedOrder(ledger, number), noted, { event: 'created' });
  return number;
}

/** The page of an order as it is now. */
async function now(number: string) {
  const { status, text } = await visitor.get(`/order/now?${new URLSearchParams({ number })}`);
  return { status, text, rows: rowsOf(text) };
}

it('shows what both partners say, with the time, and no difference where the flows see none', async () => {
  const { text, rows } = await now(await orderEverywhere());
  expect(text).toContain('Read now from the ERP, 09:00:00');
  expect(text).toContain('Read now from Azumuta, 09:00:00');
  expect(rows).toContainEqual(['quantity', '5 u']);
  expect(rows).toContainEqual(['parameter "Quantity"', '5']);
  expect(rows).toContainEqual(['status', 'open']);
  expect(text).not.toContain('not as it was sent');
});

it('says what a person has changed in either partner', async () => {
  // Prepare
  const number = await orderEverywhere('6');
  erpSide.revise(number, { quantity: 7 });
  erpSide.cancel(number);
  azumutaSide.rename(number, `${number}-B`);

  // Act
  const { text, rows } = await now(number);

  // Assess
  expect(text).toContain('It is not as it was sent: parameters[&quot;Quantity&quot;].');
  for (const row of [
    ['quantity', '7 u'],
    ['state', 'cancelled'],
    ['dueDate', '2026-12-18'],
    ['number', `${number}-B`],
  ])
    expect(rows).toContainEqual(row);
});

it.each([
  ['the ERP', 'erpSide', /The ERP|Sandbox ERP/, 'Read now from Azumuta'],
  ['Azumuta', 'azumutaSide', /Azumuta/, 'Read now from the ERP'],
] as const)('says why %s cannot be read, and shows the other one', async (_, side, why, other) => {
  // Prepare
  const number = await orderEverywhere();
  setFaults(stage[side], [{ kind: 'status', status: 503 }]);
  onTestFinished(() => setFaults(stage[side], []));

  // Act
  const { status, text, rows } = await now(number);

  // Assess
  expect(status).toBe(200);
  expect(/<p class="verdict bad">([^<]*)/.exec(text)?.[1]).toMatch(why);
  expect(text).toContain(other);
  expect(rows).toContainEqual(['article', 'GEAR-01']);
});

it('says what neither partner has, and refuses a number that cannot be one', async () => {
  const unknown = await now('MO/9999');
  const deceiving = await now('MO/0001\u202e');
  expect(unknown.text).toContain('The ERP has no order MO/9999');
  expect(unknown.text).toContain('Azumuta has no product order MO/9999');
  expect(deceiving.text).toContain('holds a character that nobody sees (U+202E)');
});
