import { beforeEach, expect, it } from 'vitest';
import { DeadLetterDesk } from '../../../infra/console/dead-letters.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { enter, linksOf } from './asking.ts';
import { rowsOf } from './partners-stage.ts';
import { startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);
beforeEach(async () => {
  await stage.empty();
  stage.clock.advance(60);
});

const numbers = ['PO-1', 'PO-2', 'PO-3'];

async function threeDead(): Promise<void> {
  for (const number of numbers) await stage.dead(number, 'No article.');
}

const tilesOf = (page: string) =>
  Object.fromEntries(
    [...page.matchAll(/id="outcome-([\w-]+)"[\s\S]*?class="number">(\d+)/g)].map(([, name, count]) => [
      name,
      count,
    ]),
  );

it('says of each message that was replayed what became of it, those that were refused again first', async () => {
  // Prepare
  await threeDead();
  for (const number of numbers) await stage.ledger.orders.create(newOrder({ number }));
  const [replay = ''] = linksOf((await visitor.get('/letters')).text, '/letters/replay?');
  const asked = (await visitor.get(replay)).text;

  // Act
  const sent = await visitor.post('/letters/replay', asked, []);
  await stage.dead('PO-2', 'Still no article.', { messageId: 'm-PO-2' });
  const later = (await visitor.get('/letters/replayed?replay=1')).text;

  // Assess
  expect(sent.text).toContain('Replayed 3 dead letters.');
  expect(tilesOf(sent.text)).toEqual({ 'under-way': '3' });
  expect(tilesOf(later)).toEqual({ 'refused-again': '1', 'under-way': '2' });
  const [refused, ...others] = rowsOf(later).filter(([first]) => first?.startsWith('PO'));
  expect(refused).toEqual(['PO-2', 'Still no article.']);
  expect(others.toSorted()).toEqual([
    ['PO-1', 'It is wanted.'],
    ['PO-3', 'It is wanted.'],
  ]);
});

it('shows what a replay does while it is under way, and why it was stopped', async () => {
  // Prepare: SQS takes its time, and then fails
  await threeDead();
  const gate = Promise.withResolvers<never>();
  const reached = Promise.withResolvers<void>();
  const desk = new DeadLetterDesk({
    ...stage.replaying,
    situation: stage.situation,
    queues: {
      sendAll() {
        reached.resolve();
        return gate.promise;
      },
    },
  });
  const [{ id } = { id: '' }] = (await desk.open(await stage.situation())).groups;

  // Act
  const replay = desk.begin({ group: id }, 'again');
  await reached.promise;
  const meanwhile = [replay.does, replay.report];
  gate.reject(new Error('SQS is away.'));
  await replay.ended;

  // Assess
  expect(meanwhile).toEqual(['Looked at 3 dead letters, 3 of them selected', undefined]);
  expect(replay.report).toMatchObject({ moved: 0, failure: 'SQS is away.' });
  expect(await desk.outcomesOf(replay)).toEqual([]);
});

it('says of a replay of an earlier start where to look', async () => {
  const { status, text } = await visitor.get('/letters/replayed?replay=of-yesterday');
  expect(status).toBe(200);
  expect(text).toContain('does not know this replay any more');
});
