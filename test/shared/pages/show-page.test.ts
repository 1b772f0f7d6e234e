import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { ShadowTable } from '../../../shared/ledger/shadow-table.ts';
import { orderOf, refused } from '../alerts/stage.ts';
import { startPages } from './stage.ts';

const order = (number: string) => ({ page: 'order', number }) as const;
const today = { page: 'today' } as const;
/** Links on a page, as a browser would open them. */
const linksOn = (body: string) =>
  Array.from(body.matchAll(/href="([^"]+)"/g), ([, link = '']) => link.replaceAll('&#38;', '&'));

describe('a page', () => {
  it('shows one order with its figures, and does so as often as it is opened', async () => {
    // Prepare
    const pages = await startPages();
    await orderOf(pages.ledger, { number: 'MO/1', amount: '12', dueDate: '2026-11-30' });

    // Act
    const answers = [
      await pages.open(pages.link(order('MO/1'))),
      await pages.open(pages.link(order('MO/1'))),
    ];

    // Assess
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.statusCode).toBe(200);
    for (const text of [
      'Order MO/1',
      'GEAR-01',
      '12 u',
      '2026-11-30',
      'wanted',
      'It waits to be created in Azumuta.',
    ])
      expect(answers[0]?.body).toContain(text);
    expect(linksOn(answers[0]?.body ?? '')).toEqual([]);
  });

  it('of the day says what is late and for a person, and links to these orders until its own link ends', async () => {
    // Prepare
    const pages = await startPages();
    await pages.ledger.deadLetters.record(refused('MO/1'));

    // Act
    const { statusCode, body } = await pages.open(pages.link(today));
    const [onto = '', ...others] = linksOn(body);
    const opened = await pages.open(onto);

    // Assess
    expect([statusCode, others]).toEqual([200, []]);
    expect(body).toContain('1 completion cannot be booked in the ERP: refused by the ERP.');
    expect(body).toContain('This day is not counted yet');
    expect(onto).toBe(pages.link(order('MO/1')));
    expect(opened.body).toContain('It has a dead letter. Its cause: refused by the ERP.');
    pages.clock.advance(3601);
    expect((await pages.open(onto)).statusCode).toBe(410);
  });

  it('of the day has its figures, as they were counted last', async () => {
    const pages = await startPages();
    const figures = {
      events: { created: 3, booked: 2 },
      good: { u: '12' },
      scrap: { u: '1' },
      due: 2,
      late: 1,
      bookedDue: { '2026-11-24': 1, '2026-11-20': 1 },
    };
    const upTo = pages.clock.now().toISOString();
    await pages.ledger.days.writeDay({ day: '2026-11-24', upTo, ...figures });
    await orderOf(pages.ledger, { number: 'PO-1', dueDate: '2026-11-24' });
    const { body } = await pages.open(pages.link(today));
    for (const [name, value] of Object.entries({
      'Booked in the ERP': 2,
      'Pieces booked': '12 u',
      'Scrap booked': '1 u',
      'On time': '1 of 2 so far',
      'To be created': 1,
    }))
      expect(body).toContain(`<dt>${name}</dt><dd>${value}</dd>`);
    expect(body).toContain('Counted up to 2026-11-24 09:00:00.');
  });

  it('of the day has the week before it as well, of which each counted day is in the sum', async () => {
    const pages = await startPages();
    const upTo = pages.clock.now().toISOString();
    const counted = { scrap: {}, due: 0, late: 0, bookedDue: {}, upTo };
    for (const day of ['2026-11-24', '2026-11-23', '2026-11-17', '2026-11-16'])
      await pages.ledger.days.writeDay({ ...counted, day, events: { booked: 1 }, good: { u: '5' } });
    const { body } = await pages.open(pages.link(today));
    expect(body).toMatch(/Made on 2026-11-24<[\s\S]*<dt>Pieces booked<\/dt><dd>5 u<\/dd>/);
    expect(body).toMatch(
      /The week before<[\s\S]*<dt>Booked in the ERP<\/dt><dd>2<\/dd>[\s\S]*<dt>Pieces booked<\/dt><dd>10 u<\/dd>/,
    );
  });

  it('needs no script, and nobody may keep, list or frame it, or learn its link', async () => {
    const pages = await startPages();
    const { headers, body } = await pages.open(pages.link(today));
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      ),
    });
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toContain(`'sha256-${hash}'`);
    expect(body).not.toMatch(/<script|<form|<img|<link| on\w+=| style=|https?:/);
  });

  it('shows markup in a number as text', async () => {
    const pages = await startPages();
    const number = `<script>alert("1")</script>'&\u202e`;
    await pages.ledger.deadLetters.record(refused(number));
    for (const link of [pages.link(today), pages.link(order(number))]) {
      const { body } = await pages.open(link);
      expect(body).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;[U+202E]');
      expect(body).not.toMatch(/<script|\u202e/);
    }
  });

  it('says that an order is gone of which the ledger knows nothing any more', async () => {
    const pages = await startPages();
    expect(await pages.open(pages.link(order('MO/9')))).toMatchObject({
      statusCode: 404,
      body: expect.stringContaining('The ledger knows nothing of this order any more.'),
    });
  });
});

