import { describe, expect, it } from 'vitest';
import { planned } from '../../shared/integration/index.ts';
import { orderKey } from '../../shared/ledger/keys.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import { eachWithPlant, kinds, made, plant, takePlant } from './acts.ts';
import { hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

const books = (order: Order) => {
  const { state, good } = plant.erp.books(order);
  return { state, good };
};

it('never books one product order on two ERP orders, when an operator gave it the number of the other', async () => {
  // Prepare
  const first = plant.plan('5');
  await plant.pulled();
  plant.azumuta.rename(first.number, 'MO/0002');
  plant.advance(hours);
  const second = plant.plan('5');
  await plant.pulled();

  // Act
  plant.azumuta.complete(second.number, { quantity: 5 });
  await plant.work();

  // Assess
  expect(second.number).toBe('MO/0002');
  expect([books(first), books(second)]).toEqual([
    { state: 'done', good: '5' },
    { state: 'open', good: '0' },
  ]);
  expect(plant.letters()).toEqual([
    'Azumuta calls the product order of MO/0001 MO/0002 by now: give it its own number there again, then replay.',
  ]);
});

it('finds that an order whose creation was refused is booked, when it was typed by hand and built', async () => {
  // Prepare
  plant.deploy({ productOrders: { variants: () => ['Red'], parameters: () => ({ Quantity: 5 }) } });
  const order = plant.plan('5');
  await plant.pulled();
  plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
  plant.azumuta.complete(order.number);
  await plant.work();
  expect(plant.letters()).toHaveLength(1);
  expect(books(order)).toEqual({ state: 'done', good: '5' });

  // Act
  plant.advance(hours);
  await plant.replayed();

  // Assess
  expect(plant.letters()).toEqual([]);
  expect(await plant.get(order.number)).toMatchObject({ status: 'exists' });
});

it.each([
  ['booked', false],
  ['planned, while bookings are paused,', true],
] as const)(
  'is not built again when it was built, %s and removed while its creation was in doubt',
  async (_, arePaused) => {
    // Prepare
    plant.answers.azumuta = ({ method }, answer) => {
      const given = answer();
      return method === 'POST' ? { status: 502, body: {} } : given;
    };
    const order = plant.plan('5');
    await plant.pull();
    await plant.work(60_000);
    expect(await plant.ledger.orders.find(order.number)).toMatchObject({ state: 'claimed' });
    if (arePaused) await plant.ledger.pauses.pauseFlow('bookings');
    plant.azumuta.complete(order.number);
    await plant.work(60_000);
    expect(books(order)).toMatchObject({ state: arePaused ? 'open' : 'done' });
    plant.azumuta.remove(order.number);

    // Act
    await plant.work(10 * 60_000);
    await plant.ledger.pauses.resumeFlow('bookings');
    await plant.work();

    // Assess
    expect(plant.azumuta.productOrders()).toEqual([]);
    expect(books(order)).toEqual({ state: 'done', good: '5' });
    expect(await plant.get(order.number)).toMatchObject({ status: 'exists' });
    expect(plant.letters()).toEqual([]);
  },
);

describe('an order that was refused in doubt, as another one has its number in Azumuta, and is not wanted meanwhile', () => {
  const hand = 'TYPED-1';

  /** Its first attempt got no answer, and then somebody typed another one with its number. */
  async function refused() {
    plant.answers.azumuta = ({ method }, answer) =>
      method === 'POST' ? { status: 502, body: {} } : answer();
    const order = plant.plan('5');
    await plant.pull();
    await plant.work(60_000);
    plant.azumuta.typeByHand(order.number, plant.erp.articles.plain, { Quantity: 2 });
    plant.answers.azumuta = (_, answer) => answer();
    await plant.work();
    expect(plant.letters()).toEqual([expect.stringContaining('which is not the one that is wanted')]);
    plant.advance(hours);
    return order;
  }

  it.each([
    [
      'deleted, and its dead letter was replayed meanwhile',
      'rest',
      async (order: Order) => {
        plant.erp.remove(order);
        await plant.replayed();
      },
    ],
    [
      'cancelled, and its dead letter is open',
      'sap-s4hana',
      async (order: Order) => {
        plant.erp.cancel(order);
        await plant.pulled();
      },
    ],
  ] as const)('is made once the ERP wants it again: one that was %s', async (_, erp, happens) => {
    // Prepare
    takePlant({ erp });
    const order = await refused();
    await happens(order);
    expect(await kinds()).toContain('unwanted');
    plant.azumuta.rename(order.number, hand);

    // Act
    plant.advance(hours);
    plant.erp.releaseAgain(order);
    await plant.pulled();

    // Assess
    expect(made().toSorted()).toEqual([`${order.number} open`, `${hand} open`].toSorted());
    expect(await kinds()).toEqual([]);
  });

  it('is a dead letter again while the other still has its number', async () => {
    const order = await refused();
    plant.erp.remove(order);
    await plant.replayed();
    plant.advance(hours);
    plant.erp.releaseAgain(order);
    await plant.pulled();
    expect(await kinds()).toEqual(['dead-letter']);
    expect(plant.letters()).toHaveLength(1);
  });
});

it('books a product order that was made again after its booking was refused', async () => {
  // Prepare: two serial numbers are missing
  const order = plant.plan('3', 'serials');
  await plant.pulled();
  plant.azumuta.complete(order.number, { serials: ['S1'] });
  await plant.work();
  expect(plant.letters()).toHaveLength(1);

  // Act
  plant.advance(hours);
  plant.azumuta.remove(order.number);
  plant.azumuta.typeByHand(order.number, plant.erp.articles.serials, { Quantity: 3 });
  plant.azumuta.complete(order.number, { serials: ['S1', 'S2', 'S3'] });
  await plant.work();
  await plant.replayed();

  // Assess
  expect(books(order)).toEqual({ state: 'done', good: '3' });
  expect(plant.letters()).toEqual([]);
  expect(await plant.ledger.bookings.listOfOrder(order.number)).toMatchObject([{ state: 'done' }]);
});

it('is told which of our orders was built under the number of another, and is booked by the replay that it names', async () => {
  // Prepare
  const [first, second] = [plant.plan('5'), plant.plan('7')];
  await plant.pulled();
  const renamed = plant.azumuta.productOrders().find(({ number }) => number === first.number);
  plant.azumuta.rename(first.number, second.number);

  // Act
  plant.azumuta.complete(second.number, { id: String(renamed?.id), quantity: 5 });
  await plant.work();

  // Assess
  const [letter = ''] = plant.letters();
  expect(letter).toMatch(
    /^Azumuta calls the product order of MO\/0001 MO\/0002 by now, and recording \S+ is of it: give it its own number there again\./,
  );
  expect(letter).toContain('npm run replay -- --order MO/0001 --go --stack <stack>');
  await plant.replayed({ orders: new Set([first.number]) });
  expect([books(first), books(second)]).toEqual([
    { state: 'done', good: '5' },
    { state: 'open', good: '0' },
  ]);
});

describe('a second product order of one number', () => {
  const sentence =
    /^Azumuta has two product orders MO\/0001: recording .+ is of the one with id .+, and what is booked under this number is that with id/;

  it('is told when it is completed instead of ours, which an operator has copied', async () => {
    // Prepare
    const order = plant.plan('5', 'plain', { dueDate: '2027-02-01' });
    await plant.pulled();
    const copy = plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });

    // Act
    plant.azumuta.complete(order.number, { ...(copy ? { id: copy.id } : {}), quantity: 5 });
    await plant.work();

    // Assess
    expect(books(order)).toEqual({ state: 'open', good: '0' });
    expect(plant.letters()).toEqual([expect.stringMatching(sentence)]);
  });

  it('is told when it is completed after the first, which is booked', async () => {
    // Prepare
    plant.deploy({ completions: { quantity: planned, final: () => false } });
    const order = plant.plan('10');
    plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 4 });
    plant.azumuta.complete(order.number);
    await plant.work();
    plant.advance(hours);
    const second = plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 6 });

    // Act
    plant.azumuta.complete(order.number, second ? { id: second.id } : {});
    await plant.work();

    // Assess
    expect([books(order).good, plant.letters()]).toEqual(['4', [expect.stringMatching(sentence)]]);
  });
});

