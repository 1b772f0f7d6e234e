import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOrder } from '../../../support/orders.ts';
import { fillFactory } from '../factory.ts';
import { startPartnersStage } from '../partners-stage.ts';
import { desktop, openWindow, phone, type Window } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Nothing scrolls sideways because of it. */
const longNumber = `PO/${'0123456789'.repeat(6)}`;
const ofLetter = new URLSearchParams({ letter: `m-${longNumber}` });

let stage: Awaited<ReturnType<typeof startPartnersStage>>;
let window: Window;
beforeAll(async () => {
  [stage, window] = await Promise.all([startPartnersStage(), openWindow()]);
  await fillFactory(stage);
  await stage.ledger.orders.create(newOrder({ number: longNumber }));
  await stage.dead(longNumber, `Azumuta has no article ${'GEAR'.repeat(40)}: create it.`);
  await window.page.goto(stage.address);
});
afterAll(async () => {
  await window?.close();
  await stage?.stop();
});

/** What axe finds on the page. Its own policy lets no script in; a browser's tools may do that all the same. */
async function violations(): Promise<unknown> {
  const { page } = window;
  const client = await page.context().newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: axe });
  const { result } = await client.send('Runtime.evaluate', {
    expression: `axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])))`,
    awaitPromise: true,
    returnByValue: true,
  });
  return JSON.parse(String(result.value));
}

/** Every page, by the name of its picture. */
const pages = {
  today: '/',
  'orders-of-a-day': '/orders',
  'orders-waiting': '/orders?list=waiting',
  'orders-for-a-person': '/orders?list=concerns',
  'order-changed': '/order?number=MO%2F0013',
  'order-refused': '/order?number=MO%2F0300',
  'order-booked': '/order?number=MO%2F0001',
  letters: '/letters',
  flows: '/flows',
  try: '/try?sample=order',
  'letters-unfiled': '/letters/unfiled',
  pause: '/flows/pause?flow=orders',
  'search-for-nothing': '/search?q=nothing',
  'order-unknown': '/order?number=PO-NONE',
  'order-with-a-long-number': `/order?${new URLSearchParams({ number: longNumber })}`,
  letter: `/letters/one?${ofLetter}`,
  replay: `/letters/replay?${ofLetter}`,
  discard: `/letters/discard?${ofLetter}`,
  'not-found': '/nowhere',
};

