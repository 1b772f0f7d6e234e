import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Rejected, RetryLater } from '../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../erp-conformance/attempts.ts';
import { amendmentOf, productOrderOf, quantityKey } from '../erp-conformance/completions.ts';
import { completed, deliver, methodsOf, openPlant, type Plant, positionOf } from './plant.ts';
import { databaseFile } from './target.ts';

let plant: Plant;
beforeAll(async () => {
  plant = await openPlant();
});
beforeEach(() => plant.faults.reset());
afterAll(() => plant.close());

describe('components that are not in stock', () => {
  const rare = { article: 'GEAR-RARE', quantity: 2 };
  const two = { quantity: { amount: '2' } };

  it('lets the order wait and names what is missing, without claiming it', async () => {
    // Prepare
    const production = await plant.plan(rare);

    // Act
    const failure = await failureOf(deliver(plant.connector(), completed(production, two)));

    // Assess
    expect(failure).toMatchObject({ scope: 'order', wrote: 'nothing', afterSeconds: 900 });
    expect(String(failure)).toContain('RARE-01');
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'waiting', notes: [] });
  });

  it('takes them all the same when told to force', async () => {
    // Prepare
    const production = await plant.plan(rare);

    // Act
    await deliver(plant.connector({ assign: 'force' }), completed(production, two));

    // Assess
    expect(await plant.admin.readProduction(production.id)).toMatchObject({
      state: 'done',
      quantity: 2,
      consumed: { 'RARE-01': 2 },
    });
  });

  it('leaves reserving to a person when told never to', async () => {
    // Prepare
    const production = await plant.plan();
    const connector = plant.connector({ assign: 'never' });

    // Act
    const failure = await failureOf(deliver(connector, completed(production)));
    await plant.admin.press('production', 'assign_try', production.id);
    await deliver(connector, completed(production), attemptAfter(failure));

    // Assess
    expect(failure).toMatchObject({ scope: 'order', wrote: 'nothing' });
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 5 });
  });
});

describe('which production is meant', () => {
  it('rejects a number that several productions bear', async () => {
    // Prepare
    const [one, other] = [await plant.plan(), await plant.plan()];
    await plant.admin.write('production', [other.id], { number: one.number });

    // Act
    const { number } = one;
    const failure = await failureOf(
      plant.connector().deliver({ ...completed(one), erpOrder: { number } }, 'any#quantity', firstAttempt()),
    );
    await plant.admin.write('production', [other.id], { number: other.number });

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain(`several productions with number ${number}`);
  });

  it('rejects an id that has another number now', async () => {
    // Prepare
    const production = await plant.plan();

    // Act
    const failure = await failureOf(
      deliver(plant.connector(), completed({ ...production, number: 'OTHER' })),
    );

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain(`is number ${production.number}, not OTHER`);
  });

  it('rejects a production that was put back to draft', async () => {
    // Prepare
    const production = await plant.plan({ state: 'draft' });

    // Act
    const failure = await failureOf(deliver(plant.connector(), completed(production)));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain('not released');
  });

  it('rejects a quantity in another unit', async () => {
    // Prepare
    const production = await plant.plan();

    // Act
    const failure = await failureOf(
      deliver(plant.connector(), completed(production, { quantity: { amount: '5', unit: 'kg' } })),
    );

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain('counted in u');
  });
});

