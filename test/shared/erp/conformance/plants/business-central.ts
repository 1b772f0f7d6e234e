import { keyAsGuid } from '../../../../../shared/erp/marks.ts';
import type { ErpOrderRef } from '../../../../../shared/model/orders.ts';
import { compareDecimals, sumOf } from '../../../../../shared/model/quantity.ts';
import { consumedIn } from '../completions.ts';
import { type BcBooks, type BcWorld, documentOf } from '../servers/bc-books.ts';
import { type BcEntry, BcError, type BcLine, postedOn } from '../servers/bc-records.ts';
import { type BcLogin, type BcServer, createBusinessCentral } from '../servers/business-central.ts';
import type { Assembly, Details, RepeatedComponents } from '../target.ts';
import type { BookedQuantity, ErpPlant, PlantBooks } from './plant.ts';

/** An order of 5 of it plans 5 of each component, which nobody flushes, and four operations. */
export const bcAssembly: Assembly = {
  article: 'BIKE',
  components: ['FRAME', 'WHEEL', 'SADDLE'].map((article, at) => ({ article, lot: `B-${at + 1}` })),
  scarceLot: 'B-RARE',
  operations: ['10', '20', '30', '40'],
  reasons: ['DENT', 'CRACK'],
};

const repeated: RepeatedComponents = {
  article: 'TRIKE',
  plain: 'BOLT',
  lotted: 'PAINT',
  lots: ['P-1', 'P-2'],
};

/** A Business Central in this process, with access to its books beyond the plant. */
export interface BcPlant extends ErpPlant {
  readonly server: BcServer;
}

/** @param unit Of all of them. */
export function addArticles(books: BcBooks, unit = 'PCS'): void {
  const add: BcBooks['addArticle'] = (no, article) => books.addArticle(no, { unit, ...article });
  add('LEG', {});
  // Its legs are taken with the output of the first operation.
  add('CHAIR', {
    operations: [{ link: 'SAW' }, {}],
    components: [{ itemNo: 'LEG', flushing: 'Backward', link: 'SAW' }],
  });
  add('SOAP', { tracking: 'lot' });
  add('PUMP', { tracking: 'serial' });
  books.addStock('LEG');
  const { article, components, operations, scarceLot = '' } = bcAssembly;
  add(article, {
    operations: operations.map((operationNo) => ({ operationNo })),
    components: components.map((one) => ({ itemNo: one.article })),
  });
  for (const one of components) {
    add(one.article, { tracking: 'optional' });
    for (const lot of ['', one.lot]) books.addStock(one.article, lot);
  }
  books.addStock(components[0]?.article ?? '', scarceLot, '1');
  add(repeated.article, {
    operations: [{}],
    components: [repeated.plain, repeated.plain, repeated.lotted, repeated.lotted].map((itemNo) => ({
      itemNo,
    })),
  });
  add(repeated.plain, {});
  books.addStock(repeated.plain);
  add(repeated.lotted, { tracking: 'optional' });
  for (const lot of ['', ...repeated.lots]) books.addStock(repeated.lotted, lot);
}

