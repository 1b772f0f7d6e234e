import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { switchMapping } from '../../../support/switch-mapping.ts';
import { openWindow, pictureOfReadme, type Window } from './browser.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let window: Window;
beforeAll(async () => {
  [stage, window] = await Promise.all([startStage(), openWindow()]);
});
afterAll(async () => {
  await window?.close();
  // Ctrl-C is the usual way to end it.
  if (stage) expect(await stage.stop()).toBe(0);
});

/** An order is sent on its way by hand; resolves to its number once Azumuta has it. */
async function release(article = 'GEAR-01', quantity = '5'): Promise<string> {
  const { page } = window;
  await page.goto(`${stage.origin}/floor`);
  await page.getByLabel('Article').selectOption(article);
  await page.getByLabel('Quantity', { exact: true }).fill(quantity);
  await page.getByRole('button', { name: 'Release it' }).click();
  const said = await page.locator('.said').textContent();
  return /MO\/\d+/.exec(said ?? '')?.[0] ?? '';
}

async function complete(number: string): Promise<void> {
  const { page } = window;
  await page.goto(`${stage.origin}/floor`);
  await page.getByRole('button', { name: `Complete ${number}` }).click();
  await page.getByText(`Completed ${number}`).waitFor();
}

async function throwSwitch(to: string): Promise<void> {
  const { page } = window;
  await page.goto(`${stage.origin}/floor`);
  await page.getByRole('radio', { name: to, exact: true }).check();
  await page.getByRole('button', { name: 'Throw the switch' }).click();
  await page.locator('#erp-mode', { hasText: to }).waitFor();
}

/** What was booked for an order, from the ERP's own books. */
async function bookings(number: string) {
  return (await stage.system.erp.bookings()).filter(({ order }) => order === number);
}

