import { afterAll, describe, expect, it } from 'vitest';
import { dialects } from '../support/dialects/index.ts';
import { calmJourney } from './calm-journey.ts';
import { runScenario } from './run-scenario.ts';
import { drawScenario } from './scenario/scenario.ts';
import { simulateFetch } from './world/network.ts';
import type { World } from './world/world.ts';

afterAll(simulateFetch());

describe.each(dialects)('Azumuta with the API dialect "$name"', (dialect) => {
  it('works with nothing but its configuration: an order becomes a product order, and its completion a booking', async () => {
    // Prepare
    let deadLetters = (): readonly unknown[] => [];
    const disturb = (world: World) => {
      deadLetters = () => world.plant.logged.filter((line) => line.includes('Dead letter'));
    };

    // Act
    const { findings, names } = await runScenario(calmJourney(), { dialect, disturb });

    // Assess
    expect(findings).toEqual([]);
    expect(deadLetters()).toEqual([]);
    // The order, its product order, the product order's id, and two recordings.
    expect(names[0]).toHaveLength(5);
  });

  it('keeps every promise while calls and partners fail', async () => {
    for (let seed = 1; seed <= 2; seed += 1) {
      const { findings } = await runScenario(drawScenario(seed), { dialect });
      expect({ seed, findings }).toEqual({ seed, findings: [] });
    }
  });
});