export function bcPlant(login: BcLogin, world?: BcWorld, unit?: string): BcPlant {
  const server = createBusinessCentral(login, world);
  const { books } = server;
  addArticles(books, unit);
  /** Deleted orders, by their numbers. */
  const removed = new Map<string, BcLine>();

  const numberOf = ({ orderNo, lineNo }: BcLine) => `${orderNo}/${lineNo}`;
  function find({ number }: ErpOrderRef): BcLine {
    const found = removed.get(number) ?? books.lines.find((line) => numberOf(line) === number);
    if (!found) throw new Error(`no order ${number}`);
    return found;
  }
  function onOpen(order: ErpOrderRef, act: (line: BcLine) => void): boolean {
    const line = find(order);
    const isOpen = line.status === 'Released' && !line.blocked && !removed.has(order.number);
    if (!isOpen || books.locked.has(line.orderNo)) return false;
    try {
      books.transact(() => {
        act(line);
        books.stamp(line);
      });
      return true;
    } catch (error) {
      if (error instanceof BcError) return false;
      throw error;
    }
  }

  return {
    server,
    answer: server.answer,
    credentials: () =>
      login.auth === 'basic'
        ? { username: login.user, password: login.secret }
        : { clientId: login.user, clientSecret: login.secret },
    rotate(secret) {
      login.secret = secret;
    },
    restart: () => server.expireTokens(),
    articles: { plain: 'CHAIR', lots: 'SOAP', serials: 'PUMP' },
    assembly: bcAssembly,
    repeated,
    plan({ article, quantity, dueDate }) {
      const line = books.plan({ itemNo: article, quantity, dueDate });
      return { number: numberOf(line), article };
    },
    // What has entries cannot be deleted: planners block it.
    cancel: (order) => onOpen(order, (line) => Object.assign(line, { blocked: true })),
    // A released order never goes back to firm planned.
    putBack: () => false,
    remove(order) {
      const line = find(order);
      const isUntouched = !books.entries.some(({ orderNo }) => orderNo === line.orderNo);
      if (!isUntouched || line.status !== 'Released' || books.locked.has(line.orderNo)) return false;
      removed.set(order.number, line);
      books.lines.splice(books.lines.indexOf(line), 1);
      return true;
    },
    releaseAgain(order) {
      const line = find(order);
      if (removed.delete(order.number)) books.lines.push(line);
      else if (!line.blocked) return false;
      line.blocked = false;
      books.stamp(line);
      return true;
    },
    changeQuantity: (order, quantity) =>
      onOpen(order, (line) => {
        const left = sumOf([quantity, `-${line.finished}`]);
        Object.assign(line, { quantity, remaining: compareDecimals(left, '0') < 0 ? '0' : left });
      }),
    changeDueDate(order, dueDate) {
      const line = find(order);
      line.dueDate = dueDate;
      books.stamp(line);
    },
    renameArticle: (order, article) =>
      onOpen(order, (line) => {
        if (!books.items.has(article)) books.addArticle(article, books.articles.get(line.itemNo) ?? {});
        line.itemNo = article;
      }),
    finishByHand(order) {
      const line = find(order);
      const isOpen = line.status === 'Released' && !line.blocked && !removed.has(order.number);
      const isTracked = ['lot', 'serial'].includes(books.items.get(line.itemNo)?.tracking ?? '');
      if (!isOpen || isTracked || books.locked.has(line.orderNo)) return false;
      books.finishByHand(line);
      return true;
    },
    touch: (order) => books.stamp(find(order)),
    lock: (order) => void books.locked.add(find(order).orderNo),
    unlock: (order) => void books.locked.delete(find(order).orderNo),
    ignoreNextBooking() {
      books.ignoreNext = true;
    },
    issueByHand: (order, component, amount) => books.issueByHand(find(order), component, amount),
    books: (order) => booksOf(books, find(order)),
    markOf: keyAsGuid,
    everything: () =>
      structuredClone({
        lines: books.lines,
        entries: books.entries,
        bookings: books.bookings,
        notes: books.notes,
        links: books.links,
        stock: Object.fromEntries(books.stock),
      }),
  };
}

/** A link of a note: `Report: https://…`. */
const notedLink = /^.*: (https:\S+)$/;
const notedCheck = /^(.+?): .*\b(passed|failed)$/;

