import { expect, it } from 'vitest';
import { businessOne } from '../../../../plants/examples/business-one.ts';
import type { Answer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { connecting } from '../conformance/connecting.ts';
import { listOf } from '../conformance/listing.ts';
import { notUsedBy } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { ErpConformanceTarget } from '../conformance/target.ts';
import { createBusinessOne } from './erps/business-one.ts';
import { connected } from './sandbox.ts';

const secret = { username: 'azumuta', password: 'canary-b1-password' };
const wrong = { username: 'azumuta', password: 'canary-b1-wrong' };
const plant = { company: 'SBODEMO', unit: 'pcs', decimals: 3 };

async function makeTarget(): Promise<ErpConformanceTarget> {
  const { shop, faults } = createBusinessOne(secret.password);
  const refOf = ({ id, number, article }: ReturnType<typeof shop.plan>) => ({
    id: String(id),
    number,
    article,
  });
  return {
    ...shop.hooks,
    faults,
    canaries: [secret.password, wrong.password, 'canary-b1-session'],
    rowFields: { number: 'DocumentNumber', quantity: 'PlannedQuantity' },
    articles: { plain: 'CHAIR', lots: 'PAINT' },
    units: { own: 'pcs', foreign: 'kg' },
    rounded: undefined,
    connector: connecting(faults.url, { right: secret, wrong }, (reached) =>
      businessOne({ ...plant, ...reached }),
    ),
    planOrder: async (order) => refOf(shop.plan(order)),
    refused: {
      'an order that somebody else received': async () => {
        const order = shop.plan({ article: 'CHAIR', quantity: '5' });
        await shop.hooks.finishByHand(refOf(order));
        return completionOf(refOf(order));
      },
      'components that are not there': async () =>
        completionOf(refOf(shop.plan({ article: 'SHORT', quantity: '5' }))),
    },
  };
}

const leftOut = (reason: string) => notUsedBy(reason, 'plants/examples/business-one.ts');

describeErpConformance(
  'the configuration for SAP Business One',
  makeTarget,
  {
    'unposted-booking': leftOut(
      'its look-up takes a document by its key, and the document is what is posted',
    ),
    link: leftOut('its example has no field for it'),
    'refusing-look': leftOut(
      'it says with the booking that components are not there, and its example does not ask before',
    ),
    closing: leftOut('its example leaves to people what is not built of an order'),
    changes: leftOut('its change time has no hours, so that all open orders are listed each time'),
    'change-times': leftOut('its change time has no hours'),
    'never-changed': leftOut('a day is all that it shows'),
    'cancelled-listed': leftOut('the list is of released orders; a cancelled one is found when it is read'),
    concurrency: leftOut('a user field is not unique; the ledger locks the order'),
    'booked-before': leftOut('a look-up tells the quantity of the order alone'),
    units: leftOut('a configuration knows no unit but the one that the order has'),
    assembly: leftOut('its example maps quantities and lots alone'),
    amendments: leftOut('its example has no call for them'),
    serials: leftOut('its example books batches alone'),
    'scrapped-serials': leftOut('its example books batches alone'),
    marks: leftOut('the key has its own field'),
    lock: leftOut('nobody has seen what it answers of a record that somebody has open'),
  },
  ['listing', 'unreadable', 'reading', 'booking', 'parts', 'refusing', 'waiting', 'once'],
);

const completionFor = (number: string) => completionOf({ number });
const keyFor = (number: string) => quantityKey(productOrderOf({ number }));

it.each([true, false])(
  'books once, whether an order shows the day of its change or not: %s',
  async (hasUpdateDate) => {
    // Prepare
    const { shop, faults } = createBusinessOne(secret.password, { hasUpdateDate });
    const { number } = shop.plan({ article: 'CHAIR', quantity: '5' });
    const connector = connected(businessOne({ ...plant, baseUrl: faults.url }), secret);

    // Act
    const { numbers } = await listOf(connector, { changedAt: '2026-11-01T00:00:00.000Z', id: '' });
    await connector.book(completionFor(number), keyFor(number), firstAttempt());
    const again = await connector.book(completionFor(number), keyFor(number), nextAttempt());

    // Assess
    expect(numbers).toEqual([number]);
    expect(again).toMatchObject({ reference: 'goods receipt 1', alreadyBooked: true });
    expect(shop.bookings.length).toBe(1);
  },
);

it('refuses, with its words, while nobody has made the user field', async () => {
  const { shop, faults } = createBusinessOne(secret.password, { hasKeyField: false });
  const { number } = shop.plan({ article: 'CHAIR', quantity: '5' });
  const connector = connected(businessOne({ ...plant, baseUrl: faults.url }), secret);

  const failure = await failureOf(connector.book(completionFor(number), keyFor(number), firstAttempt()));

  expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'refused-by-erp' });
  expect(String(failure)).toContain("(400): Property 'U_AZKEY' of 'Document' is invalid");
  expect(shop.bookings).toEqual([]);
});

