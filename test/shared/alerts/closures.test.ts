import { expect, it } from 'vitest';
import { breakerKey } from '../../../shared/ledger/keys.ts';
import { type FlowName, flowNames } from '../../../shared/ledger/records/pauses.ts';
import { orderOf, refused, startAlertStage } from './stage.ts';

const day = 1440;
const start = '2027-07-26T08:00:00.000Z';
/** Midnight at the plant, as a Monday begins. */
const until = new Date('2027-08-15T22:00:00.000Z');
const morningMail = {
  at: '06:00',
  workdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const,
  emails: ['planning@plant.example'],
};

type Stage = Awaited<ReturnType<typeof startAlertStage>>;

async function startPlant(): Promise<Stage> {
  const deployment = { morningMail: { ...morningMail, workdays: [...morningMail.workdays] } };
  const stage = await startAlertStage({ start, deployment });
  await stage.run();
  return stage;
}

async function close({ ledger }: Stage, flows: readonly FlowName[], end = until): Promise<void> {
  for (const flow of flows) await ledger.pauses.pauseFlow(flow, { until: end, ends: 'by itself' });
}

async function marksIn({ store }: Stage): Promise<string[]> {
  const item = (await store.table.get(breakerKey('erp'))) ?? {};
  return Object.keys(item).filter((name) => name.includes('Pause'));
}

const heard = ({ received }: Stage) => received.webhook.map(({ event, kind }) => `${event} ${kind}`);
const morningMails = ({ received }: Stage) => received.mails.filter(({ topic }) => topic === 'morning');

it('says nothing for three weeks of what is late or waits because all is closed, and its end once', async () => {
  // Prepare: two dead letters were told before, and an order will be late.
  const stage = await startPlant();
  const { ledger } = stage;
  const crashed = { ...refused('PO-5'), cause: 'internal-error' } as const;
  await ledger.deadLetters.record(refused('PO-1'));
  await ledger.deadLetters.record(crashed);
  await stage.runFor(5);
  await orderOf(ledger, { number: 'PO-2', dueDate: '2027-07-28' });
  stage.counts.completions = 3;
  await close(stage, flowNames);
  const [before, mailsBefore] = [heard(stage), morningMails(stage).length];

  // Act: meanwhile one is discarded, another dead letter comes, and a message begins to wait.
  await stage.runFor(10 * day, 360);
  await ledger.deadLetters.markDiscarded(crashed, 'It was a test (An)');
  await ledger.deadLetters.record({ ...refused('PO-4'), partner: 'azumuta', cause: 'refused-by-azumuta' });
  const waits = { order: 'PO-3', partner: 'erp', since: stage.clock.now(), reason: 'It is locked.' } as const;
  await ledger.attempts.recordFailure('message', { unexpected: false, waits });
  await stage.runFor(10 * day, 360);
  const during = heard(stage);
  const mailsDuring = morningMails(stage).length;
  stage.clock.advance((until.getTime() - stage.clock.now().getTime()) / 1000);
  await stage.runFor(25);
  const atEnd = heard(stage);
  await stage.runFor(2 * day, 30);

  // Assess
  expect(before).toEqual(['new dead-letter', 'new dead-letter']);
  expect(during).toEqual([...before, 'new dead-letter']);
  expect(mailsDuring).toBe(mailsBefore);
  expect(atEnd).toEqual([...during, 'over waiting']);
  const ends = stage.received.webhook.filter(({ title }) => title.includes('the pause of'));
  expect(ends).toMatchObject([
    {
      title: `ghent-production: Over: the pause of ${flowNames.join(', ')} until 2027-08-16 00:00`,
      summary:
        'It has ended by itself: what waits goes on within 15 minutes. In the queues: 3 messages about completions.',
    },
  ]);
  expect(heard(stage)).toEqual(
    expect.arrayContaining(['over dead-letter', 'new overdue', 'new waiting', 'reminder dead-letter']),
  );
  expect(morningMails(stage).length).toBe(mailsBefore + 2);
  expect(await marksIn(stage)).toEqual([]);
});

it('goes on telling what is late while one flow is paused until a time, and says the end of each pause', async () => {
  // Prepare
  const stage = await startPlant();
  await orderOf(stage.ledger, { number: 'PO-1', dueDate: '2027-07-26' });
  const [first, second] = [2, 4].map((days) => new Date(Date.parse(start) + days * day * 60_000));
  await close(stage, ['orders', 'pull'], first);
  await close(stage, ['bookings'], second);

  // Act
  await stage.runFor(5 * day, 60);

  // Assess
  const titles = stage.received.webhook.map(({ title }) => title);
  expect(heard(stage)).toContain('new overdue');
  expect(titles.filter((title) => title.includes('the pause of'))).toEqual([
    'ghent-production: Over: the pause of orders, pull until 2027-07-28 10:00',
    'ghent-production: Over: the pause of bookings until 2027-07-30 10:00',
  ]);
  expect(morningMails(stage)).not.toEqual([]);
  expect(await marksIn(stage)).toEqual([]);
});

it('says nothing of a pause that a person has ended before its time', async () => {
  // Prepare
  const stage = await startPlant();
  await close(stage, flowNames);
  await stage.runFor(day, 360);

  // Act
  for (const flow of flowNames) await stage.ledger.pauses.resumeFlow(flow);
  await stage.runFor(21 * day, 360);

  // Assess
  expect(heard(stage)).toEqual([]);
});
