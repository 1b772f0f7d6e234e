import { expect, it } from 'vitest';
import { figureLines } from '../../../shared/alerts/morning-mail.ts';
import { businessCentral } from '../../../shared/erp/business-central/index.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { removedConcern } from '../../../shared/ledger/records/concerns.ts';
import { claimedOrder } from '../../support/bookings.ts';
import { orderOf, refused, type StageOptions, startAlertStage } from './stage.ts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const;
const at = (
  time: string,
  workdays: readonly (typeof weekdays)[number][] | readonly ['sunday'] = weekdays,
) => ({
  deployment: { morningMail: { at: time, workdays: [...workdays], emails: ['planning@plant.example'] } },
});

/** When mails came, on UTC's clock, over a span of runs, of which every sixth is enough. */
async function mailsOver(options: StageOptions, hours: number) {
  const stage = await startAlertStage(options);
  const times: string[] = [];
  for (let run = 0; run < hours * 2; run += 1) {
    await stage.run();
    const mails = stage.received.mails.filter(({ topic }) => topic === 'morning').length;
    if (mails > times.length) times.push(stage.clock.now().toISOString());
    stage.clock.advance(1800);
  }
  return times;
}

/** A stack that has run before its morning, five minutes later. */
async function startRunningStage(options: StageOptions) {
  const stage = await startAlertStage(options);
  await stage.run();
  stage.clock.advance(300);
  return stage;
}

const mailOf = ({ received }: Awaited<ReturnType<typeof startAlertStage>>) =>
  received.mails.find(({ topic }) => topic === 'morning');

async function create(ledger: Ledger, number: string, dueDate?: string): Promise<void> {
  await orderOf(ledger, dueDate === undefined ? { number } : { number, dueDate });
  const claim = await claimedOrder(ledger, number);
  await ledger.claims.complete(claim, { awaiting: 'completion' }, { event: 'created' });
}

it("comes once a workday, at the plant's hour", async () => {
  // Friday to Tuesday
  expect(await mailsOver({ ...at('06:30'), start: '2026-11-27T00:00:00Z' }, 5 * 24)).toEqual([
    '2026-11-27T05:30:00.000Z',
    '2026-11-30T05:30:00.000Z',
    '2026-12-01T05:30:00.000Z',
  ]);
});

