import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { capitalized } from '../../../shared/model/text.ts';
import { counted } from '../../ops/cli/output.ts';
import { signedNote } from '../../ops/cli/target.ts';
import type { DiscardReport } from '../../ops/dead-letters/discard.ts';
import { hiddenInWords } from '../../ops/dead-letters/queue.ts';
import type { DeadLetterDesk } from '../dead-letters.ts';
import type { Pages } from '../dependencies.ts';
import {
  confirmPage,
  deadLetterGonePage,
  deadLetterPage,
  deadLettersPage,
  unfiledPage,
} from '../pages/dead-letters.ts';

const id = z.string().check(z.minLength(1), z.maxLength(200));
const chosenSchema = z.union([z.object({ group: id }), z.object({ letter: z.union([id, z.array(id)]) })]);

export function deadLetterRoutes(pages: Pages): Hono {
  return new Hono()
    .get('/letters', (c) => showAll(c, pages))
    .get('/letters/unfiled', (c) => showUnfiled(c, pages))
    .get('/letters/one', (c) => showOne(c, pages))
    .post('/letters/choose', (c) => choose(c, pages))
    .get('/letters/replay', (c) => confirm(c, 'replay', c.req.query(), pages))
    .post('/letters/replay', (c) => replay(c, pages))
    .get('/letters/discard', (c) => confirm(c, 'discard', c.req.query(), pages))
    .post('/letters/discard', (c) => discard(c, pages));
}

async function showAll(c: Context, { letters, situation, timeZone, show }: Pages): Promise<Response> {
  const now = await situation();
  const view = await letters.open(now);
  const headline = counted(view.total + now.unfiled, 'dead letter');
  const content = deadLettersPage(view, now.unfiled, timeZone);
  return show(c, { name: 'letters', title: 'Dead letters', headline, content, refreshSeconds }, now);
}

async function showUnfiled(c: Context, { letters, timeZone, show }: Pages): Promise<Response> {
  const content = unfiledPage(await letters.unfiled(), timeZone);
  return show(c, { ...still, title: 'Dead letters of no known order', content });
}

async function showOne(c: Context, { letters, clock, timeZone, show }: Pages): Promise<Response> {
  const letter = await letters.message(c.req.query('letter') ?? '');
  const content = letter ? deadLetterPage(letter, { now: clock.now(), timeZone }) : deadLetterGonePage();
  return show(c, { ...still, title: 'Dead letter', content });
}

/** A form posts what was chosen, as an address cannot hold so many ids. Nothing is done before the confirmation. */
async function choose(c: Context, pages: Pages): Promise<Response> {
  const form = await c.req.parseBody({ all: true });
  if (form.letter === undefined)
    return pages.redirect(c, '/letters', 'Nothing was chosen: tick at least one dead letter.');
  return confirm(c, form.action === 'discard' ? 'discard' : 'replay', form, pages);
}

async function confirm(
  c: Context,
  action: 'replay' | 'discard',
  given: unknown,
  { letters, show }: Pages,
): Promise<Response> {
  const { data: chosen } = z.safeParse(chosenSchema, given);
  if (!chosen) return c.redirect('/letters', 303);
  const content = confirmPage(action, chosen, await letters.find(chosen));
  return show(c, { ...still, title: capitalized(action), content });
}

async function replay(c: Context, { letters, operator, redirect, commands }: Pages): Promise<Response> {
  const chosen = z.parse(chosenSchema, await c.req.parseBody({ all: true }));
  const note = signedNote('chosen among the dead letters', await operator());
  return redirect(c, '/letters', replayed(await letters.replay(chosen, note), commands));
}

async function discard(c: Context, { letters, operator, redirect }: Pages): Promise<Response> {
  const form = await c.req.parseBody({ all: true });
  const report = letters.discard(z.parse(chosenSchema, form), String(form.note ?? ''), await operator());
  return redirect(c, '/letters', report.then(discarded));
}

/** Its items are read again each time. */
const refreshSeconds = 10;
/** A page that asks for a decision does not refresh itself. */
const still = { name: 'letters', refreshSeconds: undefined } as const;

function replayed(
  { moved, movable, more, missing, failure }: Awaited<ReturnType<DeadLetterDesk['replay']>>,
  commands: string,
): string {
  if (failure !== undefined)
    return `Stopped after ${counted(moved, 'dead letter')}: ${failure} Nothing is lost: replay the rest again.`;
  if (movable + missing === 0) return 'There was nothing left to replay.';
  if (moved < movable || (more && missing > 0))
    return `Replayed ${moved} of ${counted(movable + missing, 'dead letter')}: replay the rest again.`;
  const done = `Replayed ${counted(moved, 'dead letter')}.`;
  if (missing === 0) return done;
  return `${done} The queue does not have ${counted(missing, 'more dead letter')}: another run holds them, or SQS has dropped them. What is listed in ${hiddenInWords} still: have its order looked at once more, on its page or with npm run replay -- --order <number> ${commands}, unless it was booked by hand; then discard it, which ends its record.`;
}

function discarded({ discarded: gone, selected, ended, failure }: DiscardReport): string {
  if (failure !== undefined) return `Discarded ${gone} of ${counted(selected, 'dead letter')}. ${failure}`;
  if (selected + ended === 0) return 'There was nothing left to discard.';
  const without = ended === 0 ? '' : ` The queue did not have ${ended} of them any more.`;
  return `Discarded ${counted(gone + ended, 'dead letter')}.${without}`;
}
