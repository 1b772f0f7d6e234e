import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { problemOfText } from '../../../shared/model/text.ts';
import { sentenceOf, UsageError } from '../../ops/cli/command.ts';
import { parsedJson } from '../../ops/cli/files.ts';
import { sampleNames, samples } from '../../ops/map/read-sample.ts';
import type { Answers, ConsoleDependencies } from '../dependencies.ts';
import { azumutaNow, erpNow } from '../live.ts';
import { nowPage } from '../pages/live.ts';
import { type TryPage, tryPage } from '../pages/try.ts';
import { type Asked, tryOut } from '../try.ts';

/** Characters of JSON that may be pasted. */
const maxPaste = 256 * 1024;

const text = z._default(z.string(), '');
const formSchema = z.object({ sample: text, number: text, from: z.optional(z.enum(['erp', 'azumuta'])) });
type Form = z.output<typeof formSchema>;

/** The page that tries the mapping, and that of an order as both partners have it now: neither refreshes itself. */
export function tryRoutes(dependencies: ConsoleDependencies, { show, formKey }: Answers): Hono {
  const still = { name: 'try', title: 'Try', refreshSeconds: undefined } as const;
  const page = async (c: Context, form: TryPage) => show(c, { ...still, content: tryPage(form, formKey) });
  return new Hono()
    .get('/try', async (c) => {
      const name = sampleNames.find((one) => one === c.req.query('sample'));
      const sample = name === undefined ? '' : JSON.stringify(samples[name], null, 2);
      return page(c, await filledIn({ sample, number: '' }, dependencies));
    })
    .post('/try', async (c) => {
      const form = z.parse(formSchema, await c.req.parseBody());
      return page(c, await filledIn(form, dependencies, () => askedIn(form)));
    })
    .get('/order/now', async (c) => {
      const number = checkedNumber(c.req.query('number') ?? '');
      const reads = await Promise.all([erpNow(number, dependencies), azumutaNow(number, dependencies)]);
      return show(c, {
        ...still,
        name: 'orders',
        title: `Order ${number} now`,
        content: nowPage(number, reads),
      });
    });
}

async function filledIn(
  { sample, number }: Pick<Form, 'sample' | 'number'>,
  dependencies: ConsoleDependencies,
  asked?: () => Asked,
): Promise<TryPage> {
  let page: TryPage = { sample, number };
  try {
    const plant = await dependencies.plant();
    page = { ...page, plant };
    return asked ? { ...page, ...(await tryOut(asked(), plant, dependencies)) } : page;
  } catch (error) {
    return { ...page, failure: sentenceOf(error) };
  }
}

/** @throws UsageError for what cannot be tried. */
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
