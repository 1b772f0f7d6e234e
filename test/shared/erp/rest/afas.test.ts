import { expect, it } from 'vitest';
import { afas } from '../../../../plants/examples/afas.ts';
import { failureOf, firstAttempt, newSignal } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { connecting } from '../conformance/connecting.ts';
import { firstPage, listOf } from '../conformance/listing.ts';
import { notInErp, notUsedBy } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { ErpConformanceTarget } from '../conformance/target.ts';
import { createAfas } from './erps/afas.ts';
import { connected } from './sandbox.ts';

const apiKey = 'Y2FuYXJ5LWFmYXMtdG9rZW4';
const wrongKey = 'Y2FuYXJ5LWFmYXMtd3Jvbmc';
const states = { released: ['Open'], cancelled: ['Vervallen'] };
const baseOf = (url: string) => `${url}/ProfitRestServices`;

async function makeTarget(): Promise<ErpConformanceTarget> {
  const { shop, faults, lineOf } = createAfas(apiKey);
  const refOf = (order: ReturnType<typeof shop.plan>) => ({
    id: lineOf(order),
    number: order.number,
    article: order.article,
  });
  const planned = (article = 'CHAIR') => refOf(shop.plan({ article, quantity: '5' }));
  return {
    ...shop.hooks,
    faults,
    canaries: [apiKey, wrongKey],
    rowFields: { number: 'Order', quantity: 'Quantity' },
    articles: { plain: 'CHAIR' },
    units: { own: 'STK', foreign: 'KG' },
    rounded: undefined,
    connector: connecting(
      faults.url,
      { right: { apiKey }, wrong: { apiKey: wrongKey } },
      ({ baseUrl, ...reached }) => afas({ ...reached, baseUrl: baseOf(baseUrl), states }),
    ),
    planOrder: async (order) => refOf(shop.plan(order)),
    refused: {
      'an order that somebody else produced': async () => {
        const order = planned();
        await shop.hooks.finishByHand(order);
        return completionOf(order);
      },
      'scrap, which it does not book': async () =>
        completionOf(planned(), { quantity: { amount: '4' }, scrap: { amount: '1' } }),
      'a lot, which it does not book': async () => completionOf(planned(), { lots: [{ number: 'L-1' }] }),
      'components that are not there': async () => completionOf(planned('SHORT')),
    },
  };
}

const leftOut = (reason: string) => notUsedBy(reason, 'plants/examples/afas.ts');

describeErpConformance(
  'the configuration for AFAS Profit',
  makeTarget,
  {
    'unposted-booking': leftOut(
      'its look-up takes a document by its key, and the document is what is posted',
    ),
    link: leftOut('its example has no field for it'),
    produced: leftOut('its example asks for no such field of an order'),
    'refusing-look': leftOut(
      'it says with the booking that components are not there, and its example does not ask before',
    ),
    closing: leftOut('its example leaves to people what is not built of an order'),
    'never-changed': notInErp(
      'every order has a change time',
      'github.com/AFASSoftware/OASContent, MarkdownPages/Profit/nl/Get-connector.md',
    ),
    'same-page': notInErp(
      'its pages have offsets: a list ends after 10,000 calls',
      'github.com/AFASSoftware/OASContent, MarkdownPages/Profit/nl/Get-connector.md',
    ),
    concurrency: notInErp(
      'a reference is not unique; the ledger locks the order',
      'github.com/AFASSoftware/OASContent, MarkdownPages/Profit/nl/UpdateConnector.md',
    ),
    'booked-before': leftOut('a look-up tells the quantity of the order alone'),
    units: leftOut('a configuration knows no unit but the one that the order has'),
    scrap: notInErp(
      'AFAS has no field for scrap, as far as its public pages say',
      'github.com/AFASSoftware/OASContent, MarkdownPages/Profit/nl/UpdateConnector.md',
    ),
    assembly: leftOut('its example maps quantities alone'),
    amendments: leftOut('its example has no call for them'),
    notes: leftOut('its example has no field for them'),
    links: leftOut('its example has no field for them'),
    lots: leftOut('its example refuses lots'),
    serials: leftOut('its example refuses lots'),
    'scrapped-serials': leftOut('its example refuses lots'),
    marks: leftOut('the key has its own field'),
  },
  ['listing', 'unreadable', 'reading', 'booking', 'parts', 'refusing', 'waiting', 'once'],
);

const refusedWithLog = {
  causeCode: 'refused-by-erp',
  message: expect.stringContaining('Periode is dicht (log LOG-7)'),
};
const orderWaits = { kind: 'order-not-ready', wrote: 'known' };

