import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { planned, recorded } from '../../shared/integration/index.ts';
import type { CompletedProductOrder } from '../../shared/model/completions.ts';
import {
  daysGoBy,
  eachWithPlant,
  endDependencies,
  kinds,
  madeInParts,
  partsBuilt,
  plant,
  quantityChanged,
  takePlant,
} from './acts.ts';
import { days, type LifePlant } from './plant.ts';

type Way = 'each' | 'when-all-done';

const per25 = (book: Way) => ({
  productOrders: { split: { per: 25, book } },
  completions: { quantity: planned },
});
const recordedGood = { quantity: (completed: CompletedProductOrder) => recorded(completed, 'Good quantity') };
eachWithPlant({ integration: per25('when-all-done') });

type Order = ReturnType<LifePlant['plan']>;

const byNumber = () => plant.azumuta.productOrders().toSorted((a, b) => (a.number < b.number ? -1 : 1));
const quantities = () => byNumber().map(({ parameters }) => Number(parameters.Quantity));

const concerns = async ({ number }: Order, part: number) =>
  (await plant.ledger.knownOrders.read(`${number}/${part}`)).concerns.map(({ note }) => note);

describe('an order of 80 per 25', () => {
  it.each(['each', 'when-all-done'] as const)('is four product orders, and books 80 (%s)', async (book) => {
    plant.deploy(per25(book));
    const order = await madeInParts('80');
    expect(quantities()).toEqual([25, 25, 25, 5]);
    await partsBuilt(order, 4, 2);
    expect(plant.erp.books(order)).toMatchObject({ good: book === 'each' ? '30' : '0' });
    await partsBuilt(order, 1, 3);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '80' });
    expect(plant.letters()).toEqual([]);
  });

  it('books parts of it alone, and refuses more than a part is for', async () => {
    plant.deploy({ ...per25('each'), completions: recordedGood });
    const order = await madeInParts('80');
    plant.azumuta.complete(`${order.number}/4`, { quantity: 25, recordings: 1 });
    await plant.work();
    expect(plant.letters()).toEqual([expect.stringContaining('is for 5 u, and was completed with 25 good')]);
    plant.azumuta.complete(`${order.number}/3`, { quantity: 25, recordings: 1 });
    await plant.work();
    expect(plant.erp.books(order)).toMatchObject({ state: 'open', good: '25' });
  });

  it('refuses more than its parts are for together', async () => {
    plant.deploy({ ...per25('when-all-done'), completions: recordedGood });
    const order = await madeInParts('80');
    for (const part of [1, 2, 3, 4])
      plant.azumuta.complete(`${order.number}/${part}`, { quantity: 25, recordings: 1 });
    await plant.work();
    expect(plant.letters()).toEqual([
      expect.stringContaining('is for 80 u, and was completed with 100 good'),
    ]);
    expect(plant.erp.books(order)).toMatchObject({ good: '0' });
  });

  it('has a part that is reduced changed in Azumuta, and is booked with what that has', async () => {
    plant.deploy(per25('each'));
    const order = await madeInParts('80');
    await partsBuilt(order, 1);
    await quantityChanged(order, '60');
    expect(await concerns(order, 3)).toEqual([expect.stringContaining('is 25, wanted 10')]);
    expect(await concerns(order, 4)).toEqual([expect.stringContaining('part 4 is one too many')]);
    plant.azumuta.remove(`${order.number}/4`);
    plant.azumuta.setParameter(`${order.number}/3`, 'Quantity', 10);
    await partsBuilt(order, 2, 3);
    expect(plant.erp.books(order)).toMatchObject({ good: '60' });
    plant.advance(days);
    await plant.looked();
    expect(await kinds()).toEqual([]);
  });

  it('has the last part that nobody began removed where a surplus one is built, and tells to what that comes', async () => {
    plant.deploy(per25('each'));
    const order = await madeInParts('80');
    await partsBuilt(order, 4);
    await quantityChanged(order, '60');
    expect(await concerns(order, 3)).toEqual([expect.stringContaining('is the one that is not built')]);
    expect(await concerns(order, 4)).toEqual([
      'it is built for 5, so the parts of its ERP order come to 55, and the ERP wants 60: release another order for the rest, or correct the quantity in the ERP',
    ]);
    await quantityChanged(order, '55');
    expect(await concerns(order, 4)).toEqual([]);
  });

  it('has the open one removed by the next daily look where a surplus one is booked, though the ERP neither posts nor lists the order again', async () => {
    // Prepare
    const order = await madeInParts('45');
    await quantityChanged(order, '25');
    const before = [await concerns(order, 1), await concerns(order, 2)];

    // Act
    await partsBuilt(order, 2);
    plant.advance(days);
    await plant.looked();

    // Assess
    expect(before).toEqual([[], [expect.stringContaining('part 2 is one too many')]]);
    expect(plant.erp.books(order)).toMatchObject({ state: 'open', good: '20' });
    expect(await concerns(order, 1)).toEqual([expect.stringContaining('is the one that is not built')]);
    expect(await concerns(order, 2)).toEqual([expect.stringContaining('come to 20, and the ERP wants 25')]);
  });

  it('tells to what it comes where a part that is booked has become smaller, as long as others can be', async () => {
    plant.deploy(per25('each'));
    const order = await madeInParts('80');
    await partsBuilt(order, 3);
    await quantityChanged(order, '60');
    expect(await concerns(order, 3)).toEqual([
      'it is built for 25, so the parts of its ERP order come to 75, and the ERP wants 60: build less of what is open in Azumuta, or correct the quantity in the ERP',
    ]);
    await quantityChanged(order, '75');
    expect(await concerns(order, 3)).toEqual([]);
  });

  it('tells nothing where a person has settled that a part remains as it is, and that is built', async () => {
    // Prepare
    plant.deploy(per25('each'));
    const order = await madeInParts('80');
    await quantityChanged(order, '110');
    const before = await concerns(order, 4);
    const settling = { number: `${order.number}/4`, kind: 'changed', go: true, note: 'It remains so (An)' };
    await endings.settle(settling, endDependencies());

    // Act
    await partsBuilt(order, 4);
    await daysGoBy(2);
    const after = await concerns(order, 4);
    await quantityChanged(order, '120');

    // Assess
    expect(before).toEqual([expect.stringContaining('is 5, wanted 25')]);
    expect(after).toEqual([]);
    expect(await concerns(order, 4)).toEqual([
      expect.stringContaining('come to 100, and the ERP wants 120: release another order for the rest'),
    ]);
  });

  it('tells what is missing where the rest is booked and the order is raised, and makes the further parts', async () => {
    plant.deploy(per25('each'));
    const order = await madeInParts('80');
    await partsBuilt(order, 4);
    await quantityChanged(order, '110');
    expect(quantities()).toEqual([25, 25, 25, 5, 10]);
    expect(await concerns(order, 4)).toEqual([
      'it is built for 5, so the parts of its ERP order come to 90, and the ERP wants 110: release another order for the rest, or correct the quantity in the ERP',
    ]);
    expect(await concerns(order, 1)).toEqual([]);
  });

  it('is booked together with what each part was made for, though the part that completes it was made later', async () => {
    const quantity = ({ part }: CompletedProductOrder) => part?.quantity.amount;
    plant.deploy({ ...per25('when-all-done'), completions: { quantity } });
    const order = await madeInParts('80');
    await quantityChanged(order, '110');
    expect(await concerns(order, 4)).toEqual([expect.stringContaining('is 5, wanted 25')]);
    await partsBuilt(order, 1, 2, 3, 4, 5);
    expect(plant.erp.books(order)).toMatchObject({ good: '90' });
  });

  it('keeps the parts that it has while another size is configured', async () => {
    const order = await madeInParts('80');
    await partsBuilt(order, 1);
    plant.deploy({ ...per25('when-all-done'), productOrders: { split: { per: 40, book: 'when-all-done' } } });
    await quantityChanged(order, '80');
    expect(quantities()).toEqual([25, 25, 25, 5]);
    expect(await concerns(order, 2)).toEqual([
      expect.stringContaining(`(when-all-done, per 40) now, and keeps what it has in Azumuta`),
    ]);
    await partsBuilt(order, 2, 3, 4);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '80' });
  });
});

