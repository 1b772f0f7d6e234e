import { keyAsText } from '../../../../../shared/erp/marks.ts';
import type { ErpOrderRef } from '../../../../../shared/model/orders.ts';
import { sumOf, toDecimal } from '../../../../../shared/model/quantity.ts';
import { consumedIn } from '../completions.ts';
import { createOdoo } from '../servers/odoo.ts';
import { OdooError, type OdooRow, userError } from '../servers/odoo-domain.ts';
import { articles, perPiece, us } from '../servers/odoo-masters.ts';
import type { OdooBooks, OdooVersion } from '../servers/odoo-models.ts';
import { lotsOf } from '../servers/odoo-stock.ts';
import type { Details, PlannedOrderRef } from '../target.ts';
import type { BookedQuantity, ErpPlant, PlantBooks } from './plant.ts';

/**
 * An Odoo in this process, with access to its books beyond the plant.
 * @param time The database's clock. Default: a clock by which every write is later than the one before.
 */
export function odooPlant(version: OdooVersion, time?: () => Date) {
  const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'canary-3f9a-odoo' };
  const server = createOdoo(version, login, time);
  const { books } = server;
  const orders = () => books.rows('mrp.production');
  const group = version < 19 ? 'procurement_group_id' : 'production_group_id';

  /** By the ids that they had; until they are released again they have ids that nobody knows. */
  const removed = new Map<string, OdooRow>();
  const unknownIds = 1_000_000;

  /** By its id if the reference has one. */
  function row({ number, id }: ErpOrderRef): OdooRow {
    const gone = id === undefined ? undefined : removed.get(id);
    if (gone) return gone;
    const found = orders().find((one) => (id === undefined ? one.name === number : one.id === Number(id)));
    if (!found) throw new Error(`no order ${number}`);
    return found;
  }

  /** The order and all orders that were split off from it. */
  function family(order: ErpOrderRef): OdooRow[] {
    const own = row(order);
    return books.where('mrp.production', { [group]: own[group] });
  }

  /** Acts on the open order: the order itself, or the rest that a booking left. */
  function onOpen(order: ErpOrderRef, act: (open: OdooRow) => void): boolean {
    const open = [row(order), ...family(order).toReversed()].find(isOpen);
    if (!open || books.locked.has(open.id)) return false;
    try {
      act(open);
      return true;
    } catch (error) {
      if (error instanceof OdooError) return false;
      throw error;
    }
  }

  /** Acts on an order that is released, and of which nothing is produced yet. */
  function onConfirmed(order: ErpOrderRef, act: (open: OdooRow) => void): boolean {
    const open = row(order);
    if (open.state !== 'confirmed' || family(order).length > 1) return false;
    return onOpen(order, (one) => {
      act(one);
      Object.assign(one, { state: 'draft', write_date: books.now() });
    });
  }

  const isTracked = ({ product_id }: OdooRow) =>
    books.find('product.product', product_id)?.tracking !== 'none';

  const call = (method: string, { id }: OdooRow, context = {}) =>
    books.call('mrp.production', method, { ids: [id], named: {}, context });

  return {
    server,
    login,
    row,
    answer: server.answer,
    credentials: () => ({ username: login.username, apiKey: login.apiKey }),
    rotate(secret) {
      login.apiKey = secret;
    },
    // Every call carries the key.
    restart() {},
    articles: { plain: 'CHAIR', lots: 'BATCH', serials: 'PUMP' },
    plan({ article, quantity, changedAt, dueDate }) {
      const planned = books.plan(article, Number(quantity), changedAt ?? undefined);
      if (dueDate !== undefined) planned.date_deadline = deadlineOf(dueDate);
      return refOf(planned, article);
    },
    cancel: (order) => onOpen(order, (open) => void call('action_cancel', open)),
    putBack: (order) => onConfirmed(order, () => undefined),
    remove: (order) =>
      onConfirmed(order, (open) => {
        removed.set(String(open.id), open);
        open.id += unknownIds;
      }),
    releaseAgain(order) {
      const released = row(order);
      if (released.state !== 'draft') return false;
      if (removed.delete(String(order.id))) released.id -= unknownIds;
      Object.assign(released, { state: 'confirmed', write_date: books.now() });
      return true;
    },
    // What the others of its family have produced is part of the whole; people change the rest that is open.
    changeQuantity: (order, quantity) =>
      onOpen(order, (open) => {
        const others = family(order).filter((one) => one !== open && one.state === 'done');
        const produced = others.reduce((sum, { product_qty }) => sum + Number(product_qty), 0);
        const rest = Number(quantity) - produced;
        if (rest <= 0) throw userError('As much is produced already.');
        books.changeQuantity(open, rest);
      }),
    changeDueDate(order, dueDate) {
      Object.assign(row(order), { date_deadline: deadlineOf(dueDate), write_date: books.now() });
    },
    renameArticle: (order, article) =>
      onOpen(order, (open) => {
        const products = books.rows('product.product');
        const { id: _, ...values } = books.find('product.product', open.product_id) ?? {};
        const known = products.find(({ default_code }) => default_code === article);
        const renamed = known ?? books.insert('product.product', { ...values, default_code: article });
        Object.assign(open, { product_id: renamed.id, write_date: books.now() });
      }),
    rename: (order, name) =>
      onOpen(order, (open) => void Object.assign(open, { name, write_date: books.now() })),
    split: (order, sizes) =>
      books.splitByHand(row(order), sizes.map(Number)).map((part) => refOf(part, articleOf(books, part))),
    finishByHand: (order) =>
      onOpen(order, (open) => {
        if (isTracked(open)) throw userError('Who knows no lot cannot finish it.');
        open.qty_producing = 0;
        call('button_mark_done', open, { skip_consumption: true });
      }),
    touch(order) {
      row(order).write_date = books.now();
    },
    lock(order) {
      for (const { id } of family(order)) books.locked.add(id);
    },
    unlock(order) {
      for (const { id } of family(order)) books.locked.delete(id);
    },
    ignoreNextBooking() {
      books.ignoreNextDone = true;
    },
    books: (order) => booksOf(books, family(order)),
    markOf: keyAsText,
    everything: (): unknown => JSON.parse(JSON.stringify([...books.tables])),
  } satisfies ErpPlant & Record<'server' | 'login' | 'row', unknown>;
}

