import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { UsageError } from '../../ops/cli/command.ts';
import { counted } from '../../ops/cli/output.ts';
import type { DiscardReport } from '../../ops/dead-letters/discard.ts';
import type { ReplayReport } from '../../ops/replay/replay.ts';
import { type Chosen, wanted } from '../dead-letters.ts';
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

/** Pages that show, replay and discard dead letters. */
export function deadLetterRoutes(dependencies: ConsoleDependencies, { show, redirect, formKey }: Answers) {
  const { letters, flows, clock, timeZone, operator } = dependencies;
  const look = async (again = false) => letters.look((await flows()).deadLetters, again);
  const find = async (chosen: Chosen) =>
    (await look()).groups.flatMap((group) => group.letters).filter(wanted(chosen));

  async function showAll(c: Context) {
    const order = c.req.query('order');
    // Reading hides the letters from others, so a page that refreshes itself must not do it every time.
    const view = await look(c.req.header(refreshingHeader) === undefined);
    return show(c, {
      name: 'letters',
      title: order === undefined ? 'Dead letters' : `Dead letters of ${order}`,
      headline: counted(countOf(view.groups), 'dead letter'),
      content: deadLettersPage(view, order, timeZone),
    });
  }

  async function showOne(c: Context) {
    const [letter] = await find({ letter: c.req.query('letter') ?? '' });
    const content = letter ? deadLetterPage(letter, { now: clock.now(), timeZone }) : deadLetterGonePage();
    return show(c, { ...still, title: 'Dead letter', content });
  }

  async function showReplay(c: Context, chosen: Chosen) {
    const report = await letters.replay(chosen, false);
    return show(c, { ...still, title: 'Replay', content: replayPage(chosen, report, formKey) });
  }

  async function showDiscard(c: Context, chosen: Chosen, complaint?: { note: string; sentence: string }) {
    const title = complaint ? 'Discard: say why' : 'Discard';
    const content = discardPage(chosen, await find(chosen), formKey, complaint);
    return show(c, { ...still, title, content });
  }

  async function discard(c: Context) {
    const form = await c.req.parseBody();
    const chosen = z.parse(chosenSchema, form);
    const note = String(form.note ?? '');
    try {
      return redirect(c, '/letters', discarded(await letters.discard(chosen, note, await operator())));
    } catch (error) {
      if (error instanceof UsageError) return showDiscard(c, chosen, { note, sentence: error.message });
      throw error;
    }
  }

  /** Shows a page about the chosen letters; without a choice, all letters. */
  const ofChosen = (page: (c: Context, chosen: Chosen) => Promise<Response>) => async (c: Context) => {
    const { data } = z.safeParse(chosenSchema, c.req.query());
    return data ? page(c, data) : c.redirect('/letters', 303);
  };

  return new Hono()
    .get('/letters', showAll)
    .get('/letters/one', showOne)
    .get('/letters/replay', ofChosen(showReplay))
    .post('/letters/replay', async (c) => {
      const chosen = z.parse(chosenSchema, await c.req.parseBody());
      return redirect(c, '/letters', replayed(await letters.replay(chosen, true)));
    })
    .get('/letters/discard', ofChosen(showDiscard))
    .post('/letters/discard', discard);
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
