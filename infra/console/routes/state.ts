import { Hono } from 'hono';
import { headlineOfAll, problemsOf } from '../../../shared/situation/problems.ts';
import { readToday } from '../../../shared/situation/today.ts';
import type { Answers, ConsoleDependencies } from '../dependencies.ts';
import { shownDays, todayPage } from '../pages/today.ts';

/** The page about the plant as a whole: what was made, and what is late. */
export function stateRoutes(dependencies: ConsoleDependencies, { show }: Answers): Hono {
  const { situation, commands, timeZone } = dependencies;
  return new Hono().get('/', async (c) => {
    const now = await situation();
    const problems = problemsOf(now, commands);
    const content = todayPage(await readToday(now, shownDays, dependencies), problems, now, timeZone);
    return show(c, { name: 'today', title: 'Today', headline: headlineOfAll(problems), content }, now);
  });
}
