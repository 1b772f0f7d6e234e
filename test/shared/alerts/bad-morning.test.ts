import { expect, it } from 'vitest';
import { startPlant } from './plant.ts';
import { orderOf, startAlertStage } from './stage.ts';

const stack = '--stack AzumutaErp-ghent-production';
const closed = 'The ERP refuses it: period 10 is closed for postings (M7 053).';
const missing = 'Azumuta has no article GEAR-99: create it there, or correct the order in the ERP.';

it('says in each message of a bad morning which order it is about, why, and what to do', async () => {
  // Prepare: it is 05:30 in Ghent. The night shift has completed 200 orders; three of them are of last month's period.
  const stage = await startAlertStage({ start: '2026-11-26T04:30:00Z' });
  const { ledger, received } = stage;
  const plant = await startPlant(stage);
  for (let at = 1; at <= 200; at += 1) {
    await orderOf(ledger, { number: `PO-${at}`, amount: String(at) });
    plant.complete(`PO-${at}`);
  }
  const ofOldPeriod = ['PO-7', 'PO-77', 'PO-177'];

  // Act: the ERP is down until 07:10, and then refuses what belongs to a closed period …
  plant.partners.erp = () => ({ status: 503 });
  await plant.until('06:10');
  plant.partners.erp = (order) =>
    ofOldPeriod.includes(order) ? { status: 422, body: closed } : { status: 200 };
  // … an order comes for an article that nobody has created …
  await orderOf(ledger, { number: 'PO-201', amount: '3' });
  plant.partners.azumuta = () => ({ status: 422, body: missing });
  plant.order('PO-201');
  await plant.until('08:00');
  // … accounting opens the period again, the article is created, and all is replayed.
  plant.partners.erp = () => ({ status: 200 });
  plant.partners.azumuta = plant.partners.erp;
  await plant.replay();
  await plant.until('09:00');

  // Assess: a handful of messages about 201 orders
  const told = received.webhook.map(({ event, kind, partner, title }) => [event, kind, partner, title]);
  const refusals = told.filter(
    ([event, kind, partner]) => `${event} ${kind} ${partner}` === 'new dead-letter erp',
  );
  expect(told.filter((each) => !refusals.includes(each))).toEqual([
    ['new', 'partner-down', 'erp', 'ghent-production: The ERP has been down since 2026-11-26 05:30 (5 min)'],
    [
      'new',
      'dead-letter',
      'azumuta',
      'ghent-production: PO-201: order got stuck on its way to or from Azumuta: unknown article',
    ],
    [
      'over',
      'partner-down',
      'erp',
      expect.stringContaining('The ERP answers again (it was down from 2026-11-26 05:30'),
    ],
    [
      'over',
      'dead-letter',
      'azumuta',
      'ghent-production: Over: 1 order got stuck on its way to or from Azumuta: unknown article',
    ],
    [
      'over',
      'dead-letter',
      'erp',
      'ghent-production: Over: 3 completions cannot be booked in the ERP: refused by erp',
    ],
  ]);
  // The first at once, the others with it or an hour later: it depends on when the queue gives them out.
  expect([1, 2]).toContain(refusals.length);

  // Each channel has each message, and each message tells each of its orders.
  const { mails, teams, slack, webhook } = received;
  expect([mails.length, teams.length, slack.length]).toEqual([
    webhook.length,
    webhook.length,
    webhook.length,
  ]);
  const news = webhook.filter(({ event, kind }) => event === 'new' && kind === 'dead-letter');
  expect(news.flatMap(({ troubles }) => troubles.map(({ order }) => order)).sort()).toEqual([
    'PO-177',
    'PO-201',
    'PO-7',
    'PO-77',
  ]);
  for (const message of [mails, teams, slack].map((each) =>
    each.map((one) => JSON.stringify(one)).join('\n'),
  )) {
    for (const [order, why] of [...ofOldPeriod.map((number) => [number, closed]), ['PO-201', missing]]) {
      const amount = order === 'PO-201' ? '3' : order?.slice('PO-'.length);
      expect(message).toContain(`${order} · article GEAR-01 · ${amount} u · since 2026-11-26`);
      expect(message).toContain(`Why: ${why}`);
      expect(message).toContain(`Type: npm run replay -- ${stack} --order ${order}`);
    }
    expect(message).toContain('Next: Correct in the ERP what its message names');
    expect(message).toContain('Next: Create the article or its variant in Azumuta');
    expect(message).toContain(
      'Waiting for it: 200 completions to be booked. Nothing is lost, and it goes on by itself.',
    );
    expect(message).toContain(`npm run doctor -- ${stack}`);
  }
});
