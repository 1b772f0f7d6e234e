import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newOrder } from '../../../support/orders.ts';
import { startServer } from '../../../support/server.ts';
import { type StoreStage, startStoreStage } from '../store-stage.ts';
import { desktop, openWindow, type Window } from './browser.ts';

const stuck = '1 order got stuck on its way to or from Azumuta: unknown article.';
const markup = `<script>document.title = 'taken'</script><img src=x onerror="document.title='taken'">`;

let stage: StoreStage;
let window: Window;
beforeAll(async () => {
  [stage, window] = await Promise.all([startStoreStage(), openWindow()]);
  await stage.ledger.orders.create(newOrder({ number: markup }));
  await window.page.goto(stage.address);
});
afterAll(async () => {
  await window?.close();
  await stage?.stop();
});
beforeEach(async () => {
  await stage.empty();
  stage.clock.advance(60);
});

const dead = (number: string, reason: string) => stage.dead(number, reason);
const order = (number: string) => `/order?${new URLSearchParams({ number })}`;
const focusedText = () => window.page.evaluate('document.activeElement.textContent.trim()');

describe('with the keyboard alone', () => {
  it('skips the navigation at the first stop', async () => {
    const { page } = window;
    await page.goto(stage.origin);
    await page.keyboard.press('Tab');
    expect(await focusedText()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });
});

describe('a page that is open', () => {
  it('shows a new dead letter without moving the focus or the scroll position, and keeps half-typed text', async () => {
    // Prepare
    const { page } = window;
    await page.setViewportSize({ width: 800, height: 300 });
    await page.goto(`${stage.origin}/`);
    await page.getByRole('searchbox').pressSequentially('MO/00');
    await page.evaluate('scrollTo(0, 200)');
    // Act
    await dead('PO-1', 'No article.');
    await page.locator('#need-dead-letter-azumuta-unknown-article').waitFor();
    // Assess
    expect(await page.getByRole('searchbox').inputValue()).toBe('MO/00');
    expect(await page.evaluate('document.activeElement.id')).toBe('q');
    expect(Number(await page.evaluate('scrollY'))).toBeGreaterThan(100);
    expect(await page.locator('#announcer').textContent()).toBe(stuck);
    expect(await page.locator('#count-dead-letters').textContent()).toMatch(/^1/);
    await page.setViewportSize(desktop);
  });

  it('keeps details open that the reader has opened, and closed that the reader has closed', async () => {
    // Prepare
    const { page } = window;
    const { pauses } = stage.ledger;
    await pauses.pauseFlow('orders');
    await page.goto(`${stage.origin}/flows`);
    const [orders, pull] = ['orders', 'pull'].map((flow) => page.locator(`#more-paused-${flow}`));
    // Act
    await orders?.locator('summary').click();
    await pauses.pauseFlow('pull');
    await pull?.locator('summary').click();
    await pauses.pauseFlow('bookings');
    await page.locator('#more-paused-bookings').waitFor();
    // Assess
    expect(await orders?.getAttribute('open')).toBeNull();
    expect(await pull?.getAttribute('open')).not.toBeNull();
    for (const flow of ['orders', 'pull', 'bookings'] as const) await pauses.resumeFlow(flow);
  });

  it('stops refreshing on request', async () => {
    // Prepare
    const page = await window.context.newPage();
    await page.clock.install();
    await page.goto(`${stage.origin}/`);
    await page.clock.runFor(5_000);
    await page.getByRole('button', { name: 'Pause refreshing' }).click();
    await dead('PO-1', 'No article.');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    // Act
    await page.clock.runFor(60_000);
    // Assess
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Resume refreshing', pressed: true }).click();
    await page.locator('#need-dead-letter-azumuta-unknown-article').waitFor();
    await page.close();
  });

  it('works without JavaScript', async () => {
    await dead('PO-1', 'No article.');
    const context = await window.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(stage.address);
    await page.getByText(stuck).first().waitFor();
    await page.getByRole('link', { name: 'Refresh' }).waitFor();
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Dead letters/ })
      .click();
    await page.getByRole('link', { name: 'Replay it' }).click();
    await page.getByRole('button', { name: 'Replay it now' }).click();
    await page.getByText('Replayed 1 dead letter.').first().waitFor();
    await context.close();
  });

  it('shows as text what a caller wrote as markup', async () => {
    const { page } = window;
    await dead(markup, `No article for ${markup}`);
    for (const path of [order(markup), '/letters', `/search?q=${encodeURIComponent(`no ${markup}`)}`]) {
      await page.goto(`${stage.origin}${path}`);
      await page.getByText('<script>').first().waitFor();
      expect(await page.title()).not.toBe('taken');
      expect(await page.locator('main img, main script').count()).toBe(0);
    }
  });
});

describe('another page in the same browser', () => {
  const form = () =>
    `<!doctype html><form method="post" action="${stage.origin}/letters/replay"><input name="group" value="x"><button>Go</button></form>`;

  it.each(['http://localhost', 'http://127.0.0.1'])('reads nothing and does nothing at %s', async (host) => {
    // Prepare
    await dead('PO-1', 'No article.');
    const { page } = window;
    const others = await startServer(() => ({ headers: { 'content-type': 'text/html' }, body: form() }));
    await page.goto(others.url.replace('http://127.0.0.1', host));
    // Act
    const read = await page.evaluate(
      `fetch(${JSON.stringify(stage.origin)}, { credentials: 'include' }).then((answer) => answer.text(), () => 'nothing')`,
    );
    await page.getByRole('button').click();
    // Assess
    expect(read).toBe('nothing');
    await page.getByText('Refused').first().waitFor();
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 1, hidden: 0 } });
  });
});
