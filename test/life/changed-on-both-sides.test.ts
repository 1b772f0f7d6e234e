import { describe, expect, it } from 'vitest';
import { endings } from '../../infra/ops/orders/end-order.ts';
import { daysGoBy, eachWithPlant, endDependencies, made, plant } from './acts.ts';
import { hours, type LifePlant, minutes } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

async function inAzumuta(): Promise<Order> {
  const order = plant.plan('5');
  await plant.pulled();
  plant.advance(hours);
  return order;
}

/** What the ERP has since. */
const inErp = {
  'is as it was made': () => undefined,
  'is renamed': (order: Order) => plant.erp.rename?.(order, 'ERP-1'),
  'has another quantity': (order: Order) => plant.erp.changeQuantity(order, '8'),
} as const;

/** What somebody has changed in Azumuta since. */
const inAzumutaByHand = {
  'as it was made': () => undefined,
  'renamed as the ERP has it': ({ number }: Order) => plant.azumuta.rename(number, 'ERP-1'),
  'renamed otherwise': ({ number }: Order) => plant.azumuta.rename(number, 'FLOOR-1'),
  'of a third quantity': ({ number }: Order) => plant.azumuta.setParameter(number, 'Quantity', 6),
  'renamed, and of a third quantity'({ number }: Order) {
    plant.azumuta.setParameter(number, 'Quantity', 6);
    plant.azumuta.rename(number, 'FLOOR-1');
  },
} as const;

/** The ERP lists it every ten minutes in the beginning, then daily, and it is looked at once a day. */
async function listedForDays(order: Order): Promise<void> {
  for (let nth = 0; nth < 3; nth++) {
    plant.advance(10 * minutes);
    plant.erp.touch(order);
    await plant.pulled();
  }
  for (let nth = 0; nth < 2; nth++) {
    plant.erp.touch(order);
    await daysGoBy(1);
  }
}

/** What people heard of it. */
const toldOf = async ({ number }: Order) =>
  (await plant.ledger.journeys.readJourney(number))
    .filter(({ event }) => event === 'changed' || event === 'over')
    .map(({ note }) => note);
const openOf = async ({ number }: Order) =>
  (await plant.ledger.knownOrders.read(number)).concerns.map(({ content }) => content);
const settled = ({ number }: Order) =>
  endings.settle({ number, kind: 'changed', go: true, note: 'Ann: leave it' }, endDependencies());

const mappedNow =
  'ERP order ERP-1 (po-00000001) is mapped to ERP-1 (alone) now, and keeps what it has in Azumuta, MO/0001 (alone)';
const equalNow = 'Azumuta has it as the ERP wants it.';
const quantity6 = 'parameters["Quantity"] is 6, wanted 5';

/** What the ERP and Azumuta have, and what people hear of it; what the last of it says is open, unless it says `equalNow`. */
const cells: readonly [keyof typeof inErp, keyof typeof inAzumutaByHand, ...told: string[]][] = [
  ['is as it was made', 'as it was made'],
  ['is as it was made', 'renamed otherwise'],
  ['is renamed', 'as it was made', mappedNow],
  ['is renamed', 'renamed as the ERP has it', mappedNow, equalNow],
  ['is renamed', 'renamed otherwise', mappedNow, 'number is FLOOR-1, wanted ERP-1'],
  ['is renamed', 'of a third quantity', mappedNow, `number is MO/0001, wanted ERP-1; ${quantity6}`],
  [
    'is renamed',
    'renamed, and of a third quantity',
    mappedNow,
    `number is FLOOR-1, wanted ERP-1; ${quantity6}`,
  ],
  ['has another quantity', 'as it was made', 'parameters["Quantity"] is 5, wanted 8'],
  ['has another quantity', 'renamed otherwise', 'parameters["Quantity"] is 5, wanted 8'],
  [
    'has another quantity',
    'of a third quantity',
    'parameters["Quantity"] is 5, wanted 8',
    'parameters["Quantity"] is 6, wanted 8',
  ],
];

describe('an order that a planner changes in the ERP, and somebody in Azumuta', () => {
  it.each(cells)('is told once where it %s, and Azumuta has it %s', async (erp, azumuta, ...told) => {
    // Prepare
    const order = await inAzumuta();
    inErp[erp](order);
    inAzumutaByHand[azumuta](order);

    // Act
    await plant.pulled();
    await listedForDays(order);
    const heard = await toldOf(order);
    const isOpen = (await openOf(order)).length > 0;
    if (isOpen) await settled(order);
    await listedForDays(order);

    // Assess
    expect(heard).toEqual(told);
    expect(isOpen).toBe(told.length > 0 && told.at(-1) !== equalNow);
    expect(await toldOf(order)).toEqual(isOpen ? [...told, 'Ann: leave it'] : told);
    expect(await openOf(order)).toEqual([]);
    expect(made()).toHaveLength(1);
  });

  it('is told again, though a person has settled it, once the ERP wants something else', async () => {
    const order = await inAzumuta();
    inErp['is renamed'](order);
    inAzumutaByHand['renamed otherwise'](order);
    await plant.pulled();
    await settled(order);
    plant.advance(hours);
    plant.erp.rename?.(order, 'ERP-2');
    await plant.pulled();
    expect(await openOf(order)).toEqual(['number is FLOOR-1, wanted ERP-2']);
  });

  it('needs nobody once the ERP has its first number again, whatever it is called in Azumuta', async () => {
    const order = await inAzumuta();
    inErp['is renamed'](order);
    inAzumutaByHand['renamed otherwise'](order);
    await plant.pulled();
    plant.advance(hours);
    plant.erp.rename?.(order, order.number);
    await plant.pulled();
    await listedForDays(order);
    expect(await openOf(order)).toEqual([]);
    expect((await toldOf(order)).slice(2)).toEqual([equalNow]);
  });

  it('is told in one way once it was renamed on both sides, and the ERP has its first number again', async () => {
    // Prepare
    const order = await inAzumuta();
    inErp['is renamed'](order);
    inAzumutaByHand['renamed as the ERP has it'](order);
    await plant.pulled();
    plant.advance(hours);

    // Act
    plant.erp.rename?.(order, order.number);
    await plant.pulled();
    await listedForDays(order);
    const told = (await toldOf(order)).slice(2);
    const open = await openOf(order);
    plant.azumuta.rename('ERP-1', order.number);
    await listedForDays(order);

    // Assess
    expect(open).toEqual([`number is ERP-1, wanted ${order.number}`]);
    expect(told).toEqual(open);
    expect(await openOf(order)).toEqual([]);
    plant.azumuta.complete(order.number);
    await plant.work();
    expect(plant.erp.books(order)).toMatchObject({ state: 'done', good: '5' });
  });
});
