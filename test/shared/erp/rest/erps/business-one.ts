import * as z from 'zod/mini';
import type { Received } from '../../../../support/server.ts';
import { createFaultProxy } from '../../conformance/fault-proxy.ts';
import { createShop, ErpRefusal, jsonAnswer, type ShopBooking, type ShopOrder } from './shop.ts';

interface Habits {
  /** Whether an order shows the day of its last change. Nobody has seen it: both ways are tried. */
  readonly hasUpdateDate?: boolean;
  /** Whether somebody has made the user field. */
  readonly hasKeyField?: boolean;
}

const lineSchema = z.strictObject({
  BaseType: z.literal(202),
  BaseEntry: z.number(),
  Quantity: z.number().check(z.positive()),
  WarehouseCode: z.string(),
  TransactionType: z.enum(['botrntComplete', 'botrntReject']),
  BatchNumbers: z.array(z.strictObject({ BatchNumber: z.string(), Quantity: z.number() })),
});
const receiptSchema = z.strictObject({
  DocDate: z.iso.date(),
  Comments: z.string().check(z.maxLength(254)),
  U_AZKEY: z.string().check(z.maxLength(50)),
  // A line with a base document takes no ItemCode: a run of April 2026 (`P2-A receipt from production prototype`).
  DocumentLines: z.array(lineSchema).check(z.minLength(1)),
});

/**
 * As much of the Service Layer as the example uses. Each rule has its source:
 * - Login with a capital L, cookies B1SESSION and ROUTEID, 401 *Invalid session or session already timeout*: NangoHQ/nango,
 *   pull request 6638 (June 2026). A refused login has the code 100000027: support.huaweicloud.com, bestpractice-sparkpack.
 * - Pages of 20, more by the header B1S-PageSize, `@odata.nextLink` relative to the service: learning.sap.com,
 *   leveraging-the-sap-business-one-service-layer, and public code with `boposReleased`.
 * - A receipt is a POST of InventoryGenEntries with BaseType 202 and the order's AbsoluteEntry, scrap a line with botrntReject:
 *   the SDK's BoTransactionTypeEnum, and its RejectedQuantity, which sums such lines.
 * - An error is `{ error: { code, message } }` with 400, such as -5002 where inventory would fall below zero: the same run.
 * - A user field of the head is filtered as any other; one that is not there is a 400: public code with `boposReleased'`.
 */
