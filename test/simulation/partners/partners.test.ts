import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../shared/erp/conformance/attempts.ts';
import { completionOf, quantityKey } from '../../shared/erp/conformance/completions.ts';
import { type ErpName, erpModels } from './erp.ts';
import { listedOne, prepared } from './prepared.ts';

const names = Object.keys(erpModels).filter((name): name is ErpName => name in erpModels);

describe.each(names)('the model of %s', (name) => {
  it('has the recorded figures of each part in its books, with its mark and a link to each recording, however an order is split', async () => {
    const part = fc
      .record({ quantity: fc.nat(3), scrap: fc.nat(2) })
      .filter(({ quantity, scrap }) => quantity + scrap > 0);
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        // Prepare
        const rehearsal = prepared(name);
        const { erp, azumuta } = rehearsal;
        const wanted = parts.reduce((sum, { quantity, scrap }) => sum + quantity + scrap, 0);
        const planned = erp.plan({ article: 'plain', quantity: String(wanted) });
        const order = await listedOne(rehearsal);

        // Act
        const marks: string[] = [];
        for (const [at, recorded] of parts.entries()) {
          const { id } = await rehearsal.create(order, `${order.number}/${at + 1}`);
          marks.push(erp.markOf(`${id}#quantity`));
          azumuta.complete(`${order.number}/${at + 1}`, recorded);
          await rehearsal.book(await rehearsal.collect(id, order, at + 1 === parts.length));
        }

        // Assess
        const { state, bookings, links, productOrders } = erp.books(planned);
        expect(state).toBe('done');
        expect(
          bookings.map(({ mark, good, scrap }) => ({ mark, quantity: Number(good), scrap: Number(scrap) })),
        ).toEqual(parts.map((recorded, at) => ({ mark: marks[at], ...recorded })));
        const recordings = azumuta.productOrders().flatMap((one) => one.recordings);
        expect(
          recordings.map(({ id }) => links.filter((url) => url.endsWith(`/recordings/${id}`)).length),
        ).toEqual(recordings.map(() => 1));
        expect(productOrders).toHaveLength(parts.length);
      }),
      { seed: 23, numRuns: 5 },
    );
  });

  it('shows the acts of people in its books', async () => {
    // Prepare
    const { erp, ...rehearsal } = prepared(name);
    const [cancelled, finished, changed] = ['5', '6', '7'].map((quantity) =>
      erp.plan({ article: 'plain', quantity }),
    );
    if (!cancelled || !finished || !changed) throw new Error('nothing was planned');

    // Act
    const acts = [erp.cancel(cancelled), erp.finishByHand(finished), erp.changeQuantity(changed, '9')];
    const inVain = [erp.cancel(finished), erp.finishByHand(cancelled), erp.finishByHand(finished)];

    // Assess
    expect(acts).toEqual([true, true, true]);
    expect(inVain).toEqual([false, false, false]);
    expect(erp.books(cancelled)).toMatchObject({ state: 'cancelled', bookings: [] });
    expect(erp.books(finished)).toMatchObject({ state: 'done', bookings: [{ mark: undefined, good: '6' }] });
    const open = (await rehearsal.listed()).filter(({ state }) => state === 'released');
    expect(open).toMatchObject([{ number: changed.number, quantity: { amount: '9' } }]);
    const failure = await failureOf(
      rehearsal.connector.book(completionOf(finished), quantityKey(completionOf(finished).productOrder), {
        again: false,
        signal: new AbortController().signal,
      }),
    );
    expect(failure).toMatchObject({ code: 'order-state' });
  });
});