describe('a link that is not ours', () => {
  it.each<[string, (pages: Awaited<ReturnType<typeof startPages>>) => string]>([
    ['no link', () => 'today'],
    ['no page', ({ link }) => link(today).replace('today', 'orders')],
    ['a name of every object', ({ link }) => link(today).replace('today', '__proto__')],
    ['forged with another key', ({ link }) => link(order('MO/1'), { key: 'another key of the pages' })],
    ['of another plant', ({ link }) => link(order('MO/1'), { plant: 'lyon' })],
    ['of another stage', ({ link }) => link(order('MO/1'), { stage: 'test' })],
    [
      'of a plant and a stage whose names run together to ours',
      ({ link }) => link(order('MO/1'), { plant: 'ghentproduct', stage: 'ion' }),
    ],
    ['for another order', ({ link }) => link(order('MO/2')).replace('MO%2F2', 'MO%2F1')],
    ['with a number that is encoded twice', ({ link }) => link(order('MO/1')).replace('MO%2F1', 'MO%252F1')],
    ['with a number in lower case', ({ link }) => link(order('MO/1')).replace('MO%2F1', 'mo%2F1')],
    ['with a space behind the number', ({ link }) => link(order('MO/1')).replace('MO%2F1', 'MO%2F1%20')],
    ['with more than it was signed with', ({ link }) => `${link(today)}&x=1`],
    ['with an order, for the page of the day', ({ link }) => `${link(today)}&number=MO%2F1`],
    ['with a field twice', ({ link, links }) => `${link(today)}&until=${links.until}`],
    ['with its fields in another order', ({ link }) => link(today).replace(/(key=.*)&(until=.*)/, '$2&$1')],
    ['with its time as a fraction', ({ link }) => `${link(today)}.0`],
    ['with its time in another writing', ({ link }) => link(today).replace('until=', 'until=0')],
    ['on another path', ({ link }) => link(order('MO/1')).replace('order?', 'today?')],
    [
      'for the day, on the path of an order',
      ({ link }) => `${link(today).replace('today?', 'order?')}&number=MO%2F1`,
    ],
    ['that is made to last', ({ link }) => link(order('MO/1')).replace(/until=\d/, 'until=9')],
  ])('opens nothing, reads nothing of the ledger, and learns nothing: %s', async (_, forge) => {
    // Prepare
    const pages = await startPages();
    await orderOf(pages.ledger, { number: 'MO/1' });
    const plain = await pages.open('today');

    // Act
    const answer = await pages.open(forge(pages));

    // Assess: the same page for all of them
    expect(answer).toEqual(plain);
    expect(answer.statusCode).toBe(403);
    expect(pages.reads.ledger).toBe(0);
  });

  it('does not even read the key when it has none, however often it comes', async () => {
    const pages = await startPages();
    for (let call = 0; call < 100; call += 1) await pages.open(`today?key=${call}&until=1790000000`);
    expect(pages.reads).toEqual({ ledger: 0, secret: 0 });
    for (let call = 0; call < 100; call += 1)
      await pages.open(pages.link(today, { key: `${call} of many keys` }));
    // Once at first, and then once a minute at most.
    expect(pages.reads).toEqual({ ledger: 0, secret: 1 });
  });

  it('gets the same page from an address that is not on the list, whatever it has', async () => {
    const pages = await startPages({ allowed: ['203.0.113.0/24'] });
    expect((await pages.open(pages.link(today), 'GET', '203.0.113.9')).statusCode).toBe(200);
    expect(await pages.open(pages.link(today))).toEqual(await pages.open('today', 'GET', '203.0.113.9'));
  });
});

