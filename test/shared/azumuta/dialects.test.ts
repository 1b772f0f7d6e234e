import { expect, it } from 'vitest';
import { azumutaSandboxBaseUrl } from '../../../infra/local/sandbox/api.ts';
import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { createAzumutaModel } from '../../simulation/partners/azumuta.ts';
import { testClock } from '../../support/clock.ts';
import { inDialect } from '../../support/dialects/dialect.ts';
import { dialects } from '../../support/dialects/index.ts';
import { startServer } from '../../support/server.ts';

// What each line of the contract does is asked by the client's tests, and whole journeys in the dialects by the simulation.
it.each(dialects)('needs its own contract to find an article in the dialect $name', async (dialect) => {
  // Prepare
  const account = createAzumutaModel({
    now: () => new Date('2026-11-24T08:00:00.000Z'),
    newId: dialect.newId ?? (() => 'id-1'),
    articles: ['CHAIR'],
    sendTrigger: () => {},
  });
  const talk = inDialect(dialect, account.answer);
  const { url } = await startServer((call) =>
    talk({ ...call, url: new URL(call.url.pathname + call.url.search, `http://${call.headers.host}`) }),
  );
  const contract = contractSchema.parse(dialect.contract);
  const find = (one: typeof contract) =>
    new AzumutaClient({
      contract: one,
      baseUrl: azumutaSandboxBaseUrl(url),
      clock: testClock(),
      mayWrite: () => true,
      apiKey: async () => account.apiKey,
    }).findArticle('CHAIR', { signal: new AbortController().signal });

  // Act
  const found = await find(contract);
  const foreign = find({ ...defaultContract, apiKeyHeader: contract.apiKeyHeader });

  // Assess
  expect(found?.id).toBeDefined();
  expect(await foreign.catch(() => undefined)).toBeUndefined();
});
