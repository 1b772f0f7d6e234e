import { keyAsGuid } from '../../../../../shared/erp/marks.ts';
import { markLineOf } from '../../../../../shared/erp/sap-s4hana/marks.ts';
import type { ErpOrderRef } from '../../../../../shared/model/orders.ts';
import { compareDecimals, sumOf } from '../../../../../shared/model/quantity.ts';
import { consumedIn } from '../completions.ts';
import { amountsOf, type SapBooks, type SapWorld } from '../servers/sap-books.ts';
import { type SapComponent, type SapConfirmation, SapError, type SapOrder } from '../servers/sap-records.ts';
import { createSap, type SapLogin, type SapServer } from '../servers/sap-s4hana.ts';
import type { Assembly, Details, RepeatedComponents } from '../target.ts';
import type { BookedQuantity, ErpPlant, PlantBooks } from './plant.ts';

/** An order of 5 of it plans 5 of each component, and four operations. */
export const sapAssembly: Assembly = {
  article: 'FG300',
  components: ['RM301', 'RM302', 'RM303'].map((article, at) => ({ article, lot: `B-${at + 1}` })),
  scarceLot: 'B-RARE',
  operations: ['0010', '0020', '0030', '0040'],
  reasons: ['0001', '0002'],
};

/** Only the second one is handled in batches. */
const repeated: RepeatedComponents = {
  article: 'FG400',
  plain: 'RM401',
  lotted: 'RM402',
  lots: ['B-1', 'B-2'],
};

/** An S/4HANA in this process, with access to its books beyond the plant. */
interface SapPlant extends ErpPlant {
  readonly server: SapServer;
  /** Our mark of a booking as it appears in the long text of an order. */
  readonly markInText: (key: string) => string;
}

/** An article that is assembled, and stock of the lots of its components, of which the warehouse issues the last one. */
export function addAssembly(books: SapBooks, assembly: Assembly): void {
  const { article, components, operations, scarceLot } = assembly;
  books.assemblies.set(article, {
    operations,
    components: components.map((one) => one.article),
    picked: components.at(-1)?.article,
  });
  for (const one of components) addStock(books, one.article, one.lot);
  const [first] = components;
  if (first && scarceLot !== undefined) addStock(books, first.article, scarceLot, '1');
}

function addRepeated(books: SapBooks, { article, plain, lotted, lots }: RepeatedComponents): void {
  books.assemblies.set(article, { operations: ['0010'], components: [plain, plain, lotted, lotted] });
  for (const lot of lots) addStock(books, lotted, lot);
}

function addStock(books: SapBooks, Material: string, Batch: string, quantity = '100000'): void {
  books.goods.stock.push({
    Material,
    Batch,
    Plant: '1710',
    StorageLocation: '171A',
    InventoryStockType: '01',
    MatlWrhsStkQtyInMatlBaseUnit: quantity,
  });
}

