import { describe, expect, it, onTestFinished } from 'vitest';
import { calmJourney } from '../../../simulation/calm-journey.ts';
import { runScenario } from '../../../simulation/run-scenario.ts';
import { simulateFetch } from '../../../simulation/world/network.ts';
import { executed } from '../../../support/dialects/executed.ts';
import { dialects } from '../../../support/dialects/index.ts';
import { addressesOf, seen, startAccount } from './account.ts';

const completedStatuses: Readonly<Record<string, string>> = {
  counting: 'Gereed',
  tabular: 'Gereed',
  wrapped: 'Afgewerkt',
};

describe.each(dialects)('the proposal for an account that talks $name', (dialect) => {
  it('runs both flows once the lines that reading cannot show are written by hand', async () => {
    // Prepare: the addresses, and the key's header
    const { operations = {}, trigger, error } = dialect.contract;
    const { createProductOrder } = operations;
    const { probe } = await startAccount(dialect);
    const completedStatus = completedStatuses[dialect.name];
    const { proposal } = await probe(addressesOf(dialect), { ...seen, completedStatus });

    // Act: a create, what it answers, an error in a 200, and triggers
    const proposed = Object(proposal.settings);
    const contract = {
      ...proposed,
      operations: { ...proposed.operations, createProductOrder },
      ...{ createdProductOrder: dialect.contract.createdProductOrder, trigger, error },
    };
    onTestFinished(simulateFetch());
    const { findings, names } = await runScenario(calmJourney(), { dialect: { ...dialect, contract } });

    // Assess: the order, its product order, that one's id, and two recordings
    expect(findings).toEqual([]);
    expect(names[0]).toHaveLength(5);
  });
});

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
