import { describe, expect, it } from 'vitest';
import type { ProductOrderRef } from '../../../../shared/model/orders.ts';
import { failureOf, firstAttempt } from './attempts.ts';
import { productOrderOf } from './completions.ts';
import { startPlant } from './odoo-plant.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const linkField = 'x_azumuta_product_order';

/** An order, and how to link a product order with it. */
async function startLinking(version: OdooVersion) {
  const { plan, row, connect, faults } = startPlant(version);
  const order = plan();
  return {
    order,
    row: row(order),
    faults,
    entries: () => String(row(order)[linkField]).split('\n').toSorted(),
    link: (productOrder: ProductOrderRef) =>
      failureOf(
        Promise.resolve(connect({ linkField }).linkProductOrder?.(order, productOrder, firstAttempt())),
      ),
  };
}

describe.each<OdooVersion>([17, 19])('linking a part while another is linked, in odoo %i', (version) => {
  /** Links two parts one after the other; each time the second was written, another client writes this over it. */
  async function linkTwo(overwriting: (first: string) => string, times: number) {
    const { order, row, faults, entries, link } = await startLinking(version);
    const [first, second] = [1, 2].map((n) => productOrderOf(order, n));
    if (!first?.url || !second?.url) throw new Error('product orders have URLs');
    await link(first);
    const [urlOfFirst, urlOfSecond] = [first.url, second.url];
    let left = times;
    faults.reset();
    for (let n = 1; n <= 20; n += 1) {
      faults.afterCall(n, () => {
        if (left === 0 || !entries().includes(urlOfSecond)) return;
        left -= 1;
        row[linkField] = overwriting(urlOfFirst);
      });
    }
    const failure = await link(second);
    return { failure, written: entries(), left, both: [urlOfFirst, urlOfSecond].toSorted() };
  }

  it('writes our entry again when the other link overwrote it', async () => {
    const { failure, written, left, both } = await linkTwo((first) => first, 1);

    expect({ failure, left, written }).toEqual({ failure: undefined, left: 0, written: both });
  });

  it('keeps earlier entries and the entry of the other link', async () => {
    const { failure, written, left, both } = await linkTwo(() => 'https://theirs.example', 1);

    expect({ failure, left }).toEqual({ failure: undefined, left: 0 });
    expect(written).toEqual([...both, 'https://theirs.example'].toSorted());
  });

  it('leaves it to the queue when our entry is overwritten again and again', async () => {
    const { failure, left } = await linkTwo((first) => first, 10);

    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
    expect(left).toBeGreaterThan(0);
  });
});

it('finds numbers with spaces again, and distinguishes them', async () => {
  // Prepare: one number is a part of the other.
  const { entries, link } = await startLinking(19);
  const numbers = ['MO 1', 'MO 1 A'];

  // Act
  for (const number of [...numbers, ...numbers]) expect(await link({ id: number, number })).toBeUndefined();

  // Assess
  expect(entries()).toEqual(numbers);
});
