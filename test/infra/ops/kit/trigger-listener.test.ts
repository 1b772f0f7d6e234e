import { expect, it, onTestFinished } from 'vitest';
import { type ArrivedTrigger, listenForTriggers } from '../../../../infra/ops/kit/trigger-listener.ts';

it('answers two triggers with 503 and the others with 200, and hands on each as it came', async () => {
  // Prepare
  const listener = await listenForTriggers(0);
  onTestFinished(listener.close);
  const arrived: ArrivedTrigger[] = [];
  listener.begin(async (trigger) => void arrived.push(trigger));
  const url = `http://127.0.0.1:${listener.port}/hook?productOrderNumber=KIT-1`;

  // Act
  const answers = [
    await fetch(url),
    await fetch(url, { method: 'POST', body: '{"number":"KIT-1"}' }),
    await fetch(url),
  ];

  // Assess
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 200]);
  expect(arrived).toEqual([
    { method: 'GET', rawQueryString: 'productOrderNumber=KIT-1', body: '', answered: 503 },
    {
      method: 'POST',
      rawQueryString: 'productOrderNumber=KIT-1',
      body: '{"number":"KIT-1"}',
      answered: 503,
    },
    { method: 'GET', rawQueryString: 'productOrderNumber=KIT-1', body: '', answered: 200 },
  ]);
});

it('goes on when what takes a trigger fails', async () => {
  const listener = await listenForTriggers(0);
  onTestFinished(listener.close);
  listener.begin(() => Promise.reject(new Error('The account has had enough.')));
  const url = `http://127.0.0.1:${listener.port}/`;

  const answers = [await fetch(url), await fetch(url), await fetch(url)];

  expect(answers.map(({ status }) => status)).toEqual([503, 503, 200]);
});

it('refuses what is too long for a trigger, and hands on nothing of it', async () => {
  // Prepare
  const listener = await listenForTriggers(0);
  onTestFinished(listener.close);
  const arrived: ArrivedTrigger[] = [];
  listener.begin(async (trigger) => void arrived.push(trigger));
  const url = `http://127.0.0.1:${listener.port}/`;

  // Act
  const answers = [
    await fetch(url, { method: 'POST', body: 'x'.repeat(100_001) }),
    await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) }),
  ];

  // Assess
  expect(answers.map(({ status }) => status)).toEqual([413, 503]);
  expect(arrived).toHaveLength(1);
});
