import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { StoredComparison } from '../../../shared/ledger/records/comparisons.ts';
import { dayMs } from '../../../shared/model/time.ts';
import { shadowInWords, summarizeShadow } from '../../../shared/situation/shadow.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import {
  type Html,
  moment,
  orderLink,
  type PageColumn,
  type PlantTime,
  tablePart,
  tryLink,
} from './parts.ts';

const weekMs = 7 * dayMs;

/** What shadow would have done in the last week, next to what people did. */
export function shadowRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono().get('/shadow', (c) => showShadow(c, pages));
}

async function showShadow(
  c: Context,
  { show, ledger, clock, timeZone, commands }: ConsolePageDependencies,
): Promise<Response> {
  const now = clock.now();
  const compared = await ledger.comparisons.listCompared(new Date(now.getTime() - weekMs), now);
  const summary = summarizeShadow(compared);
  const tryCommand = `npm run map -- --order <number> ${commands}`;
  const content = html`<h1>Shadow</h1>
    <p class="lead">${shadowInWords(summary)}</p>
    <p class="hint">The last week. Correct the line of the mapping that is named, and try it on the order before you deploy it: here, or with <code>${tryCommand}</code>. Then release or post the order again.</p>
    ${tablePart('Compared', columnsAt({ now, timeZone }), compared)}`;
  return show(c, { name: 'shadow', title: 'Shadow', content });
}

const outcomeWords: Readonly<Record<StoredComparison['outcome'], string>> = {
  same: 'the same',
  different: 'differs',
  nothing: 'not wanted any more',
};

function columnsAt(time: PlantTime): PageColumn<StoredComparison>[] {
  return [
    { title: 'Order', cell: ({ number }) => html`<a href="${orderLink(number)}">${number}</a>` },
    { title: 'Compared', cell: ({ comparedAt }) => moment(new Date(comparedAt), time) },
    { title: 'Outcome', cell: outcomeCell },
    { title: 'Would be booked', cell: ({ wouldBook }) => (wouldBook ? 'yes' : 'no') },
    { title: 'Booked by people', cell: ({ booked }) => booked },
    { title: 'Why', cell: ({ reasons }) => redactedText(reasons.join(' ')) },
    { title: 'Mapping', cell: ({ number }) => html`<a href="${tryLink(number)}">Try it</a>` },
  ];
}

function outcomeCell({ outcome }: StoredComparison): Html | string {
  return outcome === 'different' ? html`<strong>${outcomeWords.different}</strong>` : outcomeWords[outcome];
}
