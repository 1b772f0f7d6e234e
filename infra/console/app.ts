import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { inShadowSays, liveFromInWords } from '../../shared/model/mode.ts';
import { sentence, withUnseen } from '../../shared/model/text.ts';
import { UsageError } from '../ops/cli/command.ts';
import { nothingDoneInShadow } from '../ops/cli/target.ts';
import { createAuth, strictHeaders } from './auth.ts';
import type { ConsoleDependencies, PageAnswers } from './dependencies.ts';
import { choiceRoutes } from './pages/choose-dead-letters.ts';
import { deadLetterRoutes } from './pages/dead-letters.ts';
import { problemOfError, problemPage } from './pages/error-page.ts';
import { flowRoutes } from './pages/flows.ts';
import { type ConsolePage, layOutPage } from './pages/layout.ts';
import { orderRoutes } from './pages/order.ts';
import { orderActionRoutes } from './pages/order-actions.ts';
import { ordersRoutes } from './pages/orders.ts';
import type { Html } from './pages/parts.ts';
import { replayedRoutes } from './pages/replayed.ts';
import { shadowRoutes } from './pages/shadow.ts';
import { shopFloorRoutes } from './pages/shop-floor.ts';
import { todayRoutes } from './pages/today.ts';
import { tryRoutes } from './pages/try.ts';

const pageRefreshSeconds = 2;
/** A page with an error reloads by itself when the platform or the credentials work again. */
const errorRefreshSeconds = 5;
const maxNotices = 100;

export function createConsole(dependencies: ConsoleDependencies): Hono {
  const { keys, port, shopFloor } = dependencies;
  const auth = createAuth(keys, port);
  const { answers, bare } = createAnswers(dependencies, auth.withKeys);
  const app = new Hono();
  app.use(...strictHeaders());
  app.use(auth.guard);
  app.use('/assets/*', serveStatic({ root: fileURLToPath(new URL('.', import.meta.url)) }));
  if (dependencies.inShadow)
    for (const path of ['/order/*', '/letters/*'])
      app.post(path, (c) => answers.redirect(c, '/', `Nothing was done. ${nothingDoneInShadow}`));
  const all = [
    todayRoutes,
    ordersRoutes,
    orderRoutes,
    orderActionRoutes,
    deadLetterRoutes,
    choiceRoutes,
    replayedRoutes,
    flowRoutes,
    tryRoutes,
  ];
  for (const routes of all) app.route('/', routes({ ...dependencies, ...answers }));
  if (dependencies.inShadow) app.route('/', shadowRoutes({ ...dependencies, ...answers }));
  if (shopFloor) app.route('/', shopFloorRoutes({ shopFloor, sandboxed: dependencies.sandboxed }, answers));

  app.notFound((c) => {
    const content = problemPage({ what: 'There is no such page.', next: 'Choose one above.' });
    return c.html(bare({ name: 'none', title: 'Not found', content }), 404);
  });
  app.onError((error, c) => {
    const content = problemPage(problemOfError(error, dependencies.local));
    const refreshSeconds = c.req.method === 'GET' ? errorRefreshSeconds : undefined;
    return c.html(bare({ name: 'none', title: 'That did not work', content, refreshSeconds }), 502);
  });
  return app;
}

function createAnswers(
  { target, timeZone, inShadow, liveFrom, clock, shopFloor, situation }: ConsoleDependencies,
  withKeys: (page: string) => string,
) {
  const stack = { target, timeZone, inShadow, hasFloor: shopFloor !== undefined };
  const standing = () => (inShadow ? inShadowSays : notBookingYet(liveFrom, clock.now()));
  const notices = new Map<string, string>();
  let noticeCount = 0;

  const answers: PageAnswers = {
    async show(c, page, known) {
      const { deadLetters } = known ?? (await situation());
      const notice = notices.get(c.req.query('notice') ?? '');
      const whole = await layOutPage(
        { ...stack, standing: standing(), deadLetters, notice },
        { refreshSeconds: pageRefreshSeconds, ...page },
      );
      return c.html(withKeys(seen(whole)));
    },
    async redirect(c, path, given) {
      const notice = await Promise.resolve(given).catch(noticeOfUsageError);
      noticeCount += 1;
      notices.set(String(noticeCount), notice);
      notices.delete(String(noticeCount - maxNotices));
      return c.redirect(`${path}${path.includes('?') ? '&' : '?'}notice=${noticeCount}`, 303);
    },
  };
  return { answers, bare: (page: ConsolePage) => layOutPage({ ...stack, standing: standing() }, page) };
}

/** Above all pages until the moment comes: what is completed meanwhile is not booked, and nobody shall wonder why. */
function notBookingYet(liveFrom: string | undefined, now: Date): string | undefined {
  if (liveFrom === undefined) return undefined;
  const { says, aheadMs } = liveFromInWords(liveFrom, now);
  return aheadMs > 0 ? sentence(`The stack ${says}`) : undefined;
}

function noticeOfUsageError(error: unknown): string {
  if (error instanceof UsageError) return `Nothing was done. ${error.message}`;
  throw error;
}

/** A page whose texts show what nobody sees; what its forms send is unchanged. */
const seen = (page: Awaited<Html>) => `${page}`.replace(/(?<!<textarea[^>]*)>[^<]+/g, withUnseen);

/** @param port 0 for a free one. @throws UsageError when the port is taken. */
export async function listenOnLoopback(app: Hono, port: number) {
  const server = createServer(getRequestListener(app.fetch));
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new UsageError(`Port ${port} is taken: choose another with --port, or leave it out.`, { cause });
  }
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
