import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { decideProductOrders } from '../../../shared/orders/decide-product-orders.ts';
import { readKnown } from '../../../shared/orders/wanted-order.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import { ledgerOn } from '../../support/ledger.ts';
import { erpOrder } from '../../support/orders.ts';
import { callingThrough, overriding } from '../../support/overriding.ts';
import { acceptInto, each, type Mapping, units as unitsOf } from './order-stage.ts';

/** What a planner was alerted to about the ERP order. */
interface Wish {
  readonly order: ErpOrder;
  readonly mapping: Mapping;
}

const units = (amount: string) => unitsOf('MO/1', amount);
const wishes: Wish[] = [
  { order: units('1'), mapping: each },
  { order: units('2'), mapping: each },
  { order: { ...units('2'), article: 'GEAR-02' }, mapping: each },
  { order: { ...units('2'), state: 'cancelled' }, mapping: each },
  { order: units('2'), mapping: { ...each, number: ({ number }) => `GH-${number}` } },
  { order: units('2'), mapping: { split: { per: 'unit', book: 'when-all-done' } } },
];
const wish = fc.constantFrom(...wishes);

const mappedOf = ({ order, mapping }: Wish) =>
  order.state === 'cancelled' ? undefined : mapProductOrders(mapping, order);

function accept(wanted: Wish, ledger: Ledger) {
  const map = (order: ErpOrder) => mapProductOrders(wanted.mapping, order);
  return acceptInto(ledger, [wanted.order], 'endpoint', { map });
}

/** A ledger on this table, each of whose calls waits until the test lets it go on. */
const inTurns = (table: Table, scheduler: fc.Scheduler): Ledger =>
  ledgerOn(callingThrough(table, (call) => scheduler.scheduleFunction(call)())).ledger;

/** All product orders of the ERP order, under any number. */
async function liveOf(ledger: Ledger) {
  const numbers = await ledger.erpOrders.productOrdersOf('MO/1');
  const found = await Promise.all(numbers.map((number) => ledger.orders.find(number)));
  return found.flatMap((entry) => (entry && !entry.end ? [entry] : []));
}

/** What is left to do until the ERP order is as wanted. */
async function missing(wanted: Wish, ledger: Ledger): Promise<string[]> {
  const { order } = wanted;
  const mapped = mappedOf(wanted);
  const known = await readKnown({ order, mapped }, ledger);
  const { first, parts } = decideProductOrders(known, { order, mapped, via: 'pull', now: new Date() });
  const left = [...first, ...parts].filter(({ action }) =>
    ['create', 'replace', 'withdraw'].includes(action),
  );
  const state = known.record?.state ?? 'cancelled';
  const amount = known.record?.erpOrder.amount ?? order.quantity.amount;
  return [
    ...left.map(({ action, number }) => `${action} ${number}`),
    ...(state === (mapped ? 'released' : 'cancelled') ? [] : [`the record says ${state}`]),
    ...(!mapped || amount === order.quantity.amount ? [] : [`the record says ${amount}`]),
  ];
}

it('does what one of two planners wants who work at once, in any order of their calls, whatever is created meanwhile', async () => {
  const races = fc.record({
    before: fc.option(wish),
    a: wish,
    b: wish,
    creates: fc.boolean(),
    turns: fc.scheduler(),
  });
  await fc.assert(
    fc.asyncProperty(races, async ({ before, a, b, creates, turns }) => {
      // Prepare
      const { table, ledger } = ledgerOn();
      if (before) await accept(before, ledger);
      const create = turns.scheduleFunction(async () => {
        for (const { number } of (await liveOf(ledger)).slice(0, 1)) {
          const claimant = { owner: 'o', messageId: 'm', endsAt: new Date('2026-11-24T09:00:00Z') };
          await ledger.claims.claim(orderKey(number), claimant);
        }
      });

      // Act
      const scheduled = inTurns(table, turns);
      await turns.waitFor(
        Promise.all([accept(a, scheduled), accept(b, scheduled), ...(creates ? [create()] : [])]),
      );

      // Assess: all is numbered in one way, and nothing is left to do for one of the two
      const live = await liveOf(ledger);
      expect(new Set(live.map(({ part: { first, book } }) => `${first} ${book}`)).size).toBeLessThanOrEqual(
        1,
      );
      const left = [await missing(a, ledger), await missing(b, ledger)];
      if (left.every((each) => each.length > 0)) expect(left).toEqual([[], 'or', []]);
    }),
    { numRuns: 100 },
  );
});

it('makes no further part for a planner, once another has taken it back meanwhile', async () => {
  // Prepare: right before the second part is written, another planner wants one alone.
  const { table, ledger } = ledgerOn();
  const one = { order: units('1'), mapping: each };
  const two = { order: units('2'), mapping: each };
  await accept(one, ledger);
  let others = 0;
  const overtaken = overriding(table, {
    async putIf(item, ...condition) {
      if (String(item.pk).startsWith('ORDER#') && others++ === 0) await accept(one, ledger);
      return table.putIf(item, ...condition);
    },
  });

  // Act
  await accept(two, ledgerOn(overtaken).ledger);

  // Assess
  expect(others).toBeGreaterThan(0);
  const amount = (await ledger.erpOrders.find(one.order))?.erpOrder.amount;
  expect(await liveOf(ledger)).toHaveLength(Number(amount));
});

it('gives a number that an ERP order gave back to one of two that want it at once, and the other has a conflict', async () => {
  const mapping: Mapping = { number: () => 'X' };
  const company = (id: string) => ({ order: erpOrder({ number: `${id}/1`, id }), mapping });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (turns) => {
      // Prepare
      const { table, ledger } = ledgerOn();
      const gone = company('gone');
      await accept(gone, ledger);
      await accept({ ...gone, order: { ...gone.order, state: 'cancelled' } }, ledger);

      // Act
      const scheduled = inTurns(table, turns);
      const answers = await turns.waitFor(
        Promise.all([accept(company('a'), scheduled), accept(company('b'), scheduled)]),
      );

      // Assess
      const statuses = answers.flat().map(({ status }) => status);
      const owner = (await ledger.orders.find('X'))?.erpOrder.id;
      expect(statuses).toEqual(owner === 'a' ? ['queued', 'conflict'] : ['conflict', 'queued']);
    }),
    { numRuns: 30 },
  );
});
