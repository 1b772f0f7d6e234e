import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../shared/erp/conformance/attempts.ts';
import { completionOf, quantityKey } from '../../shared/erp/conformance/completions.ts';
import { type ErpName, erpModels } from './erp.ts';
import { bookedWhole, listedOne, prepared } from './prepared.ts';

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
      { seed: 23, numRuns: 15 },
    );
  });

  it('keeps the lot of a whole quantity, and the serial number of each piece', async () => {
    // Prepare
    const rehearsal = prepared(name);
    const { erp } = rehearsal;
    const pieces = erp.cannot.serials ? ['S1'] : ['S1', 'S2', 'S3'];
    const ofLot = erp.plan({ article: 'lots', quantity: '5' });
    const ofSerials = erp.plan({ article: 'serials', quantity: String(pieces.length) });
    const orders = await rehearsal.listed();
    const listed = (number: string) => orders.filter((one) => one.number === number);

    // Act
    for (const order of listed(ofLot.number)) await bookedWhole(rehearsal, order, ['L1']);
    for (const order of listed(ofSerials.number)) await bookedWhole(rehearsal, order, pieces);

    // Assess
    expect(erp.books(ofLot).bookings).toMatchObject([{ good: '5', lots: ['L1'] }]);
    expect(erp.books(ofSerials).bookings).toMatchObject([{ lots: pieces }]);
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

  it('accepts a new secret, survives a restart, and refuses the old secret', async () => {
    // Prepare
    const rehearsal = prepared(name);
    const { erp } = rehearsal;
    const planned = erp.plan({ article: 'plain', quantity: '5' });
    const order = await listedOne(rehearsal);
    const old = erp.credentials;
    const clock = {
      now: () => new Date(0),
      sleep: async () => {},
      timeout: () => new AbortController().signal,
    };
    const withOld = erp
      .definition('https://erp.example.com')
      .connect({ clock, credentials: async () => old });

    // Act
    const fresh = erp.rotate();
    erp.restart();
    const failure = await failureOf(
      withOld.releasedOrders(undefined, clock.timeout())[Symbol.asyncIterator]().next(),
    );
    await bookedWhole(rehearsal, order);

    // Assess
    expect(fresh).toEqual(erp.credentials);
    expect(failure).toMatchObject({ unauthorized: true });
    expect(erp.books(planned)).toMatchObject({ state: 'done', good: '5' });
  });

  it('repeats itself for the same time and ids', async () => {
    // Prepare
    const run = async () => {
      const rehearsal = prepared(name);
      rehearsal.erp.plan({ article: 'plain', quantity: '5' });
      await bookedWhole(rehearsal, await listedOne(rehearsal));
      return [rehearsal.erp.everything(), rehearsal.azumuta.productOrders()];
    };

    // Act
    const [once, twice] = [await run(), await run()];

    // Assess
    expect(twice).toEqual(once);
  });
});
