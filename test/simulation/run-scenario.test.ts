import { afterAll, expect, it } from 'vitest';
import { calmJourney } from './calm-journey.ts';
import { runScenario } from './run-scenario.ts';
import { simulateFetch } from './world/network.ts';

afterAll(simulateFetch());

it('lists the events that happened', async () => {
  const first = {
    kind: 'call',
    stage: 'book-completion',
    service: 'erp',
    nth: 1,
    accident: 'the answer is lost',
  } as const;
  const never = { ...first, nth: 5000 };

  const { happened } = await runScenario(calmJourney(first, never));

  expect([...happened]).toEqual([first]);
});
