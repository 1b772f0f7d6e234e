import { describe, expect, it } from 'vitest';
import { failureOf } from '../../shared/erp/conformance/attempts.ts';
import { book, completed, openPlant } from './plant.ts';

const system = await openPlant();

describe('components that are not in stock', () => {
  const rare = { article: 'GEAR-RARE', quantity: 2 };
  const two = { quantity: { amount: '2' } };

  it('lets the order wait and names the missing components, without claiming it', async () => {
    // Prepare
    const production = await system.plan(rare);

    // Act
    const failure = await failureOf(book(system.connector(), completed(production, two)));

    // Assess
    expect(failure).toMatchObject({ scope: 'order', wrote: 'nothing', afterSeconds: 900 });
    expect(String(failure)).toContain('RARE-01');
    expect(await system.admin.readProduction(production.id)).toMatchObject({ state: 'waiting', notes: [] });
  });

  it('takes them anyway with assign: force', async () => {
    // Prepare
    const production = await system.plan(rare);

    // Act
    await book(system.connector({ assign: 'force' }), completed(production, two));

    // Assess
    expect(await system.admin.readProduction(production.id)).toMatchObject({
      state: 'done',
      quantity: 2,
      consumed: { 'RARE-01': 2 },
    });
  });
});

describe('scrap', () => {
  it('goes to the waste location of the warehouse, and out of the stock', async () => {
    // Prepare
    const production = await system.plan();

    // Act
    await book(
      system.connector({ scrapLocation: 'SCRAP' }),
      completed(production, { quantity: { amount: '3' }, scrap: { amount: '2' } }),
    );

    // Assess
    expect(await system.admin.readProduction(production.id)).toMatchObject({ quantity: 3, scrap: 2 });
  });
});

it('finishes the works of a production with it, and tells the time worked in its note', async () => {
  // Prepare
  const production = await system.plan({ routing: 'Gearbox routing' });
  const work = [{ id: 'recording1', seconds: 751, date: '2026-11-24', operation: 'Assembly' }];

  // Act
  await book(system.connector({ finishWorks: true }), completed(production, { work }));

  // Assess
  const { state, notes } = await system.admin.readProduction(production.id);
  expect(state).toBe('done');
  expect(notes.join('\n')).toContain('Working time: 12 min 31 s, Assembly');
});
