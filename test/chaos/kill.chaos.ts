import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Plant, startPlant } from '../../infra/local/plant.ts';
import { createStory } from '../../infra/local/story.ts';

let plant: Plant;

beforeAll(async () => {
  plant = await startPlant({ integrationFile: 'integration.config.ts' });
}, 60_000);
afterAll(() => plant?.stop());

it('kill -9 of any child in mid-story still ends with every order delivered, once', async () => {
  // Prepare: every process of the plant will die once, stores and partners too, while the story goes on
  const done = new AbortController();
  const killed = new Set<string>();
  const killing = (async () => {
    while (!done.signal.aborted) {
      const { azumuta, erp } = plant.sandboxes;
      const alive = [
        ...plant.platform.processes(),
        { name: 'azumuta sandbox', pid: azumuta.pid() },
        { name: 'erp sandbox', pid: erp.pid() },
      ];
      const next = alive.find(({ name }) => !killed.has(name));
      if (!next) return;
      killed.add(next.name);
      try {
        process.kill(next.pid, 'SIGKILL');
      } catch {
        // It had just ended by itself.
      }
      await pause(400, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  const story = createStory(plant, 6, () => undefined, done.signal);

  // Act
  await story.ordersOut();
  await story.workDone();
  await story.resultsBack();
  const { orders, booked, missing } = await story.figures();
  done.abort();
  await killing;

  // Assess: by the ERP's own books
  expect(missing).toEqual([]);
  expect(booked).toBe(orders);
  const references = (await plant.erp.bookings()).map(({ reference }) => reference);
  expect(new Set(references).size).toBe(references.length);
  expect(killed.size).toBeGreaterThanOrEqual(10);
}, 150_000);
