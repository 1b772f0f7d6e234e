import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { amendmentOf, productOrderOf } from '../../shared/erp/conformance/completions.ts';
import { book, completed, methodsOf, openPlant, positionOf } from './plant.ts';

const system = await openPlant();

describe('a crash during a booking with everything', () => {
  const options = { workTimes: true, finishWorks: true };
  const plan = { article: 'GEAR-LOT', quantity: 3, routing: 'Gearbox routing' };
  const fullest = (production: { id: number; number: string }) =>
    completed(production, {
      quantity: { amount: '2' },
      scrap: { amount: '1' },
      lots: ['A', 'B'].map((piece) => ({ number: `${production.number}-${piece}` })),
      notes: ['All checks in order'],
      links: [{ name: 'Report', url: 'https://app.azumuta.com/recordings/full' }],
      work: unique([{ id: 'r', seconds: 60, date: '2026-11-24', operation: 'Assembly' }], production.id),
    });
  const writing = /\.(create|write|delete|assign_try|run|start|stop|do|done)$/;

  for (const point of ['before', 'after'] as const) {
    it(`books everything once when any write, \`done\` included, is cut off ${point} Tryton saw it`, {
      timeout: 300_000,
    }, async () => {
      const reference = await system.plan(plan);
      system.faults.reset();
      await book(system.connector(options), fullest(reference));
      const methods = methodsOf(system.faults);
      const writes = methods.flatMap((method, at) => (writing.test(method) ? [at + 1] : []));
      expect(writes.length).toBeGreaterThan(9);
      // The one call that cannot be undone, and is in doubt after a crash.
      const cuts = writes.map((n) => methods[n - 1]);
      expect(cuts.filter((method) => method === 'model.production.done')).toHaveLength(1);

      for (const n of writes) {
        // Prepare
        const production = await system.plan(plan);
        system.faults.reset();
        system.faults.crashAt(n, point);

        // Act
        const failure = await failureOf(book(system.connector(options), fullest(production)));
        await book(system.connector(options), fullest(production), attemptAfter(failure));

        // Assess
        const books = await system.admin.readProduction(production.id);
        const cut = `${methods[n - 1]} cut off ${point}`;
        expect(failure, cut).toMatchObject({ name: 'RetryLater', scope: 'partner' });
        expect(books, cut).toMatchObject({ state: 'done', quantity: 2, scrap: 1, seconds: 60 });
        expect([...books.lots].sort(), cut).toEqual([`${production.number}-A`, `${production.number}-B`]);
        expect([books.notes.length, books.links.length], cut).toEqual([1, 1]);
        expect(
          await system.admin.find('stock.lot', [['number', 'like', `${production.number}-_`]]),
        ).toHaveLength(2);
      }
    });
  }

  for (const point of ['before', 'after'] as const) {
    it(`finishes the production once when its last part is cut off ${point} Tryton finished it`, async () => {
      // Prepare: two parts, neither of which is final.
      const part = (production: { id: number; number: string }, index: number, amount: string) => ({
        ...completed(production, { quantity: { amount }, final: false }),
        productOrder: productOrderOf({ id: String(production.id), number: production.number }, index),
      });
      const reference = await system.plan();
      await book(system.connector(), part(reference, 1, '3'));
      system.faults.reset();
      await book(system.connector(), part(reference, 2, '2'));
      const at = positionOf(methodsOf(system.faults), 'model.production.done');
      const production = await system.plan();
      await book(system.connector(), part(production, 1, '3'));
      system.faults.reset();
      system.faults.crashAt(at, point);

      // Act
      const failure = await failureOf(book(system.connector(), part(production, 2, '2')));
      const receipt = await book(system.connector(), part(production, 2, '2'), attemptAfter(failure));

      // Assess
      expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', wrote: 'perhaps' });
      expect(receipt.alreadyBooked).toBe(point === 'after');
      const books = await system.admin.readProduction(production.id);
      expect(books).toMatchObject({ state: 'done', quantity: 5, consumed: { 'HSG-01': 5 } });
      expect(books.outputs.map(({ quantity }) => quantity).sort()).toEqual([2, 3]);
    });
  }

  it('attaches the product order once when linking is cut off at any call', async () => {
    const reference = await system.plan();
    const order = ({ id, number }: { id: number; number: string }) => ({ id: String(id), number });
    const link = (production: { id: number; number: string }) =>
      failureOf(
        Promise.resolve(
          system
            .connector()
            .linkProductOrder?.(order(production), productOrderOf(order(production)), firstAttempt()),
        ),
      );
    system.faults.reset();
    await link(reference);
    const calls = system.faults.callCount();

    for (const point of ['before', 'after'] as const) {
      for (let n = 1; n <= calls; n += 1) {
        // Prepare
        const production = await system.plan();
        system.faults.reset();
        system.faults.crashAt(n, point);

        // Act
        const failure = await link(production);
        await link(production);

        // Assess
        expect(failure).toBeInstanceOf(RetryLater);
        const { links } = await system.admin.readProduction(production.id);
        expect(links, `call ${n} cut off ${point}`).toHaveLength(1);
        expect(links[0]?.url).toBe(productOrderOf(order(production)).url);
      }
    }
  });
});

describe('amendments', () => {
  it('adds the links of an amendment that crashed after its note', async () => {
    // Prepare
    const production = await system.plan();
    const amendment = amendmentOf(completed(production).erpOrder, {
      notes: ['A late check'],
      links: ['one', 'two'].map((name) => ({ name, url: `https://app.azumuta.com/recordings/${name}` })),
    });
    const key = `${amendment.productOrder.id}#recording#late`;
    system.faults.reset();
    await system.connector().book(amendment, key, firstAttempt());
    const at = positionOf(methodsOf(system.faults), 'model.ir.attachment.create');
    const other = await system.plan();
    const late = { ...amendment, erpOrder: completed(other).erpOrder };
    system.faults.reset();
    system.faults.crashAt(at, 'before');

    // Act
    const failure = await failureOf(system.connector().book(late, key, firstAttempt()));
    const receipt = await system.connector().book(late, key, attemptAfter(failure));

    // Assess
    expect(failure).toMatchObject({ scope: 'partner', wrote: 'perhaps' });
    expect(receipt.alreadyBooked).toBe(false);
    const books = await system.admin.readProduction(other.id);
    expect(books.links.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    expect(books.notes).toHaveLength(1);
  });
});

function unique<T extends { id: string }>(work: readonly T[], id: number): T[] {
  return work.map((time) => ({ ...time, id: `${time.id}-${id}` }));
}
