import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Releases an order on the shop floor page. @returns its number. */
async function release(article = 'GEAR-01', quantity = '5'): Promise<string> {
  const { page } = window;
  await page.goto(`${stage.origin}/floor`);
  await page.getByLabel('Article').selectOption(article);
  await page.getByLabel('Quantity', { exact: true }).fill(quantity);
  await page.getByRole('button', { name: 'Release it' }).click();
  const notice = await page.locator('.notice').textContent();
  return /MO\/\d+/.exec(notice ?? '')?.[0] ?? '';
}

async function complete(number: string): Promise<void> {
  const { page } = window;
  await page.goto(`${stage.origin}/floor`);
  await page.getByRole('button', { name: `Complete ${number}` }).click();
  await page.getByText(`Completed ${number}`).waitFor();
}

async function setErp(to: string): Promise<void> {
  const { page } = window;
  await page.goto(`${stage.origin}/floor`);
  await page.getByRole('radio', { name: to, exact: true }).check();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.locator('#erp-mode', { hasText: to }).waitFor();
}

async function openLetters(): Promise<void> {
  await window.page
    .getByRole('navigation')
    .getByRole('link', { name: /Dead letters/ })
    .click();
}

async function search(text: string): Promise<void> {
  await window.page.getByRole('searchbox').fill(text);
  await window.page.keyboard.press('Enter');
}

/** The bookings of an order in the ERP. */
async function bookings(number: string) {
  return (await stage.system.erp.bookings()).filter(({ order }) => order === number);
}

describe('the console', () => {
  let healthy = '';
  const stuck: string[] = [];
  let refused = '';

  it('opens at the address that the terminal shows, and says that everything works', async () => {
    const { page } = window;
    await page.goto(stage.address);
    expect(page.url()).toBe(`${stage.origin}/`);
    await page.getByText('Everything works.').first().waitFor();
    await window.picture('flows-calm');
  });

  it('releases an order, which then appears in Azumuta', async () => {
    const { page } = window;
    healthy = await release();
    await page.getByRole('button', { name: `Complete ${healthy}` }).waitFor();
    await window.picture('floor');
  });

  it('completes an order, and shows its whole journey once it is booked', async () => {
    const { page } = window;
    await complete(healthy);
    await search(healthy);
    await page.locator('.badge.booked').waitFor();
    // The page refreshes itself while entries are added to the ledger.
    const told = ['Received from the ERP', 'Created in Azumuta', 'Linked in the ERP', 'Booked in the ERP'];
    for (const words of told) await page.locator('.timeline').getByText(words).first().waitFor();
    await window.picture('journey-booked');
  });

  it('says which completions wait and why while the ERP is down', async () => {
    const { page } = window;
    for (const quantity of ['3', '4', '5']) stuck.push(await release('GEAR-02', quantity));
    const [first = '', ...others] = stuck;
    for (const number of stuck) await page.getByRole('button', { name: `Complete ${number}` }).waitFor();
    await setErp('is down');
    for (const number of [...others, first]) await complete(number);
    await page.getByRole('link', { name: 'Flows' }).click();
    const problem = page.locator('#trouble-partner-erp');
    await problem.getByText('The ERP has been down').waitFor();
    await problem.getByText(/waits?, and continues? automatically/).waitFor({ state: 'attached' });
    expect(await problem.textContent()).toMatch(/503[\s\S]*Nothing is lost/);
    await window.picture('flows-stuck');
    await window.page.locator('main').screenshot({ path: pictureOfReadme });
    await search(first);
    await page.locator('.badge.to-be-booked').waitFor();
    // While another attempt is running, the page shows that instead.
    await page.locator('.verdict', { hasText: /waits to be booked.*503/s }).waitFor();
    await window.picture('journey-stuck');
  });

  it('shows that everything is booked once after the ERP works again', async () => {
    const { page } = window;
    await setErp('works');
    for (const number of stuck) {
      // Each message is retried after a pause that grows with the number of attempts.
      await page.locator('tr', { hasText: number }).getByText('once:').waitFor({ timeout: 80_000 });
      expect(await bookings(number)).toHaveLength(1);
    }
  });

  it('shows a dead letter and its reason when the ERP refuses a booking', async () => {
    const { page } = window;
    refused = await release('GEAR-01', '4');
    await page.getByRole('button', { name: `Complete ${refused}` }).waitFor();
    await setErp('refuses bookings');
    await complete(refused);
    await page.getByRole('link', { name: 'Today' }).click();
    await page.getByRole('link', { name: '1 completion cannot be booked in the ERP' }).waitFor();
    await openLetters();
    const group = page.locator('.letters');
    await group.getByText('The posting period is closed').waitFor();
    await window.picture('letters');
  });

  it('replays a dead letter after a confirmation, and the order is booked once', async () => {
    const { page } = window;
    await setErp('works');
    await openLetters();
    await page.getByRole('link', { name: 'Replay it' }).click();
    await page.getByRole('heading', { name: 'Replay 1 dead letter' }).waitFor();
    await window.picture('replay');
    expect(await bookings(refused)).toHaveLength(0);
    await page.getByRole('button', { name: 'Replay it now' }).click();
    await page.getByText('Replayed 1 dead letter.').first().waitFor();
    await page.locator('#outcome-booked').waitFor();
    await window.picture('replayed');
    await page.goto(`${stage.origin}/floor`);
    await page.locator('tr', { hasText: refused }).getByText('once: 4').waitFor();
    expect(await bookings(refused)).toHaveLength(1);
  });

  it('says that a flow is paused, and how to resume it', async () => {
    // Prepare
    const { page } = window;
    const { pauses } = stage.system.ledger;
    await page.goto(`${stage.origin}/flows`);
    // Act
    await pauses.pauseFlow('completions');
    // Assess
    const problem = page.locator('#trouble-paused-completions');
    await problem.getByRole('button', { name: 'Resume' }).waitFor();
    await window.picture('flows-paused');
    await pauses.resumeFlow('completions');
    await problem.waitFor({ state: 'detached' });
  });

  it('says on the open page and on the next one that the platform was stopped', async () => {
    const { page } = window;
    await page.goto(stage.origin);
    await stage.system.stop();
    await page.locator('#refreshed.stale', { hasText: 'does not answer' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'That did not work' }).waitFor();
    expect(await page.locator('main').textContent()).toContain('start it again');
    await window.picture('problem');
  });

  it('caused no error of a script, and nothing that the content security policy refused', () => {
    expect(window.complaints).toEqual([]);
  });
});
