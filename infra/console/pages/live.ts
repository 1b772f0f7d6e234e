import { html } from 'hono/html';
import { counted, shorten, withUnseen } from '../../../shared/model/text.ts';
import { fieldOf } from '../../../shared/platform/json.ts';
import { redacted, redactedText } from '../../ops/cli/redact.ts';
import { type Html, orderLink } from '../labels.ts';
import type { Comparison } from '../live.ts';
import { table } from './parts.ts';

/** An order as both partners have it now. */
export function nowPage(number: string, reads: readonly Comparison[]): Html {
  return html`<h1>Order ${number}, as it is now</h1>
    <p class="lead">Read from this machine, with your rights. What the ledger has is what was received and sent: <a href="${orderLink(number)}">its page</a>.</p>
    ${reads.map((read) => livePart(read))}`;
}

/** A comparison with its title; differences are marked in words. @param column Title of what is so now. */
export function livePart({ title, was, rows, note, failure }: Comparison, column = 'Now'): Html {
  if (failure !== undefined)
    return html`<h2>${title}</h2><p class="verdict bad">${redactedText(failure)}</p>`;
  const differing = rows.filter(({ differs }) => differs).length;
  const isCompared = rows.some((row) => row.was !== undefined);
  const found = differing === 0 ? 'No difference' : counted(differing, 'difference');
  const rowOf = ({ field, now, was: had, differs }: Comparison['rows'][number]) => [
    ...[withUnseen(field), shownValue(field, now)],
    ...(isCompared ? [shownValue(field, had), differs ? html`<strong>differs</strong>` : ''] : []),
  ];
  return html`<h2>${title}</h2>
    ${was === undefined ? '' : html`<p>${isCompared ? `${found} from what the ledger has.` : 'The ledger has nothing to compare it with.'}</p>`}
    ${note === undefined ? '' : html`<p class="hint">${note}</p>`}
    ${table(title, ['Field', column, ...(isCompared ? [was ?? '', 'Difference'] : [])], rows.map(rowOf))}`;
}

const maxShown = 500;

/** A value under its field's name, which may mean a secret: `parameter "password"`. */
function shownValue(field: string, value: string | undefined): string {
  const name = field.replace(/"$/, '');
  return withUnseen(shorten(String(fieldOf(redacted({ [name]: value }), name) ?? ''), maxShown));
}
