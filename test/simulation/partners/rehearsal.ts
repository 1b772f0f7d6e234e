import integration from '../../../integration.config.ts';
import { type AzumutaClient, createAzumutaClient } from '../../../shared/azumuta/client.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import type { Completion, Receipt } from '../../../shared/model/completions.ts';
import type { ErpOrder, ErpOrderRef } from '../../../shared/model/orders.ts';
import { firstAttempt, newSignal } from '../../shared/erp/conformance/attempts.ts';
import { quantityKey } from '../../shared/erp/conformance/completions.ts';
import type { Received } from '../../support/server.ts';
import { type AzumutaModel, createAzumutaModel, type TriggerRequest } from './azumuta.ts';
import { type ErpModel, type ErpName, erpModels } from './erp.ts';
import { receivedOf, responseOf } from './fetch.ts';

const azumutaUrl = 'https://app.azumuta.com';
const erpUrl = 'https://erp.example.com';
const start = Date.parse('2026-11-24T08:00:00Z');

/** Both partners with the real connector and client, and the work that the functions would do in between. */
export interface Rehearsal {
  readonly erp: ErpModel;
  readonly azumuta: AzumutaModel;
  readonly connector: ErpConnector;
  readonly client: AzumutaClient;
  /** Replaces the built-in fetch. */
  readonly fetch: (url: URL | string, init?: RequestInit) => Promise<Response>;
  readonly triggers: readonly TriggerRequest[];
  /** All orders that the ERP lists. */
  readonly listed: () => Promise<ErpOrder[]>;
  /** Creates a product order for an ERP order in Azumuta, and sends its id to the ERP. */
  readonly create: (order: ErpOrder, number?: string, quantity?: string) => Promise<{ readonly id: string }>;
  /** Reads a completed product order, and maps it to a completion. */
  readonly collect: (id: string, order: ErpOrderRef, final?: boolean) => Promise<Completion>;
  readonly book: (completion: Completion) => Promise<Receipt>;
}

/**
 * Each reading of the clock advances it by a second, and ids are counted, so each run is the same. Odoo's times have
 * whole seconds: with two bookings of one order in the same second, they could not show what the first one left.
 */
export function rehearse(name: ErpName): Rehearsal {
  let seconds = 0;
  let ids = 0;
  const now = () => new Date(start + ++seconds * 1000);
  const newId = () => `id-${String(++ids).padStart(6, '0')}`;
  const clock = { now, sleep: async () => {}, timeout: newSignal };
  const triggers: TriggerRequest[] = [];
  const erp = erpModels[name]({ now, newId });
  const azumuta = createAzumutaModel({
    now,
    newId,
    articles: Object.values(erp.articles),
    sendTrigger: (request) => void triggers.push(request),
  });
  const connector = erp.definition(erpUrl).connect({ clock, credentials: async () => erp.credentials });
  const client = createAzumutaClient({
    baseUrl: `${azumutaUrl}/api/v1`,
    contract: defaultContract,
    apiKey: async () => azumuta.apiKey,
    clock,
  });
  const answer = (call: Received) => (call.url.origin === erpUrl ? erp.answer(call) : azumuta.answer(call));

  return {
    erp,
    azumuta,
    connector,
    client,
    triggers,
    fetch: async (url, init) => responseOf(answer(receivedOf(url, init))),
    async listed() {
      const orders: ErpOrder[] = [];
      for await (const page of connector.releasedOrders(undefined, newSignal())) orders.push(...page.orders);
      return orders;
    },
    async create(order, number = order.number, quantity = order.quantity.amount) {
      const article = await client.findArticle(order.article, newSignal());
      if (!article) throw new Error(`Azumuta has no article ${order.article}`);
      const draft = {
        number,
        article: order.article,
        parameters: { Quantity: Number(quantity) },
        variants: [],
      };
      const productOrder = await client.createProductOrder(draft, article, newSignal());
      await connector.linkProductOrder?.(order, productOrder, firstAttempt());
      return productOrder;
    },
    async collect(id, erpOrder, final = true) {
      const productOrder = await client.productOrder(id, newSignal());
      if (!productOrder?.completedAt) throw new Error(`product order ${id} is not completed`);
      const { completedAt, article, recordingIds = [], ...rest } = productOrder;
      const read = await Promise.all(recordingIds.map((one) => client.recording(one, newSignal())));
      const recordings = read.filter((one) => one !== undefined);
      const completed = {
        ...rest,
        productOrder,
        erpOrder,
        completedAt,
        recordings,
        ...(article === undefined ? {} : { article }),
      };
      const completions = { ...integration.completions, final: () => final };
      return mapCompletion({ completions, timeZone: integration.timeZone }, 'quantity', [completed]);
    },
    book: (completion) => connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
  };
}
