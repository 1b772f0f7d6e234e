import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { defineIntegration } from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { createOrderAcceptor } from '../../../shared/orders/accept.ts';
import { createProductOrderCreator } from '../../../shared/orders/create.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { silent } from '../../support/logs.ts';
import { sandboxErp } from '../erp/rest/sandbox.ts';
import { failureOf } from './completed.ts';
import { azumutaAt, type CompletionStage, erpAt, startCompletionStage } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

/** The configuration of a plant whose Azumuta calls the ERP's X-4711 a GEAR-01. */
const configured = () =>
  defineIntegration({
    plant: 'mapped',
    timeZone: 'Europe/Brussels',
    erp: sandboxErp({ baseUrl: stage.erpUrl }),
    productOrders: { article: ({ article }) => (article === 'X-4711' ? 'GEAR-01' : article) },
  });

describe('a configuration that maps articles', () => {
  it("creates with Azumuta's article and books with the ERP's", async () => {
    // Prepare
    const integration = configured();
    const [released] = await stage.erpSide.release({ product: 'X-4711', quantity: '5' });
    const number = released?.number ?? '';
    const erp = integration.erp.connect({
      clock: systemClock,
      credentials: async () => ({ apiKey: erpSandboxKey }),
    });
    const orders = [];
    for await (const page of erp.releasedOrders(undefined, new AbortController().signal))
      orders.push(...page.orders);

    // Act: from the ERP to Azumuta …
    const answers = await createOrderAcceptor({
      ledger: stage.ledger,
      log: silent,
      queues: createQueues(stage.sqs.client),
      queueUrl: stage.sqs.queueUrl('product-orders'),
      lookAgain: async () => {},
      map: (order) => mapProductOrders(integration.productOrders, order),
    }).acceptOrders(
      orders.filter((order) => order.number === number),
      { via: 'pull' },
    );
    await createProductOrderCreator({
      ledger: stage.ledger,
      clock: stage.clock,
      settlingSeconds: 0,
      azumuta: azumutaAt(stage.azumutaUrl),
      erp,
      partners: createPartnerCalls({
        breaker: createBreaker(stage.store.table, stage.clock),
        newOwner: () => 'o',
        log: silent,
      }),
    })(
      { v: 1, kind: 'product-order', number },
      {
        ...{ owner: 'o', messageId: 'm', endsAt: stage.clock.now(), secondsUntil: () => 1 },
        ...{ signal: new AbortController().signal, log: silent, sentAt: stage.clock.now(), receiveCount: 1 },
      },
    );
    // … and back
    await stage.azumutaSide.complete(number, { quantity: 5 });
    stage.sqs.forget();
    await stage.collect({ productOrderNumber: number }, {}, { articleIsMapped: true });
    const [message] = stage.sent();
    if (!message) throw new Error('It was not collected.');
    await stage.book(message, {}, { map: (kind, completed) => mapCompletion(integration, kind, completed) });

    // Assess
    expect(answers).toMatchObject([{ status: 'queued' }]);
    const made = await azumutaAt(stage.azumutaUrl).findProductOrder(number, new AbortController().signal);
    expect(made).toMatchObject({ article: 'GEAR-01' });
    expect(message.article).toBe('X-4711');
    expect(await stage.bookingsOf(number)).toMatchObject([{ kind: 'production', goodQuantity: '5' }]);
  });
});

describe('a product order that was made by hand in Azumuta', () => {
  /** The ERP's order is for X-4711, and somebody has built a GEAR-01 under its number. */
  async function built(): Promise<string> {
    const [released] = await stage.erpSide.release({ product: 'X-4711', quantity: '5' });
    const number = released?.number ?? '';
    const { signal } = new AbortController();
    const azumuta = azumutaAt(stage.azumutaUrl);
    const article = await azumuta.findArticle('GEAR-01', signal);
    if (!article) throw new Error('The sandbox has the article.');
    await azumuta.createProductOrder(
      { number, article: 'GEAR-01', parameters: { Quantity: 5 }, variants: [] },
      article,
      signal,
    );
    await stage.azumutaSide.complete(number, { quantity: 5 });
    return number;
  }

  it('is refused when it is of another article than the ERP ordered, as both call articles the same', async () => {
    const number = await built();
    await stage.collect({ productOrderNumber: number });
    const [message] = stage.sent();
    if (!message) throw new Error('It was not collected.');
    expect(await failureOf(stage.book(message, {}, { erp: erpAt(stage.erpUrl) }))).toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('is for product X-4711, but what was completed is GEAR-01'),
    });
    expect(await stage.bookingsOf(number)).toEqual([]);
  });

  it('is booked without a comparison when articles are mapped, as the code of the ERP is unknown', async () => {
    const number = await built();
    await stage.collect({ productOrderNumber: number }, {}, { articleIsMapped: true });
    const [message] = stage.sent();
    if (!message) throw new Error('It was not collected.');
    await stage.book(message);
    expect(message.article).toBeUndefined();
    expect(await stage.bookingsOf(number)).toMatchObject([{ goodQuantity: '5' }]);
  });
});
