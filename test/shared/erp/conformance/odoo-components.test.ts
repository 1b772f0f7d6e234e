import { describe, expect, it } from 'vitest';
import { failureOf } from './attempts.ts';
import { completionOf, partOf } from './completions.ts';
import { startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

describe.each<OdooVersion>([17, 18, 19])('components of odoo %i', (version) => {
  it.each(['BENCH', 'LAMP'])('are consumed, those of %s too', async (article) => {
    // Prepare
    const { plan, book, books, row } = startPlant(version);
    const order = plan(article);

    // Act
    await book(partOf(order, 1, '2'));

    // Assess
    const moves = books.where('stock.move', { raw_material_production_id: row(order).id });
    expect(moves.map(({ state, quantity }) => [state, quantity])).toEqual([['done', 8]]);
  });

  it('must be reserved when they are tracked by lots, which 19 does by itself', async () => {
    // Prepare: enough for one of two.
    const { plan, book, reserve, row, expectRefused } = startPlant(version);
    const order = plan('BENCH', 2);
    reserve(4);
    const completion = completionOf(order, { quantity: { amount: '2' } });

    // Act, Assess
    if (version < 19) return expectRefused(completion, 'The VARNISH.*reserve them in Odoo');
    await book(completion);
    expect(row(order).state).toBe('done');
  });

  it('are consumed as a person has set them, where the bill of materials only warns', async () => {
    // Prepare: 21 pieces instead of 20, as Odoo's form writes it
    const { plan, book, books, row, family, setAll } = startPlant(version);
    const order = plan();
    setAll('stock.move', { quantity: 21, picked: true, manual_consumption: true });

    // Act
    await book(partOf(order, 1, '5'));

    // Assess
    expect(row(order)).toMatchObject({ state: 'done', qty_produced: 5 });
    expect(books.rows('stock.move')[0]).toMatchObject({ state: 'done', quantity: 21 });
    expect(family(order).length).toBe(1);
  });

  it.each([21, 19])(
    'are refused before anything is written when a person has set %i instead of 20 and the bill of materials blocks that',
    async (quantity) => {
      // Prepare
      const { plan, book, row, setAll, expectRefused } = startPlant(version);
      const order = plan();
      row(order).consumption = 'strict';
      setAll('stock.move', { quantity, picked: true, manual_consumption: true });

      // Act, Assess
      await expectRefused(completionOf(order), `The LEG is set to ${quantity} instead of 20.*blocks`);
      setAll('stock.move', { quantity: 20 });
      await book(completionOf(order));
      expect(row(order).state).toBe('done');
    },
  );

  it('are consumed once where two lines of the bill of materials are of one component', async () => {
    // Prepare: each line plans 20.
    const { plan, book, books, row } = startPlant(version);
    const order = plan();
    const [line] = books.rows('stock.move');
    books.insert('stock.move', { ...line });
    const leg = { article: 'LEG', quantity: { amount: '7' }, lots: [], recording: 'r1', step: 'Legs' };

    // Act
    await book(completionOf(order, { components: { all: false, beyondPlan: false, used: [leg] } }));

    // Assess
    const moves = books.where('stock.move', { raw_material_production_id: row(order).id });
    expect(moves.map(({ state, quantity }) => [state, quantity])).toEqual([
      ['done', 7],
      ['cancel', 0],
    ]);
  });

  it('are never left to a question that cancels them', async () => {
    // Prepare: a person takes components back while we book.
    const { plan, book, books, row, setAll } = startPlant(version);
    const order = plan();
    books.beforeNext('mrp.production', 'button_mark_done', () => setAll('stock.move', { picked: false }));

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess
    const says = `${order.number} (mrp.consumption.warning).*do not confirm the question.*Written by then: our note`;
    expect(failure).toMatchObject(rejection(says, 'refused-by-erp'));
    expect(row(order).state).toBe('to_close');
  });
});

it('asks a person for components of which odoo 19 finds none to reserve, and leaves the order open', async () => {
  const { plan, book, books, listed } = startPlant(19);
  const order = plan('STOOL', 5);
  books.hasEmptyStock = true;

  const failure = await failureOf(book(completionOf(order)));

  expect(failure).toMatchObject(rejection('You need to supply a Lot/Serial Number', 'refused-by-erp'));
  expect(await listed()).toMatchObject([{ number: order.number }]);
});
