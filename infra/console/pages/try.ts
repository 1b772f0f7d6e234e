import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { counted, problemOfText, shorten, withUnseen } from '../../../shared/model/text.ts';
import { fieldOf } from '../../../shared/platform/json.ts';
import { sentenceForOperator, UsageError } from '../../ops/cli/command.ts';
import { parsedJson } from '../../ops/cli/files.ts';
import type { ConnectedPlant } from '../../ops/cli/partners.ts';
import { redacted, redactedText } from '../../ops/cli/redact.ts';
import type { PreviewRow } from '../../ops/map/preview.ts';
import { sampleNames, samples } from '../../ops/map/read-sample.ts';
import type { ConsolePageDependencies } from '../dependencies.ts';
import {
  type Asked,
  type Comparison,
  compareRows,
  readAzumutaNow,
  readErpNow,
  type Tried,
  tryMapping,
} from '../try.ts';
import { type Html, orderLink, type PageColumn, postForm, tablePart } from './parts.ts';

/** Characters of JSON that may be pasted. */
const maxPaste = 256 * 1024;

const formText = z._default(z.string(), '');
const tryFormSchema = z.object({
  sample: formText,
  number: formText,
  from: z.optional(z.enum(['erp', 'azumuta'])),
});
type TryForm = z.output<typeof tryFormSchema>;

export function tryRoutes(pages: ConsolePageDependencies): Hono {
  return new Hono()
    .get('/try', (c) => {
      const name = sampleNames.find((one) => one === c.req.query('sample'));
      const sample = name === undefined ? '' : JSON.stringify(samples[name], null, 2);
      return showTry(c, { sample, number: c.req.query('number') ?? '' }, pages);
    })
    .post('/try', async (c) => showTry(c, z.parse(tryFormSchema, await c.req.parseBody()), pages))
    .get('/order/now', (c) => showNow(c, pages));
}

const tryPageBase = { name: 'try', title: 'Try', refreshSeconds: undefined } as const;

async function showTry(c: Context, form: TryForm, pages: ConsolePageDependencies): Promise<Response> {
  let plant: ConnectedPlant | undefined;
  let found: Partial<Awaited<ReturnType<typeof tryMapping>>> = {};
  let failure: string | undefined;
  try {
    plant = await pages.plant();
    if (c.req.method === 'POST') found = await tryMapping(askedIn(form), plant, pages);
  } catch (error) {
    failure = sentenceForOperator(error);
  }
  const { tried = [], notShown = 0 } = found;
  const content = html`<h1>Try the mapping</h1>
    <p class="lead">What the mapping makes of an order or a completion, next to what was sent. Nothing is sent, and nothing is written down.</p>
    ${failure === undefined ? '' : html`<p class="verdict bad" role="alert">${redactedText(failure)}</p>`}
    ${tried.map(triedPart)}
    ${notShown > 0 ? html`<p class="hint">${counted(notShown, 'further sample')} not shown: paste fewer.</p>` : ''}
    ${plant && configurationPart(plant)}
    <div class="cards">${readPart(form)}${pastePart(form)}</div>`;
  return pages.show(c, { ...tryPageBase, content });
}

async function showNow(c: Context, pages: ConsolePageDependencies): Promise<Response> {
  const number = checkedNumber(c.req.query('number') ?? '');
  const reads = await Promise.all([readErpNow(number, pages), readAzumutaNow(number, pages)]);
  const content = html`<h1>Order ${number}, as it is now</h1>
    <p class="lead">Read from this machine, with your rights. What the ledger has is what was received and sent: <a href="${orderLink(number)}">its page</a>.</p>
    ${reads.map((read) => livePart(read))}`;
  return pages.show(c, { ...tryPageBase, name: 'orders', title: `Order ${number} now`, content });
}

function askedIn({ sample, number, from }: TryForm): Asked {
  if (from !== undefined) return { from, number: checkedNumber(number) };
  if (sample.length <= maxPaste) return { json: parsedJson(sample, 'What was pasted') };
  throw new UsageError(`What was pasted has ${sample.length} characters; at most ${maxPaste} are possible.`);
}

function checkedNumber(text: string): string {
  const number = text.trim();
  const problem = problemOfText(number);
  if (problem) throw new UsageError(`The number ${problem}.`);
  return number;
}

