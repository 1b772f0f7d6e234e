import { type Context, Hono } from 'hono';
import * as z from 'zod/mini';
import { counted } from '../../ops/cli/output.ts';
import { signedNote } from '../../ops/cli/target.ts';
import { giveUp, remake, settle } from '../../ops/orders/end-order.ts';
import type { Pages } from '../dependencies.ts';
import { orderLink } from '../labels.ts';
import { type Action, actions } from '../pages/order-actions.ts';

const formSchema = z.object({
  number: z.string().check(z.minLength(1), z.maxLength(200)),
  because: z._default(z.string(), ''),
  kind: z._default(z.string(), ''),
});
type Form = z.output<typeof formSchema>;

export function orderActionRoutes(pages: Pages): Hono {
  const app = new Hono();
  for (const action of actions) app.post(`/order/${action}`, (c) => act(c, action, pages));
  return app;
}

async function act(c: Context, action: Action, pages: Pages): Promise<Response> {
  const form = z.parse(formSchema, await c.req.parseBody());
  const notice = done(action, form, pages).then((text) => `${form.number}: ${text}`);
  return pages.redirect(c, orderLink(form.number), notice);
}

async function done(action: Action, { number, because, kind }: Form, pages: Pages): Promise<string> {
  const by = await pages.operator();
  const request = { number, go: true, note: signedNote(because, by) };
  switch (action) {
    case 'settle':
      return (await settle(request, kind, pages.ending)).join('; ');
    case 'give-up':
      return (await giveUp(request, pages.ending)).join('; ');
    case 'remake':
      return (await remake(request, pages.ending)).join('; ');
    case 'discard': {
      const { discarded, ended, failure } = await pages.letters.discard({ order: number }, because, by);
      return failure ?? `discarded ${counted(discarded + ended, 'dead letter')}`;
    }
    default: {
      const { moved, hinted, failure } = await pages.letters.replay({ order: number }, request.note);
      return (
        failure ?? (moved + hinted.length > 0 ? 'is looked at once more' : 'there is nothing to look at')
      );
    }
  }
}