describe('what people do meanwhile', () => {
  it('books a production that somebody else started', async () => {
    // Prepare
    const production = await plant.plan({ state: 'running' });

    // Act
    await deliver(plant.connector(), completed(production));

    // Assess
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 5 });
  });

  it('rejects when somebody completes it before our key is on its moves', async () => {
    // Prepare
    const production = await plant.plan({ state: 'running' });
    const completion = completed(production, { quantity: { amount: '3' } });
    const methods = await undisturbed({ quantity: { amount: '3' } });
    plant.faults.beforeCall(positionOf(methods, 'model.production.write'), () =>
      plant.admin.press('production', 'done', production.id),
    );

    // Act
    const first = await failureOf(deliver(plant.connector(), completion));
    const second = await failureOf(deliver(plant.connector(), completion, nextAttempt()));

    // Assess
    expect(first).toBeInstanceOf(Error);
    expect(second).toBeInstanceOf(Rejected);
    expect(String(second)).toContain('completed by somebody else');
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 5 });
  });

  it('takes for booked what somebody completes just before we do, with our quantity', async () => {
    // Prepare
    const production = await plant.plan({ state: 'running' });
    const completion = completed(production, { quantity: { amount: '3' } });
    const methods = await undisturbed({ quantity: { amount: '3' } });
    plant.faults.beforeCall(positionOf(methods, 'model.production.done'), () =>
      plant.admin.press('production', 'done', production.id),
    );

    // Act
    const failure = await failureOf(deliver(plant.connector(), completion));
    const receipt = await deliver(plant.connector(), completion, nextAttempt());

    // Assess: Tryton's own check sees a change within the same second on PostgreSQL only.
    if (failure !== undefined) expect(failure).toMatchObject({ scope: 'order', wrote: 'perhaps' });
    expect(receipt.alreadyBooked).toBe(true);
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 3 });
  });

  it('tells when somebody changed the quantity just before it was booked', async () => {
    // Prepare
    const production = await plant.plan({ state: 'running' });
    const completion = completed(production, { quantity: { amount: '3' } });
    const methods = await undisturbed({ quantity: { amount: '3' } });
    plant.faults.beforeCall(positionOf(methods, 'model.production.done'), async () => {
      const moves = await plant.admin.find('stock.move', [['production_output', '=', production.id]]);
      const changes = moves.map(({ id }) => ['write', [id], { quantity: 4 }]);
      await plant.admin.write('production', [production.id], { outputs: changes });
    });

    // Act
    const failure = await failureOf(deliver(plant.connector(), completion));

    // Assess: refused by Tryton where it can tell, else seen when read back.
    const books = await plant.admin.readProduction(production.id);
    if (books.state === 'done') {
      expect(failure).toBeInstanceOf(Rejected);
      expect(String(failure)).toContain('4 good and 0 scrap instead of 3 and 0');
    } else {
      expect(failure).toMatchObject({ scope: 'order', wrote: 'perhaps' });
    }
  });

  it('does not touch a claim of another attempt, and takes over when told', async () => {
    // Prepare
    const production = await plant.plan();
    const completion = completed(production);
    const methods = await undisturbed();
    plant.faults.crashAt(positionOf(methods, 'model.production.run'), 'before');
    await failureOf(deliver(plant.connector(), completion));

    // Act
    const unaware = await failureOf(deliver(plant.connector(), completion));
    const receipt = await deliver(plant.connector(), completion, attemptAfter(unaware));

    // Assess
    expect(unaware).toMatchObject({ scope: 'order', wrote: 'perhaps' });
    expect(receipt.alreadyBooked).toBe(false);
    const books = await plant.admin.readProduction(production.id);
    expect(books).toMatchObject({ state: 'done', quantity: 5 });
    expect(books.notes.length).toBe(1);
  });
});

describe('notes', () => {
  it('recognise their own delivery, whatever people wrote', async () => {
    // Prepare
    const production = await plant.plan();
    const completion = completed(production, { notes: ['Azumuta delivery other#quantity', 'last words'] });
    await deliver(plant.connector(), completion);

    // Act
    const receipt = await deliver(plant.connector(), completion);

    // Assess
    expect(receipt.alreadyBooked).toBe(true);
    const { notes } = await plant.admin.readProduction(production.id);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('other#quantity\nlast words\nAzumuta delivery');
  });
});

describe('several at once', () => {
  it('books lots, notes and links once, however many deliver', async () => {
    // Prepare
    const production = await plant.plan({ article: 'GEAR-LOT', quantity: 3 });
    const completion = completed(production, {
      quantity: { amount: '3' },
      lots: ['A', 'B', 'C'].map((piece) => ({ number: `${production.number}-${piece}` })),
      notes: ['All checks in order'],
      links: [{ name: 'Report', url: 'https://app.azumuta.com/recordings/many' }],
    });

    // Act
    const failures = await Promise.all(
      [1, 2, 3, 4].map(() => failureOf(deliver(plant.connector(), completion))),
    );
    for (const failure of failures) {
      if (failure !== undefined) await deliver(plant.connector(), completion, attemptAfter(failure));
    }

    // Assess
    for (const failure of failures) {
      if (failure !== undefined) expect(failure).toBeInstanceOf(RetryLater);
    }
    const books = await plant.admin.readProduction(production.id);
    expect(books).toMatchObject({ state: 'done', quantity: 3, consumed: { 'HSG-01': 3 } });
    expect([...books.lots].sort()).toEqual(completion.lots.map(({ number }) => number));
    expect(books.notes.length).toBe(1);
    expect(books.links.length).toBe(1);
  });

  it('waits while another transaction holds the database', async () => {
    // Prepare
    const production = await plant.plan();
    const completion = completed(production);
    const methods = await undisturbed();
    const other = new DatabaseSync(databaseFile());
    plant.faults.beforeCall(positionOf(methods, 'model.production.run'), () => other.exec('BEGIN IMMEDIATE'));

    // Act
    const connector = plant.connector({ timeoutMs: 60_000 });
    const failure = await failureOf(deliver(connector, completion));
    other.exec('ROLLBACK');
    other.close();
    await deliver(plant.connector(), completion, attemptAfter(failure));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'perhaps' });
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 5 });
  });
});