describe('a product order that was typed by hand, built, and ignored, as the ERP did not know its number', () => {
  const typed = 'MO/0001';

  async function ignored(): Promise<void> {
    plant.deploy({ completions: { quantity: planned, unknownOrder: 'ignore' } });
    plant.azumuta.typeByHand(typed, 'GEAR-01', { Quantity: 5 });
    plant.azumuta.complete(typed);
    await plant.work();
    plant.advance(hours);
  }

  it.each(['pulled', 'posted'])(
    'is booked once the ERP order is %s, whose creation finds it',
    async (how) => {
      // Prepare
      await ignored();
      const [before] = await plant.ledger.bookings.listOfOrder(typed);

      // Act
      const order = plant.plan('5');
      if (how === 'pulled') await plant.pulled();
      else await plant.post({ number: typed, id: order.id, article: 'GEAR-01', quantity: '5', unit: 'u' });
      await plant.work();

      // Assess
      expect(order.number).toBe(typed);
      expect(before?.state).toBe('ignored');
      expect(books(order)).toEqual({ state: 'done', good: '5' });
      expect(plant.letters()).toEqual([]);
      expect(plant.azumuta.productOrders()).toHaveLength(1);
    },
  );

  it('is booked by its trigger, where that comes again', async () => {
    await ignored();
    const order = plant.plan('5');
    await plant.pulled();
    plant.azumuta.triggerAgain(typed);
    await plant.work();
    expect(books(order)).toEqual({ state: 'done', good: '5' });
  });

  it('stays ignored, and asks nobody, while the ERP does not know it', async () => {
    await ignored();
    const calls = plant.calls.erp;
    plant.azumuta.triggerAgain(typed);
    await plant.work();
    expect([plant.calls.erp, plant.letters()]).toEqual([calls, []]);
  });

  it('is booked once the ERP sends its order again, where 0.3.0 has taken it for booked', async () => {
    // Prepare: 0.3.0 adopted it, and nobody is to look at its completion
    await ignored();
    const order = plant.plan('5');
    await plant.pull();
    const [built] = plant.azumuta.productOrders();
    const productOrder = { id: String(built?.id), number: typed };
    const set = { state: 'done', attempts: 1, productOrder, azumutaId: productOrder.id, linkedAt: 'then' };
    await new Table(plant.table.client, 'ledger').update(orderKey(typed), { set });
    await plant.work();
    expect(books(order)).toEqual({ state: 'open', good: '0' });

    // Act
    await plant.post({ number: typed, id: order.id, article: 'GEAR-01', quantity: '5', unit: 'u' });
    await plant.work();

    // Assess
    expect(books(order)).toEqual({ state: 'done', good: '5' });
    expect(plant.letters()).toEqual([]);
  });

  it('is known by its history alone, as 0.3.0 has written it', async () => {
    await ignored();
    const [{ pk, sk }] = plant.table.items().filter((item) => String(item.sk).startsWith('BOOKING')) as [
      { pk: string; sk: string },
    ];
    await new Table(plant.table.client, 'ledger').update({ pk, sk }, { remove: ['ignored'] });
    const order = plant.plan('5');
    await plant.pulled();
    expect(books(order)).toEqual({ state: 'done', good: '5' });
  });
});

