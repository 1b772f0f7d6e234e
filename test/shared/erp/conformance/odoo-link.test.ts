import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { odoo } from '../../../../shared/erp/odoo/index.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { failureOf, firstAttempt } from './attempts.ts';
import { productOrderOf } from './completions.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type OdooServer, startOdoo } from './servers/odoo.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const login = { database: 'plant', username: 'azumuta@example.com', apiKey: 'right-key' };
const linked = 'x_azumuta_product_order';

describe.each<OdooVersion>([17, 19])('linking a part while another is linked, in odoo %i', (version) => {
  let server: OdooServer;
  let faults: FaultProxy;
  beforeAll(async () => {
    server = await startOdoo(version, login);
    faults = await startFaultProxy(server.url);
  });
  afterAll(async () => {
    await faults.close();
    await server.close();
  });
  const connect = () =>
    odoo({ url: faults.url, database: 'plant', version, backorder: 'keep', linkField: linked }).connect({
      clock: systemClock,
      credentials: async () => login,
    });

  /** Links two parts one after the other; each time the second was written, another client writes this over it. */
  async function linkTwo(overwriting: (first: string) => string, times: number) {
    const planned = server.books.plan('CHAIR', 5);
    const order = { number: String(planned.name), id: String(planned.id) };
    const [first, second, third] = [1, 2, 3].map((n) => productOrderOf(order, n));
    if (!first?.url || !second?.url || !third?.url) throw new Error('product orders have URLs');
    const link = (productOrder: typeof first) =>
      failureOf(Promise.resolve(connect().linkProductOrder?.(order, productOrder, firstAttempt())));
    await link(first);
    const row = server.books.rows('mrp.production').find((one) => one.id === Number(order.id));
    if (!row) throw new Error('no order');
    const [urlOfFirst, urlOfSecond] = [first.url, second.url];
    let left = times;
    faults.reset();
    for (let n = 1; n <= 20; n += 1) {
      faults.afterCall(n, () => {
        if (left === 0 || !String(row[linked]).split(' ').includes(urlOfSecond)) return;
        left -= 1;
        row[linked] = overwriting(urlOfFirst);
      });
    }
    const failure = await link(second);
    const written = String(row[linked]).split(' ').toSorted();
    faults.reset();
    return { failure, written, left, both: [urlOfFirst, urlOfSecond].toSorted() };
  }

  it('writes ours again when the other wrote over it', async () => {
    const { failure, written, left, both } = await linkTwo((first) => first, 1);

    expect({ failure, left, written }).toEqual({ failure: undefined, left: 0, written: both });
  });

  it('loses nothing that stood there, nor what the other wrote', async () => {
    const { failure, written, left, both } = await linkTwo(() => 'https://theirs.example', 1);

    expect({ failure, left }).toEqual({ failure: undefined, left: 0 });
    expect(written).toEqual([...both, 'https://theirs.example'].toSorted());
  });

  it('leaves it to the queue when it is written over again and again', async () => {
    const { failure, left } = await linkTwo((first) => first, 10);

    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
    expect(left).toBeGreaterThan(0);
  });
});
