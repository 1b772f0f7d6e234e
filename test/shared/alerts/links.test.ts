import { expect, it } from 'vitest';
import { claimedLink, isSigned } from '../../../shared/pages/links.ts';
import { pagesKey, refused, startAlertStage } from './stage.ts';

const deployment = { pages: { validHours: 24, allowedSources: [] } };
const signer = { key: pagesKey, plant: 'ghent', stage: 'production' };

/** What the link opens, and until when. */
function opened(given = '') {
  const [address = '', query = ''] = given.split('?');
  const link = claimedLink(address.replace('https://plant.example/pages/', ''), query);
  if (!link || !isSigned(link, query, signer)) return undefined;
  const { until, ...page } = link;
  return { ...page, until: new Date(until * 1000).toISOString() };
}
const until = '2026-11-25T08:00:00.000Z';

it('opens the page of the order that an alert is about, on every channel', async () => {
  // Prepare
  const stage = await startAlertStage({ deployment });
  const number = 'MO/1 & <2>';
  await stage.ledger.deadLetters.record(refused(number));

  // Act
  await stage.run();

  // Assess
  const { webhook, mails, slack, teams } = stage.received;
  const link = webhook[0]?.link ?? '';
  expect(opened(link)).toEqual({ page: 'order', number, until });
  expect(mails[0]?.text).toMatch(/\n\nAzumutaErp-ghent-production · .*\n\nSee it: \S+$/);
  expect(mails[0]?.text).toContain(link);
  expect(slack).toMatchObject([
    {
      blocks: expect.arrayContaining([
        {
          type: 'section',
          text: { type: 'mrkdwn', text: `See it: <${link.replaceAll('&', '&amp;')}>`, verbatim: true },
        },
      ]),
    },
  ]);
  const opening = { type: 'Action.OpenUrl', title: 'See it', url: link };
  expect(teams).toMatchObject([{ attachments: [{ content: { actions: [opening] } }] }]);
});

it('opens the day where an alert is about several orders, about none, or over', async () => {
  const stage = await startAlertStage({ deployment });
  const { ledger, received } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  await ledger.deadLetters.record(refused('PO-2'));
  await stage.outage('erp');
  await stage.runFor(10);
  for (const one of ['PO-1', 'PO-2']) await ledger.deadLetters.markDiscarded(refused(one), 'by hand');
  await stage.runFor(5);
  expect(received.webhook.map(({ kind, event, link }) => [kind, event, opened(link)?.page])).toEqual([
    ['partner-down', 'new', 'today'],
    ['dead-letter', 'new', 'today'],
    ['dead-letter', 'over', 'today'],
  ]);
});

it('opens the day from the morning mail', async () => {
  const morningMail = { at: '09:10', workdays: ['tuesday' as const], emails: ['planning@plant.example'] };
  const stage = await startAlertStage({ deployment: { ...deployment, morningMail } });
  await stage.runFor(10);
  const [, link] = /\nSee it: (.*)\n$/.exec(stage.received.mails[0]?.text ?? '') ?? [];
  expect(opened(link)).toEqual({ page: 'today', until: '2026-11-25T08:10:00.000Z' });
});

it('opens the day from the summary of what a channel has missed, signed when it is sent', async () => {
  const stage = await startAlertStage({ deployment });
  stage.answers.webhook = () => ({ status: 503 });
  for (const cause of ['order-state', 'conflict', 'order-data', 'internal-error'] as const)
    await stage.ledger.deadLetters.record({ ...refused(cause), cause });
  await stage.runFor(120, 30);
  stage.answers.webhook = () => ({ status: 200 });
  await stage.runFor(30, 30);
  const [summary] = stage.received.webhook;
  expect([summary?.event, opened(summary?.link)]).toEqual([
    'missed',
    { page: 'today', until: '2026-11-25T10:30:00.000Z' },
  ]);
});

it('is missing, and keeps no alert back, while the key cannot be read or where there are no pages', async () => {
  for (const given of [deployment, {}]) {
    const stage = await startAlertStage({ deployment: given });
    stage.pages.key = undefined;
    await stage.ledger.deadLetters.record(refused('PO-1'));
    await stage.run();
    expect(stage.received.webhook).toHaveLength(1);
    expect(JSON.stringify(stage.received)).not.toMatch(/See it|plant\.example/);
    expect(stage.logged.join().includes('Alerts go out without links')).toBe(given === deployment);
  }
});
