import { expect } from 'vitest';
import type { Attempt } from '../../../../shared/erp/connector.ts';
import type { Cause } from '../../../../shared/model/causes.ts';
import { Rejected, UnknownOrder } from '../../../../shared/model/errors.ts';
import type { Guard } from '../../../../shared/platform/http.ts';
import { failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { amendmentOf, completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Chapter, PlannedOrderRef } from './target.ts';

export function bookingTests({ target, plan, book, promise }: Chapter): void {
  /** A note in an amendment by a later recording, and its booking. */
  function amendment(order: PlannedOrderRef, when: 'Late' | 'Early') {
    const { id } = productOrderOf(order);
    const note = `${when} check of ${id}`;
    const book = () =>
      target()
        .connector()
        .book(amendmentOf(order, { notes: [note] }), `${id}#recording#${when}`, firstAttempt());
    return { note, book };
  }

  promise('hands the guard of its work to each request, whatever signal comes with it', [], async () => {
    // Prepare
    const order = await plan();
    const connector = target().connector();
    let paced = 0;
    const guard: Guard = {
      answered: false,
      pace: (_signal, send) => {
        paced += 1;
        return send();
      },
    };
    const attempt: Attempt = { ...firstAttempt(), guard };
    target().faults.reset();

    // Act
    await connector.releasedOrders(undefined, attempt.signal, guard)[Symbol.asyncIterator]().next();
    await connector.readOrder?.(order, attempt.signal, guard);
    await connector.linkProductOrder?.(order, productOrderOf(order), attempt);
    await connector.book(completionOf(order), quantityKey(productOrderOf(order)), attempt);

    // Assess
    expect(guard.answered).toBe(true);
    expect(paced).toBeGreaterThan(1);
    expect(paced).toBe(target().faults.callCount());
  });

  promise('finishes the order with its good quantity and returns a reference to it', [], async () => {
    // Prepare
    const order = await plan();

    // Act
    const receipt = await book(completionOf(order, { article: order.article }));

    // Assess
    expect(receipt.alreadyBooked).toBe(false);
    expect(receipt.reference).not.toBe('');
    const books = await target().books(order);
    expect(books).toMatchObject({ state: 'done', good: '5', scrap: '0', bookings: 1 });
    // A booking that does not consume the components looks right and is wrong.
    if (books.consumed !== undefined) expect(books.consumed).toBe('5');
  });

  promise('finishes the order with less than planned when the completion is final', ['closing'], async () => {
    const order = await plan();
    await book(completionOf(order, { quantity: { amount: '3' }, final: true }));
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '3', bookings: 1 });
  });

  promise('books scrap separately from the good quantity', ['scrap'], async () => {
    const order = await plan();
    await book(completionOf(order, { quantity: { amount: '4' }, scrap: { amount: '1' } }));
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '4', scrap: '1', bookings: 1 });
  });

  const kept = (lot: string) => target().keptLot?.(lot) ?? lot;

  promise('books the lot that was built', ['lots'], async () => {
    // Prepare
    const order = await plan({ article: target().articles.lots ?? '' });
    // Ten characters: the shortest limit of lot numbers among the ERPs.
    const lot = `L-${productOrderOf(order).id.slice(0, 8)}`;

    // Act
    await book(completionOf(order, { lots: [{ number: lot }] }));

    // Assess
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', lots: [kept(lot)] });
  });

  promise('books every serial number that was built', ['serials'], async () => {
    // Prepare
    const { id } = productOrderOf(await plan());
    const order = await plan({ article: target().articles.serials ?? '', quantity: '3' });
    const serials = ['A', 'B', 'C'].map((piece) => `${id.slice(0, 8)}-${piece}`);

    // Act
    const lots = serials.map((number) => ({ number, quantity: { amount: '1' } }));
    await book(completionOf(order, { quantity: { amount: '3' }, lots }));

    // Assess
    const books = await target().books(order);
    expect(books).toMatchObject({ state: 'done', good: '3' });
    expect([...books.lots].sort()).toEqual(serials.map(kept));
  });

  promise('writes each note, with its markup as text', ['notes'], async () => {
    // Prepare
    const order = await plan();
    const note = `Torque <b>3 Nm</b> & "ok"`;

    // Act
    await book(completionOf(order, { notes: [note] }));

    // Assess
    const { notes } = await target().books(order);
    expect(notes.filter((text) => text.includes(note)).length).toBe(1);
  });

  promise('writes each link', ['links'], async () => {
    // Prepare
    const order = await plan();
    const url = `https://app.azumuta.com/recordings/${productOrderOf(order).id}?a=1&b=2`;

    // Act
    await book(completionOf(order, { links: [{ name: 'Report', url }] }));

    // Assess
    const { links } = await target().books(order);
    expect(links.filter((link) => link === url).length).toBe(1);
  });

  promise('adds an amendment to a finished order without changing a quantity', ['amendments'], async () => {
    // Prepare
    const order = await plan();
    await book(completionOf(order));
    const before = await target().books(order);
    const late = amendment(order, 'Late');

    // Act
    await late.book();
    const second = await late.book();

    // Assess
    const after = await target().books(order);
    expect(after).toMatchObject({ good: before.good, scrap: before.scrap, bookings: before.bookings });
    expect(after.notes.filter((text) => text.includes(late.note)).length).toBe(1);
    expect(second.alreadyBooked).toBe(true);
  });

  promise(
    'books the quantity when an amendment came first, which leaves the order open',
    ['amendments'],
    async () => {
      // Prepare
      const order = await plan();
      await amendment(order, 'Early').book();
      const between = await target().books(order);

      // Act
      const receipt = await book(completionOf(order));

      // Assess
      expect(between).toMatchObject({ state: 'open', good: '0', bookings: 0 });
      expect(receipt.alreadyBooked).toBe(false);
      expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
    },
  );

  promise('throws UnknownOrder with the number when the ERP does not know the order', [], async () => {
    // Prepare
    const { id: _, ...order } = await plan();
    const unknown = { ...order, number: order.number.replace(/\d(?=\D*$)/, '').concat('987654') };

    // Act
    const failure = await failureOf(book(completionOf(unknown)));

    // Assess
    expect(failure).toBeInstanceOf(UnknownOrder);
    expectRejected(failure, 'unknown-order', unknown.number);
  });

  promise('rejects an order that somebody else finished', ['foreign-completion'], async () => {
    // Prepare
    const order = await plan();
    await target().finishByHand(order);
    const before = await target().books(order);

    // Act
    const first = await failureOf(book(completionOf(order)));
    const again = await failureOf(book(completionOf(order), nextAttempt()));

    // Assess
    expectRejected(first, 'order-state', order.number);
    expectRejected(again, 'order-state', order.number);
    expect(await target().books(order)).toEqual(before);
  });

  promise('finds the order by its number alone', [], async () => {
    const order = await plan();
    await book(completionOf({ number: order.number }, {}, productOrderOf(order)));
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });
}

function expectRejected(failure: unknown, causeCode: Cause, named: string): void {
  expect(failure).toBeInstanceOf(Rejected);
  expect(failure).toMatchObject({ causeCode, message: expect.stringContaining(named) });
}
