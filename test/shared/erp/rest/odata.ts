import * as z from 'zod/mini';
import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import { rest, textAt } from '../../../../shared/erp/rest/index.ts';

/**
 * An OData V2 service behind a CSRF handshake, as SAP Gateway offers them, by configuration alone: quoted keys,
 * `/Date(…)/` times, `d.results`, server-driven paging by `d.__next`, errors under `error.message.value`.
 */
export function odataService(options: { readonly baseUrl: string }): ErpDefinition {
  return rest({
    name: 'Gateway',
    baseUrl: `${options.baseUrl}/odata/PLANT_SRV`,
    headers: { 'accept-language': 'en' },
    auth: { kind: 'basic' },
    csrf: { fetchPath: '/Orders?$top=0' },
    orders: {
      path: '/Orders',
      query: (since) => ({
        $format: 'json',
        $orderby: 'ChangedAt,OrderID',
        $filter: ["Released eq 'X'", ...(since ? [`ChangedAt ge datetime'${since.slice(0, 23)}'`] : [])].join(
          ' and ',
        ),
      }),
      paging: { kind: 'nextLink', next: 'd.__next' },
      list: 'd.results',
      row: z.object({
        OrderID: z.string(),
        Material: z.string(),
        Quantity: z.string(),
        Unit: z.string(),
        ChangedAt: z.string(),
      }),
      order: ({ OrderID, Material, Quantity, Unit, ChangedAt }) => ({
        number: OrderID.replace(/^0+/, ''),
        id: OrderID,
        article: Material,
        quantity: Quantity,
        unit: Unit,
        state: 'released',
        changedAt: fromODataTime(ChangedAt),
      }),
    },
    book: {
      lookUp: [
        {
          name: 'confirmations',
          request: ({ completion, key }) => ({
            path: '/Confirmations',
            query: {
              $format: 'json',
              $filter: `OrderID eq ${quoted(completion.erpOrder.number.padStart(12, '0'))} and ExternalKey eq ${quoted(key)}`,
            },
          }),
          done: ({ json }) => textAt(json, 'd.results.0.ConfirmationID'),
        },
      ],
      steps: [
        {
          name: 'the confirmation',
          request: ({ completion, key }) => ({
            path: '/Confirmations',
            body: {
              OrderID: completion.erpOrder.number.padStart(12, '0'),
              YieldQuantity: completion.quantity?.amount,
              IsFinal: completion.final,
              ExternalKey: key,
            },
          }),
        },
      ],
    },
  });
}

/** An OData text literal: quotes are doubled. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `/Date(1790000000000)/` as an ISO instant. */
function fromODataTime(text: string): string {
  return new Date(Number(/\d+/.exec(text)?.[0])).toISOString();
}
