import { expect, it } from 'vitest';
import { causes } from '../../../shared/model/causes.ts';
import { refused, startAlertStage } from './stage.ts';

const titlesOf = (alerts: readonly { readonly title: string }[]) =>
  alerts.map(({ title }) => title.replace('ghent-production: ', ''));

it('tells of 200,000 letters that nobody knows in one message, once counted twice, and of a real one besides', async () => {
  // Prepare
  const stage = await startAlertStage();
  stage.counts['dead-letters'] = 200_000;
  await stage.run();
  const atOnce = stage.received.webhook.length;
  await stage.runFor(15);

  // Act
  await stage.ledger.deadLetters.record(refused('MO/0042'));
  stage.counts['dead-letters'] = 200_001;
  await stage.runFor(60);
  stage.counts['dead-letters'] = 1;
  await stage.runFor(5);

  // Assess
  expect(atOnce).toBe(0);
  expect(titlesOf(stage.received.webhook)).toEqual([
    '200000 second copies of dead letters, or calls that nobody could read',
    'MO/0042: completion cannot be booked in the ERP: refused by the ERP',
    'Over: 200000 second copies of dead letters, or calls that nobody could read',
  ]);
});

it('says of forty dead letters, each delivered twice by an ERP whose every sentence names its order, what they have in common once, and that there are copies', async () => {
  // Prepare
  const stage = await startAlertStage();
  for (let at = 1; at <= 40; at += 1)
    await stage.ledger.deadLetters.record(refused(`MO/${at}`, `ERP, order MO/${at}: the period is closed.`));
  stage.counts['dead-letters'] = 80;

  // Act
  await stage.runFor(60);

  // Assess
  expect(stage.received.webhook.map(({ title, who }) => [title, who])).toEqual([
    ['ghent-production: 40 completions cannot be booked in the ERP: refused by the ERP', 'ERP administrator'],
    ['ghent-production: 40 second copies of dead letters, or calls that nobody could read', 'operator'],
  ]);
  const [refusal] = stage.received.mails;
  expect(refusal?.text.match(/Why: .*/g)).toEqual(['Why: ERP, order ‹order›: the period is closed.']);
  expect(refusal?.text).toContain('… and 30 more: npm run replay');
});

it('tells of letters that nobody knows again once there are ten times as many', async () => {
  const stage = await startAlertStage();
  for (const count of [2, 19, 20]) {
    stage.counts['dead-letters'] = count;
    await stage.runFor(10);
  }
  expect(stage.received.webhook.map(({ event, count }) => [event, count])).toEqual([
    ['new', 2],
    ['new', 20],
  ]);
});

it('tells of a partner that comes and goes when it begins to, and when it ends, and of no outage between', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { received } = stage;

  // Act: ten minutes down, ten minutes up, for twelve hours; then it is steady.
  for (let cycle = 0; cycle < 36; cycle += 1) {
    await stage.outage('erp');
    await stage.runFor(10);
    await stage.recovery();
    await stage.runFor(10);
  }
  await stage.runFor(90);

  // Assess
  expect(titlesOf(received.webhook)).toEqual([
    'The ERP has been down since 2026-11-24 09:00 (5 min)',
    'Over: The ERP answers again (it was down from 2026-11-24 09:00, for 10 min)',
    'The ERP has been down since 2026-11-24 09:20 (5 min)',
    'The ERP comes and goes: it was down 3 times since 2026-11-24 09:00',
    'Over: The ERP answers steadily again (it was down 36 times since 2026-11-24 09:00)',
  ]);
});

it('sums up in one message what a channel has missed, and tells the others meanwhile that it takes none', async () => {
  // Prepare: Slack is away for six hours, in which the ERP was down, and a letter of each cause came.
  const stage = await startAlertStage();
  const { ledger, answers, received } = stage;
  answers.slack = () => ({ status: 503 });
  await stage.outage('erp');
  await stage.runFor(15);
  await stage.recovery();
  for (const cause of causes) await ledger.deadLetters.record({ ...refused(cause), cause });
  await stage.runFor(6 * 60);
  expect(received.slack).toEqual([]);

  // Act
  answers.slack = () => ({ status: 200, body: 'ok' });
  await stage.runFor(30);

  // Assess
  const [first, ...others] = received.slack.map((message) => JSON.stringify(message));
  expect(first).toContain('messages could not be delivered here from 2026-11-24 09:05 to 2026-11-24 ');
  expect(first).toContain('conflict: completion cannot be booked in the ERP: conflict');
  expect(first).toContain('And 4 more.');
  expect(first).toContain('Over: 1.');
  expect(others.filter((one) => !one.includes('take messages again'))).toEqual([]);
  const ofChannel = received.mails.filter(({ subject }) => / messages/.test(subject));
  expect(ofChannel.map(({ subject }) => subject)).toEqual([
    'ghent-production: Slack takes no messages',
    'ghent-production: Over: All channels of the alerts take messages again',
  ]);
  expect(ofChannel[0]?.text).toContain(
    'Slack has taken no messages since 2026-11-24 09:05: it answers with 503',
  );
});

it('delivers what comes later to a channel that refuses what a hundred messages say', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, answers, received } = stage;
  answers.slack = ({ body }) =>
    body.includes('BAD') ? { status: 400, body: 'invalid_blocks' } : { status: 200, body: 'ok' };
  for (let hour = 0; hour < 8; hour += 1) {
    for (const cause of causes)
      await ledger.deadLetters.record({ ...refused(`BAD-${hour}`), messageId: `${hour} ${cause}`, cause });
    await stage.runFor(65, 65);
  }
  expect(received.webhook.length).toBeGreaterThan(100);

  // Act
  await stage.outage('erp');
  await stage.runFor(10);

  // Assess
  expect(received.slack.filter((message) => /down since/.test(JSON.stringify(message)))).toHaveLength(1);
});
