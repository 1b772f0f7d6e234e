import { expect, it } from 'vitest';
import { planned } from '../../shared/integration/index.ts';
import { eachWithPlant, madeInParts, partsBuilt, plant, takePlant } from './acts.ts';
import { hours, type LifePlant, minutes } from './plant.ts';

type Order = ReturnType<LifePlant['plan']>;
type Booked = 'when-all-done' | { readonly at: string[] };

const bookedWhen = (book: Booked) =>
  ({
    productOrders: { split: { per: 'unit', book } },
    completions: { quantity: planned },
  }) as const;
eachWithPlant({ integration: bookedWhen('when-all-done') });

const perShift = { at: ['14:00', '22:00'] };
const ways: Booked[] = ['when-all-done', perShift];

/** While a hint asks Azumuta: it has read what people were told before, and has not read yet what the ERP wants. */
function reducedDuringNextHint(order: Order, quantity: string): void {
  let isFirst = true;
  plant.answers.azumuta = async ({ url }, answer) => {
    if (isFirst && url.pathname.includes('/productorders')) {
      isFirst = false;
      plant.advance(minutes);
      plant.erp.changeQuantity(order, quantity);
      await plant.pull();
    }
    return answer();
  };
}

/** Three parts, of which the first is booked with the second; then the third is too many, and its own hint has ended before. */
async function thirdLeftOver(book: Booked): Promise<Order> {
  takePlant({ integration: bookedWhen(book) });
  const order = await madeInParts('3');
  await partsBuilt(order, 2, 3);
  reducedDuringNextHint(order, '2');
  await partsBuilt(order, 1);
  return order;
}

async function bookedParts({ number }: Order): Promise<readonly (readonly number[])[]> {
  const { bookings } = await plant.ledger.knownOrders.read(`${number}/1`);
  return bookings.map(({ parts }) => parts);
}

const saysSurplus = ({ number }: Order, part: number) =>
  `Product order ${number}/${part} is completed, and its ERP order ${number} has only 2 part(s) now: book it in the ERP by hand.`;

it.each(ways)(
  'tells of a part that was built in vain, where another one was booked at that moment: %s',
  async (book) => {
    const order = await thirdLeftOver(book);
    expect(await bookedParts(order)).toEqual([[1, 2]]);
    expect(plant.erp.books(order)).toMatchObject({ good: '2' });
    expect(plant.letters()).toEqual([saysSurplus(order, 3)]);
  },
);

it.each(ways)('says it once, whoever looks at its order later: %s', async (book) => {
  // Prepare
  const order = await thirdLeftOver(book);

  // Act
  plant.azumuta.triggerAgain(`${order.number}/1`);
  plant.azumuta.reopen(`${order.number}/2`);
  plant.advance(hours);
  plant.azumuta.complete(`${order.number}/2`, { quantity: null, recordings: 1 });
  await plant.work();
  plant.advance(8 * hours);
  await plant.woken();

  // Assess
  expect(plant.letters()).toEqual([saysSurplus(order, 3)]);
});

it('tells of it where the parts before it were booked at an earlier time', async () => {
  // Prepare
  takePlant({ integration: bookedWhen(perShift) });
  const order = await madeInParts('3');
  await partsBuilt(order, 1);
  plant.advance(5 * hours);
  await plant.woken();
  await partsBuilt(order, 3);

  // Act
  reducedDuringNextHint(order, '2');
  await partsBuilt(order, 2);
  plant.advance(8 * hours);
  await plant.woken();

  // Assess
  expect(await bookedParts(order)).toEqual([[1], [2]]);
  expect(plant.letters()).toEqual([saysSurplus(order, 3)]);
});
