import { expect, it } from 'vitest';
import { partnerChecks } from '../../../../infra/ops/doctor/check-partners.ts';
import worked from '../../../shared/integration/worked.config.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

/** What doctor finds at an Azumuta that answers every call with this status. */
async function findingAt(status: number) {
  const { url } = await startServer(() => ({ status }));
  const integration = { ...worked, azumuta: { ...worked.azumuta, baseUrl: url } };
  const keeper = { read: async () => '{"apiKey":"a-key"}' };
  const checks = partnerChecks(onThisMachine({}), integration, keeper, 'plants/ghent.config.ts');
  const [finding] = (await checks.find(({ about }) => about === 'Azumuta')?.look()) ?? [];
  return finding;
}

it('names the command that asks for the key when a partner refuses it', async () => {
  expect(await findingAt(401)).toMatchObject({
    result: 'wrong',
    says: expect.not.stringContaining('a-key'),
    command: 'npm run secrets -- set azumuta-api-key --local --config plants/ghent.config.ts',
  });
});

it('asks for rights, and not for another secret, when a partner answers 403', async () => {
  const finding = await findingAt(403);
  expect(finding).toMatchObject({ result: 'wrong', next: expect.stringContaining('rights') });
  expect(finding?.command).toBeUndefined();
});

it.each([429, 503])(
  'asks to look again later, and not to check the address, at a status %d',
  async (status) => {
    const next = expect.stringMatching(/^look again in some minutes/);
    expect(await findingAt(status)).toMatchObject({ result: 'wrong', next });
  },
);
