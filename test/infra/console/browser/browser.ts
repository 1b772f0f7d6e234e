import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumPath } from './chromium.ts';

export type Window = Awaited<ReturnType<typeof openWindow>>;

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };
const narrow = { width: 320, height: 640 };
const folder = fileURLToPath(new URL('../../../../.screenshots/', import.meta.url));
/** The README's picture from the last run: infra/console/console.png is a copy of it. */
export const pictureOfReadme = `${folder}readme.png`;

/** A headless Chromium with one window. */
export async function openWindow() {
  const executablePath = chromiumPath();
  if (executablePath === undefined)
    throw new Error('There is no Chromium where it usually is: set CHROMIUM_PATH.');
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath,
    // Chromium's own sandbox refuses to run as root, as containers do; only our own pages are opened.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const context = await browser.newContext({ viewport: desktop, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  /** Errors of scripts, and violations of the content security policy. */
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (403|404|502)/.test(message.text()))
      complaints.push(message.text());
  });

  return {
    browser,
    context,
    page,
    complaints,
    /** Takes pictures of the page, light and dark, for a desktop and a phone; it fits into 320 pixels. */
    async picture(name: string) {
      await page.setViewportSize(narrow);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      expect(width, `${name} does not scroll sideways`).toBeLessThanOrEqual(narrow.width);
      for (const [size, viewport] of Object.entries({ desktop, phone })) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}.png`, fullPage: true });
        }
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(desktop);
    },
    /** Presses Tab until something is reached that is called so; at each stop the focus is seen. */
    async tabTo(name: RegExp) {
      for (let stops = 0; stops < 120; stops += 1) {
        await page.keyboard.press('Tab');
        const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
        expect(outline).toBe('solid');
        const label = await page.evaluate(
          'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent.trim()',
        );
        if (name.test(String(label))) return;
      }
      throw new Error(`Nothing that can be reached is called ${name}.`);
    },
    close: () => browser.close(),
  };
}
