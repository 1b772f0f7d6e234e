import { odoo } from '../../../../shared/erp/odoo/index.ts';
import { encodeKey } from '../../../../shared/erp/odoo/marks.ts';
import type { OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import { sumOf, toDecimal } from '../../../../shared/model/quantity.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { completionOf } from './completions.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { createOdoo } from './servers/odoo.ts';
import type { OdooRow } from './servers/odoo-domain.ts';
import { perPiece } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';
import { lotsOf } from './servers/odoo-production.ts';
import type { ErpBooks, ErpConformanceTarget, PlannedOrderRef } from './target.ts';

const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'canary-3f9a-odoo' };

/** A test server of Odoo, and a connector through a proxy before it. */
export async function odooTarget(
  version: OdooVersion,
  configured: Partial<OdooOptions>,
): Promise<ErpConformanceTarget> {
  const server = createOdoo(version, login);
  const faults = await startFaultProxy(server.answer);
  const { books } = server;
  const orders = () => books.rows('mrp.production');
  const rowOf = (number: string, id?: string): OdooRow => {
    const row = orders().find((one) => (id === undefined ? one.name === number : one.id === Number(id)));
    if (!row) throw new Error(`no order ${number}`);
    return row;
  };

  const nameOfLot = (id: number) => String(books.rows('stock.lot').find((one) => one.id === id)?.name);
  const plan = (article: string, quantity: string, changedAt?: string | null): PlannedOrderRef => {
    const row = books.plan(article, Number(quantity), changedAt ?? undefined);
    return { number: String(row.name), id: String(row.id), article };
  };

  async function finishByHand({ number, id }: ErpOrderRef): Promise<void> {
    const ids = [rowOf(number, id).id];
    books.call('mrp.production', 'button_mark_done', { ids, named: {}, context: {} });
  }

  return {
    connector({ baseUrl, clock = systemClock, pageSize, timeoutMs, wrongCredentials } = {}) {
      const definition = odoo({
        url: baseUrl ?? faults.url,
        database: login.database,
        version,
        backorder: 'keep',
        ...configured,
        ...(pageSize === undefined ? {} : { pageSize }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      const apiKey = wrongCredentials ? 'canary-wrong-odoo' : login.apiKey;
      return definition.connect({ clock, credentials: async () => ({ username: login.username, apiKey }) });
    },
    faults,
    canaries: [login.apiKey, 'canary-wrong-odoo'],
    rowFields: { number: 'name', quantity: 'product_qty' },
    articles: { plain: 'CHAIR', lots: 'BATCH', serials: 'PUMP' },
    async planOrder({ article, quantity, changedAt }) {
      return plan(article, quantity, changedAt);
    },
    async cancelOrder({ number, id }) {
      books.call('mrp.production', 'action_cancel', { ids: [rowOf(number, id).id], named: {}, context: {} });
    },
    finishByHand,
    async touch({ number, id }) {
      rowOf(number, id).write_date = books.now();
    },
    lockOrder: async ({ number, id }) => void books.locked.add(rowOf(number, id).id),
    unlockOrder: async ({ number, id }) => void books.locked.delete(rowOf(number, id).id),
    async silentNoOp() {
      books.ignoreNextDone = true;
    },
    refused: {
      'a component is tracked, and none reserved': async () => completionOf(plan('STOOL', '5')),
      'nobody told the lot': async () => completionOf(plan('BATCH', '5')),
      'it has two lots': async () => {
        const lots = ['L1', 'L2'].map((number) => ({ number, quantity: { amount: '1' } }));
        return completionOf(plan('BATCH', '2'), { quantity: { amount: '2' }, lots });
      },
      'nobody told the serial numbers': async () => completionOf(plan('PUMP', '5')),
      'a serial number is told twice': async () => {
        const lots = [{ number: 'S1', quantity: { amount: '1' } }, { number: 'S1' }];
        return completionOf(plan('PUMP', '2'), { quantity: { amount: '2' }, lots });
      },
      'it is less than can be told apart': async () =>
        completionOf(plan('CHAIR', '5'), { quantity: { amount: '0.004' } }),
      'it is a draft': async () => {
        const order = plan('CHAIR', '5');
        rowOf(order.number, order.id).state = 'draft';
        return completionOf(order);
      },
      'somebody has finished it': async () => {
        const order = plan('CHAIR', '5');
        await finishByHand(order);
        return completionOf(order);
      },
    },
    everything: async () => JSON.parse(JSON.stringify([...books.tables])),
    units: { own: 'Units', other: { unit: 'Dozens', holds: '12' }, foreign: 'kg' },
    rounded: '2.12',
    mark: (key) => `[azumuta booking ${encodeKey(key)}]`,
    async lotsNamed(number) {
      return books.rows('stock.lot').filter((one) => one.name === number).length;
    },
    async splitOrder({ number, id }, sizes) {
      const parts = books.splitByHand(rowOf(number, id), sizes.map(Number));
      return parts.map((row) => ({ number: String(row.name), id: String(row.id), article: 'CHAIR' }));
    },
    async books({ number, id }): Promise<ErpBooks> {
      const own = rowOf(number, id);
      const group = version === 17 ? 'procurement_group_id' : 'production_group_id';
      const family = orders().filter((one) => one[group] === own[group]);
      const ids = family.map((one) => one.id);
      const bodies = books
        .rows('mail.message')
        .filter((one) => ids.includes(Number(one.res_id)))
        .map((one) => String(one.body));
      const scraps = books
        .rows('stock.scrap')
        .filter((one) => ids.includes(Number(one.production_id)) && one.state === 'done');
      // Each move of a scrap order takes its quantity out of stock.
      const scrapMoves = books
        .rows('stock.move')
        .filter((move) => scraps.some((one) => one.id === move.scrap_id));
      const scrap = sumOf(scrapMoves.map((move) => toDecimal(move.quantity) ?? '0'));
      const produced = sumOf(family.map((one) => toDecimal(one.qty_produced) ?? '0'));
      const consumed = books
        .rows('stock.move')
        .filter((move) => ids.includes(Number(move.raw_material_production_id)) && move.state === 'done')
        .map((move) => toDecimal(Number(move.quantity) / perPiece) ?? '0');
      const states = family.map((one) => one.state);
      const lots = family.flatMap((one) => (one.state === 'done' ? lotsOf(books, one) : []));
      return {
        state: states.every((one) => one === 'done')
          ? 'done'
          : states.every((one) => one === 'cancel')
            ? 'cancelled'
            : 'open',
        good: sumOf([produced, `-${scrap}`]),
        scrap,
        bookings: family.reduce((sum, one) => sum + (books.doneCount.get(one.id) ?? 0), 0),
        lots: lots.map(nameOfLot),
        scrappedLots: scrapMoves.flatMap((move) => (move.lot_id ? [nameOfLot(Number(move.lot_id))] : [])),
        notes: bodies.map(textOf),
        links: bodies.flatMap((body) =>
          [...body.matchAll(/href="([^"]*)"/g)].map(([, href]) => unescapeHtml(href ?? '')),
        ),
        productOrders: [
          ...bodies.flatMap((body) =>
            [...body.matchAll(/\[azumuta product-order (\S+)\]/g)].map(([, id_]) => String(id_)),
          ),
          ...family.flatMap((one) =>
            one.x_azumuta_product_order ? String(one.x_azumuta_product_order).split('\n') : [],
          ),
        ],
        consumed: sumOf(consumed),
      };
    },
    async close() {
      await faults.close();
    },
  };
}

/** What a browser shows of it. */
function textOf(html: string): string {
  return unescapeHtml(html.replace(/<[^>]*>/g, '\n'));
}

function unescapeHtml(text: string): string {
  return text.replace(/&(lt|gt|quot|#34|amp);/g, (entity, name: string) => {
    const shown: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#34': '"', amp: '&' };
    return shown[name] ?? entity;
  });
}
