import { expect, it, onTestFinished } from 'vitest';
import { calmJourney } from '../../../simulation/calm-journey.ts';
import { runScenario } from '../../../simulation/run-scenario.ts';
import { simulateFetch } from '../../../simulation/world/network.ts';
import { executed } from '../../../support/dialects/executed.ts';
import { addressesOf, seen, startAccount } from './account.ts';

it('runs both flows with a dialect that probe was not written for, once one line is written by hand', async () => {
  // Prepare: the article in the body of a create
  const { probe } = await startAccount(executed);
  const { proposal } = await probe(addressesOf(executed), { ...seen, completedStatus: 'Afgewerkt' });
  const { operations, ...rest } = Object(proposal.settings);
  const { createProductOrder } = operations;
  const corrected = {
    ...createProductOrder,
    body: { ...createProductOrder.body, product: '{article.number}' },
  };
  const contract = { ...rest, operations: { ...operations, createProductOrder: corrected } };
  onTestFinished(simulateFetch());

  // Act
  const { findings, names } = await runScenario(calmJourney(), { dialect: { ...executed, contract } });

  // Assess
  expect(findings).toEqual([]);
  expect(names[0]).toHaveLength(5);
});