it.each(['reopened', 'removed and typed again'])(
  'tells a person of a product order that was typed by hand, booked, and built again: %s',
  async (how) => {
    // Prepare
    plant.deploy({ completions: { quantity: planned } });
    const order = plant.plan('10');
    plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
    plant.azumuta.complete(order.number);
    await plant.work();
    plant.advance(hours);

    // Act
    if (how === 'reopened') plant.azumuta.reopen(order.number);
    else {
      plant.azumuta.remove(order.number);
      plant.azumuta.typeByHand(order.number, 'GEAR-01', { Quantity: 5 });
    }
    plant.azumuta.complete(order.number);
    await plant.work();

    // Assess
    expect(plant.erp.books(order).good).toBe('5');
    if (how !== 'reopened')
      expect(plant.letters()).toEqual([expect.stringContaining(`${order.number} was booked as`)]);
  },
);

describe('a product order that was typed by hand under the number of the wrong ERP order', () => {
  const typedBuilt = async (number: string) => {
    plant.azumuta.typeByHand(number, 'GEAR-01', { Quantity: 5 });
    plant.azumuta.complete(number, { quantity: 5 });
    await plant.work();
  };

  it.each([
    ['triggered again', () => plant.azumuta.triggerAgain('MO/0002')],
    [
      'opened and completed again',
      () => {
        plant.azumuta.reopen('MO/0002');
        plant.azumuta.complete('MO/0002', { quantity: null });
      },
    ],
  ])(
    'is booked on that one alone once it was booked there, renamed to the right one, and %s',
    async (_, happens) => {
      // Prepare
      const [wrong, right] = [plant.plan('5'), plant.plan('5')];
      await typedBuilt(wrong.number);
      plant.azumuta.rename(wrong.number, right.number);
      plant.advance(hours);

      // Act
      happens();
      await plant.work();

      // Assess
      expect([wrong, right].map(books)).toEqual([
        { state: 'done', good: '5' },
        { state: 'open', good: '0' },
      ]);
    },
  );

  it('is told to a person when the ERP order whose number it has by now is created', async () => {
    const [wrong, right] = [plant.plan('5'), plant.plan('5')];
    await typedBuilt(wrong.number);
    plant.azumuta.rename(wrong.number, right.number);
    await plant.pulled();
    expect(plant.letters()).toEqual([expect.stringContaining(`of ${wrong.number} ${right.number} by now`)]);
    expect(books(right)).toEqual({ state: 'open', good: '0' });
  });

  it('is booked on the right one where nothing was sent for the wrong one, whose dead letter ends', async () => {
    // Prepare: the ERP does not know the wrong number
    const right = plant.plan('5');
    await typedBuilt('MO/9999');
    expect(plant.letters()).toHaveLength(1);
    plant.azumuta.rename('MO/9999', right.number);
    plant.advance(hours);

    // Act
    plant.azumuta.triggerAgain(right.number);
    await plant.work();

    // Assess
    expect(books(right)).toEqual({ state: 'done', good: '5' });
    expect(await kinds()).toEqual([]);
    expect(await plant.ledger.bookings.listOfOrder('MO/9999')).toEqual([]);
  });

  it('stays with the person who has discarded it', async () => {
    const right = plant.plan('5');
    await typedBuilt('MO/9999');
    const [booking] = await plant.ledger.bookings.listOfOrder('MO/9999');
    await plant.ledger.bookings.discardRefused('MO/9999', booking?.rejectedBy, 'booked by hand (An)');
    plant.azumuta.rename('MO/9999', right.number);
    plant.advance(hours);
    plant.azumuta.triggerAgain(right.number);
    await plant.work();
    expect(books(right)).toEqual({ state: 'open', good: '0' });
  });
});

