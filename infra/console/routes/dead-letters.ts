import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { UsageError } from '../../ops/cli/command.ts';
import { counted } from '../../ops/cli/output.ts';
import type { DiscardReport } from '../../ops/dead-letters/discard.ts';
import type { ReplayReport } from '../../ops/replay/replay.ts';
import { type Chosen, isChosen } from '../dead-letters.ts';
import type { Answers, ConsoleDependencies } from '../dependencies.ts';
import {
  countOf,
  deadLetterGonePage,
  deadLetterPage,
  deadLettersPage,
  discardPage,
  replayPage,
} from '../pages/dead-letters.ts';

const id = z.string().check(z.minLength(1), z.maxLength(100));
const chosenSchema = z.union([z.object({ group: id }), z.object({ letter: id })]);

type Pages = ConsoleDependencies & Answers;

/** Pages that show, replay and discard dead letters. */
export function deadLetterRoutes(dependencies: ConsoleDependencies, answers: Answers) {
  const pages = { ...dependencies, ...answers };
  return new Hono()
    .get('/letters', (c) => showAll(c, pages))
    .get('/letters/one', (c) => showOne(c, pages))
    .get('/letters/replay', (c) => ofChosen(c, (chosen) => showReplay(c, chosen, pages)))
    .post('/letters/replay', (c) => replay(c, pages))
    .get('/letters/discard', (c) => ofChosen(c, (chosen) => showDiscard(c, chosen, pages)))
    .post('/letters/discard', (c) => discard(c, pages));
}

async function look({ letters, situation }: Pages, again = false) {
  return letters.look((await situation()).deadLetters, again);
}

async function find(chosen: Chosen, pages: Pages) {
  const { groups } = await look(pages);
  return groups.flatMap(({ letters }) => letters).filter((letter) => isChosen(letter, chosen));
}

/** A page about the chosen letters; without a choice, all letters. */
async function ofChosen(c: Context, page: (chosen: Chosen) => Promise<Response>): Promise<Response> {
  const { data } = z.safeParse(chosenSchema, c.req.query());
  return data ? page(data) : c.redirect('/letters', 303);
}

async function showAll(c: Context, pages: Pages): Promise<Response> {
  const order = c.req.query('order');
  // Reading hides the letters from others, so a page that refreshes itself must not do it every time.
  const view = await look(pages, c.req.header(refreshingHeader) === undefined);
  return pages.show(c, {
    name: 'letters',
    title: order === undefined ? 'Dead letters' : `Dead letters of ${order}`,
    headline: counted(countOf(view.groups), 'dead letter'),
    content: deadLettersPage(view, order, pages.timeZone),
  });
}

async function showOne(c: Context, pages: Pages): Promise<Response> {
  const { clock, timeZone } = pages;
  const [letter] = await find({ letter: c.req.query('letter') ?? '' }, pages);
  const content = letter ? deadLetterPage(letter, { now: clock.now(), timeZone }) : deadLetterGonePage();
  return pages.show(c, { ...still, title: 'Dead letter', content });
}

async function showReplay(c: Context, chosen: Chosen, { letters, show, formKey }: Pages) {
  const report = await letters.replay(chosen, false);
  return show(c, { ...still, title: 'Replay', content: replayPage(chosen, report, formKey) });
}

async function replay(c: Context, { letters, redirect }: Pages): Promise<Response> {
  const chosen = z.parse(chosenSchema, await c.req.parseBody());
  return redirect(c, '/letters', replayed(await letters.replay(chosen, true)));
}

async function showDiscard(
  c: Context,
  chosen: Chosen,
  pages: Pages,
  complaint?: { readonly note: string; readonly sentence: string },
) {
  const title = complaint ? 'Discard: say why' : 'Discard';
  const content = discardPage(chosen, await find(chosen, pages), pages.formKey, complaint);
  return pages.show(c, { ...still, title, content });
}

async function discard(c: Context, pages: Pages): Promise<Response> {
  const form = await c.req.parseBody();
  const chosen = z.parse(chosenSchema, form);
  const note = String(form.note ?? '');
  try {
    const report = await pages.letters.discard(chosen, note, await pages.operator());
    return pages.redirect(c, '/letters', discarded(report));
  } catch (error) {
    if (error instanceof UsageError) return showDiscard(c, chosen, pages, { note, sentence: error.message });
    throw error;
  }
}

/** `refresh.js` sends this header. */
const refreshingHeader = 'x-refreshing';

/** A page that asks for a decision does not refresh itself. */
const still = { name: 'letters', refreshSeconds: undefined } as const;

function replayed({ moved, movable, more, failure }: ReplayReport): string {
  if (failure !== undefined)
    return `Stopped after ${counted(moved, 'dead letter')}: ${failure} Nothing is lost: replay the rest again.`;
  if (movable === 0) return 'There was nothing left to replay.';
  return moved < movable || more
    ? `Replayed ${moved} of ${counted(movable, 'dead letter')}: replay the rest again.`
    : `Replayed ${counted(moved, 'dead letter')}.`;
}

function discarded({ discarded: gone, selected, failure }: DiscardReport): string {
  if (failure !== undefined) return `Discarded ${gone} of ${counted(selected, 'dead letter')}. ${failure}`;
  return selected === 0 ? 'There was nothing left to discard.' : `Discarded ${counted(gone, 'dead letter')}.`;
}