function configurationPart({ file, integration: { plant, completions } }: ConnectedPlant): Html {
  return html`<p class="hint">It uses the configuration of plant ${plant} in <code>${file}</code> on this machine, as it was when this console first read it, which is not necessarily the deployed one. Start the console again after a change.${
    completions.includeOperators ? ' The mapping asks for names of operators: they are left out here.' : ''
  }</p>`;
}

function triedPart({ at, from, compared, becomes, mistakes, leftOut }: Tried): Html {
  const reasons = [...mistakes, ...(leftOut === undefined ? [] : [leftOut])];
  const more = becomes.length - compared.length;
  return html`
    ${reasons.length === 0 ? '' : html`<div class="verdict bad"><p>The flows would send nothing of ${at === '$' ? 'it' : at}:</p><ul>${reasons.map((reason) => html`<li>${redactedText(reason)}</li>`)}</ul></div>`}
    ${compared.map((each) => livePart(each, 'The mapping makes'))}
    ${more > 0 ? html`<p class="hint">And ${counted(more, 'further product order')} of it.</p>` : ''}
    ${from.rows.length === 0 ? '' : html`<details><summary>What the mapping was given</summary>${livePart({ title: from.title, rows: compareRows(withoutSignatures(from.rows)) })}</details>`}`;
}

/** The value of a step that is signed, by the step's name, is a person's. */
function withoutSignatures(rows: readonly PreviewRow[]): PreviewRow[] {
  const values = new Map(rows);
  return rows.map(([field, value]) => {
    const name = field.endsWith('.value') ? values.get(field.replace(/value$/, 'name')) : undefined;
    return [field, name === undefined ? value : String(fieldOf(redacted({ name, value }), 'value'))];
  });
}

function readPart({ number }: TryForm): Html {
  const content = html`<label for="number">Number of an ERP order, or of a product order that is completed in Azumuta</label>
      <input id="number" name="number" value="${number}" maxlength="200" required autocomplete="off" spellcheck="false">
      <p class="hint">It is read now, from this machine, with your rights.</p>
      <p class="actions"><button name="from" value="erp" class="main">Read it in the ERP</button> <button name="from" value="azumuta">Read it in Azumuta</button></p>`;
  return postForm('/try', content, 'card stack');
}

function pastePart({ sample }: TryForm): Html {
  const content = html`<label for="sample">An order or a completion as JSON, or a list of orders</label>
      <textarea id="sample" name="sample" rows="12" required spellcheck="false">
${sample}</textarea>
      <p class="hint">Begin with a sample: ${sampleNames.map((name) => html`<a href="/try?sample=${name}">${name}</a> `)}</p>
      <p class="actions"><button class="main">Map it</button></p>`;
  return postForm('/try', content, 'card stack');
}

/** A comparison with its title; differences are marked in words. @param column Title of what a partner has now. */
function livePart({ title, was, rows, note, failure }: Comparison, column = 'Now'): Html {
  if (failure !== undefined)
    return html`<h2>${title}</h2><p class="verdict bad">${redactedText(failure)}</p>`;
  const differing = rows.filter(({ differs }) => differs).length;
  const isCompared = rows.some((row) => row.was !== undefined);
  const found = differing === 0 ? 'No difference' : counted(differing, 'difference');
  const columns: PageColumn<Comparison['rows'][number]>[] = [
    { title: 'Field', cell: ({ field }) => withUnseen(field) },
    { title: column, cell: ({ field, now }) => shownValue(field, now) },
  ];
  if (isCompared)
    columns.push(
      { title: was ?? '', cell: ({ field, was: had }) => shownValue(field, had) },
      { title: 'Difference', cell: ({ differs }) => (differs ? html`<strong>differs</strong>` : '') },
    );
  return html`<h2>${title}</h2>
    ${was === undefined ? '' : html`<p>${isCompared ? `${found} from what the ledger has.` : 'The ledger has nothing to compare it with.'}</p>`}
    ${note === undefined ? '' : html`<p class="hint">${note}</p>`}
    ${tablePart(title, columns, rows)}`;
}

const mostCharactersOfValue = 500;

/** A value under its field's name, which may mean a secret: `parameter "password"`. */
function shownValue(field: string, value: string | undefined): string {
  const name = field.replace(/"$/, '');
  return withUnseen(shorten(String(fieldOf(redacted({ [name]: value }), name) ?? ''), mostCharactersOfValue));
}