/** An environment with an order of 5, and its booking. */
function started(options: Partial<Parameters<typeof afas>[0]> = {}) {
  const server = createAfas(apiKey);
  const order = server.shop.plan({ article: 'CHAIR', quantity: '5' });
  const definition = afas({ baseUrl: baseOf(server.faults.url), states, ...options });
  const connector = connected(definition, { apiKey });
  const ref = { number: order.number, id: server.lineOf(order) };
  const book = (key = quantityKey(productOrderOf(ref))) =>
    connector.book(completionOf(ref), key, firstAttempt());
  return { ...server, order, ref, definition, connector, book };
}

it('waits for 15 minutes before it looks for a booking in doubt, as AFAS may work for so long', () => {
  expect(started().definition).toMatchObject({ settlingSeconds: 900, atOnce: 5 });
});

it('shows its sentence where it refuses the listing, which looks like an outage', async () => {
  const { connector, faults } = started();
  faults.answerNext({
    status: 500,
    body: JSON.stringify({ externalMessage: 'Veld Changed is niet gevonden', profitLogReference: 'LOG-7' }),
  });

  expect(await failureOf(firstPage(connector))).toMatchObject({
    name: 'Rejected',
    causeCode: 'refused-by-erp',
    message: 'AFAS refused to list its orders (500): Veld Changed is niet gevonden (log LOG-7).',
  });
});

it('waits as long as the body of a 503 asks for', async () => {
  const { book, state } = started();
  state.isBusy = true;

  expect(await failureOf(book())).toMatchObject({ kind: 'partner-down', afterSeconds: 45, wrote: 'nothing' });
});

it('looks again after a production that was stopped for its length', async () => {
  const { book, faults } = started();
  const body = JSON.stringify({ externalMessage: 'De maximale tijdsduur is overschreden' });
  faults.beforeCall(3, () => faults.answerNext({ status: 500, body }));

  expect(await failureOf(book())).toMatchObject({ kind: 'order-not-ready', wrote: 'known' });
});

it.each<[string, number, object, object]>([
  ['a sentence', 500, { externalMessage: 'Periode is dicht', profitLogReference: 'LOG-7' }, refusedWithLog],
  ['a lock', 500, { externalMessage: 'De regel is geblokkeerd door een andere gebruiker' }, orderWaits],
  ['nothing', 500, {}, { kind: 'partner-down', wrote: 'perhaps' }],
])('understands a 500 to the production with %s', async (_, status, body, expected) => {
  const { book, faults } = started();
  faults.beforeCall(3, () => faults.answerNext({ status, body: JSON.stringify(body) }));

  expect(await failureOf(book())).toMatchObject(expected);
});

it('stops the flow for a connector that the token may not use, which is a 401 as well', async () => {
  const { shop, book, faults } = started();
  for (const call of [1, 2]) faults.beforeCall(call, () => faults.answerNext({ status: 401, body: '{}' }));

  expect(await failureOf(book())).toMatchObject({ kind: 'partner-down', unauthorized: true });
  expect(shop.bookings).toEqual([]);
});

it('loses none of the orders that changed at one moment between two pages, as it says how they are sorted', async () => {
  const { shop, connector, order } = started();
  const changedAt = new Date(order.changedAt).toISOString();
  for (let more = 0; more < 120; more += 1) shop.plan({ article: 'CHAIR', quantity: '2', changedAt });

  const { numbers } = await listOf(connector);

  expect(new Set(numbers).size).toBe(121);
});

it('takes a 404 for no word about the order, with JSON or without a body', async () => {
  // Prepare
  const long = started();
  const empty = started();
  empty.faults.answerNext({ status: 404, body: '' });
  const missing = started({ orders: 'Missing' });

  // Act
  const failures = [
    await failureOf(
      long.connector.readOrder?.({ number: 'P'.repeat(2100) }, newSignal()) ?? Promise.resolve(),
    ),
    await failureOf(missing.book()),
    await failureOf(empty.book()),
  ];

  // Assess
  for (const failure of failures)
    expect(failure).toMatchObject({
      name: 'Rejected',
      causeCode: 'refused-by-erp',
      message: expect.stringContaining('(404): it has no such connector, or the address was too long'),
    });
});

it('reads its times by the clock of Amsterdam, in winter and in summer', async () => {
  const { shop, connector, order } = started();
  order.changedAt = Date.parse('2026-07-01T10:00:00Z');
  shop.plan({ article: 'CHAIR', quantity: '2', changedAt: '2026-12-01T10:00:00Z' });

  const { watermark, numbers } = await listOf(connector, { changedAt: '2026-07-01T10:00:00.000Z', id: '' });

  expect(numbers).toEqual(['PO230001', 'PO230002']);
  expect(watermark?.changedAt).toBe('2026-12-01T10:00:00.000Z');
});

it('keeps a key that is longer than its reference under another that stands for it', async () => {
  const { shop, book } = started();
  const key = `${'k'.repeat(60)}#quantity`;

  await book(key);
  const again = await book(key);

  expect(again).toEqual({ reference: 'production PB1', alreadyBooked: true });
  expect(shop.bookings[0]?.key).toMatch(/^azumuta-[0-9a-f]{40}$/);
});
