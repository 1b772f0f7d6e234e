import { expect, it } from 'vitest';
import { partnerChecks } from '../../../../infra/ops/doctor/check-partners.ts';
import { rest } from '../../../../shared/erp/rest/index.ts';
import { minute, row } from '../../../shared/erp/rest/rows.ts';
import { smallOptions } from '../../../shared/erp/rest/small.ts';
import { startPlant } from '../../../shared/erp/sap-s4hana/plant.ts';
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

it('says that the list of the ERP may lose orders, as its rows have no fixed order', async () => {
  // Prepare
  const pages = [['a', 'b'], ['c', 'a'], []];
  const { url } = await startServer(({ url: { searchParams } }) => {
    const numbers = pages[Number(searchParams.get('page')) - 1] ?? [];
    return { body: { rows: numbers.map((number) => row(number, minute(2))) } };
  });
  const { orders, ...options } = smallOptions(url);
  const erp = rest({ ...options, orders: { ...orders, paging: { kind: 'page', parameter: 'page' } } });
  const keeper = { read: async () => JSON.stringify({ apiKey: 'a-key' }) };
  const checks = partnerChecks(onThisMachine({}), { ...worked, erp }, keeper);

  // Act
  const [finding] = (await checks.find(({ about }) => about === 'ERP (Small ERP)')?.look()) ?? [];

  // Assess
  expect(finding).toMatchObject({ result: 'wrong', says: expect.stringContaining('on two pages') });
});

it('says once what bookings would ask, and the ERP does not answer', async () => {
  // Prepare
  const { server, faults, connect, plan } = startPlant({ goodsMovements: 'receipt' });
  server.proposals = 'unknown';
  plan();
  plan();
  const erp = { ...worked.erp, name: 'SAP', connect: () => connect() };
  const keeper = { read: async () => JSON.stringify({ apiKey: 'a-key' }) };
  const checks = partnerChecks(onThisMachine({}), { ...worked, erp }, keeper);

  // Act
  const findings = (await checks.find(({ about }) => about === 'ERP (SAP)')?.look()) ?? [];

  // Assess
  expect(findings.map(({ result }) => result)).toEqual(['fine', 'notice']);
  expect(findings[1]?.says).toContain('GetGdsMvtProposal');
  expect(faults.calls().filter(({ method }) => method === 'POST').length).toBe(1);
});
