import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { figuresToAccept } from '../../../shared/erp/beyond-order.ts';
import { adviceOn } from '../../../shared/situation/words.ts';
import { counted } from '../../ops/cli/output.ts';
import { maxNote, minNote, signedNote } from '../../ops/cli/target.ts';
import { endings } from '../../ops/orders/end-order.ts';
import { parseAcceptedFigures } from '../../ops/replay/accept.ts';
import type { TracedOrder } from '../../ops/trace/trace.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import { type Html, orderLink, postForm } from './parts.ts';

const orderActions = ['replay', 'accept', 'settle', 'remake', 'discard', 'give-up'] as const;
type OrderAction = (typeof orderActions)[number];

const orderActionFormSchema = z.object({
  number: z.string().check(z.minLength(1), z.maxLength(200)),
  because: z._default(z.string(), ''),
  kind: z.optional(z.string()),
  /** The figures that a person accepts, typed in. */
  figures: z._default(z.string(), ''),
});
type OrderActionForm = z.output<typeof orderActionFormSchema>;

export function orderActionRoutes(pages: ConsolePageDependencies): Hono {
  const app = new Hono();
  for (const action of orderActions) app.post(`/order/${action}`, (c) => answerOrderAction(c, action, pages));
  return app;
}

async function answerOrderAction(
  c: Context,
  action: OrderAction,
  pages: ConsolePageDependencies,
): Promise<Response> {
  const form = z.parse(orderActionFormSchema, await c.req.parseBody());
  const notice = performOrderAction(action, form, pages).then((text) => `${form.number}: ${text}`);
  return pages.redirect(c, orderLink(form.number), notice);
}

async function performOrderAction(
  action: OrderAction,
  { because, figures, ...of }: OrderActionForm,
  pages: ConsolePageDependencies,
): Promise<string> {
  const { operator, deadLetters, ending } = pages;
  const by = await operator();
  const note = signedNote(because, by);
  if (action === 'discard') {
    const { discarded, ended, failure } = await deadLetters.discard({ order: of.number }, because, by);
    return failure ?? `discarded ${counted(discarded + ended, 'dead letter')}`;
  }
  if (action !== 'replay' && action !== 'accept')
    return (await endings[action]({ ...of, go: true, note }, ending)).join('; ');
  const accepts = action === 'accept' ? parseAcceptedFigures(figures) : undefined;
  const { moved, hinted, created, failure } = await deadLetters.replay({ order: of.number }, note, accepts);
  const sent = moved + hinted.length + created.length;
  return failure ?? (sent > 0 ? 'is looked at again' : 'there is nothing to look at');
}

interface OfferedAction {
  readonly action: OrderAction;
  readonly title: string;
  readonly does: string;
  readonly kind?: string;
  /** The person types figures into this field. */
  readonly types?: string;
  readonly isMain?: boolean;
}

/** What a person can do about an order as it is now; the first is what its next step asks for. */
function offeredActions({ concerns, deadLetters, bookings, stage, command }: TracedOrder): OfferedAction[] {
  const hasEnded = stage === 'booked' || stage === 'given up' || stage === 'withdrawn';
  const isCompared = deadLetters.some(
    ({ cause }) => cause && adviceOn({ kind: 'dead-letter', cause }).compareFirst,
  );
  const isRemoved = concerns.some(({ kind }) => kind === 'removed');
  const isBeyondOrder = bookings.some(
    ({ state, reason }) => state === 'rejected' && figuresToAccept(reason) !== undefined,
  );
  const all: (OfferedAction | false)[] = [
    (!hasEnded || deadLetters.length > 0) && {
      action: 'replay',
      title: 'Have it looked at again',
      does: `${isCompared ? 'Compare first, as its next step says: what you find shows whether to do this or to discard. ' : ''}Sends it to its queue again, with its dead letters: what is to be done for it is done, once. What is booked is not undone.`,
      isMain: command === 'replay' && !isCompared,
    },
    isBeyondOrder && {
      action: 'accept',
      title: 'Accept its figures',
      does: 'Has it booked although its refusal asks: it is more than its order and was really built, or none of it is booked by hand. Type the figures that its refusal names, as somebody has counted them. If they are wrong, correct them in Azumuta instead, and have it looked at again.',
      types: 'Figures',
    },
    ...concerns.map(({ kind }) => ({
      action: 'settle' as const,
      title: `Settle “${kind.replaceAll('-', ' ')}”`,
      does: 'Says that it was put right, or does not matter. If its cause is seen again, it is open again.',
      kind,
    })),
    isRemoved &&
      bookings.length === 0 && {
        action: 'remake',
        title: 'Create it again',
        does: 'Creates the product order, which was removed in Azumuta, as it was made.',
      },
    deadLetters.length > 0 && {
      action: 'discard',
      title:
        deadLetters.length === 1
          ? 'Discard its dead letter'
          : `Discard its ${deadLetters.length} dead letters`,
      does: 'What they refused is booked only if a person has it looked at again.',
    },
    !hasEnded && {
      action: 'give-up',
      title: 'Give it up',
      does: 'Its end: nobody asks about it, and nothing is booked for it unless somebody has it looked at again.',
    },
  ];
  return all.filter((one) => one !== false);
}

export function actionsPart(order: TracedOrder): Html {
  const all = offeredActions(order);
  if (all.length === 0) return html``;
  return html`<section aria-labelledby="actions" class="letters">
    <h2 id="actions">What you can do</h2>
    <p class="hint">It is signed with your name, and stands with your reason in what happened.</p>
    ${all.map((one) => formPart(one, order.number))}
  </section>`;
}

function formPart({ action, title, does, kind, types, isMain = false }: OfferedAction, number: string): Html {
  const id = kind === undefined ? action : `${action}-${kind}`;
  const typed =
    types === undefined
      ? ''
      : html`<label for="figures-${id}">${types}</label>
      <input id="figures-${id}" name="figures" required autocomplete="off" inputmode="decimal">`;
  const content = html`<p class="hint">${does}</p>
      ${typed}
      <label for="why-${id}">Why</label>
      <input id="why-${id}" name="because" minlength="${minNote}" maxlength="${maxNote}" required autocomplete="off">
      <p class="actions"><button${isMain ? html` class="main"` : ''}>${title}</button></p>`;
  const fields = { number, ...(kind === undefined ? {} : { kind }) };
  return html`<details id="do-${id}"${isMain ? html` open` : ''}>
    <summary>${title}</summary>
    ${postForm(`/order/${action}`, content, 'stack', fields)}
  </details>`;
}
