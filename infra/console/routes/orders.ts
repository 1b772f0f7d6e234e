import { type Context, Hono } from 'hono';
import { maxTextLength } from '../../../shared/model/text.ts';
import { traceOrder } from '../../ops/trace/trace.ts';
import type { Pages } from '../dependencies.ts';
import { orderLink } from '../labels.ts';
import { askedOf, readOrders } from '../orders.ts';
import { choicePage, nothingFoundPage, orderPage } from '../pages/order.ts';
import { csvOf, ordersPage } from '../pages/orders.ts';

const pageSize = 50;
const fileSize = 1000;

export function orderRoutes(pages: Pages): Hono {
  return new Hono()
    .get('/orders', (c) => showList(c, pages))
    .get('/orders.csv', (c) => sendList(c, pages))
    .get('/search', (c) => search(c, pages))
    .get('/order', (c) => showOne(c, pages));
}

async function showList(c: Context, pages: Pages): Promise<Response> {
  const { clock, timeZone } = pages;
  const now = clock.now();
  const asked = askedOf(c.req.query());
  const found = await readOrders(asked, pageSize, { ...pages, now });
  return pages.show(c, {
    name: 'orders',
    title: 'Orders',
    content: ordersPage(asked, found, { now, timeZone }),
  });
}

async function sendList(c: Context, pages: Pages): Promise<Response> {
  const asked = askedOf(c.req.query());
  const { rows } = await readOrders(asked, fileSize, { ...pages, now: pages.clock.now() });
  return c.body(csvOf(rows), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="orders-${asked.list}.csv"`,
  });
}

/** Azumuta is only asked about what may be the id of a recording. */
async function search(c: Context, pages: Pages): Promise<Response> {
  const { ledger, commands, findOwner, clock, show } = pages;
  const asked = (c.req.query('q') ?? '').trim().slice(0, maxTextLength);
  if (asked === '') return c.redirect('/orders', 303);
  const trace = await traceOrder(asked, ledger, commands, findOwner, clock.now());
  const [only, ...others] = trace.productOrders;
  if (only && others.length === 0) return c.redirect(orderLink(only.number), 303);
  if (only) {
    const title = `${trace.productOrders.length} orders of ${asked}`;
    return show(c, { name: 'orders', title, asked, content: choicePage(trace) });
  }
  return show(c, { name: 'orders', title: 'Nothing found', asked, content: nothingFoundPage(trace) });
}

async function showOne(c: Context, pages: Pages): Promise<Response> {
  const { ledger, commands, clock, timeZone, show } = pages;
  const number = c.req.query('number') ?? '';
  const { productOrders } = await traceOrder(number, ledger, commands, undefined, clock.now());
  const order = productOrders.find((each) => each.number === number);
  if (!order) return c.redirect(`/search?${new URLSearchParams({ q: number })}`, 303);
  const siblings = productOrders.filter((each) => each !== order);
  return show(c, {
    name: 'orders',
    title: `Order ${number}`,
    asked: number,
    headline: `Order ${number}: ${order.state}. ${order.says}`,
    content: orderPage(order, siblings, { now: clock.now(), timeZone }),
  });
}
