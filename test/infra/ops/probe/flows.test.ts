import { expect, it, onTestFinished } from 'vitest';
import { calmJourney } from '../../../simulation/calm-journey.ts';
import { runScenario } from '../../../simulation/run-scenario.ts';
import { simulateFetch } from '../../../simulation/world/network.ts';
import { dialects } from '../../../support/dialects/index.ts';
import { addressesOf, seen, startAccount, withFunctions } from './account.ts';

/** What the status of a completed order says on the screen, where it is another word than in `counting`. */
const screens: Readonly<Record<string, string>> = {
  ...{ wrapped: 'Afgewerkt', dutch: 'Voltooid', graph: 'Completed' },
};

it.each(dialects)(
  'runs both flows with the dialect $name, once what reading cannot show is written by hand',
  async (dialect) => {
    // Prepare
    const { probe } = await startAccount(dialect);
    const completedStatus = screens[dialect.name] ?? 'Gereed';
    const { settings } = await probe(addressesOf(dialect), { ...seen, completedStatus });
    const { operations, createdProductOrder = {}, trigger = {}, error = {}, list = {} } = dialect.contract;
    const { createProductOrder } = Object(operations);
    const read = Object(settings.operations);
    const byHand = { createdProductOrder, trigger, error, list };
    const contract = { ...settings, ...byHand, operations: { ...read, createProductOrder } };
    onTestFinished(simulateFetch());

    // Act
    const { findings, names } = await runScenario(calmJourney(), {
      dialect: { ...dialect, contract: withFunctions(contract, dialect.contract) },
    });

    // Assess
    expect(findings).toEqual([]);
    expect(names[0]).toHaveLength(5);
  },
);
