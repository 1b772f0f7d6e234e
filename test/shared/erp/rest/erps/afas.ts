import * as z from 'zod/mini';
import type { Received } from '../../../../support/server.ts';
import { createFaultProxy } from '../../conformance/fault-proxy.ts';
import { createShop, ErpRefusal, jsonAnswer, type ShopOrder } from './shop.ts';

const element = <Fields extends z.ZodMiniType, Objects extends z.ZodMiniType>(
  Fields: Fields,
  Objects: Objects,
) => z.strictObject({ Element: z.strictObject({ Fields, Objects }) });
const lineSchema = z.strictObject({
  SoGu: z.string(),
  SoOr: z.string(),
  QuUn: z.number().check(z.positive()),
  BiUn: z.string(),
});
const assemblySchema = z.strictObject({
  FbAssembly: element(
    z.strictObject({
      OrDa: z.iso.date(),
      DaAc: z.iso.date(),
      SoOr: z.string(),
      RfCs: z.string().check(z.maxLength(50)),
      War: z.optional(z.string()),
    }),
    z.strictObject({
      FbAssemblyLines: z.strictObject({ Element: z.strictObject({ Fields: lineSchema }) }),
    }),
  ),
});

/** AFAS shows times by this clock, with a Z behind them. */
function shownTime(at: number): string {
  return `${new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/Amsterdam' }).replace(' ', 'T')}Z`;
}

/**
 * As much of AFAS Profit as the example uses. The rules are those of github.com/AFASSoftware/OASContent, MarkdownPages/Profit/nl
 * (Get-connector.md, GetConnectorGeblokkeerd.md, UpdateConnector.md) and OpenApiSpecs/profit (2024 to January 2025):
 * - A GetConnector answers `{ skip, take, rows }`, 100 rows unless `take` says otherwise; without orderbyfieldids its rows have no
 *   fixed order. Filters are filterfieldids, filtervalues and operatortypes (1 is equal, 2 is from), with a comma between.
 * - Times are Amsterdam's, although they end with Z.
 * - A refusal is a 500 with externalMessage, errorNumber and profitLogReference; so is a lock by another user.
 * - A 503 has retry_after in its body; parameters of more than 2,049 characters, and an unknown connector, are 404.
 */
export function createAfas(token: string) {
  const shop = createShop((id) => `PO${230000 + id}`);
  const lineOf = ({ id }: ShopOrder) => `{4F0C1D2E-0000-4000-8000-${String(id).padStart(12, '0')}}`;
  const state = { isBusy: false };

  const refuse = (externalMessage: string) =>
    new ErpRefusal(500, { externalMessage, errorNumber: 25, profitLogReference: 'LOG-7' });

  function stateOf(order: ShopOrder): string {
    if (order.state === 'cancelled') return 'Vervallen';
    return shop.isDone(order) ? 'Gereed' : 'Open';
  }

  const shown = (order: ShopOrder) => ({
    Order: order.number,
    Line: lineOf(order),
    Article: order.article,
    Quantity: Number(order.quantity),
    Unit: 'STK',
    State: stateOf(order),
    Changed: shownTime(order.changedAt),
    Due: `${order.dueDate}T00:00:00Z`,
  });

  function rowsOf(rows: readonly object[], { url }: Received) {
    const list = (name: string) => (url.searchParams.get(name) ?? '').split(',').filter(Boolean);
    const [fields, values, operators] = ['filterfieldids', 'filtervalues', 'operatortypes'].map(list);
    const unknown = [...(fields ?? []), ...list('orderbyfieldids')].find(
      (field) => rows[0] && !Object.hasOwn(rows[0], field),
    );
    if (unknown) throw refuse(`Veld ${unknown} is niet gevonden in de GetConnector`);
    const matching = rows.filter((row) =>
      (fields ?? []).every((field, at) => {
        const value = String(Reflect.get(row, field)).replace(/Z$/, '');
        const wanted = values?.[at] ?? '';
        return operators?.[at] === '2' ? value >= wanted : value === wanted;
      }),
    );
    const order = list('orderbyfieldids');
    const skip = Number(url.searchParams.get('skip') ?? 0);
    const place = (row: object) => order.map((field) => String(Reflect.get(row, field))).join(' ');
    if (order.length > 0) matching.sort((one, other) => (place(one) < place(other) ? -1 : 1));
    else if (skip > 0) matching.reverse();
    const take = Number(url.searchParams.get('take') ?? 100);
    return jsonAnswer(200, { skip, take, rows: shop.page(matching, skip, take) });
  }

  function produce(body: string) {
    const asked = assemblySchema.safeParse(JSON.parse(body));
    if (!asked.success) throw refuse(`Veld onjuist: ${asked.error.issues[0]?.path.join('.')}`);
    const { Fields: head, Objects } = asked.data.FbAssembly.Element;
    const { SoGu, QuUn } = Objects.FbAssemblyLines.Element.Fields;
    const order = shop.orders.find((one) => lineOf(one) === SoGu && one.number === head.SoOr);
    if (order?.state !== 'released') throw refuse('Productieorder is niet gevonden');
    if (shop.isLocked(order)) throw refuse('De regel is geblokkeerd door een andere gebruiker');
    if (order.article === 'SHORT') throw refuse('Onvoldoende voorraad van SCHROEF');
    const made = { key: head.RfCs, good: String(QuUn), scrap: '0', lots: [], notes: [] };
    return jsonAnswer(201, { results: { FbAssembly: { OrNu: `PB${shop.book(order, made).id}` } } });
  }

  function answer(call: Received) {
    const { method, url, headers, body } = call;
    if (headers.authorization !== `AfasToken ${token}`) throw new ErpRefusal(401, {});
    if (state.isBusy) throw new ErpRefusal(503, { retry_after: 45 });
    if (url.search.length > 2049) throw new ErpRefusal(404, { externalMessage: 'Not found' });
    const [, connector] = /^\/ProfitRestServices\/connectors\/(\w+)$/.exec(url.pathname) ?? [];
    if (connector === 'Azumuta_Orders') return rowsOf(shop.orders.map(shown), call);
    if (connector === 'FbAssembly' && method === 'POST') return produce(body);
    if (connector !== 'Azumuta_Productions') throw new ErpRefusal(404, { externalMessage: 'Not found' });
    const productions = shop.bookings.map(({ id, key, good }) => ({
      Production: `PB${id}`,
      Reference: key ?? '',
      Quantity: Number(good),
    }));
    return rowsOf(productions, call);
  }

  const faults = createFaultProxy((call) => {
    try {
      return answer(call);
    } catch (error) {
      if (error instanceof ErpRefusal) return error.answer;
      throw error;
    }
  });
  return { shop, faults, lineOf, state };
}
