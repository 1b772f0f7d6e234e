import * as z from 'zod/mini';
import {
  type BookContext,
  type ErpDefinition,
  instantIn,
  listAt,
  path,
  type RestAnswer,
  type RestListing,
  type RestLookUp,
  type RestMeaning,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';

interface ErpNextOptions {
  readonly baseUrl: string;
  /** Of the site (*System Settings*): Frappe writes and compares `modified` by it, without a zone. */
  readonly timeZone: string;
  /** Of Stock Entry: a custom field of type Data that is *unique*. Default `azumuta_key`. */
  readonly keyField?: string;
  /** *Float Precision* of the site. Default 3. */
  readonly decimals?: number;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
}

const orderSchema = z.object({
  name: z.string(),
  production_item: z.string(),
  qty: z.number(),
  stock_uom: z.nullish(z.string()),
  expected_delivery_date: z.nullish(z.string()),
  status: z.string(),
  docstatus: z.number(),
  modified: z.string(),
});
type WorkOrder = z.output<typeof orderSchema>;

const submitted = 1;
const cancelled = 2;
const openStatuses = ['Not Started', 'In Process'];

/**
 * Work orders of ERPNext over Frappe's REST API, by configuration alone. Not tried on a real one; what it needs, and where
 * each fact is from, is in `README.md` of this folder.
 *
 * ERPNext itself refuses a second booking, as its custom field is unique. It proposes the stock entry, with the components, and
 * the entry is made and submitted in one call.
 */
export function erpNext(options: ErpNextOptions): ErpDefinition {
  const { keyField = 'azumuta_key', decimals = 3 } = options;
  return rest({
    name: 'ERPNext',
    baseUrl: options.baseUrl,
    timeoutMs: options.timeoutMs,
    // Not `Bearer`: the secret is `<API key>:<API secret>`.
    auth: { kind: 'apiKey', header: 'Authorization', prefix: 'token ' },
    decimals,
    answers: (answer) => meaningOf(answer, keyField),
    orders: listing(options),
    book: { lookUp: [orderToBook, entries(keyField), proposal], steps: [stockEntry(keyField)] },
  });
}

/** Kinds of errors that are gone the next moment; a deadlock has no status, so it is a 500. */
const passing = ['TimestampMismatchError', 'QueryDeadlockError', 'QueryTimeoutError', 'DocumentLockedError'];

/** What Frappe's errors mean: most are 417, and their sentence is JSON within JSON. */
function meaningOf(answer: RestAnswer, keyField: string): RestMeaning | undefined {
  const { status, json } = answer;
  const kind = textAt(json, 'exc_type') ?? '';
  if (status < 400 || kind === '') return undefined;
  const sentence = sentenceIn(json) ?? kind;
  // The entry of another attempt is there: the next look finds it.
  const isOurs = kind === 'UniqueValidationError' && answer.text.includes(keyField);
  if (isOurs || passing.includes(kind)) return { waits: sentence };
  const isUnknownColumn = answer.text.includes('Unknown column');
  return status === 417 || isUnknownColumn ? { refused: sentence } : undefined;
}

function sentenceIn(json: unknown): string | undefined {
  const messages = z.safeParse(z.array(z.string()), parsedJson(textAt(json, '_server_messages')));
  const first = messages.success ? parsedJson(messages.data[0]) : undefined;
  return textAt(first, 'message')?.replace(/<[^>]*>/g, '') ?? textAt(json, 'exception');
}

function parsedJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function listing({ timeZone, pageSize = 50 }: ErpNextOptions): RestListing<WorkOrder> {
  return {
    path: '/api/resource/Work%20Order',
    since: { timeZone },
    query: (since) => ({
      filters: JSON.stringify(
        since === undefined
          ? [
              ['docstatus', '=', submitted],
              ['status', 'in', openStatuses],
            ]
          : [
              ['docstatus', 'in', [submitted, cancelled]],
              ['modified', '>=', since.replace('T', ' ')],
            ],
      ),
      // By itself it gives the name alone, and 20 rows.
      fields: JSON.stringify(Object.keys(orderSchema.shape)),
      order_by: 'modified asc,name asc',
      limit_page_length: pageSize,
    }),
    paging: { kind: 'offset', parameter: 'limit_start' },
    list: 'data',
    row: orderSchema,
    one: {
      request: ({ number }) => ({ path: path`/api/resource/Work%20Order/${number}` }),
      row: ({ json }) => valueAt(json, 'data'),
    },
    order: (order) => ({
      number: order.name,
      article: order.production_item,
      quantity: order.qty,
      unit: order.stock_uom,
      dueDate: order.expected_delivery_date,
      state: stateOf(order),
      changedAt: instantIn(timeZone, order.modified),
    }),
  };
}

function stateOf({ docstatus, status }: WorkOrder): 'released' | 'cancelled' | 'other' {
  if (docstatus === cancelled || status === 'Closed') return 'cancelled';
  return docstatus === submitted && openStatuses.includes(status) ? 'released' : 'other';
}

const orderIn = ({ json }: RestAnswer) => orderSchema.parse(valueAt(json, 'data'));
const isQuantity = ({ completion }: BookContext) => completion.kind === 'quantity';

const orderToBook: RestLookUp<BookContext> = {
  name: 'order',
  request: ({ completion }) => ({ path: path`/api/resource/Work%20Order/${completion.erpOrder.number}` }),
  article: (answer) => orderIn(answer).production_item,
  unit: (answer) => orderIn(answer).stock_uom ?? undefined,
  quantity: (answer) => String(orderIn(answer).qty),
  refused(answer, { completion, built }) {
    const order = orderIn(answer);
    const isOpen = stateOf(order) === 'released';
    if (!isOpen) return `its status is ${order.status}: nothing can be made of it any more`;
    if (built.scrap !== '0') return 'this configuration books no scrap: book it in ERPNext';
    if (completion.lots.length > 0) return 'this configuration books no batches or serial numbers';
    return undefined;
  },
};

const entries = (keyField: string): RestLookUp<BookContext> => ({
  name: 'stock entries',
  request: ({ key }) => ({
    path: '/api/resource/Stock%20Entry',
    query: {
      filters: JSON.stringify([[keyField, '=', key]]),
      fields: JSON.stringify(['name', 'docstatus', 'fg_completed_qty']),
    },
  }),
  done: ({ json }) => {
    const isSubmitted = textAt(json, 'data.0.docstatus') === String(submitted);
    return isSubmitted ? textAt(json, 'data.0.name') : undefined;
  },
  good: ({ json }) => textAt(json, 'data.0.fg_completed_qty'),
  refused: ({ json }) => {
    const name = textAt(json, 'data.0.name');
    return (
      name &&
      `stock entry ${name} with our key was cancelled or is a draft: delete it to have it booked again`
    );
  },
});

/** It changes nothing: what ERPNext would book, with the components. Only of an order that is open, as it fails for others. */
const proposal: RestLookUp<BookContext> = {
  name: 'proposal',
  when: (context) => isQuantity(context) && !orderToBook.refused?.(context.found('order'), context),
  request: ({ completion, built }) => ({
    method: 'POST',
    path: '/api/method/erpnext.manufacturing.doctype.work_order.work_order.make_stock_entry',
    body: {
      work_order_id: completion.erpOrder.number,
      purpose: 'Manufacture',
      qty: Number(built.good),
    },
  }),
  waits: ({ json }) =>
    listAt(json, 'message.items').length > 0 ? undefined : 'ERPNext proposes no stock entry for it',
};

const stockEntry = (keyField: string): RestStep<BookContext> => ({
  name: 'the stock entry',
  when: isQuantity,
  request: ({ completion, built, key, found }) => ({
    path: '/api/resource/Stock%20Entry',
    body: {
      ...Object(valueAt(found('proposal').json, 'message')),
      docstatus: submitted,
      [keyField]: key,
      // Without a figure, older versions book all that is left of the order.
      fg_completed_qty: Number(built.good),
      posting_date: completion.completedOn,
      set_posting_time: 1,
      remarks: [...completion.notes, ...completion.links.map(({ name, url }) => `${name}: ${url}`)].join(
        '\n',
      ),
    },
  }),
});
