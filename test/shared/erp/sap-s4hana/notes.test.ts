import { describe, expect, it } from 'vitest';
import { markLineOf } from '../../../../shared/erp/sap-s4hana/marks.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { amendmentOf, completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { rejection } from '../conformance/rejection.ts';
import { startPlant } from './plant.ts';

const notesField = 'OrderLongText';

describe("a note in the order's text", () => {
  it('is written though a text before it quotes our mark, wherever SAP breaks its lines', async () => {
    // Prepare
    const { books, plan, connect, book } = startPlant({ notesField });
    const order = plan();
    const key = quantityKey(productOrderOf(order));
    const mark = markLineOf(key);
    const quoting = amendmentOf(order, {
      notes: [`See\r\n${mark}\u2028and\v${mark.toUpperCase()}`],
      links: [{ name: mark, url: 'https://x' }],
    });
    await connect().book(quoting, 'P#recording#quoting', firstAttempt());

    // Act
    await book(completionOf(order, { notes: ['All checks in order'] }));

    // Assess
    const { OrderLongText: text } = books.find(order.number);
    expect(text).toContain('All checks in order');
    expect(text.split('\n').filter((line) => line === mark).length).toBe(1);
  });

  it('is not recognised by a mark that a person wrote into a sentence', async () => {
    // Prepare
    const { books, plan, book } = startPlant({ notesField });
    const order = plan();
    const mark = markLineOf(quantityKey(productOrderOf(order)));
    books.change(books.find(order.number), { OrderLongText: `What does ${mark} mean?` });

    // Act
    await book(completionOf(order, { notes: ['All checks in order'] }));

    // Assess
    expect(books.find(order.number).OrderLongText).toContain('All checks in order');
  });

  it.each(['OrderLongTxt', 'etag'])(
    'is refused before anything is confirmed where there is no field %s',
    async (field) => {
      // Prepare
      const { plan, book, confirmationsOf } = startPlant({ notesField: field });
      const order = plan();

      // Act
      const failure = await failureOf(book(completionOf(order, { notes: ['All checks in order'] })));

      // Assess
      expect(failure).toMatchObject(rejection(field, 'configuration'));
      expect(confirmationsOf(order.number)).toEqual([]);
    },
  );

  it('names the booking when SAP refuses the note afterwards', async () => {
    // Prepare: call 6 changes the text.
    const { faults, plan, book, confirmationsOf } = startPlant({ notesField });
    const order = plan();
    const error = { code: 'CO/688', message: { lang: 'en', value: 'The text is too long' } };
    faults.beforeCall(6, () => faults.answerNext({ status: 400, body: JSON.stringify({ error }) }));

    // Act
    const failure = await failureOf(book(completionOf(order, { notes: ['All checks in order'] })));

    // Assess
    expect(failure).toMatchObject(
      rejection(/The text is too long.* Booked by then: confirmation \d+\/1 of order/),
    );
    expect(confirmationsOf(order.number).length).toBe(1);
  });
});