const deadlineOf = (dueDate: string) => `${dueDate} 07:00:00`;

const isOpen = ({ state }: OdooRow) => state !== 'done' && state !== 'cancel';

function refOf(row: OdooRow, article: string): PlannedOrderRef {
  return { number: String(row.name), id: String(row.id), article };
}

function articleOf(books: OdooBooks, { product_id }: OdooRow): string {
  return String(books.find('product.product', product_id)?.default_code);
}

function booksOf(books: OdooBooks, family: readonly OdooRow[]): PlantBooks {
  const ids = new Set(family.map(({ id }) => id));
  const bodies = books
    .rows('mail.message')
    .filter(({ res_id }) => ids.has(Number(res_id)))
    .map(({ body }) => String(body));
  const done = family.filter(({ id }) => books.doneCount.has(id));
  const bookings = done.map((one) => bookingOf(books, one));
  const consumed = books
    .rows('stock.move')
    .filter((move) => ids.has(Number(move.raw_material_production_id)) && move.state === 'done')
    .map((move) => toDecimal(Number(move.quantity) / perPiece) ?? '0');
  return {
    state: family.every(({ state }) => state === 'done')
      ? 'done'
      : family.every(({ state }) => state === 'cancel')
        ? 'cancelled'
        : 'open',
    unit: String(books.find('uom.uom', family[0]?.product_uom_id)?.name),
    good: sumOf(bookings.map(({ good }) => good)),
    scrap: sumOf(bookings.map(({ scrap }) => scrap)),
    bookings,
    lots: bookings.flatMap(({ lots }) => lots),
    scrappedLots: bookings.flatMap(({ scrappedLots }) => scrappedLots),
    notes: bodies.map(textOf),
    links: bodies.flatMap((body) =>
      [...body.matchAll(/href="([^"]*)"/g)].map(([, href]) => unescapeHtml(href ?? '')),
    ),
    productOrders: bodies.flatMap((body) =>
      [...body.matchAll(/\[azumuta product-order (\S+)\]/g)].map(([, id]) => String(id)),
    ),
    consumed: sumOf(consumed),
    ...(family.some((one) => articles[articleOf(books, one)]?.assembly)
      ? { details: detailsOf(books, ids, bodies.map(textOf)) }
      : {}),
  };
}