describe('from the README to a booked order, with nothing but the console', () => {
  let healthy = '';
  const stuck: string[] = [];
  let refused = '';

  it('opens with the address that the terminal shows, and says that everything flows', async () => {
    const { page } = window;
    await page.goto(stage.address);
    expect(page.url()).toBe(`${stage.origin}/`);
    await page.getByText('Everything flows.').first().waitFor();
    await window.picture('flows-calm');
  });

  it('an order that is released on the shop floor tab travels to Azumuta', async () => {
    const { page } = window;
    healthy = await release();
    await page.getByRole('button', { name: `Complete ${healthy}` }).waitFor();
    await window.picture('floor');
  });

  it('completed by hand, it is booked, and its journey tells all of it', async () => {
    const { page } = window;
    await complete(healthy);
    await page.getByRole('searchbox').fill(healthy);
    await page.keyboard.press('Enter');
    await page.locator('.badge.booked').waitFor();
    // The page follows the ledger, which is read piece by piece.
    for (const words of [
      'Received from the ERP',
      'Created in Azumuta',
      'Told to the ERP',
      'Booked in the ERP',
    ])
      await page.locator('.timeline').getByText(words).first().waitFor();
    await window.picture('journey-booked');
  });

  it('the switch breaks the ERP: what is completed now is stuck, and the console says what and why', async () => {
    const { page } = window;
    for (const quantity of ['3', '4', '5']) stuck.push(await release('GEAR-02', quantity));
    const [first = '', ...others] = stuck;
    for (const number of stuck) await page.getByRole('button', { name: `Complete ${number}` }).waitFor();
    await throwSwitch('is down');
    for (const number of [...others, first]) await complete(number);
    await page.getByRole('link', { name: 'Flows' }).click();
    const trouble = page.locator('#trouble-partner-erp');
    await trouble.getByText('The ERP has been unwell').waitFor();
    await trouble.getByRole('link', { name: first }).waitFor();
    expect(await trouble.textContent()).toMatch(/503[\s\S]*Nothing is lost/);
    await window.picture('flows-stuck');
    await window.page.locator('main').screenshot({ path: pictureOfReadme });
    await trouble.getByRole('link', { name: first }).click();
    await page.locator('.badge.to-be-booked').waitFor();
    // While it is tried once more, the page says that instead.
    await page.locator('.verdict', { hasText: /waits to be booked.*503/s }).waitFor();
    await window.picture('journey-stuck');
  });

  it('mended by the switch, it goes on by itself and is booked once', async () => {
    const { page } = window;
    await throwSwitch('works');
    for (const number of stuck) {
      // Each comes again after a pause that has grown with its tries.
      await page.locator('tr', { hasText: number }).getByText('once:').waitFor({ timeout: 80_000 });
      expect(await bookings(number)).toHaveLength(1);
    }
  });

  it('an ERP that refuses a booking makes a dead letter that says why', async () => {
    const { page } = window;
    refused = await release('GEAR-01', '4');
    await page.getByRole('button', { name: `Complete ${refused}` }).waitFor();
    await throwSwitch('refuses bookings');
    await complete(refused);
    await page.getByRole('link', { name: 'Flows' }).click();
    await page.getByText('1 message needs a person.').first().waitFor();
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Dead letters/ })
      .click();
    const group = page.locator('.letters');
    await group.getByText('The posting period is closed').waitFor();
    await window.picture('letters');
    await group.getByRole('link', { name: /Look at it/ }).click();
    await page.getByText('"kind": "booking"').waitFor();
    await window.picture('letter');
  });

  it('mended and replayed, after a look at what would happen, it is booked once', async () => {
    const { page } = window;
    await throwSwitch('works');
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Dead letters/ })
      .click();
    await page.getByRole('link', { name: 'Replay it' }).click();
    await page.getByRole('heading', { name: 'Replay 1 dead letter' }).waitFor();
    await window.picture('replay');
    expect(await bookings(refused)).toHaveLength(0);
    await page.getByRole('button', { name: 'Replay it now' }).click();
    await page.getByText('Replayed 1 letter.').first().waitFor();
    await page.goto(`${stage.origin}/floor`);
    await page.locator('tr', { hasText: refused }).getByText('once: 4').waitFor();
    expect(await bookings(refused)).toHaveLength(1);
  });

  it('what nobody can mend is discarded with a note, which the journey keeps', async () => {
    const { page } = window;
    const unknown = await release('GEAR-99', '2');
    await page.getByRole('link', { name: /Dead letters 1/ }).click();
    await page.getByText('Azumuta has no article GEAR-99').waitFor();
    await page.getByRole('link', { name: /Discard it/ }).click();
    await page.getByLabel(/^Why/).fill('Typed by hand in Azumuta as GEAR-02');
    await window.picture('discard');
    await page.getByRole('button', { name: 'Discard it for good' }).click();
    await page.getByText('There are none').waitFor();
    await window.picture('letters-none');
    await page.getByRole('searchbox').fill(unknown);
    await page.keyboard.press('Enter');
    await page.locator('.timeline').getByText('Typed by hand in Azumuta as GEAR-02').waitFor();
    await window.picture('journey-discarded');
  });

  it('a flow that somebody paused is told apart from one that is broken', async () => {
    // Prepare
    const { page } = window;
    const { emulator } = stage.system;
    const [book = ''] = emulator.stack.functions.flatMap(({ name }) =>
      /BookCompletion/.test(name) ? name : [],
    );
    await page.goto(stage.origin);
    // Act
    await switchMapping(emulator, book, false);
    // Assess
    const trouble = page.locator('#trouble-paused-bookings');
    await trouble.getByText('npm run resume -- bookings --local').waitFor();
    await window.picture('flows-paused');
    await switchMapping(emulator, book, true);
    await trouble.waitFor({ state: 'detached' });
  });

  it('what nobody knows is answered with what to do', async () => {
    const { page } = window;
    await page.getByRole('searchbox').fill('MO/9999');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await window.picture('nothing-found');
  });

  it('a platform that was stopped is told of on the open page, and in a sentence on the next', async () => {
    const { page } = window;
    await page.goto(stage.origin);
    await stage.system.stop();
    await page.locator('#refreshed.stale', { hasText: 'does not answer' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'That did not work' }).waitFor();
    expect(await page.locator('main').textContent()).toContain('Start it again');
    await window.picture('problem');
  });

  it('nothing that a page did was refused by its content security policy, nor failed', () => {
    expect(window.complaints).toEqual([]);
  });
});
