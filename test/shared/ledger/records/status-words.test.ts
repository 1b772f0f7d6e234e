import { expect, it } from 'vitest';
import { StatusWords } from '../../../../shared/ledger/records/status-words.ts';
import { testClock } from '../../../support/clock.ts';
import { startDynalite } from '../../../support/dynamodb.ts';
import { overriding } from '../../../support/overriding.ts';

async function startRecords() {
  const clock = testClock();
  const { table } = await startDynalite();
  const stored = () => table.get({ pk: 'AZUMUTA', sk: 'STATUSES' });
  return { clock, table, stored, words: new StatusWords(table, clock) };
}
const aDay = 86_400;

it('remembers each word with the day on which it was seen last, the latest first', async () => {
  // Prepare
  const { words, clock } = await startRecords();

  // Act
  await words.remember(['Awaiting double check', 'Paused by planner']);
  clock.advance(aDay);
  await words.remember(['Paused by planner']);

  // Assess
  expect(await words.list()).toEqual([
    { word: 'Paused by planner', on: '2026-11-25' },
    { word: 'Awaiting double check', on: '2026-11-24' },
  ]);
});

it('keeps 20 words, those that were seen last', async () => {
  // Prepare
  const { words, clock } = await startRecords();
  await words.remember(Array.from({ length: 30 }, (_, at) => `old ${at}`));
  clock.advance(aDay);

  // Act
  await words.remember(['new']);

  // Assess
  const kept = await words.list();
  expect(kept).toHaveLength(20);
  expect(kept[0]).toEqual({ word: 'new', on: '2026-11-25' });
});

it.each([
  ['a sentence, which may name somebody', 'Approved by An Peeters at the line of gearboxes'],
  ['an address', 'https://files.example.com/a.jpg'],
  ['a picture', 'data:image/png;base64,iVBORw0KGgo='],
  ['a mail address', 'an@example.com'],
  ['an empty text', ''],
])('leaves out %s', async (_, text) => {
  // Prepare
  const { words, stored } = await startRecords();

  // Act
  await words.remember([text, 'Awaiting double check']);
  await words.remember([text]);

  // Assess
  expect(Object(await stored()).words).toEqual({ 'Awaiting double check': '2026-11-24' });
});

it('loses no word that another run has remembered since it was read', async () => {
  // Prepare
  const { words, table, clock, stored } = await startRecords();
  await words.remember(['first']);
  const read = await stored();
  const late = new StatusWords(overriding(table, { get: async () => read }), clock);
  clock.advance(1);
  await words.remember(['second']);

  // Act
  await late.remember(['third']);

  // Assess
  const kept = await words.list();
  expect(kept.map(({ word }) => word)).toEqual(['second', 'first']);
});

it('expires 90 days after it was written last', async () => {
  const { words, stored, clock } = await startRecords();

  await words.remember(['Awaiting double check']);

  const { expiresAt } = Object(await stored());
  expect(expiresAt - clock.now().getTime() / 1000).toBeCloseTo(90 * aDay, 0);
});
