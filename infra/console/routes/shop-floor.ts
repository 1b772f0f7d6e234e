import { Hono } from 'hono';
import * as z from 'zod/mini';
import type { Answers } from '../context.ts';
import { shopFloorPage } from '../pages/shop-floor.ts';
import { type ErpMode, erpModes, type ShopFloor } from '../shop-floor.ts';

const pieces = z.coerce.number().check(z.int(), z.minimum(0), z.maximum(9999));
const releaseSchema = z.object({
  article: z.string().check(z.minLength(1), z.maxLength(40)),
  quantity: pieces,
});
const completeSchema = z.object({ number: z.string().check(z.minLength(1)), good: pieces, scrap: pieces });
const switchSchema = z.object({ mode: z.enum(erpModes) });

const saidOf: Readonly<Record<ErpMode, string>> = {
  well: 'The ERP works again.',
  down: 'The ERP is down: it answers 503.',
  refusing: 'The ERP refuses bookings.',
};

/** The shop floor: only where the partners are sandboxes. */
export function shopFloorRoutes(shopFloor: ShopFloor, { show, went, formKey }: Answers): Hono {
  const app = new Hono();

  app.get('/floor', async (c) =>
    show(c, { name: 'floor', title: 'Shop floor', content: shopFloorPage(await shopFloor.look(), formKey) }),
  );

  app.post('/floor/release', async (c) => {
    const { article, quantity } = z.parse(releaseSchema, await c.req.parseBody());
    const { number, notPulled } = await shopFloor.release(article, quantity);
    return went(
      c,
      '/floor',
      notPulled === undefined
        ? `Released ${number}: it is on its way to Azumuta.`
        : `Released ${number} in the ERP; it was not pulled yet: ${notPulled}`,
    );
  });

  app.post('/floor/complete', async (c) => {
    const { number, good, scrap } = z.parse(completeSchema, await c.req.parseBody());
    await shopFloor.complete(number, good, scrap);
    return went(
      c,
      '/floor',
      `Completed ${number} with ${good} good${scrap > 0 ? ` and ${scrap} scrap` : ''}.`,
    );
  });

  app.post('/floor/erp', async (c) => {
    const { mode } = z.parse(switchSchema, await c.req.parseBody());
    await shopFloor.setErp(mode);
    return went(c, '/floor', saidOf[mode]);
  });

  return app;
}