describe.each(Object.entries(pages))('the page %s', (name, path) => {
  it('has no violation that axe knows, in light and in dark, and fits into 320 pixels', async () => {
    const { page } = window;
    await page.goto(`${stage.origin}${path}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations()).toEqual([]);
    }
    const doubled = await page.evaluate(
      "[...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at)",
    );
    expect(doubled).toEqual([]);
    await window.picture(name);
  });
});

it('finds a violation where there is one', async () => {
  const { page } = window;
  await page.goto(`${stage.origin}/`);
  await page.evaluate("document.querySelector('main').append(document.createElement('img'))");
  expect(await violations()).toMatchObject([['image-alt', expect.anything()]]);
});

/** What a person asks, from the first page on and by keyboard alone. */
describe('a person who asks', () => {
  it('where an order is and what must be done: the planner searches, reads, and settles it', async () => {
    // Act
    await begin();
    await window.tabTo(/^Order number/);
    await window.page.keyboard.type('mo/0013');
    await enter(/order\?number=MO/);

    // Assess
    expect(await textOf('.verdict')).toMatch(
      /needs a person[\s\S]*in Azumuta[\s\S]*Quantity is 5, wanted 8\.[\s\S]*Correct the product order in Azumuta by hand/,
    );

    // Act
    await window.tabTo(/^Settle/);
    await window.page.keyboard.press('Enter');
    await window.tabTo(/^Why/);
    await window.page.keyboard.type('Corrected on paper');
    await window.tabTo(/^Settle/);
    await window.page.keyboard.press('Enter');

    // Assess
    await window.page.locator('.notice', { hasText: 'MO/0013: ends' }).waitFor();
    expect(await textOf('.timeline')).toContain('Corrected on paper (signed by an.peeters)');
  });

  it('what is late, how many pieces today and against last week: the planner reads the first page', async () => {
    await begin();
    const main = await textOf('main');
    expect(main).toMatch(/Pieces booked\s*36 u\s*the whole of last Tuesday: 45 u/);
    expect(main).toMatch(/On time\s*8 of 8 so far/);
    expect(main).toMatch(/Late: 2 product orders/);
    expect(main).toMatch(/MO\/0010\s*GEAR-02\s*5 u\s*2026-11-20\s*4 days/);
  });

  it('what is to be booked, on a phone: the first ones, and the others at a touch', async () => {
    // Prepare
    const { page } = window;
    await page.goto(new URL('/orders?list=to-be-booked', stage.origin).href);
    const rows = page.locator('tbody tr:visible');
    const onDesktop = await rows.count();

    // Act
    await page.setViewportSize(phone);
    const first = await rows.count();
    await page.getByText('Show 32 more').click();
    const all = await rows.count();
    await page.setViewportSize(desktop);

    // Assess
    expect([onDesktop, first, all]).toEqual([40, 8, 40]);
  });

  it('which letters may be replayed at once: the operator replays 25, and compares 15 first', async () => {
    // Act
    await begin();
    await window.tabTo(/^Dead letters/);
    await enter(/letters$/);

    // Assess
    const groups = window.page.locator('section.letters');
    expect(await groups.nth(0).textContent()).toMatch(
      /period 11 is closed[\s\S]*25 dead letters[\s\S]*ERP administrator/,
    );
    expect(await groups.nth(1).textContent()).toMatch(/15 dead letters[\s\S]*stock keeper[\s\S]*Compare/);
    const main = groups.locator('.main');
    expect(await main.allTextContents()).toEqual([
      expect.stringMatching(/^Replay all 25/),
      'Compare all 15 …',
      'Replay it …',
    ]);

    // Act
    await window.tabTo(/^Replay all 25/);
    await enter(/replay/);
    await window.tabTo(/^Replay all 25 now/);
    await window.page.keyboard.press('Enter');

    // Assess
    await window.page.locator('.verdict', { hasText: 'Replayed 25 dead letters' }).waitFor();
    expect(await textOf('#outcome-under-way')).toMatch(/Under way\s*25/);
    expect(await violations()).toEqual([]);
    await window.picture('replayed');
    expect(await stage.depths()).toMatchObject({
      completions: { visible: 25 },
      'dead-letters': { visible: 16 },
    });
  });

  it('what the ERP has and what was built of 15 letters: the stock keeper compares them where they are chosen', async () => {
    // Act
    await begin();
    await window.tabTo(/^Dead letters/);
    await enter(/letters$/);
    await window.tabTo(/^Compare all 15/);
    await enter(/some/);

    // Assess
    const main = await textOf('main');
    expect(main).toMatch(/The ERP has 3 u of this completion, and 5 u were built\./);
    expect(main).toMatch(/MO\/0300\s*GEAR-01\s*5 u\s*\d\d:\d\d\s*5 u good, 1 u scrap, lots L-1, L-2/);
    expect(await violations()).toEqual([]);
    await window.picture('compare');
  });

  it('what the mapping makes of a real order: the integrator reads one in the ERP', async () => {
    // Prepare
    const [order] = stage.erpSide.release({ product: 'GEAR-01', quantity: 5, customer: 'De Smet Machines' });

    // Act
    await begin();
    await window.tabTo(/^Try$/);
    await enter(/try$/);
    await window.tabTo(/^Number/);
    await window.page.keyboard.type(order?.number ?? '');
    await window.tabTo(/^Read it in the ERP/);
    await window.page.keyboard.press('Enter');

    // Assess
    const main = window.page.locator('main', { hasText: 'Customer name' });
    expect(await main.textContent()).toMatch(/The mapping makes[\s\S]*GEAR-01[\s\S]*De Smet Machines/);
    await window.picture('try-order');
  });
});

/** At the first page, as the browser opens it. */
async function begin(): Promise<void> {
  await window.page.goto(`${stage.origin}/`);
}

async function enter(address: RegExp): Promise<void> {
  await window.page.keyboard.press('Enter');
  await window.page.waitForURL(address);
}

async function textOf(selector: string): Promise<string> {
  return (await window.page.locator(selector).first().textContent()) ?? '';
}
