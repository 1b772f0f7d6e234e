import Big from 'big.js';
import {
  type BookContext,
  compareDecimals,
  type ErpDefinition,
  instantIn,
  type LinkContext,
  path,
  type RestAnswer,
  type RestListing,
  type RestLookUp,
  type RestProcedure,
  type RestStep,
  rest,
  textAt,
  valueAt,
} from '#azumuta-erp';
import {
  cancelled,
  codeOf,
  draft,
  filterFor,
  inNote,
  isMarked,
  isOrder,
  linesFor,
  noting,
  type Order,
  type OrderRef,
  open,
  orderOf,
  orderSchema,
  plannedOf,
  produced,
  productIn,
  stateOf,
  takenOf,
  warehouseOf,
  whyTooLong,
} from './dolibarr-orders.ts';

interface DolibarrOptions {
  readonly baseUrl: string;
  /** Of PHP on its server (`date.timezone`). */
  readonly timeZone: string;
  /** Of its database, which writes and compares change times by its own clock (`SELECT NOW()`). Default: the same. */
  readonly databaseTimeZone?: string;
  /** Of all products, as the API shows a unit's number only. */
  readonly unit: string;
  readonly pageSize?: number;
  readonly timeoutMs?: number;
  /**
   * Default 1: with MySQL, and MariaDB before 11.6, stock totals of bookings at the same moment are lost, though every one
   * is there (mouvementstock.class.php:551 and :602, 22.0.4); with later ones most of them fail and are tried again.
   */
  readonly atOnce?: number;
  /** Default false, all orders every time: an API change writes the old change time back. */
  readonly incremental?: boolean;
}

/**
 * Dolibarr's manufacturing orders over its REST API (as seen on Dolibarr 22), by configuration alone.
 *
 * The booking key makes the `inventorycode`, which Dolibarr does not keep unique: the stock movements are searched for
 * it before and after. What cannot be found there is marked in the private note. Booking, notes and closing are three calls.
 * What was used of a component is consumed on its line of the order; its API takes no lots of components.
 */
export function dolibarr(options: DolibarrOptions): ErpDefinition {
  return rest({
    name: 'Dolibarr',
    baseUrl: `${options.baseUrl}/api/index.php`,
    timeoutMs: options.timeoutMs,
    atOnce: options.atOnce ?? 1,
    auth: { kind: 'apiKey', header: 'DOLAPIKEY' },
    orders: listing(options),
    link,
    book: {
      lookUp: [orderToBook, stockMovements, products(options)],
      steps: [production, notes, closing].map((step) => ({ ...meaning, ...step })),
    },
    // By line of the order. Its API books no lots.
    takes: ['components'],
  });
}

function listing({
  timeZone,
  databaseTimeZone = timeZone,
  unit,
  pageSize = 100,
  incremental = false,
}: DolibarrOptions): RestListing<Order> {
  const php = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  return {
    path: '/mos',
    since: { timeZone: databaseTimeZone },
    query: (since) => ({
      // Orders of one time come in any order, another one on each page.
      sortfield: 't.tms,t.rowid',
      sortorder: 'ASC',
      limit: pageSize,
      sqlfilters:
        since === undefined
          ? `(t.status:in:${open})`
          : `(t.status:in:${open},${cancelled}) and (t.tms:>=:'${since.replace('T', ' ')}')`,
    }),
    paging: { kind: 'page', parameter: 'page', first: 0 },
    list: '',
    row: orderSchema,
    // The order names its product by an internal id only.
    detail: { request: ({ fk_product }) => ({ path: path`/products/${fk_product}` }) },
    one: { ...oneOrder<OrderRef>((order) => order), row: ({ json }) => valueAt(json, '0') },
    incremental,
    order: ({ id, ref, qty, status, tms, date_creation, date_end_planned: end }, product) => ({
      id,
      number: ref,
      article: textAt(product?.json, 'ref') ?? '',
      quantity: qty,
      unit,
      // The day that its planner sees.
      dueDate: end ? php.format(Number(end) * 1000).slice(0, 10) : undefined,
      state: stateOf(status),
      changedAt: changeTime(php.format(Number(tms) * 1000), databaseTimeZone, Number(date_creation)),
    }),
  };
}

