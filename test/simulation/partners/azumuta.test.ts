import { expect, it } from 'vitest';
import { createAzumutaModel, type TriggerRequest, webhookUrl } from './azumuta.ts';
import { receivedOf } from './fetch.ts';

const articlesUrl = 'https://app.azumuta.com/api/v1/articles';

function prepared() {
  let ids = 0;
  const triggers: TriggerRequest[] = [];
  const azumuta = createAzumutaModel({
    now: () => new Date('2026-11-24T08:00:00Z'),
    newId: () => `id-${++ids}`,
    articles: ['CHAIR'],
    sendTrigger: (request) => void triggers.push(request),
  });
  return { azumuta, triggers };
}

it('shows a completed product order with its recordings, and sends its trigger', () => {
  // Prepare
  const { azumuta, triggers } = prepared();
  azumuta.typeByHand('A/1', 'CHAIR');

  // Act
  const completed = azumuta.complete('A/1', { quantity: 4, scrap: 1, serials: ['S1'] });

  // Assess
  expect(completed).toMatchObject({ number: 'A/1', article: 'CHAIR', status: 'completed' });
  expect(completed?.recordings).toMatchObject([
    { good: undefined, scrap: undefined, serials: [] },
    { good: 4, scrap: 1, serials: ['S1'] },
  ]);
  expect(azumuta.productOrders()).toEqual([completed]);
  expect(triggers.map(({ url }) => url.href)).toEqual([webhookUrl]);
  const { body } = receivedOf(webhookUrl, triggers[0]?.init);
  expect(JSON.parse(body)).toMatchObject({
    productOrderNumber: 'A/1',
    recordingIds: completed?.recordings.map(({ id }) => id),
  });
});

it('keeps the recordings of a product order that is reopened, and its id when its number changes', () => {
  // Prepare
  const { azumuta, triggers } = prepared();
  const typed = azumuta.typeByHand('A', 'CHAIR');
  azumuta.complete('A', { quantity: 4, recordings: 1 });

  // Act
  const reopened = azumuta.reopen('A');
  const renamed = azumuta.rename('A', 'B');
  const completed = azumuta.complete('B', { quantity: 1, recordings: 1 });

  // Assess
  expect(reopened).toMatchObject({ status: 'in-progress', completedAt: null });
  expect(renamed).toMatchObject({ id: typed?.id, number: 'B' });
  expect(completed?.recordings).toMatchObject([{ good: 4 }, { good: 1 }]);
  expect(triggers.length).toBe(2);
});

it('completes the oldest of several product orders with one number, or the one with the given id', () => {
  // Prepare
  const { azumuta } = prepared();
  const [first, second, third] = ['A', 'A', 'A'].map((number) => azumuta.typeByHand(number, 'CHAIR'));

  // Act
  const oldest = azumuta.complete('A');
  const meant = azumuta.complete('A', third ? { id: third.id } : {});

  // Assess
  expect([oldest?.id, meant?.id]).toEqual([first?.id, third?.id]);
  expect(azumuta.productOrders().find(({ id }) => id === second?.id)?.status).toBe('open');
});

it('returns undefined for an act that is not possible, and sends no trigger', () => {
  // Prepare
  const { azumuta, triggers } = prepared();
  azumuta.typeByHand('A', 'CHAIR');
  azumuta.complete('A');
  triggers.length = 0;

  // Act
  const given = [
    azumuta.complete('A'),
    azumuta.complete('B'),
    azumuta.reopen('B'),
    azumuta.rename('B', 'C'),
    azumuta.remove('B'),
    azumuta.triggerAgain('B'),
    azumuta.typeByHand('B', 'TABLE'),
  ];

  // Assess
  expect(given).toEqual(given.map(() => undefined));
  expect(triggers).toEqual([]);
  expect(azumuta.productOrders().length).toBe(1);
});

it('answers 404 for a removed product order and its recordings', () => {
  // Prepare
  const { azumuta } = prepared();
  azumuta.typeByHand('A', 'CHAIR');
  const completed = azumuta.complete('A');

  // Act
  const removed = azumuta.remove('A');

  // Assess
  expect(removed).toEqual(completed);
  expect(azumuta.productOrders()).toEqual([]);
  const headers = { 'X-API-Key': azumuta.apiKey };
  const paths = [`productorders/${removed?.id}`, `recordings/${removed?.recordings[0]?.id}`];
  for (const path of paths)
    expect(azumuta.answer(receivedOf(`https://app.azumuta.com/api/v1/${path}`, { headers })).status).toBe(
      404,
    );
});

it('sends the trigger of a product order once more', () => {
  // Prepare
  const { azumuta, triggers } = prepared();
  azumuta.typeByHand('A', 'CHAIR');
  azumuta.complete('A');

  // Act
  azumuta.triggerAgain('A');

  // Assess
  const [first, again] = triggers.map(({ init }) => receivedOf(webhookUrl, init).body);
  expect(again).toBe(first);
  expect(triggers.length).toBe(2);
});

it('refuses the old key after it was replaced', () => {
  // Prepare
  const { azumuta } = prepared();
  const ask = (key: string) =>
    azumuta.answer(receivedOf(articlesUrl, { headers: { 'X-API-Key': key } })).status;
  const old = azumuta.apiKey;
  const before = ask(old);

  // Act
  const fresh = azumuta.rotate();

  // Assess
  expect(before).toBe(200);
  expect(ask(old)).toBe(401);
  expect(ask(fresh)).toBe(200);
  expect(fresh).toBe(azumuta.apiKey);
});
