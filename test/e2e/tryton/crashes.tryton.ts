import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { productOrderOf } from '../../shared/erp/conformance/completions.ts';
import { book, completed, methodsOf, openPlant, unique } from './plant.ts';

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