/** Components, work orders and reasons; checks, and the reasons up to 17, in the notes. */
function detailsOf(books: OdooBooks, orders: ReadonlySet<number>, notes: readonly string[]): Details {
  const nameIn = (model: string, id: unknown, field = 'name') => String(books.find(model, id)?.[field]);
  const isOurs = (field: string) => (one: OdooRow) => orders.has(Number(one[field]));
  const consumed = books
    .rows('stock.move')
    .filter((move) => isOurs('raw_material_production_id')(move) && move.state === 'done');
  const codeOf = ({ product_id }: OdooRow) => nameIn('product.product', product_id, 'default_code');
  const components = [...new Set(consumed.map(codeOf))].map((code) => {
    const moves = consumed.filter((move) => codeOf(move) === code);
    const lines = books
      .rows('stock.move.line')
      .filter(({ move_id, quantity }) => moves.some(({ id }) => id === move_id) && Number(quantity) > 0);
    const { lots } = consumedIn(
      lines.map(({ lot_id, quantity }) => ({ amount: String(quantity), lot: nameIn('stock.lot', lot_id) })),
    );
    return [code, { amount: sumOf(moves.map(({ quantity }) => String(quantity))), lots }] as const;
  });
  const workorders = books.rows('mrp.workorder').filter(isOurs('production_id'));
  const operations = [...new Set(workorders.map(({ name }) => String(name)))].map((name) => {
    const own = workorders.filter((one) => one.name === name);
    const minutes = own.reduce((sum, { id }) => sum + reportedMinutes(books, id), 0);
    return [name, { minutes, finished: own.every(({ state }) => state === 'done') }] as const;
  });
  const scraps = books
    .rows('stock.scrap')
    .filter((one) => isOurs('production_id')(one) && one.state === 'done');
  const tagged = scraps.flatMap(({ scrap_reason_tag_ids: tags, scrap_qty }) =>
    Array.isArray(tags) ? [[nameIn('stock.scrap.reason.tag', tags[0]), String(scrap_qty)] as const] : [],
  );
  const lines = notes.flatMap((note) => note.split('\n'));
  const noted = lines.flatMap((line) => {
    const [, amount, reason] = /^Scrap ([\d.]+)[^:]*: (.+)$/.exec(line) ?? [];
    return amount && reason ? [[reason, amount] as const] : [];
  });
  const checks = lines.flatMap((line) => {
    const [, name, verdict] = /^(.+?): .*(passed|failed)$/.exec(line) ?? [];
    return name ? [`${verdict === 'failed' ? '!' : ''}${name}`] : [];
  });
  return {
    components: Object.fromEntries(components),
    operations: Object.fromEntries(operations.filter(([, { minutes }]) => minutes > 0)),
    reasons: Object.fromEntries([...tagged, ...noted]),
    checks: checks.sort(),
  };
}

/** Without those that Odoo expects, and books itself where a work order has none. */
function reportedMinutes(books: OdooBooks, workorder: number): number {
  const lines = books.where('mrp.workcenter.productivity', { workorder_id: workorder });
  const ours = lines.filter(({ description }) => String(description).includes('[azumuta booking '));
  const at = (time: unknown) => Date.parse(`${time}Z`);
  return ours.reduce((sum, one) => sum + (at(one.date_end) - at(one.date_start)) / 60_000, 0);
}

/** A production that is done is one booking; the last booking mark on it shows whose. */
function bookingOf(books: OdooBooks, row: OdooRow): BookedQuantity {
  const nameOfLot = (id: number) => String(books.find('stock.lot', id)?.name);
  const scraps = books.where('stock.scrap', { production_id: row.id, state: 'done' });
  // Each move of a scrap order takes its quantity out of stock.
  const moves = scraps.flatMap(({ id }) => books.where('stock.move', { scrap_id: id }));
  const scrap = sumOf(moves.map((move) => toDecimal(move.quantity) ?? '0'));
  const marks = books
    .where('mail.message', { res_id: row.id, author_id: us.partner })
    .flatMap(({ body }) => /\[azumuta booking ([^\]\s<]+)\]/.exec(String(body))?.[1] ?? []);
  return {
    mark: marks.at(-1),
    good: sumOf([toDecimal(row.qty_produced) ?? '0', `-${scrap}`]),
    scrap,
    lots: lotsOf(books, row).map(nameOfLot),
    scrappedLots: moves.flatMap(({ lot_id }) => (lot_id ? [nameOfLot(Number(lot_id))] : [])),
  };
}

/** The text as a browser shows it. */
function textOf(html: string): string {
  return unescapeHtml(html.replace(/<[^>]*>/g, '\n'));
}

function unescapeHtml(text: string): string {
  return text.replace(/&(lt|gt|quot|#34|amp);/g, (entity, name: string) => {
    const shown: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#34': '"', amp: '&' };
    return shown[name] ?? entity;
  });
}
