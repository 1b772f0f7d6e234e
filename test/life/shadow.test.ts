import { expect, it } from 'vitest';
import { Journeys } from '../../shared/ledger/records/events.ts';
import { ShadowTable } from '../../shared/ledger/shadow-table.ts';
import { eachWithPlant, made, plant, takePlant } from './acts.ts';
import { days } from './plant.ts';

eachWithPlant();

const inShadow = () => plant.deploy({}, 'first', 'shadow');
const typeByHand = (number: string, quantity = 5) =>
  plant.azumuta.typeByHand(number, plant.erp.articles.plain, { Quantity: quantity });

/** What shadow has noted of an order: of its creation, and of its bookings. */
async function notedOf(number: string): Promise<readonly string[]> {
  const table = new ShadowTable(plant.table.client, 'ledger', plant.clock.now);
  const journey = await new Journeys(table, plant.clock).readJourney(number);
  return journey.map(({ event }) => event);
}

const erps = ['rest', 'odoo 17', 'odoo 19', 'sap-s4hana'] as const;

it.each(erps)(
  'decides in shadow what would be created and booked, changes no partner, and writes nothing live: %s',
  async (erp) => {
    // Prepare: people type one order before the pull, and one after it.
    takePlant({ erp });
    inShadow();
    const [first, second, third] = [plant.plan(), plant.plan(), plant.plan()];
    typeByHand(first.number);
    const before = JSON.stringify(plant.erp.everything());

    // Act
    await plant.pulled();
    typeByHand(second.number);
    for (const { number } of [first, second]) plant.azumuta.complete(number, { quantity: 5 });
    await plant.work();
    plant.advance(2 * days);
    await plant.looked();

    // Assess
    expect(await notedOf(first.number)).toEqual(expect.arrayContaining(['adopted', 'would be booked']));
    expect(await notedOf(second.number)).toEqual(
      expect.arrayContaining(['would be created', 'would be booked']),
    );
    expect(await notedOf(third.number)).toEqual(expect.arrayContaining(['would be created']));
    for (const { number } of [first, second, third])
      expect(await notedOf(number)).not.toEqual(expect.arrayContaining(['dead-lettered']));
    expect(JSON.stringify(plant.erp.everything())).toBe(before);
    expect(made()).toEqual([`${first.number} completed`, `${second.number} completed`]);
    expect(plant.letters()).toEqual([]);
    expect(plant.table.items().filter(({ pk }) => !String(pk).startsWith('SHADOW#'))).toEqual([]);
  },
);

it('begins live as if shadow had never been: what is open is adopted, or created, and booked once', async () => {
  // Prepare
  inShadow();
  const [typed, wanted] = [plant.plan(), plant.plan()];
  await plant.pulled();
  typeByHand(typed.number);

  // Act
  plant.deploy({}, 'second', 'live');
  await plant.pulled();
  for (const { number } of [typed, wanted]) plant.azumuta.complete(number, { quantity: 5 });
  await plant.work();

  // Assess
  for (const order of [typed, wanted])
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
});