/** PHP takes what the database shows for a time by its own clock; the time of creation it has written itself. */
function changeTime(shown: string, databaseTimeZone: string, made: number): string {
  const changedAt = instantIn(databaseTimeZone, shown) ?? '';
  if (Date.parse(changedAt) < (made - 900) * 1000)
    throw new Error('it was changed before it was made: name the zone of the database in databaseTimeZone');
  return changedAt;
}

/** Asks for one order: by its id, as its number can change. */
const oneOrder = <Context>(refOf: (context: Context) => OrderRef) => ({
  request: (context: Context) => ({ path: '/mos', query: { sqlfilters: filterFor(refOf(context)) } }),
  unknown: ({ json }: RestAnswer, context: Context) => !isOrder(json, refOf(context)),
});

/** Its words of an error, without those of the status; empty where the database had none, as in a conflict. */
const sentenceIn = ({ json }: RestAnswer) =>
  (textAt(json, 'error.message') ?? '').replace(/^Internal Server Error(: )?/, '');

/**
 * Business errors are a 500 with a sentence; a conflict in its database is a bare 500, and gone the next moment. One that
 * lasts is a component that is a kit, where kits are switched on (`PRODUIT_SOUSPRODUITS`,
 * htdocs/product/stock/class/mouvementstock.class.php:325, 22.0.4): the list of products does not show them.
 */
const meaning: Pick<RestStep<unknown>, 'rejected' | 'retryable'> = {
  rejected: (answer) => (answer.status === 500 && sentenceIn(answer)) || undefined,
  // 405: somebody closed the order since the look-up, so look again.
  retryable: (answer) =>
    answer.status === 405 ||
    (answer.status === 500 && answer.json !== undefined && sentenceIn(answer) === ''),
};

const link: RestProcedure<LinkContext> = {
  lookUp: [
    {
      name: 'order',
      ...oneOrder<LinkContext>(({ order }) => order),
      done: (answer, { productOrder }) =>
        isMarked(answer, `product order ${productOrder.id}`) ? productOrder.id : undefined,
      refused: (answer, { productOrder }) => whyTooLong(linking(answer, productOrder)),
    },
  ],
  steps: [
    {
      name: 'the product order',
      ...meaning,
      request: ({ found, productOrder }) => linking(found('order'), productOrder),
    },
  ],
};

function linking(answer: RestAnswer, { id, number, url }: LinkContext['productOrder']) {
  return noting(answer, `product order ${id}`, [number, ...(url === undefined ? [] : [inNote(url)])]);
}

const isQuantity = ({ completion }: BookContext) => completion.kind === 'quantity';

const orderToBook: RestLookUp<BookContext> = {
  name: 'order',
  ...oneOrder<BookContext>(({ completion }) => completion.erpOrder),
  done: (answer, context) =>
    !isQuantity(context) && isMarked(answer, context.key) ? `note of ${orderOf(answer).ref}` : undefined,
  quantity: (answer) => String(orderOf(answer).qty),
  refused: (answer, context) => {
    const status = Number(orderOf(answer).status);
    if (status === cancelled) return 'it is cancelled';
    if (status === produced && isQuantity(context)) return 'it was produced by somebody else';
    if (status === draft && isQuantity(context)) return 'it was set back to draft: validate it again';
    return notes.when?.(context) ? whyTooLong(notesOf(answer, context)) : undefined;
  },
};

const stockMovements: RestLookUp<BookContext> = {
  name: 'movements',
  when: isQuantity,
  request: ({ key }) => ({
    path: '/stockmovements',
    query: { sqlfilters: `(t.inventorycode:=:'${codeOf(key)}')` },
  }),
  done: ({ json }) => {
    const id = textAt(json, '0.id');
    return id && `stock movement ${id}`;
  },
};

