import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { erpControl } from '../../../../infra/local/sandbox/erp/control.ts';
import { erpSandboxKey } from '../../../../infra/local/sandbox/keys.ts';
import { startSandbox } from '../../../../infra/local/sandbox/process.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { sumOf } from '../../../../shared/model/quantity.ts';
import { startFaultProxy } from '../conformance/fault-proxy.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { ErpConformanceTarget } from '../conformance/target.ts';
import { connected, sandboxErp } from './sandbox.ts';

describeErpConformance('the generic REST connector', makeTarget, {
  concurrency: 'this ERP books twice; the ledger locks the order',
  'never-changed': 'every order of this ERP has a change time',
  session: 'an API key needs no session',
});

async function makeTarget(): Promise<ErpConformanceTarget> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rest-conformance-'));
  const sandbox = await startSandbox('erp', { dataDir });
  const erp = erpControl(sandbox.url);
  const faults = await startFaultProxy(sandbox.url);
  const act = (change: (number: string) => Promise<unknown>) => async (order: ErpOrderRef) =>
    void (await change(order.number));

  return {
    faults,
    canaries: [erpSandboxKey, 'not-the-key-of-this-erp'],
    rowFields: { number: 'number', quantity: 'quantity' },
    articles: { plain: 'GEAR-01', lots: 'GEAR-02', serials: 'GEAR-02' },
    connector: ({ baseUrl = faults.url, clock, wrongCredentials, ...options } = {}) =>
      connected(
        sandboxErp({ baseUrl, ...options }),
        { apiKey: wrongCredentials ? 'not-the-key-of-this-erp' : erpSandboxKey },
        clock,
      ),
    async planOrder({ article, quantity, changedAt }) {
      const [order] = await erp.release({ product: article, quantity, ...(changedAt ? { changedAt } : {}) });
      if (!order) throw new Error('nothing was released');
      return { number: order.number, id: order.id, article };
    },
    cancelOrder: act(erp.cancel),
    finishByHand: act(erp.finish),
    touch: act(erp.touch),
    lockOrder: act(erp.lock),
    unlockOrder: act(erp.unlock),
    silentNoOp: () =>
      erp.setFaults([
        { kind: 'silent-no-op', route: 'POST /api/production-orders/{number}/bookings', times: 1 },
      ]),
    async books({ number }) {
      const order = (await erp.orders()).find((one) => one.number === number);
      if (!order) throw new Error(`there is no order ${number}`);
      const bookings = (await erp.bookings()).filter((one) => one.order === number);
      return {
        state: order.status === 'released' ? 'open' : order.status,
        good: sumOf(bookings.map((one) => one.goodQuantity)),
        scrap: sumOf(bookings.map((one) => one.scrapQuantity)),
        bookings: bookings.filter((one) => one.kind === 'production').length,
        lots: bookings.flatMap((one) => one.lots.map((lot) => lot.number)),
        notes: bookings.flatMap((one) => one.notes),
        links: bookings.flatMap((one) => one.links.map((link) => link.url)),
        productOrders: order.azumutaId === null ? [] : [order.azumutaId],
      };
    },
    async close() {
      await faults.close();
      await sandbox.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