it('says in shadow above all that nothing is written, and shows what shadow has decided alone', async () => {
  // Prepare
  const pages = await startPages({ mode: 'shadow' });
  const shadow = new ShadowTable(pages.store.client, pages.store.tableName, pages.clock.now);
  await orderOf(pages.ledger, { number: 'MO/1', amount: '12' });
  await orderOf(createLedger({ table: shadow, clock: pages.clock, settlingSeconds: 300 }), {
    number: 'MO/2',
  });

  // Act
  const [begunLive, decided, day] = [
    await pages.open(pages.link(order('MO/1'))),
    await pages.open(pages.link(order('MO/2'))),
    await pages.open(pages.link(today)),
  ];

  // Assess
  expect([begunLive.statusCode, decided.statusCode, day.statusCode]).toEqual([404, 200, 200]);
  for (const { body } of [begunLive, decided, day])
    expect(body).toContain('<main><p><strong>In shadow: nothing is written to Azumuta or the ERP.');
});

describe('a link of ours', () => {
  it('says that its time has passed, and reads nothing', async () => {
    const pages = await startPages();
    pages.clock.advance(3600);
    expect((await pages.open(pages.link(today))).statusCode).toBe(200);
    pages.clock.advance(1);
    const before = pages.reads.ledger;
    expect(await pages.open(pages.link(today))).toMatchObject({
      statusCode: 410,
      body: expect.stringContaining('The next alert and the next morning mail have new links.'),
    });
    expect(pages.reads.ledger).toBe(before);
  });

  it('opens nothing a minute after the key was rotated, although two values are stored', async () => {
    const pages = await startPages();
    expect((await pages.open(pages.link(today))).statusCode).toBe(200);
    pages.secret.value = { current: 'the key of the pages, second', previous: 'the key of the pages, first' };
    pages.clock.advance(60);
    expect((await pages.open(pages.link(today))).statusCode).toBe(403);
    expect((await pages.open(pages.link(today, { key: 'the key of the pages, second' }))).statusCode).toBe(
      200,
    );
  });

  it('is asked for by HEAD without a body and without reading the ledger, as scanners do', async () => {
    const pages = await startPages();
    expect(await pages.open(pages.link(today), 'HEAD')).toMatchObject({ statusCode: 200, body: '' });
    expect(await pages.open('today', 'HEAD')).toMatchObject({ statusCode: 403, body: '' });
    expect(pages.reads.ledger).toBe(0);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'get'])(
    'does nothing by %s',
    async (method) => {
      const pages = await startPages();
      const { statusCode, headers } = await pages.open(pages.link(today), method);
      expect([statusCode, headers]).toEqual([405, expect.objectContaining({ allow: 'GET, HEAD' })]);
      expect(pages.reads).toEqual({ ledger: 0, secret: 0 });
    },
  );

  it('waits for a key that cannot be read, and the log says why', async () => {
    const pages = await startPages();
    pages.secret.value = undefined;
    expect((await pages.open(pages.link(today))).statusCode).toBe(503);
    expect(pages.logged.join()).toContain('A page cannot be shown');
    expect(pages.logged.join()).not.toContain('first');
  });
});
