import { type Context, Hono } from 'hono';
import type { FlowsStatus } from '../ops/flows/flow-status.ts';
import { assetRoutes } from './assets.ts';
import { createAuth, strictHeaders } from './auth.ts';
import type { Answers, ConsoleDependencies } from './context.ts';
import { lastAttemptsOf } from './last-attempts.ts';
import { flowsPage, headlineOf } from './pages/flows.ts';
import { type Frame, layout, type Page } from './pages/layout.ts';
import { problemOf, problemPage, refusalPage } from './pages/problem.ts';
import { flowProblemsOf } from './problems.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { orderRoutes } from './routes/orders.ts';
import { shopFloorRoutes } from './routes/shop-floor.ts';

const refreshSeconds = 2;
const maxSaid = 100;

/** The console as an application that answers requests; whoever calls it decides where it listens. */
export function createConsole(dependencies: ConsoleDependencies): Hono {
  const { flows, target, timeZone } = dependencies;
  const stack = { target, timeZone, hasFloor: dependencies.shopFloor !== undefined };
  const auth = createAuth(dependencies.keys, dependencies.port, (c, sentence) =>
    c.html(refusalPage(sentence), 403),
  );
  const said = new Map<string, string>();
  let saidCount = 0;

  async function frameOf(c: Context, known?: FlowsStatus): Promise<Frame> {
    const { deadLetters } = known ?? (await flows());
    return { ...stack, deadLetters, said: said.get(c.req.query('said') ?? '') };
  }

  const answers: Answers = {
    formKey: auth.formKey,
    async show(c, page) {
      return c.html(layout(await frameOf(c), { refreshSeconds, ...page }));
    },
    went(c, path, sentence) {
      saidCount += 1;
      said.set(String(saidCount), sentence);
      for (const old of [...said.keys()].slice(0, -maxSaid)) said.delete(old);
      return c.redirect(`${path}${path.includes('?') ? '&' : '?'}said=${saidCount}`, 303);
    },
  };

  const app = new Hono();
  app.use(...strictHeaders());
  app.use(auth.guard);
  app.route('/', assetRoutes());
  app.get('/', async (c) => {
    const status = await flows();
    const problems = flowProblemsOf(
      status,
      dependencies.commands,
      await lastAttemptsOf(status, dependencies.ledger),
    );
    const page: Page = {
      name: 'flows',
      title: 'Flows',
      headline: headlineOf(problems),
      content: flowsPage(status, problems, timeZone),
      refreshSeconds,
    };
    return c.html(layout(await frameOf(c, status), page));
  });
  app.route('/', orderRoutes(dependencies, answers));
  app.route('/', deadLetterRoutes(dependencies, answers));
  if (dependencies.shopFloor) app.route('/', shopFloorRoutes(dependencies.shopFloor, answers));

  const bare = (page: Page) => layout({ ...stack, deadLetters: undefined, said: undefined }, page);
  app.notFound((c) =>
    c.html(
      bare({
        name: 'none',
        title: 'Not found',
        content: problemPage({ what: 'There is no such page.', next: 'Choose one above.' }),
      }),
      404,
    ),
  );
  app.onError((error, c) =>
    c.html(
      bare({
        name: 'none',
        title: 'That did not work',
        content: problemPage(problemOf(error, dependencies.local)),
        // It comes back by itself once the platform or the credentials do.
        ...(c.req.method === 'GET' ? { refreshSeconds: 5 } : {}),
      }),
      502,
    ),
  );
  return app;
}