function booksOf(books: BcBooks, line: BcLine): PlantBooks {
  const isOfLine = ({ orderNo, lineNo }: { orderNo: string; lineNo: number }) =>
    orderNo === line.orderNo && lineNo === line.lineNo;
  const entries = books.entries.filter(isOfLine);
  const texts = [...books.bookings, ...books.notes]
    .filter(isOfLine)
    .flatMap((one) => ('note' in one ? one.note : one.text).split('\n'))
    .filter((text) => text !== '');
  const last = line.operations.at(-1)?.operationNo ?? '';
  const { good, scrap } = postedOn(entries, line, last);
  const bookings = [...Map.groupBy(entries, ({ document }) => document)].flatMap(([document, of]) =>
    bookingOf(books, line, document, of),
  );
  return {
    state: stateOf(line, sumOf([good, scrap])),
    unit: books.items.get(line.itemNo)?.unit ?? '',
    good,
    scrap,
    bookings,
    lots: bookings.flatMap(({ lots }) => lots),
    notes: texts,
    links: texts.flatMap((text) => notedLink.exec(text)?.[1] ?? []),
    productOrders: books.links.filter(isOfLine).map(({ productOrder }) => productOrder),
    ...(line.itemNo === 'CHAIR' ? { consumed: line.components[0]?.consumed ?? '0' } : {}),
    details: detailsOf(books, line, entries, texts),
    overdrawn: overdrawnIn(line),
  };
}

/** Business Central closes no line: one counts as done when it is finished, or has what was planned, scrap included. */
function stateOf({ status, blocked, quantity }: BcLine, made: string): PlantBooks['state'] {
  if (blocked) return 'cancelled';
  return status === 'Finished' || compareDecimals(made, quantity) >= 0 ? 'done' : 'open';
}

function bookingOf(
  books: BcBooks,
  line: BcLine,
  document: string,
  entries: readonly BcEntry[],
): BookedQuantity[] {
  const { good, scrap } = postedOn(entries, line, line.operations.at(-1)?.operationNo ?? '');
  if (compareDecimals(sumOf([good, scrap]), '0') === 0) return [];
  const mark = books.bookings.find(({ id }) => documentOf(id) === document)?.id;
  const lots = entries.flatMap(({ type, lot }) => (type === 'output' && lot !== '' ? [lot] : []));
  return [{ mark, good, scrap, lots, scrappedLots: [] }];
}

function detailsOf(
  { scrapCodes }: BcBooks,
  line: BcLine,
  entries: readonly BcEntry[],
  texts: readonly string[],
): Details {
  const ofItem = Map.groupBy(
    entries.filter(({ type }) => type === 'consumption'),
    ({ itemNo }) => itemNo,
  );
  const ofCode = Map.groupBy(entries, ({ scrapCode }) => scrapCode);
  return {
    components: Object.fromEntries(
      [...ofItem].map(([itemNo, of]) => [
        itemNo,
        consumedIn(of.map(({ quantity, lot }) => ({ amount: quantity, lot }))),
      ]),
    ),
    operations: Object.fromEntries(
      line.operations.flatMap((one) => {
        const minutes = postedOn(entries, line, one.operationNo).minutesOf(one);
        return minutes > 0 ? [[one.operationNo, { minutes, finished: one.status === 'Finished' }]] : [];
      }),
    ),
    reasons: Object.fromEntries(
      [...ofCode].flatMap(([code, of]) =>
        code === '' ? [] : [[scrapCodes.get(code) ?? code, sumOf(of.map(({ scrap }) => scrap))]],
      ),
    ),
    checks: texts
      .flatMap((text) => {
        const [, name = '', outcome] = notedCheck.exec(text) ?? [];
        return outcome === undefined ? [] : [outcome === 'failed' ? `!${name}` : name];
      })
      .sort(),
  };
}

function overdrawnIn({ components }: BcLine): string[] {
  return [...Map.groupBy(components, ({ itemNo }) => itemNo)].flatMap(([itemNo, lines]) => {
    const isOver = lines.some(({ consumed, expected }) => compareDecimals(consumed, expected) > 0);
    const isOpen = lines.some(({ remaining }) => compareDecimals(remaining, '0') > 0);
    return isOver && isOpen ? [itemNo] : [];
  });
}
