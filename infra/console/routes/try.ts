import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { problemOfText } from '../../../shared/model/text.ts';
import { sentenceOf, UsageError } from '../../ops/cli/command.ts';
import { parsedJson } from '../../ops/cli/files.ts';
import { sampleNames, samples } from '../../ops/map/read-sample.ts';
import type { Pages } from '../dependencies.ts';
import { nowPage, type TryPage, tryPage } from '../pages/try.ts';
import { type Asked, azumutaNow, erpNow, tryOut } from '../try.ts';

/** Characters of JSON that may be pasted. */
const maxPaste = 256 * 1024;

const text = z._default(z.string(), '');
const formSchema = z.object({ sample: text, number: text, from: z.optional(z.enum(['erp', 'azumuta'])) });
type Form = z.output<typeof formSchema>;

export function tryRoutes(pages: Pages): Hono {
  return new Hono()
    .get('/try', (c) => {
      const name = sampleNames.find((one) => one === c.req.query('sample'));
      const sample = name === undefined ? '' : JSON.stringify(samples[name], null, 2);
      return showTry(c, { sample, number: '' }, pages);
    })
    .post('/try', async (c) => showTry(c, z.parse(formSchema, await c.req.parseBody()), pages))
    .get('/order/now', async (c) => {
      const number = checkedNumber(c.req.query('number') ?? '');
      const content = nowPage(number, await Promise.all([erpNow(number, pages), azumutaNow(number, pages)]));
      return pages.show(c, { ...still, name: 'orders', title: `Order ${number} now`, content });
    });
}

const still = { name: 'try', title: 'Try', refreshSeconds: undefined } as const;

async function showTry(c: Context, form: Form, pages: Pages): Promise<Response> {
  let page: TryPage = form;
  try {
    const plant = await pages.plant();
    page = { ...page, plant };
    if (c.req.method === 'POST') page = { ...page, ...(await tryOut(askedIn(form), plant, pages)) };
  } catch (error) {
    page = { ...page, failure: sentenceOf(error) };
  }
  return pages.show(c, { ...still, content: tryPage(page) });
}

function askedIn({ sample, number, from }: Form): Asked {
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
