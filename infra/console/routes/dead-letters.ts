import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { UsageError } from '../../ops/cli/errors.ts';
import { counted } from '../../ops/cli/output.ts';
import type { DiscardReport } from '../../ops/dead-letters/discard.ts';
import type { ReplayReport } from '../../ops/replay/replay.ts';
import type { Answers, ConsoleDependencies } from '../context.ts';
import type { Chosen, DeadLetterView, ShownDeadLetter } from '../dead-letters.ts';
import { discardPage, replayPage } from '../pages/dead-letter-actions.ts';
import { deadLetterGonePage, deadLetterPage, deadLettersPage } from '../pages/dead-letters.ts';

const id = z.string().check(z.minLength(1), z.maxLength(100));
const chosenSchema = z.union([z.object({ group: id }), z.object({ letter: id })]);

/** Dead letters: looking, replaying (shown first), discarding (with a note). */
export function deadLetterRoutes(dependencies: ConsoleDependencies, { show, went, formKey }: Answers): Hono {
  const { letters, flows, clock, timeZone, operator } = dependencies;
  const app = new Hono();
  const look = async (again = false) => letters.look((await flows()).deadLetters, again);

  app.get('/letters', async (c) => {
    const order = c.req.query('order');
    // A page that refreshes itself must not hide the letters from others all the time; a person who asks may.
    const view = await look(c.req.header(refreshingHeader) === undefined);
    return show(c, {
      name: 'letters',
      title: order === undefined ? 'Dead letters' : `Dead letters of ${order}`,
      headline: counted(countOf(view), 'dead letter'),
      content: deadLettersPage(view, order, timeZone),
    });
  });

  app.get('/letters/one', async (c) => {
    const [letter] = lettersOf(await look(), { letter: c.req.query('letter') ?? '' });
    return show(c, {
      ...still,
      title: 'Dead letter',
      content: letter ? deadLetterPage(letter, { now: clock.now(), timeZone }) : deadLetterGonePage(),
    });
  });

  app.get('/letters/replay', async (c) => {
    const chosen = z.safeParse(chosenSchema, c.req.query());
    if (!chosen.success) return c.redirect('/letters', 303);
    const report = await letters.replay(chosen.data, false);
    return show(c, { ...still, title: 'Replay', content: replayPage(chosen.data, report, formKey) });
  });

  app.post('/letters/replay', async (c) => {
    const chosen = z.parse(chosenSchema, await c.req.parseBody());
    return went(c, '/letters', replayed(await letters.replay(chosen, true)));
  });

  app.get('/letters/discard', async (c) => {
    const chosen = z.safeParse(chosenSchema, c.req.query());
    return chosen.success ? askWhy(c, chosen.data) : c.redirect('/letters', 303);
  });

  app.post('/letters/discard', async (c) => {
    const form = await c.req.parseBody();
    const chosen = z.parse(chosenSchema, form);
    const note = String(form.note ?? '');
    try {
      return went(c, '/letters', discarded(await letters.discard(chosen, note, await operator())));
    } catch (error) {
      if (error instanceof UsageError) return askWhy(c, chosen, { note, sentence: error.message });
      throw error;
    }
  });

  async function askWhy(c: Context, chosen: Chosen, complaint?: { note: string; sentence: string }) {
    const found = lettersOf(await look(), chosen);
    return show(c, {
      ...still,
      title: complaint ? 'Discard: say why' : 'Discard',
      content: discardPage(chosen, found, formKey, complaint),
    });
  }

  return app;
}

/** What `refresh.js` sends. */
const refreshingHeader = 'x-refreshing';

/** A page with a decision on it stays as it was read. */
const still = { name: 'letters', refreshSeconds: undefined } as const;

function lettersOf({ groups }: DeadLetterView, chosen: Chosen): readonly ShownDeadLetter[] {
  return 'group' in chosen
    ? (groups.find(({ id: groupId }) => groupId === chosen.group)?.letters ?? [])
    : groups.flatMap((group) => group.letters).filter(({ sqsId }) => sqsId === chosen.letter);
}

function countOf({ groups }: DeadLetterView): number {
  return groups.reduce((sum, group) => sum + group.letters.length, 0);
}

function replayed({ moved, movable, more, failure }: ReplayReport): string {
  if (failure !== undefined)
    return `Stopped after ${counted(moved, 'letter')}: ${failure} Nothing is lost: replay the rest again.`;
  if (movable === 0) return 'Nothing was there to replay any more.';
  return moved < movable || more
    ? `Replayed ${moved} of ${counted(movable, 'letter')}: replay the rest again.`
    : `Replayed ${counted(moved, 'letter')}.`;
}

function discarded({ discarded: gone, selected, failure }: DiscardReport): string {
  if (failure !== undefined) return `Discarded ${gone} of ${counted(selected, 'letter')}. ${failure}`;
  return selected === 0 ? 'Nothing was there to discard any more.' : `Discarded ${counted(gone, 'letter')}.`;
}
