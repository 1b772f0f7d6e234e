import { expect, it } from 'vitest';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { forBookingOnly } from '../../../shared/ledger/records/bookings.ts';
import { orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { headlineOf } from '../../../shared/situation/words.ts';
import { book, claimed, claimedOrder, plan, refuse, rejectedFor } from '../../support/bookings.ts';
import { newOrder } from '../../support/orders.ts';
import { orderOf, refused } from '../alerts/stage.ts';
import { startPages } from './stage.ts';

/** In every text that the ERP, Azumuta or a person has written; `plan` names An Peeters in what is booked. */
const words = 'MARKER';
const rejection = { reason: `The ERP says ${words}.`, cause: 'order-state' } as const;
const endsAt = new Date('2026-11-24T08:01:00.000Z');

type Pages = Awaited<ReturnType<typeof startPages>>;
type Happened = (pages: Pages, number: string) => Promise<void>;

const letter = (number: string) => refused(number, rejection.reason);
const released: Happened = async ({ ledger }, number) => {
  await ledger.orders.create(
    newOrder({
      number,
      via: words,
      draft: { number, article: 'GEAR-01', parameters: { 'Customer name': words }, variants: [words] },
    }),
  );
};
const made: Happened = async (pages, number) => {
  await released(pages, number);
  const claim = await claimedOrder(pages.ledger, number);
  await pages.ledger.claims.complete(claim, { awaiting: 'completion' }, { event: 'created', note: words });
};
const planned = async (pages: Pages, number: string) => {
  await made(pages, number);
  return plan(pages.ledger, number);
};
const dead: Happened = async (pages, number) => {
  await refuse(pages.ledger, number, await planned(pages, number), rejection);
  await pages.ledger.deadLetters.record(letter(number));
};

/** What can happen to an order, by the stage or the kind that its page then says. */
const stories: Readonly<Record<string, Happened>> = {
  wanted: released,
  'being created': async (pages, number) => {
    await released(pages, number);
    await claimedOrder(pages.ledger, number);
  },
  'The last attempt': async (pages, number) => {
    await released(pages, number);
    await pages.ledger.claims.giveBack(await claimedOrder(pages.ledger, number), {
      error: words,
      sent: false,
    });
  },
  'in Azumuta': made,
  'was refused': async (pages, number) => {
    await released(pages, number);
    const claim = await claimedOrder(pages.ledger, number);
    await pages.ledger.claims.giveBack(claim, { error: rejectedFor(rejection), sent: false });
  },
  withdrawn: async (pages, number) => {
    await released(pages, number);
    const entry = await pages.ledger.orders.find(number);
    if (entry) await pages.ledger.orders.end(entry, { how: 'withdrawn', because: words });
  },
  'given up': async (pages, number) => {
    await made(pages, number);
    const entry = await pages.ledger.orders.find(number);
    if (entry)
      await pages.ledger.orders.end(entry, { how: 'given up', because: `by ${words}, because ${words}` });
  },
  'to be booked': async (pages, number) => void (await planned(pages, number)),
  booked: async (pages, number) => {
    const booking = await planned(pages, number);
    const key = bookingKeyOf(number, booking.planned.key);
    const claim = await claimed(pages.ledger, key, { owner: number, messageId: 'm', endsAt });
    await pages.ledger.claims.complete(claim, { remove: forBookingOnly }, { event: 'booked', note: words });
  },
  'cause: refused by the ERP': dead,
  'sent to its queue again': async (pages, number) => {
    await dead(pages, number);
    await pages.ledger.deadLetters.markReplayed(letter(number), `by ${words}`);
  },
  'A person discarded its dead letter': async (pages, number) => {
    await dead(pages, number);
    await pages.ledger.bookings.discardRefused(number, 'm', words);
    await pages.ledger.deadLetters.markDiscarded(letter(number), `by ${words}: ${words}`);
  },
  ...Object.fromEntries(
    orderConcernKinds
      .filter((kind) => kind !== 'unknown-numbers')
      .map((kind): [string, Happened] => [
        kind,
        async (pages, number) => {
          await made(pages, number);
          const about = { article: 'GEAR-01', quantity: '5 u' };
          const concern = {
            kind,
            content: words,
            note: `Quantity is 5, ${words}`,
            cause: 'conflict',
            about,
          } as const;
          await pages.ledger.concerns.begin(number, concern);
        },
      ]),
  ),
};

/** What the page says of some of them, in our words. */
const sayings: Readonly<Record<string, string>> = {
  wanted: 'Wanted.</strong> It waits to be created in Azumuta.',
  withdrawn: 'Withdrawn.</strong> It was withdrawn.<',
  'given up': 'Given up.</strong> A person has given it up.<',
  booked: 'Booked.</strong> It is booked in the ERP.<',
  'cause: refused by the ERP':
    'Needs a person.</strong> It has a dead letter. Its cause: refused by the ERP.<',
  changed: 'Needs a person.</strong> Product order is not as the ERP wants it.<',
  refused:
    'Needs a person.</strong> It cannot become a product order. Order of the ERP cannot be accepted: conflict.<',
};

it('says no word of the ERP, of Azumuta or of a person, whatever has happened, and calls nothing well that needs one', async () => {
  // Prepare: both partners are down, too, and say why
  const pages = await startPages();
  for (const [name, happened] of Object.entries(stories)) {
    await happened(pages, `PO ${name}`);
    pages.clock.advance(1);
  }
  for (const partner of ['erp', 'azumuta'] as const)
    for (let count = 0; count < 5; count += 1) {
      const failure = new PartnerDown(`It says ${words}`);
      await pages.breaker.recordFailure(partner, failure, 'call', 'test');
    }
  await pages.ledger.pauses.pauseFlow('bookings');
  await orderOf(pages.ledger, { number: 'PO late', dueDate: '2026-11-01' });
  await pages.ledger.claims.complete(
    await claimedOrder(pages.ledger, 'PO late'),
    { awaiting: 'completion' },
    { event: 'created' },
  );

  // Act
  const opened = async (link: string) => (await pages.open(link)).body;
  const day = await opened(pages.link({ page: 'today' }));
  const orders = await Promise.all(
    Object.keys(stories).map((name) => opened(pages.link({ page: 'order', number: `PO ${name}` }))),
  );

  // Assess: the numbers themselves hold the stage, so those are left out
  expect([day, ...orders].join('\n')).not.toMatch(/MARKER|Peeters|L-1|azumuta\.example/);
  for (const [at, name] of Object.keys(stories).entries()) {
    expect(orders[at], name).toContain(`Order PO ${name}`);
    expect(orders[at], name).toContain(sayings[name] ?? '');
  }
  for (const kind of orderConcernKinds.filter((one) => one in stories)) {
    expect(orders[Object.keys(stories).indexOf(kind)], kind).toContain('<strong>Needs a person.</strong>');
    expect(day, kind).toContain(`1 ${headlineOf({ kind, partner: 'erp', cause: 'conflict' }, 1).slice(2)}.`);
  }
  expect(day).toContain('The ERP is down. What needs it waits, and nothing is lost.');
  expect(day).toContain('Booking in the ERP is paused.');
  expect(day).toContain('Late: 1 product order');
  expect(day).toContain('due 2026-11-01 · late by 23 days');
});

it('has the figures of a booking, and when what happened, by the clock of the plant', async () => {
  const pages = await startPages();
  const booking = await planned(pages, 'PO 1');
  pages.clock.advance(3600);
  await book(pages.ledger, 'PO 1', booking);
  const { body } = await pages.open(pages.link({ page: 'order', number: 'PO 1' }));
  expect(body).toContain('<dt>Booked</dt><dd>5 u good, 1 u scrap</dd>');
  expect(body).toContain('<dt>Created in Azumuta</dt><dd>2026-11-24 09:00:00</dd>');
  expect(body).toContain('<dt>Booked in the ERP</dt><dd>2026-11-24 10:00:00</dd>');
});
