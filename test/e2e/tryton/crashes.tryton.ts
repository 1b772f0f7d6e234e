import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { assemblyOf, productOrderOf } from '../../shared/erp/conformance/completions.ts';
import { book, methodsOf, openPlant } from './plant.ts';
import { assembly } from './seed.ts';

const system = await openPlant();

/** The writes of a booking that uses everything, `done` included, or of a part of it, which ends with `do` of moves. */
const writing = /\.(create|write|delete|wait|assign_try|run|start|stop|do|done)$/;
/** Writes that wait for another transaction on the production themselves, so that each costs seconds. */
const blocking = /production\.(assign_try|write|run|done)$/;
/** Reserved as planned, so that it has to be set back before its components can be planned as they were used. */
const plan = { article: assembly.article, routing: assembly.routing, state: 'assigned' } as const;
type Production = { readonly id: number; readonly number: string };

function fullest({ id, number }: Production, final: boolean) {
  const order = { id: String(id), number };
  return assemblyOf(
    order,
    assembly,
    {},
    {
      ...(final ? {} : { final, quantity: { amount: '1' } }),
      notes: ['All checks in order'],
      lots: ['A', 'B'].map((lot, at) => ({
        number: `${number}-${lot}`,
        quantity: { amount: at === 1 ? '2' : final ? '3' : '1' },
        ...(at === 1 ? { scrapped: true as const } : {}),
      })),
      links: [{ name: 'Report', url: 'https://app.azumuta.com/recordings/full' }],
    },
  );
}

/** What a production holds, without its own number. */
async function figuresOf({ id, number }: Production) {
  const { lots, notes, links, number: _, ...figures } = await system.admin.readProduction(id);
  const named = lots.map((lot) => lot.replace(number, '')).toSorted();
  const texts = notes.map((note) => note.split('\n').length);
  const outputs = figures.outputs.map((move) => ({ ...move, lot: move.lot?.replace(number, '') }));
  return { ...figures, outputs, lots: named, notes: texts, links: links.length };
}

describe('a booking with everything is made once', () => {
  it.each([
    ['any write of it is cut off after Tryton has done it', true, 'cut off'],
    ['any write of a part of an order is', false, 'cut off'],
    ['another transaction holds the order at a write', true, 'locked'],
  ] as const)('when %s', { timeout: 300_000 }, async (_, final, how) => {
    const reference = await system.plan(plan);
    system.faults.reset();
    await book(system.connector(), fullest(reference, final));
    const methods = methodsOf(system.faults);
    const disturbed = how === 'cut off' ? writing : blocking;
    const writes = methods.flatMap((method, at) => (disturbed.test(method) ? [at + 1] : []));
    expect(writes.length).toBeGreaterThan(how === 'cut off' ? 10 : 4);
    const irrevocable = final ? 'model.production.done' : 'model.stock.move.do';
    expect(methods.filter((method) => method === irrevocable)).toHaveLength(1);
    const expected = await figuresOf(reference);

    for (const n of writes) {
      // Prepare
      const production = await system.plan(plan);
      system.faults.reset();
      if (how === 'cut off') system.faults.crashAt(n, 'after');
      else system.faults.beforeCall(n, () => system.database.lock(production.id));

      // Act
      const failure = await failureOf(book(system.connector(), fullest(production, final)));
      await system.database.unlock();
      await book(system.connector(), fullest(production, final), attemptAfter(failure));

      // Assess
      const at = `${methods[n - 1]} ${how}`;
      expect(failure, at).toMatchObject(
        how === 'cut off'
          ? { name: 'RetryLater', scope: 'partner' }
          : { name: 'RetryLater', scope: 'order', wrote: expect.stringMatching(/^(nothing|known)$/) },
      );
      expect(await figuresOf(production), at).toEqual(expected);
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
