import { Hono } from 'hono';
import * as z from 'zod/mini';
import { erpModeSchema, erpModes, type ShopFloor } from '../../local/sandbox/shop-floor.ts';
import type { Answers } from '../dependencies.ts';
import { shopFloorPage } from '../pages/shop-floor.ts';

const pieces = z.coerce.number().check(z.int(), z.minimum(0), z.maximum(9999));
const releaseSchema = z.object({
  article: z.string().check(z.minLength(1), z.maxLength(40)),
  quantity: pieces,
});
const completeSchema = z.object({ number: z.string().check(z.minLength(1)), good: pieces, scrap: pieces });
const switchSchema = z.object({ mode: erpModeSchema });

export function shopFloorRoutes(shopFloor: ShopFloor, { show, redirect }: Answers): Hono {
  return new Hono()
    .get('/floor', async (c) => {
      const content = shopFloorPage(await shopFloor.look());
      return show(c, { name: 'floor', title: 'Shop floor', content });
    })
    .post('/floor/release', async (c) => {
      const { article, quantity } = z.parse(releaseSchema, await c.req.parseBody());
      const { number, notPulled } = await shopFloor.release(article, quantity);
      const notice =
        notPulled === undefined
          ? `Released ${number}: it will appear in Azumuta.`
          : `Released ${number} in the ERP, but the pull failed: ${notPulled}`;
      return redirect(c, '/floor', notice);
    })
    .post('/floor/complete', async (c) => {
      const { number, good, scrap } = z.parse(completeSchema, await c.req.parseBody());
      await shopFloor.complete(number, good, scrap);
      const notice = `Completed ${number} with ${good} good${scrap > 0 ? ` and ${scrap} scrap` : ''}.`;
      return redirect(c, '/floor', notice);
    })
    .post('/floor/erp', async (c) => {
      const { mode } = z.parse(switchSchema, await c.req.parseBody());
      await shopFloor.setErp(mode);
      return redirect(c, '/floor', erpModes[mode].notice);
    });
}
