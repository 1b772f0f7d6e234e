import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { productOrderOf } from '../../shared/erp/conformance/completions.ts';
import { book, completed, methodsOf, openPlant } from './plant.ts';

const system = await openPlant();

/** The writes of a booking that uses everything, `done` included, or of a part of it, which ends with `do` of moves. */
const writing = /\.(create|write|delete|assign_try|run|start|stop|do|done)$/;
/** Writes that wait for another transaction on the production themselves, so that each costs seconds. */
const blocking = /production\.(assign_try|write|run|done)$/;
const options = { finishWorks: true };
const plan = { article: 'GEAR-LOT', quantity: 3, routing: 'Gearbox routing' };
type Production = { readonly id: number; readonly number: string };

function fullest(production: Production, final: boolean) {
  const built = { quantity: { amount: final ? '2' : '1' }, scrap: { amount: '1' } };
  return completed(production, {
    ...built,
    final,
    lots: (final ? ['A', 'B'] : ['A']).map((piece) => ({ number: `${production.number}-${piece}` })),
    notes: ['All checks in order'],
    links: [{ name: 'Report', url: 'https://app.azumuta.com/recordings/full' }],
    work: [{ id: 'r', seconds: 60, date: '2026-11-24', operation: 'Assembly' }],
  });
}

describe('a booking with everything is made once', () => {
  it.each([
    ['any write of it is cut off after Tryton has done it', true, 'cut off'],
    ['any write of a part of an order is', false, 'cut off'],
    ['another transaction holds the order at a write', true, 'locked'],
  ] as const)('when %s', { timeout: 300_000 }, async (_, final, how) => {
    const reference = await system.plan(plan);
    system.faults.reset();
    await book(system.connector(options), fullest(reference, final));
    const methods = methodsOf(system.faults);
    const disturbed = how === 'cut off' ? writing : blocking;
    const writes = methods.flatMap((method, at) => (disturbed.test(method) ? [at + 1] : []));
    expect(writes.length).toBeGreaterThan(how === 'cut off' ? 7 : 3);
    const irrevocable = final ? 'model.production.done' : 'model.stock.move.do';
    expect(methods.filter((method) => method === irrevocable)).toHaveLength(1);
    const { lots, notes, links, ...figures } = await system.admin.readProduction(reference.id);

    for (const n of writes) {
      // Prepare
      const production = await system.plan(plan);
      system.faults.reset();
      if (how === 'cut off') system.faults.crashAt(n, 'after');
      else system.faults.beforeCall(n, () => system.database.lock(production.id));

      // Act
      const failure = await failureOf(book(system.connector(options), fullest(production, final)));
      await system.database.unlock();
      await book(system.connector(options), fullest(production, final), attemptAfter(failure));

      // Assess
      const at = `${methods[n - 1]} ${how}`;
      expect(failure, at).toMatchObject(
        how === 'cut off'
          ? { name: 'RetryLater', scope: 'partner' }
          : { name: 'RetryLater', scope: 'order', wrote: expect.stringMatching(/^(nothing|known)$/) },
      );
      const books = await system.admin.readProduction(production.id);
      expect(books, at).toMatchObject({
        ...{ state: figures.state, quantity: figures.quantity, scrap: figures.scrap },
      });
      expect(books.lots.toSorted(), at).toEqual(
        lots.map((lot) => lot.replace(reference.number, production.number)).toSorted(),
      );
      expect([books.notes.length, books.links.length], at).toEqual([notes.length, links.length]);
    }
  });
});

describe('a link', () => {
  it('is attached once when linking is cut off after any call', async () => {
    const reference = await system.plan();
    const order = ({ id, number }: Production) => ({ id: String(id), number });
    const link = (production: Production) =>
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

    for (let n = 1; n <= calls; n += 1) {
      // Prepare
      const production = await system.plan();
      system.faults.reset();
      system.faults.crashAt(n, 'after');

      // Act
      const failure = await link(production);
      await link(production);

      // Assess
      expect(failure).toBeInstanceOf(RetryLater);
      const { links } = await system.admin.readProduction(production.id);
      expect(links, `call ${n}`).toHaveLength(1);
      expect(links[0]?.url).toBe(productOrderOf(order(production)).url);
    }
  });
});