describe('an order whose parts are in a batch order', () => {
  const createProductOrder = {
    body: {
      number: '{number}',
      articleId: '{article.id}',
      parameters: [
        { key: 'Quantity', value: '{parameters.Quantity}' },
        { key: 'Place', value: '{part.index} of {part.of}' },
      ],
      batchNumber: '{batch.number}',
    },
  };
  const azumuta = {
    baseUrl: 'https://azumuta.invalid/api/v1',
    contract: { operations: { createProductOrder } },
  };
  const { completions } = per25('each');
  const split = { per: 25, book: 'each', batch: ({ number }: { number: string }) => `B-${number}` } as const;
  const shown = () => byNumber().map(({ batchNumber, parameters }) => [batchNumber, parameters.Place]);

  it('has them made there, also those that come later, and each is booked by its own trigger', async () => {
    plant.deploy({ azumuta, completions, productOrders: { split } });
    const order = await madeInParts('50');
    const batch = `B-${order.number}`;
    expect(shown()).toEqual([
      [batch, '1 of 2'],
      [batch, '2 of 2'],
    ]);
    await quantityChanged(order, '75');
    expect(shown().at(-1)).toEqual([batch, '3 of 3']);
    expect(await concerns(order, 1)).toEqual([]);
    await partsBuilt(order, 3, 1, 2);
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '75' });
    expect(plant.letters()).toEqual([]);
  });

  it('is not made without one, where the plant names none, and is made by a replay once it does', async () => {
    plant.deploy({ azumuta, completions, productOrders: { split: { per: 25, book: 'each' } } });
    const order = await madeInParts('25');
    expect(quantities()).toEqual([]);
    expect(plant.letters()).toEqual([expect.stringContaining('give productOrders.split.batch')]);
    plant.deploy({ azumuta, completions, productOrders: { split } });
    await plant.replayed();
    await plant.work();
    expect(shown()).toEqual([[`B-${order.number}`, '1 of 1']]);
  });
});

