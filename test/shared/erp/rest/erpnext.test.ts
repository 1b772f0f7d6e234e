import { expect, it } from 'vitest';
import { erpNext } from '../../../../plants/examples/erpnext.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { connecting } from '../conformance/connecting.ts';
import { listOf } from '../conformance/listing.ts';
import { notUsedBy } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { ErpConformanceTarget } from '../conformance/target.ts';
import { createErpNext } from './erps/erpnext.ts';
import { connected } from './sandbox.ts';

const apiKey = 'canary-key:canary-secret';
const wrongKey = 'canary-key:canary-wrong';
const timeZone = 'Europe/Brussels';

async function makeTarget(): Promise<ErpConformanceTarget> {
  const { shop, faults } = createErpNext(apiKey, { timeZone });
  const refOf = ({ number, article }: ReturnType<typeof shop.plan>) => ({ number, article });
  return {
    ...shop.hooks,
    faults,
    canaries: [apiKey, wrongKey],
    rowFields: { number: 'name', quantity: 'qty' },
    articles: { plain: 'CHAIR' },
    units: { own: 'Nos', foreign: 'kg' },
    rounded: undefined,
    connector: connecting(faults.url, { right: { apiKey }, wrong: { apiKey: wrongKey } }, (reached) =>
      erpNext({ ...reached, timeZone }),
    ),
    planOrder: async (order) => refOf(shop.plan(order)),
    refused: {
      'an order that somebody else produced': async () => {
        const order = refOf(shop.plan({ article: 'CHAIR', quantity: '5' }));
        await shop.hooks.finishByHand(order);
        return completionOf(order);
      },
      'scrap, which it does not book': async () =>
        completionOf(refOf(shop.plan({ article: 'CHAIR', quantity: '5' })), {
          quantity: { amount: '4' },
          scrap: { amount: '1' },
        }),
      'a lot, which it does not book': async () =>
        completionOf(refOf(shop.plan({ article: 'CHAIR', quantity: '5' })), { lots: [{ number: 'L-1' }] }),
      'components that are not there': async () =>
        completionOf(refOf(shop.plan({ article: 'SHORT', quantity: '5' }))),
    },
  };
}

const leftOut = (reason: string) => notUsedBy(reason, 'plants/examples/erpnext.ts');

describeErpConformance(
  'the configuration for ERPNext',
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
    'never-changed': leftOut('every document has a change time'),
    'same-page': leftOut('its pages have offsets: a list ends after 10,000 calls'),
    'booked-before': leftOut('a look-up tells the quantity of the order alone'),
    units: leftOut('a configuration knows no unit but the one that the order has'),
    scrap: leftOut('its example refuses scrap'),
    assembly: leftOut('its example maps quantities alone'),
    amendments: leftOut('its example has no call for them'),
    lots: leftOut('its example refuses lots'),
    serials: leftOut('its example refuses lots'),
    'scrapped-serials': leftOut('its example refuses lots'),
    marks: leftOut('the key has its own field'),
  },
  ['listing', 'unreadable', 'reading', 'booking', 'parts', 'refusing', 'waiting', 'once'],
);

/** A site, an order of 5 of it, and its booking. */
function started(habits: Partial<Parameters<typeof createErpNext>[1]> = {}, zone = timeZone) {
  const server = createErpNext(apiKey, { timeZone, ...habits });
  const { number } = server.shop.plan({ article: 'CHAIR', quantity: '5' });
  const connector = connected(erpNext({ baseUrl: server.faults.url, timeZone: zone }), { apiKey });
  const key = quantityKey(productOrderOf({ number }));
  const book = (attempt = firstAttempt()) => connector.book(completionOf({ number }), key, attempt);
  return { ...server, number, connector, book };
}

it.each(['Europe/Brussels', 'UTC', 'America/New_York'])(
  'lists what has changed since, whatever clock `modified` follows: %s',
  async (zone) => {
    const { shop, connector, number } = started({ timeZone: zone }, zone);
    const { watermark } = await listOf(connector);
    const later = shop.plan({ article: 'CHAIR', quantity: '2' });

    const { numbers } = await listOf(connector, watermark);

    expect(numbers.filter((one) => one !== number)).toEqual([later.number]);
  },
);

it.each([true, false])(
  'books what was built, whether 0 is all that is left or not: %s',
  async (zeroIsAll) => {
    const { shop, book } = started({ zeroIsAll });

    await book();
    await book(nextAttempt());

    expect(shop.bookings.map(({ good }) => good)).toEqual(['5']);
  },
);

it.each([
  ['not permitted', 'Field not permitted in query: azumuta_key'],
  ['unknown column', "Unknown column 'azumuta_key'"],
] as const)(
  'refuses while the custom field is missing, however it says so: %s',
  async (keyField, sentence) => {
    const { shop, book } = started({ keyField });

    const failure = await failureOf(book());

    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'refused-by-erp' });
    expect(String(failure)).toContain(sentence);
    expect(shop.bookings).toEqual([]);
  },
);

it('asks a person about an entry with our key that somebody has cancelled', async () => {
  const { shop, book, cancelEntry } = started();
  await book();
  await shop.hooks.changeQuantity({ number: 'MFG-WO-2026-00001' }, '9');
  cancelEntry(1);

  const failure = await failureOf(book(nextAttempt()));

  expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'order-state' });
  expect(String(failure)).toContain('stock entry MAT-STE-1 with our key was cancelled');
  expect(shop.bookings.length).toBe(1);
});

it.each([
  ['TimestampMismatchError', 417, { kind: 'order-not-ready', wrote: 'nothing' }],
  ['QueryDeadlockError', 500, { kind: 'order-not-ready', wrote: 'known' }],
  ['ValidationError', 417, { name: 'Rejected', message: expect.stringContaining('Row #1: no stock') }],
  ['PermissionError', 403, { kind: 'order-not-ready' }],
  ['DoesNotExistError', 404, { causeCode: 'refused-by-erp' }],
  ['DuplicateEntryError', 409, { causeCode: 'refused-by-erp' }],
  ['TooManyRequestsError', 429, { kind: 'partner-down' }],
  ['DataError', 500, { kind: 'partner-down', wrote: 'perhaps' }],
])('understands %s', async (kind, status, expected) => {
  const { book, faults } = started();
  const messages = JSON.stringify([JSON.stringify({ message: '<b>Row #1</b>: no stock' })]);
  const body = JSON.stringify({ exc_type: kind, _server_messages: messages });
  faults.beforeCall(4, () => faults.answerNext({ status, body }));

  expect(await failureOf(book())).toMatchObject(expected);
});

it('takes a 401 for a key that was taken back, and books nothing', async () => {
  const { shop, book, faults } = started();
  const refused = { status: 401, body: JSON.stringify({ exc_type: 'AuthenticationError' }) };
  faults.beforeCall(1, () => faults.answerNext(refused));
  faults.beforeCall(2, () => faults.answerNext(refused));

  expect(await failureOf(book())).toMatchObject({ kind: 'partner-down', unauthorized: true });
  expect(shop.bookings).toEqual([]);
});
