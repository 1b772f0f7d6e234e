import * as z from 'zod/mini';
import type { Received } from '../../../../support/server.ts';
import { createFaultProxy } from '../../conformance/fault-proxy.ts';
import { createShop, ErpRefusal, jsonAnswer, type ShopOrder } from './shop.ts';

interface Habits {
  /** Of the site. Nobody has seen whether `modified` follows it, or is in UTC: both are tried. */
  readonly timeZone: string;
  /** Whether somebody has made the custom field; without it, versions answer in two ways. */
  readonly keyField?: 'there' | 'not permitted' | 'unknown column';
  /** `qty or …` of older versions: a quantity of 0 is all that is left; newer ones take it for 0. */
  readonly zeroIsAll?: boolean;
}

const entrySchema = z.looseObject({
  doctype: z.literal('Stock Entry'),
  purpose: z.literal('Manufacture'),
  work_order: z.string(),
  docstatus: z.literal(1),
  azumuta_key: z.string(),
  fg_completed_qty: z.number(),
  posting_date: z.iso.date(),
  set_posting_time: z.literal(1),
  remarks: z.string(),
  items: z.array(z.looseObject({ item_code: z.string(), qty: z.number() })).check(z.minLength(1)),
});

/**
 * As much of ERPNext as the example uses. Each rule has its source in public code:
 * - `make_stock_entry(work_order_id, purpose, qty)` gives an entry that is not saved, whose fg_completed_qty is `qty or` what is
 *   left in older versions, and `qty if qty is not None else` that in newer ones: erpnext, work_order.py.
 * - 20 rows with the name alone, unless limit_page_length and fields ask for more: frappe, db_query.py.
 * - Errors: 417 ValidationError, to which TimestampMismatchError and UniqueValidationError belong, 404 DoesNotExistError, 401;
 *   a QueryDeadlockError has no status, so it is 500: frappe, exceptions.py. The sentence is in `_server_messages`.
 * - Login `token <key>:<secret>`: OpenAEC-Foundation, frappe skills.
 * - The fields of a Work Order: frappe/erpnext, work_order.json (March 2024).
 */