const allParts = [1, 2, 3, 4, 5, 6];

/** What the ERP and people do with an order of 80 per 25. */
const act = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('change' as const), to: fc.integer({ min: 1, max: 130 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('build' as const), part: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('follow' as const) }) },
);

it('never books more than its parts are for, and books what the ERP wants, unless a person is asked', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 1, maxLength: 8 }),
      fc.constantFrom<Way>('each', 'when-all-done'),
      async (acts, book) => {
        // Prepare
        takePlant({ integration: per25(book) });
        const order = await madeInParts('80');
        let wants = 80;
        /** What Azumuta showed of a part when it was completed. */
        const done = new Map<number, number>();
        const asked = new Set<string>();
        const shown = (part: number) =>
          plant.azumuta.productOrders().find(({ number }) => number === `${order.number}/${part}`);
        const build = async (part: number) => {
          const one = shown(part);
          if (!one || done.has(part)) return;
          done.set(part, Number(one.parameters.Quantity));
          await partsBuilt(order, part);
        };
        /** Somebody changes in Azumuta what is open as the ERP wants it. */
        const follow = () => {
          for (const part of allParts) {
            const share = Math.min(25, wants - 25 * (part - 1));
            const isOpen = shown(part) !== undefined && !done.has(part) && share > 0;
            if (isOpen) plant.azumuta.setParameter(`${order.number}/${part}`, 'Quantity', share);
          }
        };
        const assess = async () => {
          for (const kind of [...(await kinds()), ...plant.letters()]) asked.add(kind);
          const most = [...done.values()].reduce((sum, amount) => sum + amount, 0);
          expect(Number(plant.erp.books(order).good)).toBeLessThanOrEqual(most);
        };

        // Act
        for (const one of acts) {
          const isOpen = plant.erp.books(order).state === 'open';
          if (one.does === 'follow') follow();
          else if (one.does === 'build') await build(one.part);
          else if (one.does === 'change' && isOpen) {
            wants = one.to;
            await quantityChanged(order, String(wants));
          }
          await assess();
        }
        for (const part of allParts) await build(part);
        await assess();

        // Assess
        const good = Number(plant.erp.books(order).good);
        if (asked.size === 0) expect(good).toBe(wants);
        seen.add(asked.size === 0 ? 'as wanted' : 'asked');
      },
    ),
    { numRuns: 60 },
  );
  expect([...seen].toSorted()).toEqual(['as wanted', 'asked']);
}, 120_000);