it.each<[string, Answer, object]>([
  [
    'an error of v2',
    { status: 400, body: { error: { code: '-5002', message: 'Inventory falls below zero' } } },
    { causeCode: 'refused-by-erp', message: expect.stringContaining('Inventory falls below zero') },
  ],
  [
    'an error of v1',
    { status: 400, body: { error: { code: -5002, message: { lang: 'en-us', value: 'Below zero' } } } },
    { causeCode: 'refused-by-erp', message: expect.stringContaining('Below zero') },
  ],
])('shows its sentence: %s', async (_, { status = 0, body }, expected) => {
  const { shop, faults } = createBusinessOne(secret.password);
  const { number } = shop.plan({ article: 'CHAIR', quantity: '5' });
  const connector = connected(businessOne({ ...plant, baseUrl: faults.url }), secret);
  faults.beforeCall(4, () => faults.answerNext({ status, body: JSON.stringify(body) }));

  const failure = await failureOf(connector.book(completionFor(number), keyFor(number), firstAttempt()));

  expect(failure).toMatchObject(expected);
});

it('stops the flow where the login is refused, and does not try it in a loop', async () => {
  const { shop, faults, seen } = createBusinessOne(secret.password);
  const { number } = shop.plan({ article: 'CHAIR', quantity: '5' });
  const connector = connected(businessOne({ ...plant, baseUrl: faults.url }), wrong);
  const book = () => connector.book(completionFor(number), keyFor(number), firstAttempt());

  const failures = [await failureOf(book()), await failureOf(book())];

  for (const failure of failures)
    expect(failure).toMatchObject({
      kind: 'partner-down',
      unauthorized: true,
      message: expect.stringContaining('Login failed'),
    });
  expect(seen.logins).toBe(1);
});

it('logs in once for many bookings, and again when its session has ended amid one', async () => {
  // Prepare
  const { shop, faults, seen, expireSessions } = createBusinessOne(secret.password);
  const connector = connected(businessOne({ ...plant, baseUrl: faults.url }), secret);
  const numbers = [1, 2].map(() => shop.plan({ article: 'CHAIR', quantity: '5' }).number);

  // Act
  for (const number of numbers) {
    if (number === numbers[1]) faults.beforeCall(3, expireSessions);
    await connector.book(completionFor(number), keyFor(number), firstAttempt());
  }

  // Assess
  expect(seen.logins).toBe(2);
  expect(shop.bookings.map(({ good }) => good)).toEqual(['5', '5']);
});

it('cuts notes to what a comment holds, and books', async () => {
  const { shop, faults } = createBusinessOne(secret.password);
  const { number } = shop.plan({ article: 'CHAIR', quantity: '5' });
  const connector = connected(businessOne({ ...plant, baseUrl: faults.url }), secret);
  const completion = completionOf({ number }, { notes: ['x'.repeat(300)] });

  await connector.book(completion, keyFor(number), firstAttempt());

  expect(shop.bookings[0]?.notes[0]).toBe(`${'x'.repeat(253)}…`);
});