describe('a number by which Azumuta has called another order of ours once', () => {
  /** One trigger by that number is enough for an alias. */
  async function calledOnce(number: string, then: (order: ReturnType<LifePlant['plan']>) => void) {
    const order = plant.plan('5');
    await plant.pulled();
    plant.azumuta.rename(order.number, number);
    plant.azumuta.complete(number, { quantity: 5 });
    await plant.work();
    expect(books(order)).toEqual({ state: 'done', good: '5' });
    plant.azumuta.rename(number, 'called otherwise');
    then(order);
    plant.advance(hours);
    return order;
  }

  it.each([
    ['is called otherwise by now', () => {}],
    ['is given up', () => {}],
  ])('is booked as what Azumuta has under it, typed by hand, while the other one %s', async (how, then) => {
    // Prepare
    const number = 'MO/0002';
    const first = await calledOnce(number, then);
    if (how === 'is given up') {
      const entry = await plant.ledger.orders.find(first.number);
      if (entry) await plant.ledger.orders.end(entry, { how: 'given up', because: 'x' });
    }
    const second = plant.plan('4');

    // Act
    plant.azumuta.typeByHand(number, 'GEAR-01', { Quantity: 4 });
    plant.azumuta.complete(number, { quantity: 4 });
    await plant.work();

    // Assess
    expect(second.number).toBe(number);
    expect([first, second].map(books)).toEqual([
      { state: 'done', good: '5' },
      { state: 'done', good: '4' },
    ]);
    expect(plant.letters()).toEqual([]);
  });

  it('still leads to it while Azumuta has nothing else under it', async () => {
    const first = await calledOnce('Z-1', () => {});
    await plant.trigger(JSON.stringify({ productOrderNumber: 'Z-1' }));
    await plant.work();
    expect(plant.letters()).toEqual([]);
    expect(await kinds()).toEqual([]);
    expect(books(first)).toEqual({ state: 'done', good: '5' });
  });
});