/** Those of the order and of its planned lines, which name them by an internal id only. */
const products = ({ unit }: DolibarrOptions): RestLookUp<BookContext> => ({
  name: 'products',
  when: isQuantity,
  request: ({ found }) => {
    const order = orderOf(found('order'));
    const ids = new Set([order, ...plannedOf(order)].map(({ fk_product }) => Number(fk_product)));
    return { path: '/products', query: { sqlfilters: `(t.rowid:in:${[...ids]})`, limit: ids.size } };
  },
  article: (answer, { found }) => textAt(productIn(answer, orderOf(found('order'))), 'ref'),
  unit: () => unit,
  components: (answer, { found }) => {
    const order = orderOf(found('order'));
    return plannedOf(order)
      .filter(({ role }) => role === 'toconsume')
      .map((line) => ({
        article: textAt(productIn(answer, line), 'ref') ?? line.fk_product,
        id: line.id,
        planned: String(line.qty),
        used: takenOf(order, line).toFixed(),
        unit,
      }));
  },
  refused: (answer, { found, completion }) => {
    const order = orderOf(found('order'));
    const lotted = completion.components?.used.find(({ lots }) => lots.length > 0);
    if (lotted)
      return `a lot of component ${lotted.article} was recorded, which its API cannot book: leave lots out of the mapping, or tell them in notes`;
    for (const line of plannedOf(order)) {
      const product = productIn(answer, line);
      const ref = textAt(product, 'ref') ?? line.fk_product;
      if (textAt(product, 'status_batch') !== '0')
        return `${ref} is tracked by lot, which the API cannot book: produce it in Dolibarr`;
      if (Number(line.disable_stock_change) === 1) continue;
      // Not so where its stock module moves services, too (`STOCK_SUPPORTS_SERVICES`): leave this out there.
      if (textAt(product, 'type') === '1')
        return `${ref} is a service, of which Dolibarr moves no stock: disable the stock change of its line, or take it out`;
      if (textAt(product, 'stockable_product') === '0')
        return `${ref} is not kept in stock, so Dolibarr moves none: keep it in stock, disable the stock change of its line, or take it out`;
      if (!warehouseOf(order, line))
        return `neither it nor its line of ${ref} has a warehouse: give it one in Dolibarr`;
    }
    return undefined;
  },
});

const production: RestStep<BookContext> = {
  name: 'the production',
  when: isQuantity,
  request: ({ completion, built, uses, key, found }) => {
    const order = orderOf(found('order'));
    const recorded = new Map(uses.map(({ planned, amount }) => [Number(planned.id), amount]));
    return {
      path: path`/mos/${order.id}/produceandconsume`,
      body: {
        inventorylabel: `Azumuta ${completion.productOrder.number}`,
        inventorycode: codeOf(key),
        // Closes the order once all of it is produced and consumed.
        autoclose: 1,
        arraytoconsume: linesFor(order, 'toconsume', built.produced, recorded),
        arraytoproduce: linesFor(order, 'toproduce', built.good),
      },
    };
  },
};

const notesOf = (answer: RestAnswer, { completion: { notes, links }, key }: BookContext) =>
  noting(answer, key, [...notes, ...links.map(({ name, url }) => `${name}: ${inNote(url)}`)]);

const notes: RestStep<BookContext> = {
  name: 'the notes',
  when: ({ completion: { kind, notes, links } }) => kind === 'amendment' || notes.length + links.length > 0,
  done: ({ found, key }) => isMarked(found('order'), key),
  request: (context) => notesOf(context.found('order'), context),
};

/** Whether less of a component is used than the order plans, so that it does not close itself. */
const usesLess = ({ uses, found }: BookContext): boolean => {
  const order = orderOf(found('order'));
  const isBooked = textAt(found('movements').json, '0.id') !== undefined;
  return uses.some(({ planned, amount }) => {
    const line = order.lines.find(({ id }) => Number(id) === Number(planned.id));
    return (
      line &&
      takenOf(order, line)
        .plus(isBooked ? 0 : amount)
        .lt(line.qty)
    );
  });
};

/**
 * An order that is finished with less than planned, of the product or of a component, does not close itself; nor does one
 * whose parts have a binary sum that is less, as 0.7 + 0.1 is less than 0.8.
 */
const closing: RestStep<BookContext> = {
  name: 'the closing',
  when: (context) => {
    if (!isQuantity(context)) return false;
    const { completion, built, found } = context;
    const order = orderOf(found('order'));
    const isBooked = textAt(found('movements').json, '0.id') !== undefined;
    const made = order.lines
      .filter(({ role }) => role === 'produced')
      .reduce((sum, { qty }) => sum.plus(qty), new Big(isBooked ? 0 : built.good));
    const isLast = completion.final || made.gte(order.qty);
    return isLast && (compareDecimals(built.good, String(order.qty)) < 0 || usesLess(context));
  },
  done: ({ found }) => [produced, cancelled].includes(Number(orderOf(found('order')).status)),
  request: ({ found }) => ({
    method: 'PUT',
    path: path`/mos/${orderOf(found('order')).id}`,
    body: { status: produced },
  }),
};
