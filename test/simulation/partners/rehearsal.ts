import integration from '../../../integration.config.ts';
import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import type { Completion } from '../../../shared/model/completions.ts';
import type { ErpOrder, ErpOrderRef } from '../../../shared/model/orders.ts';
import { firstAttempt, newSignal } from '../../shared/erp/conformance/attempts.ts';
import { quantityKey } from '../../shared/erp/conformance/completions.ts';
import { listOf } from '../../shared/erp/conformance/listing.ts';
import type { Received } from '../../support/server.ts';
import { createAzumutaModel } from './azumuta.ts';
import { type ErpName, erpModels } from './erp.ts';
import { receivedOf, responseOf } from './fetch.ts';

const azumutaUrl = 'https://app.azumuta.com';
const erpUrl = 'https://erp.example.com';
const start = Date.parse('2026-11-24T08:00:00Z');

export type Rehearsal = ReturnType<typeof rehearse>;

/**
 * Both partners with the real connector and client, and the work that the functions would do in between. Each reading of the clock advances it by a second, and ids are counted, so each run is the same. Odoo's times have
 * whole seconds: with two bookings of one order in the same second, they could not show what the first one left.
 */
export function rehearse(name: ErpName) {
  let seconds = 0;
  let ids = 0;
  const now = () => new Date(start + ++seconds * 1000);
  const newId = () => `id-${String(++ids).padStart(6, '0')}`;
  const clock = { now, sleep: async () => {}, timeout: newSignal };
  const erp = erpModels[name]({ now, newId });
  const azumuta = createAzumutaModel({
    now,
    newId,
    articles: Object.values(erp.articles),
    sendTrigger: () => {},
  });
  const connector = erp.definition(erpUrl).connect({ clock, credentials: async () => erp.credentials });
  const client = new AzumutaClient({
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
    /** Replaces the built-in fetch. */
    fetch: async (url: URL | string, init?: RequestInit) => responseOf(answer(receivedOf(url, init))),
    /** All orders that the ERP lists. */
    listed: async () => (await listOf(connector)).orders,
    /** Creates a product order for an ERP order in Azumuta, and sends its id to the ERP. */
    async create(order: ErpOrder, number = order.number, quantity: string = order.quantity.amount) {
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
    /** Reads a completed product order, and maps it to a completion. */
    async collect(id: string, erpOrder: ErpOrderRef, final = true) {
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
    book: (completion: Completion) =>
      connector.book(completion, quantityKey(completion.productOrder), firstAttempt()),
  };
}