export function createErpNext(apiKey: string, habits: Habits) {
  const { timeZone, keyField = 'there', zeroIsAll = true } = habits;
  const shop = createShop((id) => `MFG-WO-2026-${String(id).padStart(5, '0')}`);

  function frappe(status: number, kind: string, message: string): ErpRefusal {
    const messages = JSON.stringify([JSON.stringify({ message, indicator: 'red' })]);
    return new ErpRefusal(status, {
      exception: `frappe.exceptions.${kind}: ${message}`,
      exc_type: kind,
      _server_messages: messages,
    });
  }

  function localTime(at: number): string {
    return `${new Date(at).toLocaleString('sv-SE', { timeZone })}.${String(at % 1000).padStart(3, '0')}000`;
  }

  function statusOf(order: ShopOrder): string {
    if (order.state === 'cancelled') return 'Cancelled';
    if (shop.isDone(order)) return 'Completed';
    return shop.bookedOn(order).length > 0 ? 'In Process' : 'Not Started';
  }

  const shown = (order: ShopOrder) => ({
    name: order.number,
    production_item: order.article,
    qty: Number(order.quantity),
    stock_uom: 'Nos',
    expected_delivery_date: order.dueDate,
    status: statusOf(order),
    docstatus: order.state === 'cancelled' ? 2 : 1,
    modified: localTime(order.changedAt),
  });

  function requireKeyField(): void {
    if (keyField === 'not permitted')
      throw frappe(417, 'ValidationError', 'Field not permitted in query: azumuta_key');
    if (keyField === 'unknown column')
      throw frappe(500, 'OperationalError', "(1054, \"Unknown column 'azumuta_key' in 'where clause'\")");
  }

  const filterSchema = z.array(z.tuple([z.string(), z.enum(['=', 'in', '>=']), z.unknown()]));
  function rowsFor(rows: readonly object[], { url }: Received) {
    const filters = filterSchema.parse(JSON.parse(url.searchParams.get('filters') ?? '[]'));
    if (filters.some(([field]) => field === 'azumuta_key')) requireKeyField();
    const fields = z.array(z.string()).parse(JSON.parse(url.searchParams.get('fields') ?? '["name"]'));
    const matching = rows.filter((row) =>
      filters.every(([field, operator, wanted]) => {
        const value: unknown = Reflect.get(row, field);
        if (operator === 'in') return Array.isArray(wanted) && wanted.includes(value);
        return operator === '=' ? value === wanted : String(value) >= String(wanted);
      }),
    );
    const place = (row: object) => `${Reflect.get(row, 'modified')} ${Reflect.get(row, 'name')}`;
    if (url.searchParams.get('order_by') === 'modified asc,name asc')
      matching.sort((one, other) => (place(one) < place(other) ? -1 : 1));
    const from = Number(url.searchParams.get('limit_start') ?? 0);
    const page = shop.page(matching, from, Number(url.searchParams.get('limit_page_length') ?? 20));
    const data = page.map((row) => Object.fromEntries(fields.map((name) => [name, Reflect.get(row, name)])));
    return jsonAnswer(200, { data });
  }

  function propose(body: string) {
    const { work_order_id: name, qty } = JSON.parse(body);
    const order = shop.orders.find(({ number }) => number === name);
    if (order === undefined) throw frappe(404, 'DoesNotExistError', `Work Order ${name} not found`);
    if (order.state !== 'released') throw frappe(417, 'ValidationError', 'Work Order must be submitted');
    const left = Number(order.quantity) - Number(shop.madeOf(order));
    const figure = zeroIsAll ? qty || left : (qty ?? left);
    const message = {
      doctype: 'Stock Entry',
      purpose: 'Manufacture',
      work_order: name,
      fg_completed_qty: figure,
      items: [
        { item_code: 'SCREW', qty: figure * 4 },
        { item_code: order.article, qty: figure, is_finished_item: 1 },
      ],
    };
    return jsonAnswer(200, { message });
  }

  function make(body: string) {
    const asked = entrySchema.safeParse(JSON.parse(body));
    if (!asked.success)
      throw frappe(417, 'MandatoryError', `[Stock Entry]: ${asked.error.issues[0]?.path.join('.')}`);
    requireKeyField();
    const { azumuta_key: key, fg_completed_qty: quantity, items, remarks } = asked.data;
    const order = shop.orders.find(({ number }) => number === asked.data.work_order);
    if (order === undefined) throw frappe(404, 'DoesNotExistError', 'Work Order not found');
    if (shop.isLocked(order))
      throw frappe(417, 'TimestampMismatchError', 'Document has been modified after you have opened it');
    if (shop.bookings.some((one) => one.key === key))
      throw frappe(417, 'UniqueValidationError', 'azumuta_key must be unique');
    const finished = items.find(({ item_code }) => item_code === order.article);
    if (quantity === 0 || finished?.qty !== quantity)
      throw frappe(417, 'ValidationError', 'Finished Item and Quantity must be equal');
    if (order.article === 'SHORT')
      throw frappe(417, 'NegativeStockError', '<b>4 units</b> of SCREW needed in Stores');
    const made = { key, good: String(quantity), scrap: '0', lots: [], notes: remarks.split('\n') };
    return jsonAnswer(200, { data: { name: `MAT-STE-${shop.book(order, made).id}` } });
  }

  function answer(call: Received) {
    const { method, url, headers, body } = call;
    if (headers.authorization !== `token ${apiKey}`)
      throw frappe(401, 'AuthenticationError', 'Invalid token');
    const route = decodeURIComponent(url.pathname);
    const [, name] = /^\/api\/resource\/Work Order\/(.+)$/.exec(route) ?? [];
    if (name !== undefined) {
      const order = shop.orders.find(({ number }) => number === name);
      if (!order) throw frappe(404, 'DoesNotExistError', `Work Order ${name} not found`);
      return jsonAnswer(200, { data: shown(order) });
    }
    if (route === '/api/resource/Work Order') return rowsFor(shop.orders.map(shown), call);
    if (route.startsWith('/api/method/')) return propose(body);
    if (method === 'POST') return make(body);
    const entries = shop.bookings.flatMap(({ key, id, good }) =>
      key === undefined
        ? []
        : [
            {
              name: `MAT-STE-${id}`,
              azumuta_key: key,
              docstatus: cancelledEntries.has(id) ? 2 : 1,
              fg_completed_qty: Number(good),
            },
          ],
    );
    return rowsFor(entries, call);
  }
  const cancelledEntries = new Set<number>();

  const faults = createFaultProxy((call) => {
    try {
      return answer(call);
    } catch (error) {
      if (error instanceof ErpRefusal) return error.answer;
      throw error;
    }
  });
  return { shop, faults, cancelEntry: (id: number) => void cancelledEntries.add(id) };
}
