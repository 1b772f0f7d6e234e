import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillFactory } from '../factory.ts';
import { type StoreStage, startStoreStage } from '../store-stage.ts';
import { openWindow, type Window } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let stage: StoreStage;
let window: Window;
beforeAll(async () => {
  [stage, window] = await Promise.all([startStoreStage(), openWindow()]);
  await fillFactory(stage);
  await window.page.goto(stage.address);
});
afterAll(async () => {
  await window?.close();
  await stage?.stop();
});

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
} as const;

describe.each(Object.entries(pages))('the page %s', (name, path) => {
  it('has no violation that axe knows, in light and in dark', async () => {
    const { page } = window;
    await page.goto(`${stage.origin}${path}`);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // The page's own policy lets no script in, and a browser's tools may do that all the same.
      const client = await page.context().newCDPSession(page);
      await client.send('Runtime.evaluate', { expression: axe });
      const { result } = await client.send('Runtime.evaluate', {
        expression: `axe.run().then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])))`,
        ...{ awaitPromise: true, returnByValue: true },
      });
      expect(JSON.parse(String(result.value))).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await window.picture(name);
  });
});
