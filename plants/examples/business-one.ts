import * as z from 'zod/mini';
import {
  type BookContext,
  compareDecimals,
  type ErpDefinition,
  type ErpOrder,
  listAt,
  type RestAnswer,
  type RestListing,
  type RestLookUp,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';

interface BusinessOneOptions {
  /** Address of the Service Layer without its path, `https://sap.plant.example:50000`. */
  readonly baseUrl: string;
  /** Its certificate is signed by itself, if nobody has changed it. */
  readonly caCertificate?: string;
  /** `CompanyDB` of the login. */
  readonly company: string;
  /** Of all products that are built, as an order does not show it. */
  readonly unit: string;
  /** Of quantities, in *General Settings*: what has more is refused, as Business One would round it. */
  readonly decimals: number;
  /** Of the goods receipts. It takes our key, and has at least 50 characters. Default `U_AZKEY`. */
  readonly keyField?: string;
  /** Where the company has several branches: the branch of the receipts. */
  readonly branch?: number;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
}

const orderSchema = z.object({
  AbsoluteEntry: z.number(),
  DocumentNumber: z.number(),
  ItemNo: z.string(),
  PlannedQuantity: z.number(),
  CompletedQuantity: z.number(),
  RejectedQuantity: z.number(),
  ProductionOrderStatus: z.string(),
  DueDate: z.nullish(z.string()),
  Warehouse: z.nullish(z.string()),
  CreationDate: z.nullish(z.string()),
  UpdateDate: z.nullish(z.string()),
});
type BusinessOneOrder = z.output<typeof orderSchema>;

/** `Comments` of a document has 254 characters. */
const commentLength = 254;

/**
 * Production orders of SAP Business One over its Service Layer (`/b1s/v2`), by configuration alone. Not tried on a real one;
 * what it needs, and where each fact is from, is in `README.md` of this folder.
 *
 * A booking is one call: a goods receipt for the order, with our key in a user field. The field is not unique: the look-up decides.
 */
export function businessOne(options: BusinessOneOptions): ErpDefinition {
  const { keyField = 'U_AZKEY', pageSize = 100 } = options;
  return rest({
    name: 'Business One',
    baseUrl: `${options.baseUrl}/b1s/v2`,
    caCertificate: options.caCertificate,
    timeoutMs: options.timeoutMs,
    // One session for a container, as each may take a licence.
    auth: {
      kind: 'session',
      login: ({ username, password }) => ({
        path: '/Login',
        body: { CompanyDB: options.company, UserName: username, Password: password },
      }),
      carries: 'cookies',
      // It ends after 30 minutes.
      idleSeconds: 1500,
      logout: () => ({ path: '/Logout' }),
    },
    headers: { 'B1S-PageSize': String(pageSize) },
    decimals: options.decimals,
    orders: listing(options),
    book: { lookUp: [orderToBook(options), receipts(keyField)], steps: [receipt(options, keyField)] },
  });
}

function listing({ unit }: BusinessOneOptions): RestListing<BusinessOneOrder> {
  return {
    path: '/ProductionOrders',
    query: () => ({
      $filter: "ProductionOrderStatus eq 'boposReleased'",
      $orderby: 'AbsoluteEntry',
    }),
    paging: { kind: 'nextLink', next: ['@odata.nextLink', 'odata.nextLink'] },
    list: 'value',
    row: orderSchema,
    // Its change time has no hours, if it is there at all.
    incremental: false,
    one: {
      request: (order) => ({ path: '/ProductionOrders', query: { $filter: filterFor(order) } }),
      unknown: ({ json }) => listAt(json, 'value').length === 0,
      row: ({ json }) => valueAt(json, 'value.0'),
    },
    order: (order) => ({
      id: order.AbsoluteEntry,
      number: order.DocumentNumber,
      article: order.ItemNo,
      quantity: order.PlannedQuantity,
      unit,
      dueDate: order.DueDate?.slice(0, 10),
      state: stateOf(order),
      changedAt: midnightOf(order.UpdateDate ?? order.CreationDate),
      produced: { good: order.CompletedQuantity, scrap: order.RejectedQuantity },
    }),
  };
}

function midnightOf(date: string | null | undefined): string | undefined {
  return date ? `${date.slice(0, 10)}T00:00:00Z` : undefined;
}

/** It remains released when all of it is received, until somebody closes it. */
function stateOf(order: BusinessOneOrder): 'released' | 'cancelled' | 'other' {
  if (order.ProductionOrderStatus === 'boposCancelled') return 'cancelled';
  const isOpen = order.ProductionOrderStatus === 'boposReleased' && !isComplete(order);
  return isOpen ? 'released' : 'other';
}

/** A row without a quantity is none: it is for a person. */
function isComplete({ PlannedQuantity, CompletedQuantity, RejectedQuantity }: BusinessOneOrder): boolean {
  return Number.isFinite(PlannedQuantity) && CompletedQuantity + RejectedQuantity >= PlannedQuantity;
}

/** By its id, as a number is one of a series. A number that is none finds nothing. */
function filterFor({ id, number }: Pick<ErpOrder, 'id' | 'number'>): string {
  if (id !== undefined) return `AbsoluteEntry eq ${Number(id)}`;
  return `DocumentNumber eq ${/^\d+$/.test(number) ? number : -1}`;
}

const orderIn = ({ json }: RestAnswer) => orderSchema.parse(valueAt(json, 'value.0'));

function orderToBook({ unit }: BusinessOneOptions): RestLookUp<BookContext> {
  return {
    name: 'order',
    request: ({ completion }) => ({
      path: '/ProductionOrders',
      query: { $filter: filterFor(completion.erpOrder) },
    }),
    unknown: ({ json }) => listAt(json, 'value').length === 0,
    article: (answer) => orderIn(answer).ItemNo,
    unit: () => unit,
    quantity: (answer) => String(orderIn(answer).PlannedQuantity),
    refused(answer) {
      const order = orderIn(answer);
      if (order.ProductionOrderStatus !== 'boposReleased')
        return `its status is ${order.ProductionOrderStatus.replace('bopos', '').toLowerCase()}: release it again, or book by hand`;
      return isComplete(order) ? 'all of it was received already, by somebody else' : undefined;
    },
  };
}

function receipts(keyField: string): RestLookUp<BookContext> {
  return {
    name: 'receipts',
    request: ({ key }) => ({
      path: '/InventoryGenEntries',
      query: { $filter: `${keyField} eq '${key.replaceAll("'", "''")}'` },
    }),
    done: ({ json }) => {
      const entry = textAt(json, 'value.0.DocEntry');
      return entry && `goods receipt ${entry}`;
    },
    good: ({ json }) =>
      textAt(
        listAt(json, 'value.0.DocumentLines').find(
          (line) => textAt(line, 'TransactionType') === 'botrntComplete',
        ) ?? { Quantity: 0 },
        'Quantity',
      ),
  };
}

function receipt({ branch }: BusinessOneOptions, keyField: string): RestStep<BookContext> {
  return {
    name: 'the goods receipt',
    when: ({ completion }) => completion.kind === 'quantity',
    request: ({ completion, built, key, found }) => {
      const order = orderIn(found('order'));
      const line = (TransactionType: string, amount: string, lots: typeof built.goodLots) => ({
        BaseType: 202,
        BaseEntry: order.AbsoluteEntry,
        Quantity: Number(amount),
        WarehouseCode: order.Warehouse ?? undefined,
        TransactionType,
        BatchNumbers: lots.map(({ number, amount }) => ({ BatchNumber: number, Quantity: Number(amount) })),
      });
      const scrapLots = built.scrapped.flatMap(({ number, amount }) =>
        number === undefined ? [] : [{ number, amount }],
      );
      const lines = [
        line('botrntComplete', built.good, built.goodLots),
        line('botrntReject', built.scrap, scrapLots),
      ];
      return {
        path: '/InventoryGenEntries',
        body: {
          DocDate: completion.completedOn,
          Comments: commentOf(completion),
          [keyField]: key,
          ...(branch === undefined ? {} : { BPL_IDAssignedToInvoice: branch }),
          DocumentLines: lines.filter(({ Quantity }) => compareDecimals(String(Quantity), '0') > 0),
        },
      };
    },
  };
}

/** Notes and links, as far as there is room for them. */
function commentOf({ notes, links }: BookContext['completion']): string {
  const text = [...notes, ...links.map(({ name, url }) => `${name}: ${url}`)].join('\n');
  return text.length <= commentLength ? text : `${text.slice(0, commentLength - 1)}…`;
}