export function sapPlant(given: SapLogin, world?: SapWorld): SapPlant {
  const login = { ...given };
  const server = createSap(login, world);
  const { books } = server;
  addAssembly(books, sapAssembly);
  addRepeated(books, repeated);
  /** By the numbers that they had. */
  const removed = new Map<string, SapOrder>();
  const find = (number: string) => removed.get(number) ?? books.find(number);

  /** Acts on an order that is open. */
  function onOpen({ number }: ErpOrderRef, act: (open: SapOrder) => void): boolean {
    const order = books.find(number);
    if (stateOf(order) !== 'open' || books.locked.has(order.ManufacturingOrder)) return false;
    try {
      act(order);
      return true;
    } catch (error) {
      if (error instanceof SapError) return false;
      throw error;
    }
  }

  function onUntouched({ number }: ErpOrderRef, act: (open: SapOrder) => void): boolean {
    const order = find(number);
    if (order.OrderIsReleased !== 'X' || books.confirmationsOf(order).length > 0) return false;
    return onOpen({ number }, act);
  }

  return {
    server,
    markInText: markLineOf,
    answer: server.answer,
    credentials: () =>
      login.auth === 'basic'
        ? { username: login.user, password: login.secret }
        : { clientId: login.user, clientSecret: login.secret },
    rotate(secret) {
      login.secret = secret;
    },
    restart: () => server.expireSessions(),
    articles: { plain: 'FG226', lots: 'FG227', serials: 'FG228' },
    repeated,
    plan({ article, quantity, changedAt, dueDate }) {
      const planned = books.plan(article, quantity, changedAt);
      if (dueDate !== undefined) planned.MfgOrderPlannedEndDate = dateOf(dueDate);
      return { number: planned.ManufacturingOrder, article };
    },
    cancel: (order) => onOpen(order, (open) => books.change(open, { OrderIsMarkedForDeletion: 'X' })),
    putBack: (order) => onUntouched(order, (open) => books.change(open, { OrderIsReleased: '' })),
    remove: (order) =>
      onUntouched(order, (open) => {
        removed.set(open.ManufacturingOrder, open);
        // No list has an order that is not released, and nobody finds it by its number.
        books.change(open, {
          OrderIsReleased: '',
          ManufacturingOrder: `deleted ${open.ManufacturingOrder}`,
        });
      }),
    releaseAgain({ number }) {
      const order = find(number);
      if (order.OrderIsReleased === 'X' && stateOf(order) !== 'cancelled') return false;
      removed.delete(number);
      books.change(order, {
        OrderIsReleased: 'X',
        OrderIsMarkedForDeletion: '',
        ManufacturingOrder: number,
      });
      return true;
    },
    changeQuantity: (order, quantity) =>
      onOpen(order, (open) => books.change(open, { TotalQuantity: quantity })),
    changeDueDate: ({ number }, dueDate) =>
      books.change(books.find(number), { MfgOrderPlannedEndDate: dateOf(dueDate) }),
    renameArticle: (order, article) => onOpen(order, (open) => books.change(open, { Material: article })),
    finishByHand: (order) => onOpen(order, (open) => void books.confirm(restOf(books, open))),
    touch: ({ number }) => books.change(books.find(number), {}),
    lock: ({ number }) => void books.locked.add(number),
    unlock: ({ number }) => void books.locked.delete(number),
    ignoreNextBooking() {
      books.ignoreNext = true;
    },
    issueByHand: ({ number }, component, amount) => books.goods.issue(books.find(number), component, amount),
    books: ({ number }) => booksOf(books, find(number)),
    markOf: (key) => markIn(keyAsGuid(key)),
    everything: () =>
      structuredClone({
        orders: books.orders,
        confirmations: books.confirmations,
        documents: books.goods.documents,
        stock: books.goods.stock,
      }),
  };
}

const dateOf = (day: string) => `/Date(${Date.parse(day)})/`;

function stateOf(order: SapOrder): PlantBooks['state'] {
  if (order.OrderIsMarkedForDeletion === 'X') return 'cancelled';
  return order.OrderIsConfirmed === 'X' ? 'done' : 'open';
}

/** The final confirmation of everything that is not confirmed yet. */
function restOf(books: SapBooks, order: SapOrder): Record<string, unknown> {
  const confirmed = books.confirmationsOf(order).flatMap(amountsOf);
  const rest = sumOf([order.TotalQuantity, ...confirmed.map((amount) => `-${amount}`)]);
  return {
    OrderID: order.ManufacturingOrder.padStart(12, '0'),
    OrderOperation: '0010',
    ConfirmationYieldQuantity: compareDecimals(rest, '0') < 0 ? '0' : rest,
    IsFinalConfirmation: true,
  };
}

/** A link of a completion, under a name that is not that of the product order. */
const notedLink = /^(?!Azumuta product order ).*: (https:\S+)$/;
/** A link is its line followed by our mark; other notes have lines in between. */
const linkedOrder = /^Azumuta product order (.+?)(?:: https:\S+)?\n\[azumuta [0-9a-f-]{36}\]$/gm;

function booksOf(books: SapBooks, order: SapOrder): PlantBooks {
  const confirmations = books.confirmationsOf(order);
  const bookings = Object.values(Object.groupBy(confirmations, groupOf)).flatMap((ofOne = []) =>
    bookingOf(books, order, ofOne),
  );
  const { OrderLongText: text } = order;
  return {
    state: stateOf(order),
    unit: order.ProductionUnit,
    good: sumOf(bookings.map(({ good }) => good)),
    scrap: sumOf(bookings.map(({ scrap }) => scrap)),
    bookings,
    lots: bookings.flatMap(({ lots }) => lots),
    notes: text === '' ? [] : text.split('\n'),
    links: text.split('\n').flatMap((line) => notedLink.exec(line)?.[1] ?? []),
    productOrders: [...text.matchAll(linkedOrder)].map(([, number]) => String(number)),
    details: detailsOf(books, order, confirmations),
    overdrawn: overdrawnIn(order),
    unreserved: books.goods.unreservedOf(order),
  };
}

