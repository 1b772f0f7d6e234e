import { Hono } from 'hono';
import { traceOrder } from '../../ops/trace/trace.ts';
import type { Answers, ConsoleDependencies } from '../dependencies.ts';
import { orderLink } from '../labels.ts';
import { countOf, groupsNaming } from '../pages/dead-letters.ts';
import { choicePage, journeyPage, nothingFoundPage } from '../pages/journey.ts';

/** The search, and the page of one order. */
export function orderRoutes(dependencies: ConsoleDependencies, { show }: Answers): Hono {
  const { ledger, findOwner, letters, flows, commands, clock, timeZone } = dependencies;
  const app = new Hono();
  app.get('/search', async (c) => {
    const asked = (c.req.query('q') ?? '').trim();
    if (asked === '') return c.redirect('/', 303);
    const trace = await traceOrder(asked, ledger, commands, findOwner, clock.now());
    const [only, ...others] = trace.productOrders;
    if (only && others.length === 0) return c.redirect(orderLink(only.number), 303);
    if (only) {
      const title = `${trace.productOrders.length} orders of ${asked}`;
      return show(c, { name: 'search', title, asked, content: choicePage(trace) });
    }
    const { groups } = await letters.look((await flows()).deadLetters);
    const naming = countOf(groupsNaming(groups, asked));
    const content = nothingFoundPage(trace, naming);
    return show(c, { name: 'search', title: 'Nothing found', asked, content });
  });
  app.get('/order', async (c) => {
    const number = c.req.query('number') ?? '';
    const { productOrders } = await traceOrder(number, ledger, commands, undefined, clock.now());
    const order = productOrders.find((each) => each.number === number);
    if (!order) return c.redirect(`/search?${new URLSearchParams({ q: number })}`, 303);
    const siblings = productOrders.filter((each) => each !== order);
    return show(c, {
      name: 'search',
      title: `Order ${number}`,
      asked: number,
      headline: `Order ${number}: ${order.state}. ${order.says}`,
      content: journeyPage(order, siblings, { now: clock.now(), timeZone }),
    });
  });
  return app;
}