it.each([
  // On 29 March 2026 the clocks go from 2 to 3, on 25 October from 3 back to 2.
  ['which does not exist when summer time begins', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z']],
  ['which comes twice when it ends', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z']],
])('comes once at an hour %s', async (_, start, times) => {
  const { deployment } = at('02:30', ['sunday']);
  expect(await mailsOver({ deployment, start }, 36)).toEqual(times);
});

it('does not come on the afternoon on which the stack was deployed, and comes the next morning', async () => {
  expect(await mailsOver({ ...at('06:30'), start: '2026-11-26T15:26:00Z' }, 24)).toEqual([
    '2026-11-27T05:56:00.000Z',
  ]);
});

it('does not come right after a deployment within the hour, and comes the next morning', async () => {
  expect(await mailsOver({ ...at('06:30'), start: '2026-11-26T05:45:00Z' }, 25)).toEqual([
    '2026-11-27T05:45:00.000Z',
  ]);
});

it.each([
  [undefined, 1],
  ['2027-01-15, A. Peeters, 29.1 sandbox', 0],
])('says each morning that Business Central was not tried, until it was: %s', async (tried, count) => {
  // Prepare
  const company = '5d115c9c-44e3-ea11-bb43-000d3a2feca1';
  const erp = businessCentral({ tenant: 'plant.example', environment: 'Test', company, tried });
  const stage = await startRunningStage({ ...at('06:30'), erp, start: '2026-11-26T05:25:00Z' });

  // Act
  await stage.run();
  stage.clock.advance(86_400);
  await stage.run();

  // Assess
  const told = stage.received.mails.map(
    ({ text }) => text.split('not tried on a real Business Central').length - 1,
  );
  expect(told).toEqual([count, count]);
});

it('is sent at the next run when SNS does not accept it, and then once', async () => {
  const stage = await startRunningStage({ ...at('06:30'), start: '2026-11-27T05:25:00Z' });
  stage.sns.isUp = false;
  await stage.run();
  stage.sns.isUp = true;
  await stage.runFor(60);
  expect(stage.received.mails).toHaveLength(1);
});

it('compares Friday and the weekend with the week before, and says what is late and where it stands, and what waits for whom', async () => {
  // Prepare
  const stage = await startRunningStage({ ...at('06:30'), start: '2026-11-20T08:55:00Z' });
  const { ledger, clock, counts } = stage;
  for (const number of ['PO-1', 'PO-2', 'PO-3']) await create(ledger, number, '2026-11-27');
  await ledger.concerns.begin('PO-2', removedConcern);
  clock.advance(7 * 86_400);
  await create(ledger, 'PO-4', '2026-11-30');
  await create(ledger, 'PO-5');
  // Nobody can build it: it is late all the same.
  await orderOf(ledger, { number: 'PO-6', dueDate: '2026-11-20' });
  await ledger.deadLetters.record(refused('PO-4'));
  await ledger.deadLetters.record({ ...refused('PO-5'), cause: 'order-state' });
  const note = 'Quantity: was 5, is 6';
  await ledger.concerns.begin('PO-3', { kind: 'changed', content: 'other', note, cause: 'conflict' });
  Object.assign(counts, { completions: 4, 'product-orders': 1, 'dead-letters': 2 });
  clock.advance(3 * 86_400 - 6 * 3600);
  await ledger.pauses.pauseFlow('bookings');
  await stage.outage('erp');
  clock.advance(2.5 * 3600);

  // Act
  await stage.run();

  // Assess
  const mail = mailOf(stage);
  expect(mail?.subject).toBe('AzumutaErp-ghent-production: 2026-11-27 to 2026-11-29');
  expect(mail?.text.split('\n')).toEqual([
    'AzumutaErp-ghent-production, 2026-11-30 (Europe/Brussels)',
    '',
    '                      2026-11-27 to 2026-11-29  2026-11-20 to 2026-11-22',
    'Created in Azumuta                           2                         3',
    'Booked in the ERP                            0                         0',
    'Dead letters                                 2                         0',
    'Changed afterwards                           1                         1',
    'Pieces booked                                0                         0',
    'Scrap booked                                 0                         0',
    'On time                               0 % of 2                  0 % of 1',
    '',
    'Late      3.',
    '          · PO-6: to be created',
    '          · PO-1: in Azumuta',
    '          · PO-3: in Azumuta',
    'Due today 1.',
    '          · PO-4: in Azumuta (refused by the ERP)',
    'Waiting   In Azumuta, to be completed: 4, 4 for a person.',
    '          To be created: 1, 1 for a person.',
    '          To be booked: 0.',
    '          For a person: 6.',
    '          The ERP has been down for 3 h. The ERP failed (503) at GET /orders.',
    '          Booking in the ERP is paused for 3 h. Somebody paused it. Completions are still read from Azumuta and planned.',
    'To do     3 for planner (An Peeters, ext. 23)',
    '          · PO-3: Quantity: was 5, is 6',
    '          · PO-5: The ERP refuses it: period 11 is closed.',
    '          · PO-2: Azumuta does not have it any more',
    '          1 for ERP administrator',
    '          · PO-4: The ERP refuses it: period 11 is closed.',
    '          All of it, with what to do: npm run alert -- --stack AzumutaErp-ghent-production',
    '',
  ]);
});

it('names to each person the first of what is theirs, and counts the rest', async () => {
  // Prepare
  const stage = await startRunningStage({ ...at('06:30'), start: '2026-11-27T05:25:00Z' });
  for (let count = 1; count <= 12; count += 1)
    await stage.ledger.concerns.begin(`PO-${String(count).padStart(2, '0')}`, removedConcern);

  // Act
  await stage.run();

  // Assess
  const lines = mailOf(stage)?.text.split('\n') ?? [];
  const todo = lines.slice(lines.findIndex((line) => line.startsWith('To do')));
  const named = Array.from({ length: 10 }, (_, index) => `PO-${String(index + 1).padStart(2, '0')}`);
  expect(todo.slice(0, 4)).toEqual([
    'To do     12 for planner (An Peeters, ext. 23)',
    `          · ${named.join(', ')}: ${removedConcern.note}`,
    '          … and 2 more.',
    '          All of it, with what to do: npm run alert -- --stack AzumutaErp-ghent-production',
  ]);
});

it('says in a line each that nothing waits and nothing needs a person', async () => {
  const stage = await startRunningStage({ ...at('06:30'), start: '2026-11-27T05:25:00Z' });
  await stage.run();
  expect(mailOf(stage)?.text).toContain(
    [
      ...['\nLate      none.', 'Due today none.', 'Waiting   In Azumuta, to be completed: 0.'],
      ...['          To be created: 0.', '          To be booked: 0.', '          For a person: 0.'],
      'To do     Nothing needs a person.\n',
    ].join('\n'),
  );
});

it('names the first ten of many late orders, and says how many more there are', async () => {
  // Prepare
  const stage = await startRunningStage({ ...at('06:30'), start: '2026-11-10T05:20:00Z' });
  const numbers = Array.from({ length: 11 }, (_, index) => `PO-${10 + index}`);
  for (const number of numbers) await create(stage.ledger, number, '2026-11-12');
  stage.clock.advance(14 * 86_400 + 300);

  // Act
  await stage.run();

  // Assess
  const lines = mailOf(stage)?.text.split('\n') ?? [];
  const from = lines.findIndex((line) => line.startsWith('Late'));
  expect(lines.slice(from, from + 13)).toEqual([
    'Late      11.',
    ...numbers.slice(0, 10).map((number) => `          · ${number}: in Azumuta`),
    '          … and 1 more.',
    'Due today none.',
  ]);
});

it('compares pieces, scrap and what was on time, each unit on its own', () => {
  const before = {
    events: {},
    good: {},
    scrap: {},
    due: 0,
    inTime: 0,
    isRunning: false,
    unknownBecause: undefined,
    period: '2026-11-16',
  };
  const monday = {
    ...before,
    period: '2026-11-23',
    due: 4,
    inTime: 3,
    good: { u: '120', kg: '3.5' },
    scrap: { u: '2' },
  };
  expect(figureLines([monday, before]).slice(-3)).toEqual([
    'Pieces booked         120 u, 3.5 kg           0',
    'Scrap booked                    2 u           0',
    'On time                   75 % of 4    none due',
  ]);
});
