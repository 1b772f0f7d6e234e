import { odoo } from '../../../../shared/erp/odoo/index.ts';
import type { OdooOptions } from '../../../../shared/erp/odoo/options.ts';
import { sumOf, toDecimal } from '../../../../shared/model/quantity.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { startOdoo } from './servers/odoo.ts';
import type { OdooRow } from './servers/odoo-domain.ts';
import type { OdooVersion } from './servers/odoo-models.ts';
import { lotsOf } from './servers/odoo-production.ts';
import { describeErpConformance } from './suite.ts';
import type { Cannot, ErpBooks, ErpConformanceTarget } from './target.ts';

const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'canary-3f9a-odoo' };

async function odooTarget(
  version: OdooVersion,
  configured: Partial<OdooOptions>,
): Promise<ErpConformanceTarget> {
  const server = await startOdoo(version, login);
  const faults = await startFaultProxy(server.url);
  const { books } = server;
  const orders = () => books.rows('mrp.production');
  const rowOf = (number: string, id?: string): OdooRow => {
    const row = orders().find((one) => (id === undefined ? one.name === number : one.id === Number(id)));
    if (!row) throw new Error(`no order ${number}`);
    return row;
  };

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
      const row = books.plan(article, Number(quantity), changedAt ?? undefined);
      return { number: String(row.name), id: String(row.id), article };
    },
    async cancelOrder({ number, id }) {
      books.call('mrp.production', 'action_cancel', { ids: [rowOf(number, id).id], named: {}, context: {} });
    },
    async finishByHand({ number, id }) {
      const ids = [rowOf(number, id).id];
      books.call('mrp.production', 'button_mark_done', { ids, named: {}, context: {} });
    },
    async touch({ number, id }) {
      rowOf(number, id).write_date = books.now();
    },
    lockOrder: async ({ number, id }) => void books.locked.add(rowOf(number, id).id),
    unlockOrder: async ({ number, id }) => void books.locked.delete(rowOf(number, id).id),
    async silentNoOp() {
      books.ignoreNextDone = true;
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
      const scrap = sumOf(
        books
          .rows('stock.scrap')
          .filter((one) => ids.includes(Number(one.production_id)) && one.state === 'done')
          .map((one) => toDecimal(Number(one.scrap_qty) * Number(one.moves)) ?? '0'),
      );
      const produced = sumOf(family.map((one) => toDecimal(one.qty_produced) ?? '0'));
      const consumed = sumOf(
        family.map((one) =>
          one.state === 'done' ? (toDecimal(books.consumed.get(one.id) ?? 0) ?? '0') : '0',
        ),
      );
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
        lots: lots.map((lot) => String(books.rows('stock.lot').find((one) => one.id === lot)?.name)),
        notes: bodies.map(textOf),
        links: bodies.flatMap((body) =>
          [...body.matchAll(/href="([^"]*)"/g)].map(([, href]) => unescapeHtml(href ?? '')),
        ),
        productOrders: [
          ...bodies.flatMap((body) =>
            [...body.matchAll(/\[azumuta product-order (\S+)\]/g)].map(([, id_]) => String(id_)),
          ),
          ...family.flatMap((one) =>
            one.x_azumuta_product_order ? String(one.x_azumuta_product_order).split(' ') : [],
          ),
        ],
        consumed,
      };
    },
    async close() {
      await faults.close();
      await server.close();
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

const always: Cannot = {
  session: 'every call carries the key',
  'never-changed': 'Odoo writes a change time when it creates',
};

describeErpConformance('odoo 17 over JSON-RPC', () => odooTarget(17, {}), {
  ...always,
  serials: 'Odoo 17 takes one serial number per order',
});
describeErpConformance('odoo 19 over JSON-2', () => odooTarget(19, {}), always);
describeErpConformance(
  'odoo 19 over JSON-RPC, linking in a field of its own',
  () => odooTarget(19, { protocol: 'jsonrpc', linkField: 'x_azumuta_product_order' }),
  always,
);