describe('lots, scrap and parts', () => {
  it('is refused by Tryton without the lot that it wants, and books once when the lot is given', async () => {
    // Prepare
    const production = await plant.plan({ article: 'GEAR-LOT', quantity: 2 });
    const without = completed(production, { quantity: { amount: '2' } });

    // Act
    const failure = await failureOf(deliver(plant.connector(), without));
    const lots = [{ number: `L-${production.number}` }];
    await deliver(plant.connector(), { ...without, lots }, nextAttempt());

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toMatch(/refused completing production .* you must provide a stock lot/);
    expect(await plant.admin.readProduction(production.id)).toMatchObject({
      state: 'done',
      quantity: 2,
      lots: [`L-${production.number}`],
    });
  });

  it('uses a lot that is there already', async () => {
    // Prepare
    const production = await plant.plan({ article: 'GEAR-LOT', quantity: 2 });
    const product = await plant.admin.idOf('product.product', [['code', '=', 'GEAR-LOT']]);
    const number = `L-${production.number}`;
    await plant.admin.create('stock.lot', { number, product });

    // Act
    await deliver(
      plant.connector(),
      completed(production, { quantity: { amount: '2' }, lots: [{ number }] }),
    );

    // Assess
    expect(await plant.admin.find('stock.lot', [['number', '=', number]])).toHaveLength(1);
  });

  it('sends scrap to the waste location of the warehouse, and out of the stock', async () => {
    // Prepare
    const production = await plant.plan();

    // Act
    await deliver(
      plant.connector({ scrapLocation: 'SCRAP' }),
      completed(production, { quantity: { amount: '3' }, scrap: { amount: '2' } }),
    );

    // Assess
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ quantity: 3, scrap: 2 });
  });

  it('rejects scrap for a waste location that the warehouse does not have, before it writes', async () => {
    // Prepare
    const production = await plant.plan();

    // Act
    const failure = await failureOf(
      deliver(
        plant.connector({ scrapLocation: 'NOWHERE' }),
        completed(production, { scrap: { amount: '1' } }),
      ),
    );

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'waiting', notes: [] });
  });

  it('books parts with their own scrap, and the rest with the last one', async () => {
    // Prepare
    const production = await plant.plan({ quantity: 6 });
    const order = { id: String(production.id), number: production.number };
    const part = (index: number, good: string, scrap: string, final: boolean) => ({
      ...completed(production, { quantity: { amount: good }, final }),
      ...(scrap === '0' ? {} : { scrap: { amount: scrap } }),
      productOrder: productOrderOf(order, index),
    });

    // Act
    await deliver(plant.connector(), part(1, '2', '1', false));
    const between = await plant.admin.readProduction(production.id);
    await deliver(plant.connector(), part(2, '2', '0', true));

    // Assess
    expect(between.state).toBe('running');
    expect(between.outputs.filter(({ state }) => state === 'done').map(({ quantity }) => quantity)).toEqual([
      2, 1,
    ]);
    expect(await plant.admin.readProduction(production.id)).toMatchObject({
      state: 'done',
      quantity: 4,
      scrap: 1,
    });
  });
});

describe('working time', () => {
  const work = [{ id: 'recording1', seconds: 751, date: '2026-11-24', operation: 'Assembly' }];
  const options = { workTimes: true, finishWorks: true };

  it('is booked on the work of its operation, which is then finished', async () => {
    // Prepare
    const production = await plant.plan({ routing: 'Gearbox routing' });

    // Act
    await deliver(plant.connector(options), completed(production, { work: unique(work, production.id) }));

    // Assess
    expect(await plant.admin.readProduction(production.id)).toMatchObject({ state: 'done', seconds: 751 });
  });

  it('goes into the note where there is no work to book it on', async () => {
    // Prepare
    const production = await plant.plan();

    // Act
    await deliver(plant.connector(options), completed(production, { work }));

    // Assess
    const { notes } = await plant.admin.readProduction(production.id);
    expect(notes.join('\n')).toContain('Working time: 12 min 31 s, Assembly');
  });

  it('leaves the works to people unless told otherwise, and says which is not finished', async () => {
    // Prepare
    const production = await plant.plan({ routing: 'Gearbox routing' });

    // Act
    const failure = await failureOf(deliver(plant.connector(), completed(production)));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain('must be finished');
  });
});

