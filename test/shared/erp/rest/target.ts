import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { erpControl } from '../../../../infra/local/sandbox/erp/control.ts';
import { erpSandboxKey } from '../../../../infra/local/sandbox/keys.ts';
import { startSandbox } from '../../../../infra/local/sandbox/process.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { sumOf } from '../../../../shared/model/quantity.ts';
import { completionOf } from '../conformance/completions.ts';
import { startFaultProxy } from '../conformance/fault-proxy.ts';
import type { ErpConformanceTarget } from '../conformance/target.ts';
import { connected, sandboxErp } from './sandbox.ts';

/** The sandbox ERP, and a connector through a proxy before it. */
export async function sandboxTarget(): Promise<ErpConformanceTarget> {
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
    articles: { plain: 'GEAR-01', lots: 'GEAR-02', serials: 'GEAR-03' },
    units: { own: 'u', foreign: 'kg' },
    rounded: '2.123456',
    mark: (key) => key,
    capPages: (rows = 200) => erp.capPages(rows),
    everything: async () => ({ orders: await erp.orders(), bookings: await erp.bookings() }),
    refused: {
      'an order that somebody else finished': async () => {
        const [order] = await erp.release({ product: 'GEAR-01', quantity: '5' });
        await erp.finish(order?.number ?? '');
        return completionOf({ number: order?.number ?? '' });
      },
      'a serial number short': async () => {
        const [order] = await erp.release({ product: 'GEAR-03', quantity: '2' });
        const lots = [{ number: 'A', quantity: { amount: '2' } }];
        return completionOf({ number: order?.number ?? '' }, { quantity: { amount: '2' }, lots });
      },
    },
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
        scrappedLots: bookings.flatMap((one) =>
          one.lots.flatMap((lot) => (lot.scrapped ? [lot.number] : [])),
        ),
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
