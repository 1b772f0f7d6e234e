import { expect, it, onTestFinished } from 'vitest';
import { calmJourney } from '../../../simulation/calm-journey.ts';
import { runScenario } from '../../../simulation/run-scenario.ts';
import { simulateFetch } from '../../../simulation/world/network.ts';
import { executed } from '../../../support/dialects/executed.ts';
import { addressesOf, seen, startAccount } from './account.ts';

it('runs both flows with a dialect that probe was not written for, once what reading cannot show is written by hand', async () => {
  // Prepare
  const { probe } = await startAccount(executed);
  const { settings } = await probe(addressesOf(executed), { ...seen, completedStatus: 'Afgewerkt' });
  const { operations, createdProductOrder, trigger } = executed.contract;
  const { createProductOrder } = Object(operations);
  const read = Object(settings.operations);
  const byHand = { createdProductOrder, trigger, operations: { ...read, createProductOrder } };
  const contract = { ...settings, ...byHand };
  onTestFinished(simulateFetch());

  // Act
  const { findings, names } = await runScenario(calmJourney(), { dialect: { ...executed, contract } });

  // Assess
  expect(findings).toEqual([]);
  expect(names[0]).toHaveLength(5);
});
