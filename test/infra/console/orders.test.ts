import { beforeAll, describe, expect, it } from 'vitest';
import { refusalBeyondOrder } from '../../../shared/erp/beyond-order.ts';
import { removedConcern } from '../../../shared/ledger/records/concerns.ts';
import { rejectionOf } from '../../../shared/model/errors.ts';
import { completionOf } from '../../shared/erp/conformance/completions.ts';
import { plan, refuse } from '../../support/bookings.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { enter, linksOf } from './asking.ts';
import { fillFactory } from './factory.ts';
import { rowsOf } from './partners-stage.ts';
import { operator, startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);
beforeAll(() => fillFactory(stage));

/** Numbers of the orders in a table, in its order. */
const numbersIn = (page: string) =>
  [
    ...page.matchAll(/<th scope="row" data-label="Order"><div><a [^>]*>(?:<span class="whole">)?([^<]*)/g),
  ].map(([, number]) => number);

describe('the lists of orders', () => {
  it('show what is in Azumuta by its due date, with article, quantity and stage', async () => {
    const { text } = await visitor.get('/orders?list=waiting');
    // MO/0014 was removed there.
    expect(numbersIn(text)).toEqual(['MO/0010', 'MO/0011', 'MO/0013', 'MO/0012']);
    expect(text).toMatch(/MO\/0010[\s\S]*?GEAR-02[\s\S]*?5 u[\s\S]*?2026-11-20[\s\S]*?in Azumuta/);
  });

  it('say of each order how late it is, since when something is open about it, and who acts, by name', async () => {
    const { text } = await visitor.get('/orders?list=waiting');
    const rows = rowsOf(text);
    const [late, changed, wellAtTime] = ['MO/0010', 'MO/0013', 'MO/0012'].map((number) =>
      rows.find(([first]) => first === number),
    );
    expect(late).toEqual([
      'MO/0010',
      'GEAR-02',
      '5 u',
      '2026-11-20 4 days late',
      'in Azumuta needs a person',
      '',
      'It is not completed in Azumuta. It is late: it was due 2026-11-20.',
      'planner (Rik Maes, ext. 23)',
    ]);
    expect(changed?.slice(3)).toEqual([
      '2026-11-30',
      'in Azumuta needs a person',
      '14:00',
      'Quantity is 5, wanted 8.',
      'planner (Rik Maes, ext. 23)',
    ]);
    expect(wellAtTime?.slice(3)).toEqual([
      '2026-12-04',
      'in Azumuta',
      '',
      'It is in Azumuta and waits there to be completed.',
      '',
    ]);
  });

  it('say once above those of one cause who acts and what is to be done, without what is typed elsewhere', async () => {
    const { text } = await visitor.get('/orders?list=concerns');
    const headings = [...text.matchAll(/<th scope="rowgroup"[^>]*><div>([^<]*)/g)].map(([, words]) => words);
    expect(headings).toEqual([
      expect.stringMatching(/^Planner \(Rik Maes, ext\. 23\): Correct the product order in Azumuta by hand/),
      expect.stringMatching(/^Stock keeper: Compare what the ERP has/),
      expect.stringMatching(/^ERP administrator \(Els Claes\): Correct in the ERP what its message names/),
      expect.stringMatching(/^Planner \(Rik Maes, ext\. 23\): If it was built/),
      expect.stringMatching(/^Planner \(Rik Maes, ext\. 23\): If it is built, have it completed/),
    ]);
    expect(text).not.toContain('npm run');
    expect(numbersIn(text)).toHaveLength(44);
  });

  it('have as many orders as each figure of Today, of Flows and of their own titles says', async () => {
    // Act
    const read = async (path: string) => (await visitor.get(path)).text;
    const [today, flows] = [await read('/'), await read('/flows')];
    const [booked, persons] = [await read('/orders?list=to-be-booked'), await read('/orders?list=concerns')];

    // Assess: forty were refused by the ERP
    expect(numbersIn(booked)).toHaveLength(40);
    expect(numbersIn(persons)).toHaveLength(44);
    expect(today).toMatch(
      /To be booked<\/a><\/dt><dd><span class="number">40<\/span> <span class="hint">40 for a person/,
    );
    expect(flows).toMatch(/To be booked<\/a><\/p>\s*<p class="number">40</);
    expect(booked).toContain('To be booked <span class="count">40</span>');
    expect(today).toMatch(/things for a person <small>about <a [^>]*>44 product orders</);
    expect(today).toMatch(/For a person<\/a><\/dt><dd><span class="number">44</);
  });

  it('have a link to their further rows for a narrow window, and no list that is short', async () => {
    const [long, short] = [
      await visitor.get('/orders?list=to-be-booked'),
      await visitor.get('/orders?list=waiting'),
    ];
    expect(long.text).toContain('<summary>Show 32 more</summary>');
    expect(long.text.match(/<tr class="further">/g)).toHaveLength(32);
    expect(short.text).not.toContain('further');
  });

  it('leave out other articles of the page, and say how many', async () => {
    const { text } = await visitor.get('/orders?list=waiting&article=gear-02');
    expect(numbersIn(text)).toEqual(['MO/0010']);
    expect(text).toContain('3 orders of this page of the list are of other articles.');
  });

  it('show what a person must see to by its kind, each with its reason', async () => {
    const { text } = await visitor.get('/orders?list=concerns&kind=changed');
    expect(numbersIn(text)).toEqual(['MO/0013']);
    expect(text).toContain('Quantity is 5, wanted 8.');
  });

  it('show each order of a day once, the latest event first, page by page', async () => {
    // Act
    const pages: (string | undefined)[][] = [];
    for (let next: string | undefined = '/orders?list=day&day=2026-11-24'; next; ) {
      const { text } = await visitor.get(next);
      pages.push(numbersIn(text));
      [next] = linksOf(text, '/orders?').filter((href) => href.includes('after='));
    }

    // Assess
    expect(pages.length).toBeGreaterThan(1);
    const shown = pages.flat();
    expect(new Set(shown).size).toBe(48);
    expect(shown[0]).toBe('MO/0314');
  });

  it('find the beginning of a number in upper or lower case within the day', async () => {
    const found = await visitor.get('/orders?list=day&day=2026-11-24&q=mo%2F001');
    const before = await visitor.get('/orders?list=day&day=2026-11-23&q=mo%2F001');
    expect(numbersIn(found.text).toSorted()).toEqual(['MO/0010', 'MO/0011', 'MO/0012', 'MO/0013', 'MO/0014']);
    expect(numbersIn(before.text)).toEqual([]);
  });

  it('begin at the first page when the place in the address was tampered with', async () => {
    for (const after of ['nonsense', '{"pk":{"deep":1}}', '[]']) {
      const { status, text } = await visitor.get(`/orders?list=waiting&after=${encodeURIComponent(after)}`);
      expect([status, numbersIn(text).length]).toEqual([200, 4]);
    }
  });

  it('are CSV in which no cell is a formula', async () => {
    // Prepare
    const number = '=HYPERLINK("http://x.example";"MO/1")';
    const erpOrder = { number, article: '@SUM(1)', amount: '5' };
    await stage.ledger.orders.create(newOrder({ number, erpOrder }));
    await stage.ledger.concerns.begin(number, {
      kind: 'refused',
      content: 'x',
      note: '-2+3',
      cause: 'configuration',
    });

    // Act
    const { headers, text } = await visitor.get('/orders.csv?list=concerns&kind=refused');

    // Assess
    expect(headers['content-disposition']).toContain('orders-concerns.csv');
    expect(text.split('\r\n')[0]).toContain('"dueDate","late","stage"');
    const [head, line = '', ...others] = text.split('\r\n');
    expect(head).toContain('"number","article"');
    expect(line).toContain(`"'=HYPERLINK(""http://x.example"";""MO/1"")","'@SUM(1)"`);
    expect(line).not.toMatch(/(^|,)"[=+\-@\t]/);
    // By the clock of the plant, as the page says it, and as a spreadsheet reads it.
    expect(line).toMatch(/"2026-11-24 \d\d:\d\d:\d\d"/);
    expect(others).toEqual(['']);
  });
});

it.each(['/orders?list=concerns&kind=removed', '/order?number=MO%2F0044%E2%80%8B'])(
  'shows on %s what nobody sees of a number that was stored before it was refused',
  async (path) => {
    const { concerns } = stage.ledger;
    await concerns.begin('MO/0044\u200b', removedConcern);
    const { text } = await visitor.get(path);
    await concerns.end('MO/0044\u200b', removedConcern, 'Over.');
    expect(text).toMatch(/>(Order )?MO\/0044\[U\+200B\]</);
  },
);

describe('the page of one order', () => {
  const page = (number: string) => `/order?${new URLSearchParams({ number })}`;

  /** Sends one of its forms. */
  async function send(number: string, action: string, fields: Readonly<Record<string, string>>) {
    const { text } = await visitor.get(page(number));
    const [form = ''] =
      text.match(new RegExp(`<form method="post" action="/order/${action}"[\\s\\S]*?</form>`)) ?? [];
    expect(form).not.toBe('');
    return visitor.post(`/order/${action}`, form, Object.entries(fields));
  }

  it('settles a concern, signed and with the reason in what happened', async () => {
    const { text } = await send('MO/0013', 'settle', { because: 'Corrected on paper' });
    expect(text).toContain('MO/0013: ends “changed”'.replaceAll(/[“”]/g, '&quot;'));
    expect(text).toContain(`Corrected on paper (signed by ${operator})`);
    expect(text).not.toContain('badge needs-a-person');
  });

  it('does nothing without a reason, and says so', async () => {
    const { text } = await send('MO/0014', 'settle', { because: ' no ' });
    expect(text).toContain('Nothing was done. Say in 5 to 500 characters why');
    expect(text).toContain('badge needs-a-person');
  });

  it('creates a product order anew that was removed in Azumuta', async () => {
    const { text } = await send('MO/0014', 'remake', { because: 'Removed by mistake' });
    expect(text).toContain('MO/0014: creates product order MO/0014 in Azumuta again');
    // To create it, and to ask the ERP what it wants now.
    expect(await stage.depths()).toMatchObject({ 'product-orders': { visible: 2, hidden: 0 } });
  });

  it('has an order looked at again, and takes its dead letter from the queue', async () => {
    const before = (await stage.depths())['dead-letters'].visible;
    const { text } = await send('MO/0200', 'replay', { because: 'Period 11 is open again' });
    expect(text).toContain('MO/0200: is looked at again');
    expect(text).toContain(`Period 11 is open again (signed by ${operator})`);
    expect((await stage.depths())['dead-letters'].visible).toBe(before - 1);
    expect(await stage.depths()).toMatchObject({ completions: { visible: 1, hidden: 0 } });
  });

  it('has figures beyond its order accepted, once somebody types just those', async () => {
    // Prepare
    const number = 'MO/0400';
    const compared = { subject: number, order: number, ordered: '5', good: '50', scrap: '0' };
    const completion = completionOf({ number }, { quantity: { amount: '50' } });
    const refusal = refusalBeyondOrder(completion, { good: 1.1 }, compared, () => '');
    if (!refusal) throw new Error('50 of 5 were not refused.');
    await refuse(stage.ledger, number, await plan(stage.ledger, number, 'm'), rejectionOf(refusal));

    // Act
    const wrong = await send(number, 'accept', { because: 'Somebody has counted', figures: '5' });
    const none = await send(number, 'accept', { because: 'Somebody has counted', figures: 'fifty' });
    const before = (await stage.depths()).completions;
    const right = await send(number, 'accept', { because: 'Somebody has counted', figures: '50' });

    // Assess
    expect(wrong.text).toContain('Nothing was done. MO/0400 was not refused with 5, but MO/0400 with 50');
    expect(none.text).toContain('Nothing was done. &quot;fifty&quot; is no figure');
    expect(right.text).toContain('MO/0400: is looked at again');
    expect((await stage.depths()).completions.visible).toBe(before.visible + 1);
  });

  it('offers to accept figures only where some were refused as more than the order', async () => {
    const { text } = await visitor.get(page('MO/0201'));
    expect(text).not.toContain('action="/order/accept"');
  });

  it('discards its dead letter, and gives it up', async () => {
    const discarded = await send('MO/0300', 'discard', { because: 'Booked by hand' });
    expect(discarded.text).toContain('MO/0300: discarded 1 dead letter');
    const given = await send('MO/0010', 'give-up', { because: 'Scrapped at the customer' });
    expect(given.text).toContain('A person has given it up.');
    expect(numbersIn((await visitor.get('/orders?list=waiting')).text)).not.toContain('MO/0010');
  });
});

it('says of what is to be created by the name of that figure where it stands, in its list and on its page', async () => {
  // Prepare
  await stage.ledger.orders.create(newOrder({ number: 'MO/0500' }));

  // Act
  const list = await visitor.get('/orders?list=to-be-created');
  const page = await visitor.get('/order?number=MO/0500');

  // Assess
  const row = rowsOf(list.text).find(([first]) => first === 'MO/0500');
  expect(row?.[4]).toBe('to be created');
  expect(page.text).toContain('<span class="badge to-be-created">to be created</span>');
});

describe('the search', () => {
  beforeAll(async () => {
    await stage.ledger.orders.create(newOrder({ number: 'PO-1/1' }));
    await plan(stage.ledger, 'PO-REC');
  });

  it.each([
    ['the product order’s number', 'PO-1/1', 'PO-1%2F1'],
    ['the ERP order’s number', 'MO-PO-1/1', 'PO-1%2F1'],
    ['a recording', '5KKoy7m6ms89mvrTg', 'PO-REC'],
  ])('finds an order by %s', async (_, asked, number) => {
    const found = await visitor.get(`/search?${new URLSearchParams({ q: asked })}`);
    expect(found.headers.location).toBe(`/order?number=${number}`);
  });

  it('offers the parts of a split order', async () => {
    for (const index of [1, 2]) {
      const number = `S-1/${index}`;
      const part = { index, of: 2, first: 'S-1/1', book: 'each' } as const;
      await stage.ledger.orders.create(
        newOrder({ number, erpOrder: { number: 'S-1', article: 'GEAR-01', amount: '5' }, part }),
      );
    }
    const { text } = await visitor.get('/search?q=S-1');
    expect(text).toContain('2 product orders of S-1');
  });

  it('answers a text of 8,000 characters as any other that is no number', async () => {
    const { status, text } = await visitor.get(`/search?q=${'MO/1'.repeat(2000)}`);
    expect([status, text.includes('Nothing found')]).toEqual([200, true]);
  });

  it('says where to look for an order which the ledger does not know', async () => {
    const { text } = await visitor.get('/search?q=PO-GONE');
    expect(text).toContain('The ledger has no order');
    expect(linksOf(text, '/orders?list=day&q=PO-GONE')).toHaveLength(1);
    expect(linksOf(text, '/letters')).not.toEqual([]);
  });
});

it('shows each order of a figure once, page by page', async () => {
  // Prepare
  const numbers = Array.from({ length: 60 }, (_, index) => `MANY-${100 + index}`);
  for (const number of numbers) await stage.ledger.orders.create(newOrder({ number }));

  // Act
  const pages: (string | undefined)[][] = [];
  for (let next: string | undefined = '/orders?list=to-be-created'; next; ) {
    const { text } = await visitor.get(next);
    pages.push(numbersIn(text));
    [next] = linksOf(text, '/orders?').filter((href) => href.includes('after='));
  }

  // Assess
  const many = pages.flat().filter((number) => number?.startsWith('MANY-'));
  expect(pages).toHaveLength(2);
  expect(many.toSorted()).toEqual(numbers);
});
