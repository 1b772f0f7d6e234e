import { Hono } from 'hono';
import { headlineOfAll, problemsOf } from '../../../shared/situation/problems.ts';
import { readToday } from '../../../shared/situation/today.ts';
import type { Answers, ConsoleDependencies } from '../dependencies.ts';
import { flowsPage } from '../pages/flows.ts';
import { shownDays, todayPage } from '../pages/today.ts';

/** The pages about the plant as a whole: what was made and is late, and how both flows are. */
export function stateRoutes(dependencies: ConsoleDependencies, { show }: Answers): Hono {
  const { situation, commands, timeZone } = dependencies;
  return new Hono()
    .get('/', async (c) => {
      const now = await situation();
      const problems = problemsOf(now, commands);
      const content = todayPage(await readToday(now, shownDays, dependencies), problems, now, timeZone);
      return show(c, { name: 'today', title: 'Today', headline: headlineOfAll(problems), content }, now);
    })
    .get('/flows', async (c) => {
      const now = await situation();
      const problems = problemsOf(now, commands);
      const content = flowsPage(now, problems, timeZone);
      return show(c, { name: 'flows', title: 'Flows', headline: headlineOfAll(problems), content }, now);
    });
}
