import Big from 'big.js';
import * as z from 'zod/mini';
import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import { path, type RestAnswer, rest, textAt, valueAt } from '../../../../shared/erp/rest/index.ts';

const lineSchema = z.object({
  id: z.coerce.number(),
  role: z.string(),
  qty: z.coerce.string(),
  fk_warehouse: z.nullable(z.coerce.number()),
});
const orderSchema = z.object({
  id: z.coerce.string(),
  ref: z.string(),
  fk_product: z.coerce.string(),
  qty: z.coerce.string(),
  status: z.coerce.number(),
  tms: z.coerce.number(),
  lines: z.optional(z.array(lineSchema)),
});

const cancelled = 9;
const produced = 3;

/**
 * Dolibarr's manufacturing orders over its REST API (shapes as seen on Dolibarr 22), by configuration alone.
 * `inventorycode` is the booking key: Dolibarr does not keep it unique, so the stock movements are searched for
 * it before and after.
 */
export function dolibarr(options: { readonly baseUrl: string; readonly pageSize?: number }): ErpDefinition {
  const { baseUrl, pageSize = 100 } = options;
  return rest({
    name: 'Dolibarr',
    baseUrl: `${baseUrl}/api/index.php`,
    auth: { kind: 'apiKey', header: 'DOLAPIKEY' },
    orders: {
      path: '/mos',
      query: (since) => ({
        sortfield: 't.tms',
        sortorder: 'ASC',
        sqlfilters:
          since === undefined
            ? '(t.status:in:1,2)'
            : `(t.status:in:1,2,${cancelled}) and (t.tms:>=:'${since.slice(0, 19).replace('T', ' ')}')`,
      }),
      paging: { kind: 'page', parameter: 'page', first: 0, size: { parameter: 'limit', rows: pageSize } },
      emptyStatus: [404],
      list: '',
      row: orderSchema,
      order: ({ id, ref, fk_product, qty, status, tms }) => ({
        id,
        number: ref,
        article: fk_product,
        quantity: qty,
        state: status === cancelled ? 'cancelled' : 'released',
        changedAt: new Date(tms * 1000).toISOString(),
      }),
    },
    book: {
      lookUp: [
        {
          name: 'order',
          request: ({ completion }) => ({
            path: '/mos',
            query: { sqlfilters: `(t.ref:=:'${completion.erpOrder.number.replaceAll("'", "''")}')` },
          }),
          accepts: [404],
          unknown: ({ json }) => textAt(json, '0.id') === undefined,
          article: ({ json }) => textAt(json, '0.fk_product'),
          refused: ({ json }) => {
            const status = Number(valueAt(json, '0.status'));
            if (status === cancelled) return 'it is cancelled';
            return status === produced ? 'it was produced by somebody else' : undefined;
          },
        },
        {
          name: 'movements',
          request: ({ key }) => ({
            path: '/stockmovements',
            query: { sqlfilters: `(t.inventorycode:=:'${key}')` },
          }),
          accepts: [404],
          done: ({ json }) => {
            const id = textAt(json, '0.id');
            return id && `stock movement ${id}`;
          },
        },
        {
          name: 'lines',
          request: ({ found }) => ({ path: path`/mos/${textAt(found('order').json, '0.id') ?? ''}` }),
        },
      ],
      steps: [
        {
          name: 'the production',
          request: ({ completion, key, found }) => {
            const order = linesOf(found('lines'));
            const amount = completion.quantity?.amount ?? '0';
            const lines = (role: string) =>
              (order.lines ?? [])
                .filter((line) => line.role === role)
                .map((line) => ({
                  objectid: line.id,
                  qty: new Big(line.qty).times(amount).div(order.qty).toNumber(),
                  fk_warehouse: line.fk_warehouse ?? 1,
                }));
            return {
              method: 'POST',
              path: path`/mos/${order.id}/produceandconsume`,
              body: {
                inventorylabel: `Azumuta ${completion.productOrder.number}`,
                inventorycode: key,
                autoclose: completion.final ? 1 : 0,
                arraytoconsume: lines('toconsume'),
                arraytoproduce: lines('toproduce'),
              },
            };
          },
          // Seen with several writers at once: a deadlock in its database, gone the next moment.
          retryable: ({ status, text }) => status === 500 && /deadlock|lock wait/i.test(text),
        },
      ],
    },
  });
}

function linesOf({ json }: RestAnswer): z.output<typeof orderSchema> {
  return orderSchema.parse(json);
}