export function createBusinessOne(
  password: string,
  { hasUpdateDate = true, hasKeyField = true }: Habits = {},
) {
  const shop = createShop((id) => `${1000 + id}`);
  const sessions = new Set<string>();
  const seen = { logins: 0, logouts: 0 };

  const refuse = (code: string, message: string, status = 400) =>
    new ErpRefusal(status, { error: { code, message } });

  function shown(order: ShopOrder) {
    const made = shop.bookedOn(order);
    const sum = (what: 'good' | 'scrap') => made.reduce((all, one) => all + Number(one[what]), 0);
    return {
      AbsoluteEntry: order.id,
      DocumentNumber: Number(order.number),
      ItemNo: order.article,
      PlannedQuantity: Number(order.quantity),
      CompletedQuantity: sum('good'),
      RejectedQuantity: sum('scrap'),
      ProductionOrderStatus: order.state === 'released' ? 'boposReleased' : 'boposCancelled',
      DueDate: order.dueDate,
      Warehouse: '01',
      CreationDate: '2026-11-20',
      ...(hasUpdateDate ? { UpdateDate: new Date(order.changedAt).toISOString().slice(0, 10) } : {}),
    };
  }

  function shownReceipt({ id, key, good, scrap }: ShopBooking) {
    const lines = [
      { TransactionType: 'botrntComplete', Quantity: Number(good) },
      { TransactionType: 'botrntReject', Quantity: Number(scrap) },
    ];
    return { DocEntry: id, U_AZKEY: key, DocumentLines: lines.filter(({ Quantity }) => Quantity > 0) };
  }

  function filtered(filter: string) {
    const [, field, text, figure] = /^(\w+) eq (?:'((?:[^']|'')*)'|(-?\d+))$/.exec(filter) ?? [];
    const value = text?.replaceAll("''", "'") ?? Number(figure);
    if (field === 'ProductionOrderStatus') return (row: object) => Reflect.get(row, field) === value;
    const isKnown = ['AbsoluteEntry', 'DocumentNumber', ...(hasKeyField ? ['U_AZKEY'] : [])].includes(
      field ?? '',
    );
    if (!isKnown || field === undefined) throw refuse('201', `Property '${field}' of 'Document' is invalid`);
    return (row: object) => Reflect.get(row, field) === value;
  }

  function list(path: string, rows: readonly object[], { url, headers }: Received) {
    const filter = url.searchParams.get('$filter') ?? '';
    const matching = rows.filter(filtered(filter));
    const size = Number(headers['b1s-pagesize'] ?? 20);
    const from = Number(url.searchParams.get('$skip') ?? 0);
    const page = shop.page(matching, from, size);
    const following = from + page.length;
    const query = `$filter=${encodeURIComponent(filter)}&$orderby=AbsoluteEntry&$skip=${following}`;
    const next = following < matching.length ? { '@odata.nextLink': `${path}?${query}` } : {};
    return jsonAnswer(200, { value: page, ...next });
  }

  function receive(body: string) {
    const asked = receiptSchema.safeParse(JSON.parse(body));
    if (!asked.success) throw refuse('-1', `Invalid receipt: ${asked.error.issues[0]?.path.join('.')}`);
    const { U_AZKEY: key, DocumentLines: lines, Comments } = asked.data;
    if (!hasKeyField) throw refuse('-1000', "Property 'U_AZKEY' of 'Document' is invalid");
    const order = shop.orders.find(({ id }) => id === lines[0]?.BaseEntry);
    if (order?.state !== 'released') throw refuse('-5002', 'Production order is not released');
    if (order.article === 'SHORT')
      throw refuse('-5002', 'Quantity of SCREW would cause inventory to fall below zero');
    const sum = (type: string) =>
      String(lines.reduce((all, one) => all + (one.TransactionType === type ? one.Quantity : 0), 0));
    const booking = shop.book(order, {
      key,
      good: sum('botrntComplete'),
      scrap: sum('botrntReject'),
      lots: lines.flatMap(({ BatchNumbers }) => BatchNumbers.map(({ BatchNumber }) => BatchNumber)),
      notes: Comments.split('\n'),
    });
    return jsonAnswer(201, { DocEntry: booking.id });
  }

  function answer(call: Received) {
    const { method, url, headers, body } = call;
    const [, path] = /^\/b1s\/v2\/(\w+)$/.exec(url.pathname) ?? [];
    if (path === 'Login') {
      seen.logins += 1;
      if (JSON.parse(body).Password !== password) throw refuse('100000027', 'Login failed', 401);
      const id = `canary-b1-session-${seen.logins}`;
      sessions.add(id);
      const cookies = [`B1SESSION=${id}; HttpOnly; path=/b1s`, 'ROUTEID=.node1; path=/b1s'];
      return { status: 200, headers: { 'set-cookie': cookies }, body: { SessionTimeout: 30 } };
    }
    const id = /B1SESSION=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    if (!sessions.has(id)) throw refuse('301', 'Invalid session or session already timeout.', 401);
    if (path === 'Logout') {
      seen.logouts += 1;
      sessions.delete(id);
      return { status: 204 };
    }
    if (path === 'ProductionOrders') return list(path, shop.orders.map(shown), call);
    if (path !== 'InventoryGenEntries') throw refuse('-1', 'Unrecognized resource path.', 404);
    return method === 'POST' ? receive(body) : list(path, shop.bookings.map(shownReceipt), call);
  }

  const faults = createFaultProxy((call) => {
    try {
      return answer(call);
    } catch (error) {
      if (error instanceof ErpRefusal) return error.answer;
      throw error;
    }
  });
  return { shop, faults, seen, expireSessions: () => sessions.clear() };
}
