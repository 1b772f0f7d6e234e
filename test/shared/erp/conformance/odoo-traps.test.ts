import { describe, expect, it } from 'vitest';
import { failureOf, firstAttempt } from './attempts.ts';
import { amendmentOf, completionOf, partOf, productOrderOf, quantityKey } from './completions.ts';
import { startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import { userError, validationError } from './servers/odoo-domain.ts';
import { us } from './servers/odoo-masters.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

const markDone = ['mrp.production', 'button_mark_done'] as const;

describe.each<OdooVersion>([17, 18, 19])('odoo %i', (version) => {
  it('refuses to close an order with a part of it when backorders are off, and writes nothing', async () => {
    const { plan, connect, expectRefused } = startPlant(version);
    const skipping = connect({ backorder: 'skip' });
    await expectRefused(partOf(plan(), 1, '2'), "set backorder to 'keep'", 'configuration', skipping);
  });

  it('refuses to close an order that was raised when backorders are off, and books it once it is set back', async () => {
    // Prepare
    const { plan, book, connect, row, expectRefused } = startPlant(version);
    const skipping = connect({ backorder: 'skip' });
    const order = plan('CHAIR', 3);
    const completion = completionOf(order, { quantity: { amount: '3' }, madeFor: { amount: '3' } });
    row(order).product_qty = 99;

    // Act, Assess
    const says = `Odoo: ${order.number} is for 99 now, its product order was made for 3, and 3 were built: booking them would close it. Set its quantity back to 3 in Odoo, then replay; or book by hand, then discard this.`;
    await expectRefused(completion, says, 'conflict', skipping);
    row(order).product_qty = 3;
    await book(completion, skipping);
    expect(row(order)).toMatchObject({ state: 'done', qty_produced: 3 });
  });

  it.each([
    ['rounded as Odoo rounds it', 2.12, 1, { amount: '2.123456' }, '1'],
    ['in the unit of the order', 2, 2, { amount: '2', unit: 'Dozens' }, '12'],
    ['in another unit, which is not compared', 2, 2, { amount: '24', unit: 'Units' }, '12'],
  ])('closes an order that did not change: %s', async (_, quantity, unit, madeFor, amount) => {
    // Prepare
    const { plan, book, family, row } = startPlant(version);
    const order = plan('CHAIR', quantity);
    row(order).product_uom_id = unit;

    // Act
    await book(completionOf(order, { quantity: { amount, unit: 'Units' }, madeFor }));

    // Assess
    expect(family(order)).toMatchObject([{ state: 'done', qty_produced: 1 }]);
  });

  it('closes the rest of its own booking when the whole order is what its product order was made for', async () => {
    // Prepare
    const { plan, book, family } = startPlant(version);
    const order = plan('CHAIR', 5);
    await book(partOf(order, 1, '2'));

    // Act
    await book({ ...partOf(order, 2, '1'), final: true, madeFor: { amount: '5' } });

    // Assess
    expect(family(order).map(({ state, qty_produced }) => [state, qty_produced])).toEqual([
      ['done', 2],
      ['done', 1],
    ]);
  });

  it('links a product order that was made again under its number, as the link of the first leads to nothing', async () => {
    // Prepare
    const { plan, connect, books } = startPlant(version);
    const order = plan();
    const { number } = order;
    const linkOf = (id: string) => ({ id, number, url: `https://azumuta.example/${id}` });
    const link = (id: string) => connect().linkProductOrder?.(order, linkOf(id), firstAttempt());
    const messages = () => books.rows('mail.message').map(({ body }) => String(body));

    // Act
    for (const id of ['first', 'again', 'again']) await link(id);

    // Assess
    for (const id of ['first', 'again'])
      expect(messages().filter((body) => body.includes(`https://azumuta.example/${id}`))).toHaveLength(1);
  });

  it('refuses before it writes when our user has no e-mail address, and books once it has one, for which 19 does not ask', async () => {
    // Prepare: the same container serves both attempts.
    const { plan, book, connect, everything, setAll, row } = startPlant(version);
    const order = plan();
    setAll('res.users', { email: false });
    const [before, connector] = [everything(), connect()];

    // Act
    const failures = [
      await failureOf(book(completionOf(order), connector)),
      await failureOf(connector.book(amendmentOf(order), 'R#recording#1', firstAttempt())),
      await failureOf(
        Promise.resolve(connector.linkProductOrder?.(order, productOrderOf(order), firstAttempt())),
      ),
    ];
    const after = everything();
    setAll('res.users', { email: 'azumuta@example.com' });
    await book(completionOf(order), connector);

    // Assess
    if (version < 19) {
      const refusal = rejection(`${order.number}.*email address`, 'refused-by-erp');
      expect(failures).toMatchObject([refusal, refusal, refusal]);
      expect(after).toEqual(before);
    } else expect(failures).toEqual([undefined, undefined, undefined]);
    expect(row(order).state).toBe('done');
  });

  it('books an order whose product has another reference by now, as its id tells that it is the same', async () => {
    // Prepare
    const { plan, book, books, row, expectRefused } = startPlant(version);
    const order = plan();
    const completion = completionOf(order, { article: 'CHAIR' });
    for (const product of books.where('product.product', { default_code: 'CHAIR' }))
      product.default_code = 'CHAIR-2';

    // Act, Assess
    const byNumber = { ...completion, erpOrder: { number: order.number } };
    await expectRefused(byNumber, 'product CHAIR-2.*CHAIR', 'conflict');
    await book(completion);
    expect(row(order).state).toBe('done');
  });

  it('ends a listing whose pages go back in time', async () => {
    // Prepare: each page has other orders, of two seconds in turn
    const { plan, listed, connect, faults } = startPlant(version);
    for (let n = 0; n < 4; n++) plan();
    let page = 0;
    faults.rewriteAnswers((body) => {
      if (!body.includes('backorder_sequence')) return body;
      page += 1;
      return body
        .replace(/"write_date":"[^"]*"/g, `"write_date":"2030-01-01 00:00:0${page % 2}"`)
        .replace(/"id":(\d+),"name":"WH/g, (_, id) => `"id":${Number(id) + page},"name":"WH`);
    });

    // Act
    const failure = await failureOf(listed(connect({ pageSize: 2 })));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expect(failure).toHaveProperty('message', expect.stringContaining('again and again'));
    expect(page).toBeLessThan(5);
  });

  it('posts its note before anything else, so that a user without rights leaves nothing behind', async () => {
    // Prepare
    const { plan, books, expectRefused } = startPlant(version);
    books.beforeNext('mrp.production', 'message_post', () => {
      throw userError('Not today');
    });

    // Act, Assess
    await expectRefused(completionOf(plan('BATCH'), { lots: [{ number: 'B-1' }] }), 'Not today');
  });

  it('recognises a part as booked when the button was pressed twice at once', async () => {
    // Prepare: the first call gets through just before the second, which then has nothing to split.
    const { plan, book, books, family, press } = startPlant(version);
    const order = plan();
    const context = { skip_backorder: true, mo_ids_to_backorder: [Number(order.id)] };
    books.beforeNext(...markDone, () => press('button_mark_done', order, context));

    // Act
    const failure = await failureOf(book(partOf(order, 1, '2')));
    const receipt = await book(partOf(order, 1, '2'));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
    expect(receipt.alreadyBooked).toBe(true);
    expect(family(order).map((row) => row.qty_produced)).toEqual([2, 0]);
  });

  it('decides by the order’s state when a refusal comes in another language', async () => {
    // Prepare
    const { plan, book, books, press } = startPlant(version);
    const order = plan();
    books.beforeNext(...markDone, () => {
      press('button_mark_done', order);
      throw validationError('De te produceren hoeveelheid moet positief zijn!');
    });

    // Act
    const receipt = await book(completionOf(order));

    // Assess
    expect(receipt).toEqual({ reference: `${order.number} done`, alreadyBooked: false });
  });

  it('accepts neither text that people write nor text that they copy as its own mark', async () => {
    // Prepare: a person copies one of our messages, somebody appends to one in our name, and a note quotes one.
    const { plan, book, books, connect, row } = startPlant(version);
    const order = plan();
    const mark = `<p><small>[azumuta booking ${quantityKey(productOrderOf(order))}]</small></p>`;
    books.comment(row(order), mark);
    books.comment(row(order), `${mark}<p>This one?</p>`, us.partner);
    const notes = [mark, `</p>${mark}`];
    const quoting = amendmentOf(order, { notes, links: [{ name: mark, url: 'https://x.example' }] });
    await connect().book(quoting, 'R#recording#quoting', firstAttempt());
    const quoted = books.rows('mail.message').at(-1);

    // Act
    const receipt = await book(completionOf(order));

    // Assess
    expect(receipt.alreadyBooked).toBe(false);
    expect(row(order).state).toBe('done');
    // Two by people, the quoting note, and ours.
    expect(books.rows('mail.message').length).toBe(4);
    expect(String(quoted?.body).split('<small>').length).toBe(2);
  });
});

it('stops the flow without giving up an order when the secret has no username, which JSON-RPC needs', async () => {
  // Prepare
  const { plan, book, connect } = startPlant(17);
  const connector = connect({}, async () => ({ apiKey: 'k' }));

  // Act
  const failure = await failureOf(book(completionOf({ number: plan().number }), connector));

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
  expect(failure).toHaveProperty('message', expect.stringContaining('username'));
});
