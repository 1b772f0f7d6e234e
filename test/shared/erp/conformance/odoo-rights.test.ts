import { describe, expect, it } from 'vitest';
import { UnknownOrder } from '../../../../shared/model/errors.ts';
import { failureOf } from './attempts.ts';
import { completionOf, partOf } from './completions.ts';
import { startPlant } from './odoo-plant.ts';
import type { OdooVersion } from './servers/odoo-models.ts';
import { byModel, byRuleInFrench } from './servers/odoo-rights.ts';

const groups = ['Analytic Accounting', 'Show Accounting Features - Readonly'];

describe.each<OdooVersion>([17, 18, 19])('rights in odoo %i', (version) => {
  it('let one order wait that a record rule keeps from being written, and book it once it may be', async () => {
    // Prepare
    const { plan, book, books, row, everything } = startPlant(version);
    const order = plan();
    books.rights.readOnly.add(row(order).id);
    const before = everything();

    // Act
    const failure = await failureOf(book(completionOf(order)));
    const after = everything();
    books.rights.readOnly.clear();
    await book(completionOf(order));

    // Assess
    const says = `${order.number}.*message_post.*companies and record rules.*Document type: Message`;
    const waits = {
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringMatching(says),
    };
    expect(failure).toMatchObject({ ...waits, wrote: 'nothing', afterSeconds: undefined, retry: 'seldom' });
    expect(after).toEqual(before);
    expect(row(order).state).toBe('done');
  });

  it.each([
    ['a rule on writes, not in English', byRuleInFrench(), 'its groups, companies and record rules'],
    [
      'a model, naming the group',
      byModel('Stock Move', 'stock.move', 'Inventory/User'),
      'for the following groups: - Inventory/User',
    ],
  ])('let one order wait after a refusal by %s', async (_, error, advice) => {
    // Prepare
    const { plan, book, books, row } = startPlant(version);
    const order = plan();
    books.beforeNext('mrp.production', 'button_mark_done', () => {
      throw error;
    });

    // Act
    const failure = await failureOf(book(completionOf(order)));
    await book(completionOf(order));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
    expect(failure).toHaveProperty('message', expect.stringContaining(advice));
    expect(books.doneCount.get(row(order).id)).toBe(1);
  });

  it('are named as a possible reason when an order is not there', async () => {
    const { plan, book, books, row } = startPlant(version);
    const order = plan();
    books.rights.hidden.add(row(order).id);

    const failure = await failureOf(book(completionOf(order)));

    expect(failure).toBeInstanceOf(UnknownOrder);
    expect(failure).toHaveProperty('message', expect.stringContaining('record rules of our user'));
  });
});

it('lets a part wait, naming the groups one by one, while an accounting module of odoo 19 keeps our user from splitting', async () => {
  // Prepare
  const { plan, book, books, family } = startPlant(19);
  const order = plan();

  // Act
  const refused: unknown[] = [];
  for (const has of [[], groups.slice(0, 1)]) {
    books.rights.accounting = { groups: has };
    refused.push(await failureOf(book(partOf(order, 1, '2'))));
  }
  await book(completionOf(plan()));
  books.rights.accounting = { groups };
  await book(partOf(order, 1, '2'));

  // Assess
  for (const [n, failure] of refused.entries()) {
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    const message = expect.stringMatching(`\\(You.*groups.*${groups[n]}`);
    expect(failure).toHaveProperty('message', message);
  }
  expect(family(order)).toMatchObject([
    { state: 'done', qty_produced: 2 },
    { state: 'confirmed', product_qty: 3 },
  ]);
});
