import { describe, expect, it } from 'vitest';
import { partnerChecks } from '../../../../infra/ops/doctor/check-partners.ts';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { rest } from '../../../../shared/erp/rest/index.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { startPlant as startOdoo } from '../../../shared/erp/conformance/odoo-plant.ts';
import { minute, row } from '../../../shared/erp/rest/rows.ts';
import { smallOptions } from '../../../shared/erp/rest/small.ts';
import { startPlant } from '../../../shared/erp/sap-s4hana/plant.ts';
import { TrytonBooks } from '../../../shared/erp/tryton/books.ts';
import { createRpcServer } from '../../../shared/erp/tryton/server.ts';
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
  expect(findings.map(({ result }) => result)).toEqual(['fine', 'fine', 'notice']);
  expect(findings[2]?.says).toContain('GetGdsMvtProposal');
  expect(faults.calls().filter(({ method }) => method === 'POST').length).toBe(1);
});

it('says that a connector was not tried, whether its ERP answers or not', async () => {
  // Prepare
  const erp = { ...worked.erp, name: 'the ERP', caution: 'It was not tried on a real one.' };
  const keeper = { read: async () => undefined };
  const checks = partnerChecks(onThisMachine({}), { ...worked, erp }, keeper);

  // Act
  const findings = await Promise.all(checks.map(({ look }) => look()));

  // Assess
  expect(findings.flat()).toContainEqual(
    expect.objectContaining({
      about: 'Connector (the ERP)',
      result: 'notice',
      says: 'It was not tried on a real one',
    }),
  );
});

describe('the rights of the user in the ERP', () => {
  /** What doctor finds at an ERP besides that it answers. */
  async function findingsAbout(connector: ErpConnector) {
    const listsNothing = { ...connector, async *releasedOrders() {} };
    const erp = { ...worked.erp, name: 'the ERP', connect: () => listsNothing };
    const keeper = { read: async () => JSON.stringify({ apiKey: 'a-key' }) };
    const checks = partnerChecks(onThisMachine({}), { ...worked, erp }, keeper);
    const [, ...findings] = (await checks.find(({ about }) => about === 'ERP (the ERP)')?.look()) ?? [];
    return findings.map(({ result, says }) => `${result}: ${says}`);
  }

  it.each([17, 18, 19] as const)('are asked for by reads alone in Odoo %i, and said', async (version) => {
    // Prepare
    const { books, connect, everything } = startOdoo(version);
    books.rights.denied.add('create stock.scrap');
    const before = everything();

    // Act
    const said = await findingsAbout(connect({}, undefined, undefined, () => false));

    // Assess
    expect(said).toEqual([
      'fine: says that its user may write mrp.production, write stock.move, create stock.lot, write mrp.workorder, create mrp.workcenter.productivity; what its rules say of single orders is not known',
      'notice: says that its user may not create stock.scrap',
    ]);
    expect(everything()).toEqual(before);
  });

  it.each([
    [true, 'write stock.move, create stock.lot, create ir.note, create ir.attachment'],
    [false, 'write stock.move, create ir.note, create ir.attachment'],
  ])(
    'are asked for by reads alone in Tryton, and said; that of lots only where it has them: %s',
    async (hasLots, granted) => {
      // Prepare
      const books = new TrytonBooks({ hasLots });
      books.denied = ['write production'];
      const { connector } = createRpcServer(books.answer);

      // Act
      const said = await findingsAbout(connector({}, () => false));

      // Assess
      expect(said).toEqual([
        `fine: says that its user may ${granted}; what its rules say of single orders is not known`,
        'notice: says that its user may not write production',
      ]);
    },
  );

  it('are not known where no read tells them, or the ERP refuses to', async () => {
    // Prepare
    const { connect } = startPlant({ goodsMovements: 'backflush' });
    const refuses = async () => {
      throw new Rejected('The method does not exist', { causeCode: 'configuration' });
    };

    // Act
    const silent = await findingsAbout(connect());
    const refused = await findingsAbout({ ...connect(), readRights: refuses });

    // Assess
    expect(silent).toEqual([expect.stringMatching(/^fine: does not tell whether its user may book/)]);
    expect(refused).toEqual([expect.stringMatching(/^fine: did not tell .*The method does not exist/)]);
  });
});