describe('crashes in the fullest delivery', () => {
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
    it(`books everything once when a write is cut off ${point} Tryton saw it`, {
      timeout: 300_000,
    }, async () => {
      const reference = await plant.plan(plan);
      plant.faults.reset();
      await deliver(plant.connector(options), fullest(reference));
      const methods = methodsOf(plant.faults);
      const writes = methods.flatMap((method, at) => (writing.test(method) ? [at + 1] : []));
      expect(writes.length).toBeGreaterThan(9);

      for (const n of writes) {
        // Prepare
        const production = await plant.plan(plan);
        plant.faults.reset();
        plant.faults.crashAt(n, point);

        // Act
        const failure = await failureOf(deliver(plant.connector(options), fullest(production)));
        await deliver(plant.connector(options), fullest(production), attemptAfter(failure));

        // Assess
        const books = await plant.admin.readProduction(production.id);
        const cut = `${methods[n - 1]} cut off ${point}`;
        expect(failure, cut).toMatchObject({ name: 'RetryLater', scope: 'target' });
        expect(books, cut).toMatchObject({ state: 'done', quantity: 2, scrap: 1, seconds: 60 });
        expect([...books.lots].sort(), cut).toEqual([`${production.number}-A`, `${production.number}-B`]);
        expect([books.notes.length, books.links.length], cut).toEqual([1, 1]);
        expect(
          await plant.admin.find('stock.lot', [['number', 'like', `${production.number}-_`]]),
        ).toHaveLength(2);
      }
    });
  }

  it('attaches the product order once when linking is cut off anywhere', async () => {
    const reference = await plant.plan();
    const order = ({ id, number }: { id: number; number: string }) => ({ id: String(id), number });
    const link = (production: { id: number; number: string }) =>
      failureOf(
        Promise.resolve(
          plant
            .connector()
            .linkProductOrder?.(order(production), productOrderOf(order(production)), firstAttempt()),
        ),
      );
    plant.faults.reset();
    await link(reference);
    const calls = plant.faults.callCount();

    for (const point of ['before', 'after'] as const) {
      for (let n = 1; n <= calls; n += 1) {
        // Prepare
        const production = await plant.plan();
        plant.faults.reset();
        plant.faults.crashAt(n, point);

        // Act
        const failure = await link(production);
        await link(production);

        // Assess
        expect(failure).toBeInstanceOf(RetryLater);
        const { links } = await plant.admin.readProduction(production.id);
        expect(links, `call ${n} cut off ${point}`).toHaveLength(1);
        expect(links[0]?.url).toBe(productOrderOf(order(production)).url);
      }
    }
  });
});

describe('amendments', () => {
  it('adds its links to what an amendment that crashed has noted', async () => {
    // Prepare
    const production = await plant.plan();
    const amendment = amendmentOf(completed(production).erpOrder, {
      notes: ['A late check'],
      links: ['one', 'two'].map((name) => ({ name, url: `https://app.azumuta.com/recordings/${name}` })),
    });
    const key = `${amendment.productOrder.id}#recording#late`;
    plant.faults.reset();
    await plant.connector().deliver(amendment, key, firstAttempt());
    const at = positionOf(methodsOf(plant.faults), 'model.ir.attachment.create');
    const other = await plant.plan();
    const late = { ...amendment, erpOrder: completed(other).erpOrder };
    plant.faults.reset();
    plant.faults.crashAt(at, 'before');

    // Act
    const failure = await failureOf(plant.connector().deliver(late, key, firstAttempt()));
    const receipt = await plant.connector().deliver(late, key, attemptAfter(failure));

    // Assess
    expect(failure).toMatchObject({ scope: 'target', wrote: 'perhaps' });
    expect(receipt.alreadyBooked).toBe(false);
    const books = await plant.admin.readProduction(other.id);
    expect(books.links.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    expect(books.notes).toHaveLength(1);
  });
});

/** The calls of a delivery of a whole order of 5 that was started already or not, which nobody disturbs. */
async function undisturbed(differs: Parameters<typeof completed>[1] = {}): Promise<string[]> {
  const running = differs.quantity !== undefined;
  const production = await plant.plan(running ? { state: 'running' } : {});
  plant.faults.reset();
  const completion = completed(production, differs);
  await plant.connector().deliver(completion, quantityKey(completion.productOrder), firstAttempt());
  const methods = methodsOf(plant.faults);
  plant.faults.reset();
  return methods;
}

function unique<T extends { id: string }>(work: readonly T[], id: number): T[] {
  return work.map((time) => ({ ...time, id: `${time.id}-${id}` }));
}