/** The confirmations of one booking have one GUID, but for its end. */
const markIn = (guid: string) => guid.slice(0, -4);
/** What people confirm has no GUID. */
const groupOf = ({
  ExternalSystemConfirmation: guid,
  ConfirmationGroup,
  ConfirmationCount,
}: SapConfirmation) => (/^[0-]+$/.test(guid) ? `${ConfirmationGroup}/${ConfirmationCount}` : markIn(guid));

/** The yield of an order is that of its last operation. Scrap is not received into stock, so it has no lot. */
function bookingOf(
  books: SapBooks,
  order: SapOrder,
  confirmations: readonly SapConfirmation[],
): BookedQuantity {
  const group = confirmations.map(groupOf).at(0);
  const last = order.operations.at(-1)?.ManufacturingOrderOperation;
  const yields = confirmations.flatMap((one) =>
    one.OrderOperation === last ? [one.ConfirmationYieldQuantity] : [],
  );
  return {
    mark: group?.includes('-') ? group : undefined,
    good: sumOf(yields),
    scrap: sumOf(confirmations.map((one) => one.ConfirmationScrapQuantity)),
    lots: documentsOf(books, order)
      .filter(({ ConfirmationGroup: of, ConfirmationCount: count }) =>
        confirmations.some((one) => one.ConfirmationGroup === of && one.ConfirmationCount === count),
      )
      .flatMap(({ GoodsMovementType, Batch }) =>
        GoodsMovementType === '101' && Batch !== '' ? [Batch] : [],
      ),
    scrappedLots: [],
  };
}

const documentsOf = (books: SapBooks, { ManufacturingOrder }: SapOrder) =>
  books.goods.documents.filter(({ OrderID }) => OrderID === ManufacturingOrder);

/** Components of which an item was issued beyond what it requires, while another one is open. */
function overdrawnIn({ components }: SapOrder): string[] {
  const isOver = ({ WithdrawnQuantity: is, RequiredQuantity: required }: SapComponent) =>
    compareDecimals(is, required) > 0;
  const isOpen = ({ WithdrawnQuantity: is, RequiredQuantity: required }: SapComponent) =>
    compareDecimals(is, required) < 0;
  return [...Map.groupBy(components, ({ Material }) => Material)].flatMap(([material, items]) =>
    items.some(isOver) && items.some(isOpen) ? [material] : [],
  );
}

/** A line of the order's text that tells of a check. */
const notedCheck = /^(.+?): .*\b(passed|failed)$/;

function detailsOf(books: SapBooks, order: SapOrder, confirmations: readonly SapConfirmation[]): Details {
  const issues = documentsOf(books, order).filter(({ GoodsMovementType }) => GoodsMovementType === '261');
  const ofMaterial = Map.groupBy(issues, ({ Material }) => Material);
  const ofReason = Map.groupBy(confirmations, (one) => String(one.VarianceReasonCode ?? ''));
  const ofOperation = Map.groupBy(confirmations, (one) => one.OrderOperation);
  const minutesOf = (one: SapConfirmation) =>
    [1, 2, 3, 4, 5, 6].map((n) => Number(one[`OpConfirmedWorkQuantity${n}`] ?? 0));
  return {
    components: Object.fromEntries(
      [...ofMaterial].map(([material, of]) => {
        const movements = of.map(({ QuantityInEntryUnit: amount, Batch: lot }) => ({ amount, lot }));
        return [material, consumedIn(movements)];
      }),
    ),
    operations: Object.fromEntries(
      order.operations.flatMap(({ ManufacturingOrderOperation: number, OperationIsConfirmed }) => {
        const minutes = (ofOperation.get(number) ?? []).flatMap(minutesOf).reduce((sum, one) => sum + one, 0);
        return minutes > 0 ? [[number, { minutes, finished: OperationIsConfirmed === 'X' }]] : [];
      }),
    ),
    reasons: Object.fromEntries(
      [...ofReason].flatMap(([reason, of]) =>
        reason === '' ? [] : [[reason, sumOf(of.map((one) => one.ConfirmationScrapQuantity))]],
      ),
    ),
    checks: order.OrderLongText.split('\n')
      .flatMap((line) => {
        const [, name = '', outcome] = notedCheck.exec(line) ?? [];
        return outcome === undefined ? [] : [outcome === 'failed' ? `!${name}` : name];
      })
      .sort(),
  };
}
