import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { flowNames } from '../../../shared/ledger/records/pauses.ts';
import { partnerNames, partnerWords } from '../../../shared/model/partner.ts';
import { capitalized } from '../../../shared/model/text.ts';
import { flows } from '../../../shared/situation/pauses.ts';
import { headlineOfAll, problemsOf } from '../../../shared/situation/problems.ts';
import { readToday } from '../../../shared/situation/today.ts';
import type { Pages } from '../dependencies.ts';
import { flowsPage, pausePage } from '../pages/flows.ts';
import { shownDays, todayPage } from '../pages/today.ts';

const flowSchema = z.object({ flow: z.enum(flowNames) });
const partnerSchema = z.object({ partner: z.enum(partnerNames) });

export function flowRoutes(pages: Pages): Hono {
  return new Hono()
    .get('/', (c) => showToday(c, pages))
    .get('/flows', (c) => showFlows(c, pages))
    .get('/flows/pause', (c) => confirmPause(c, pages))
    .post('/flows/pause', (c) => change(c, 'begin', pages))
    .post('/flows/resume', (c) => change(c, 'end', pages))
    .post('/flows/try', (c) => tryNow(c, pages));
}

async function showToday(c: Context, pages: Pages): Promise<Response> {
  const now = await pages.situation();
  const problems = problemsOf(now, pages.commands);
  const content = todayPage(await readToday(now, shownDays, pages), problems, now, pages.timeZone);
  return pages.show(c, { name: 'today', title: 'Today', headline: headlineOfAll(problems), content }, now);
}

async function showFlows(c: Context, pages: Pages): Promise<Response> {
  const { situation, commands, timeZone, show } = pages;
  const now = await situation();
  const problems = problemsOf(now, commands);
  const content = flowsPage(now, problems, timeZone);
  return show(c, { name: 'flows', title: 'Flows', headline: headlineOfAll(problems), content }, now);
}

async function confirmPause(c: Context, { show }: Pages): Promise<Response> {
  const { data } = z.safeParse(flowSchema, c.req.query());
  if (!data) return c.redirect('/flows', 303);
  const content = pausePage(data.flow);
  return show(c, { name: 'flows', title: 'Pause', refreshSeconds: undefined, content });
}

async function change(c: Context, act: 'begin' | 'end', { ledger, redirect }: Pages): Promise<Response> {
  const { flow } = z.parse(flowSchema, await c.req.parseBody());
  await ledger.pauses[act](flow);
  const done = act === 'begin' ? 'paused' : 'resumed';
  return redirect(c, '/flows', `${capitalized(flows[flow].does)} is ${done}.`);
}

async function tryNow(c: Context, { ledger, redirect }: Pages): Promise<Response> {
  const { partner } = z.parse(partnerSchema, await c.req.parseBody());
  const name = partnerWords[partner];
  const told = (await ledger.breaker.probeNow(partner))
    ? `The next message tries ${name} at once.`
    : `${capitalized(name)} is not down any more, or is being tried at this moment.`;
  return redirect(c, '/flows', told);
}
