import { describe, expect, it } from 'vitest';
import { erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import type { MapCompletion } from '../../../shared/completions/content.ts';
import { defineIntegration } from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { acceptOrders } from '../../../shared/orders/accept.ts';
import { createProductOrder } from '../../../shared/orders/create.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { silent } from '../../support/logs.ts';
import { sandboxErp } from '../erp/rest/sandbox.ts';
import { complete, inErp } from './completed.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();
const { signal } = new AbortController();

describe('a configuration that maps articles', () => {
  it("creates with Azumuta's article and books with the ERP's", async () => {
    // Prepare: a plant whose Azumuta calls the ERP's X-4711 a GEAR-01
    const integration = defineIntegration({
      plant: 'mapped',
      timeZone: 'Europe/Brussels',
      erp: sandboxErp({ baseUrl: stage.erpUrl }),
      productOrders: { article: ({ article }) => (article === 'X-4711' ? 'GEAR-01' : article) },
    });
    const number = await stage.released('X-4711');
    const credentials = async () => ({ apiKey: erpSandboxKey });
    const erp = integration.erp.connect({ clock: systemClock, credentials });
    const orders = [];
    for await (const page of erp.releasedOrders(undefined, signal)) orders.push(...page.orders);
    const { ledger, clock, azumuta } = stage;
    const breaker = new Breaker(stage.store.table, clock);

    // Act: from the ERP to Azumuta …
    const ours = orders.filter((order) => order.number === number);
    const answers = await acceptOrders(ours, 'pull', {
      ledger,
      log: silent,
      queues: { sendAll: async () => [] },
      queueUrl: 'product-orders',
      lookAgain: async () => {},
      map: (order) => mapProductOrders(integration.productOrders, order),
      accept: () => true,
      clock,
    });
    await createProductOrder(
      number,
      {
        ...{ owner: 'o', messageId: 'm', endsAt: clock.now(), secondsUntil: () => 1 },
        ...{ signal, log: silent, sentAt: clock.now(), receiveCount: 1, hasTime: () => true },
      },
      {
        ...{
          ledger,
          clock,
          settlingSeconds: 0,
          azumuta,
          erp,
          lookAgain: async () => {},
          enqueue: async () => {},
        },
        partners: new PartnerCalls({ breaker, newOwner: () => 'o', log: silent }),
      },
    );
    // … and back
    await complete(stage, number, { quantity: 5 });
    const map: MapCompletion = (kind, parts) => mapCompletion(integration, kind, parts);
    await stage.handle(number, {}, { articleIsMapped: true, map, erp });

    // Assess
    expect(answers).toMatchObject([{ status: 'queued' }]);
    expect(await azumuta.findProductOrder(number, signal)).toMatchObject({ article: 'GEAR-01' });
    expect(await inErp(stage, number)).toEqual(['5']);
  });
});

describe('a product order that was made by hand in Azumuta', () => {
  /** The ERP's order is for X-4711, and somebody has built a GEAR-01 under its number. */
  async function built(): Promise<string> {
    const number = await stage.released('X-4711');
    await stage.build(number);
    await complete(stage, number, { quantity: 5 });
    return number;
  }

  it('is refused when it is of another article than the ERP ordered, as both call articles the same', async () => {
    const number = await built();
    expect(await stage.message(number)()).toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('is for product X-4711, but what was completed is GEAR-01'),
    });
    expect(await inErp(stage, number)).toEqual([]);
  });

  it('is booked without a comparison when articles are mapped, as the code of the ERP is unknown', async () => {
    const number = await built();
    await stage.handle(number, {}, { articleIsMapped: true });
    expect(await inErp(stage, number)).toEqual(['5']);
  });
});
