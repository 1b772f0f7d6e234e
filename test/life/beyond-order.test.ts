import { describe, expect, it } from 'vitest';
import { hasReasonOrCause } from '../../infra/ops/replay/typed.ts';
import { planned } from '../../shared/integration/index.ts';
import type { CompletedProductOrder } from '../../shared/model/completions.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';
import { eachWithPlant, kinds, plant, takePlant } from './acts.ts';
import { days, hours, type LifePlant } from './plant.ts';

eachWithPlant();

type Order = ReturnType<LifePlant['plan']>;

async function released(quantity: string): Promise<Order> {
  const order = plant.plan(quantity);
  await plant.pulled();
  return order;
}

async function completed(number: string, how: Parameters<LifePlant['azumuta']['complete']>[1]) {
  plant.azumuta.complete(number, how);
  await plant.work();
}

const byParameter = ({ parameters }: CompletedProductOrder) => String(parameters.Quantity);

const books = (order: Order) => {
  const { state, good, scrap } = plant.erp.books(order);
  return { state, good, scrap };
};
const nothing = { state: 'open', good: '0', scrap: '0' };

describe('a quantity that is more than its order', () => {
  it('is not booked: its refusal names both figures, the recording, the step and what accepts it', async () => {
    // Prepare
    const order = await released('400');
    const calls = plant.calls.erp;

    // Act
    await completed(order.number, { quantity: 4000, recordings: 1 });

    // Assess
    const [recording] = plant.azumuta.productOrders()[0]?.recordings ?? [];
    expect(plant.letters()).toEqual([
      `Product order ${order.number} is for 400 u, and was completed with 4000 good (step "Good quantity" of recording ${recording?.id}): more than 440 good needs a person. Correct it in Azumuta, then replay. If it was really built: npm run replay -- --order ${order.number} --accept 4000 --go --stack <stack>`,
    ]);
    expect(plant.calls.erp).toBe(calls);
    expect(books(order)).toEqual(nothing);
  });

  it.each([
    ['a tenth more, as it may be', '10', { quantity: 11 }, '11', '0'],
    ['10 good and 3 scrap of 10', '10', { quantity: 10, scrap: 3 }, '10', '3'],
    ['all of it scrap', '10', { quantity: 0, scrap: 10 }, '0', '10'],
  ])('is not what is booked without a question: %s', async (_, quantity, how, good, scrap) => {
    const order = await released(quantity);
    await completed(order.number, how);
    expect(plant.letters()).toEqual([]);
    expect(books(order)).toMatchObject({ good, scrap });
  });

  it.each([
    ['0 good and 4,000 scrap of 400', '400', { quantity: 0, scrap: 4000 }, '4000 scrap'],
    ['a comma that was lost', '4', { quantity: 35 }, '35 good'],
    ['twelve of ten', '10', { quantity: 12 }, '12 good'],
    ['both', '10', { quantity: 40, scrap: 11 }, '40 good and 11 scrap'],
  ])('is refused: %s', async (_, quantity, how, figures) => {
    const order = await released(quantity);
    await completed(order.number, how);
    expect(plant.letters()).toEqual([expect.stringContaining(`was completed with ${figures} (step`)]);
    expect(books(order)).toEqual(nothing);
  });

  it('is refused while the ERP is down, and told once', async () => {
    // Prepare
    const order = await released('400');
    plant.answers.erp = () => ({ status: 503 });

    // Act
    await completed(order.number, { quantity: 4000 });
    plant.advance(hours);
    await plant.trigger(JSON.stringify({ productOrderNumber: order.number }));
    await plant.work();

    // Assess
    expect(plant.letters()).toHaveLength(1);
  });

  it('is booked once it is corrected in Azumuta, and its dead letter ends', async () => {
    const order = await released('400');
    await completed(order.number, { quantity: 4000 });
    plant.azumuta.reopen(order.number);
    plant.advance(hours);
    await completed(order.number, { quantity: 400 });
    expect(books(order)).toMatchObject({ state: 'done', good: '400' });
    expect(await kinds()).toEqual([]);
  });

  it('is told again with the new figure when it was corrected to another one beyond its order', async () => {
    // Prepare
    const order = await released('400');
    await completed(order.number, { quantity: 4000 });

    // Act
    plant.azumuta.reopen(order.number);
    plant.advance(hours);
    await completed(order.number, { quantity: 500 });

    // Assess
    expect(await kinds()).toEqual(['dead-letter']);
    await plant.alerts();
    expect(plant.mails.at(-1)?.text).toContain('--accept 500');
  });
});

describe('a person', () => {
  it('has it booked by accepting just the refused figure, and it is written down', async () => {
    // Prepare
    const order = await released('400');
    await completed(order.number, { quantity: 440.5 });

    // Act
    await plant.accepted(order.number, '440.5');

    // Assess
    expect(books(order)).toMatchObject({ state: 'done', good: '440.5' });
    expect(await kinds()).toEqual([]);
    const journey = await plant.ledger.journeys.readJourney(order.number);
    expect(journey.map(({ note }) => note)).toContain('2 recording(s), 440.5 accepted by a person');
  });

  it('accepts both figures at once, where both are more', async () => {
    const order = await released('10');
    await completed(order.number, { quantity: 40, scrap: 11 });
    await plant.accepted(order.number, '40+11');
    expect(books(order)).toMatchObject({ good: '40', scrap: '11' });
  });

  it('has it refused again with the same words by every other replay', async () => {
    const order = await released('400');
    await completed(order.number, { quantity: 4000 });
    const before = plant.letters();
    await plant.replayed();
    await plant.replayed({ orders: new Set([order.number]) });
    await plant.replayed({ conditions: [hasReasonOrCause('quantity-or-lots')] });
    expect(plant.letters()).toEqual(before);
    expect(books(order)).toEqual(nothing);
  });

  it('accepts no other figure than the refused one, and is told which that is', async () => {
    const order = await released('400');
    await completed(order.number, { quantity: 4000 });
    await expect(plant.accepted(order.number, '400')).rejects.toThrow(
      `${order.number} was not refused with 400, but ${order.number} with 4000: accept exactly that`,
    );
    expect(books(order)).toEqual(nothing);
  });

  it('is told the number that accepts it, though an operator has renamed the product order', async () => {
    // Prepare
    const order = await released('400');
    plant.azumuta.rename(order.number, 'another');
    plant.azumuta.complete('another', { quantity: 4000 });
    plant.triggers.length = 0;
    await plant.trigger(JSON.stringify({ productOrderNumber: order.number }));
    await plant.work();

    // Act
    const [, number = ''] = /--order (\S+)/.exec(plant.letters()[0] ?? '') ?? [];
    await plant.accepted(number, '4000');

    // Assess
    expect(books(order)).toMatchObject({ good: '4000' });
  });

  it('accepts nothing of an order that was refused for another reason', async () => {
    const order = await released('400');
    plant.answers.erp = () => ({ status: 422, body: { error: { message: 'The period is closed' } } });
    await completed(order.number, { quantity: 400 });
    await expect(plant.accepted(order.number, '400')).rejects.toThrow('there is nothing to accept');
  });

  it('has not accepted what was recorded since', async () => {
    // Prepare
    const order = await released('400');
    await completed(order.number, { quantity: 4000 });
    plant.azumuta.reopen(order.number);
    plant.azumuta.complete(order.number, { quantity: 40_000 });
    plant.triggers.length = 0;
    plant.advance(hours);

    // Act
    await plant.accepted(order.number, '4000');

    // Assess
    expect(plant.letters()).toEqual([expect.stringContaining('--accept 40000')]);
    expect(books(order)).toEqual(nothing);
  });

  it('has accepted it for good, though the booking waits and is decided again by a newer configuration', async () => {
    // Prepare
    const order = await released('400');
    await completed(order.number, { quantity: 4000 });
    let isDown = true;
    plant.answers.erp = (_, answer) => (isDown ? { status: 503 } : answer());
    await plant.accepted(order.number, '4000');
    expect(books(order)).toEqual(nothing);

    // Act
    plant.deploy({}, 'second');
    isDown = false;
    plant.advance(hours);
    await plant.trigger(JSON.stringify({ productOrderNumber: order.number }));
    await plant.work();

    // Assess
    expect(books(order)).toMatchObject({ state: 'done', good: '4000' });
  });
});

describe('what it is compared with', () => {
  it('is what it was made for, also when the ERP wants less since it was built', async () => {
    const order = await released('10');
    plant.azumuta.complete(order.number, { quantity: 10 });
    plant.triggers.length = 0;
    plant.erp.changeQuantity(order, '5');
    await plant.pulled();
    expect(await kinds()).toEqual(['changed']);
    await plant.trigger(JSON.stringify({ productOrderNumber: order.number }));
    await plant.work();
    expect(books(order)).toMatchObject({ good: '10' });
  });

  it('is what the ERP wants by now, where that is more', async () => {
    const order = await released('5');
    plant.erp.changeQuantity(order, '8');
    await plant.pulled();
    expect(await kinds()).toEqual(['changed']);
    await completed(order.number, { quantity: 8 });
    expect(books(order)).toMatchObject({ state: 'done', good: '8' });
  });

  it('is not more than that', async () => {
    const order = await released('5');
    plant.erp.changeQuantity(order, '8');
    await plant.pulled();
    await completed(order.number, { quantity: 9 });
    expect(plant.letters()).toEqual([expect.stringContaining('is for 8 u, and was completed with 9 good')]);
  });

  it.each([
    ['each', 40],
    ['when-all-done', 1],
  ] as const)(
    'is the share of the parts that are booked, which carry the whole quantity (%s)',
    async (book, letters) => {
      // Prepare
      plant.deploy({
        productOrders: {
          split: { per: 'unit', book },
          parameters: ({ quantity }: ErpOrder) => ({ Quantity: Number(quantity.amount) }),
        },
        completions: { quantity: byParameter },
      });
      const order = await released('40');

      // Act
      for (let part = 1; part <= 40; part += 1) plant.azumuta.complete(`${order.number}/${part}`);
      await plant.work();

      // Assess
      expect(plant.letters()).toHaveLength(letters);
      expect(books(order)).toEqual(nothing);
    },
  );

  it('is the share of several parts together, and names the part whose figure is wrong', async () => {
    plant.deploy({ productOrders: { split: { per: 'unit', book: 'when-all-done' } } });
    const order = await released('3');
    for (const [at, quantity] of [1, 40, 1].entries())
      plant.azumuta.complete(`${order.number}/${at + 1}`, { quantity, recordings: 1 });
    await plant.work();
    const wrong = plant.azumuta.productOrders().find(({ number }) => number === `${order.number}/2`);
    expect(plant.letters()).toEqual([
      expect.stringMatching(
        `The booking of ${order.number}/1 and 2 more parts is for 3 u, and was completed with 42 good \\(step "Good quantity" of recording ${wrong?.recordings[0]?.id}\\)`,
      ),
    ]);
    await plant.accepted(`${order.number}/3`, '42');
    expect(books(order)).toMatchObject({ state: 'done', good: '42' });
  });

  it.each(['rest', 'odoo 17', 'odoo 19', 'sap-s4hana'] as const)(
    'is what the order is for in the ERP, where it was typed by hand (%s)',
    async (erp) => {
      // Prepare
      takePlant({ erp });
      const order = plant.plan('10');
      plant.azumuta.typeByHand(order.number, plant.erp.articles.plain, { Quantity: 10 });

      // Act
      await completed(order.number, { quantity: 100, recordings: 1 });
      const refused = [plant.letters(), books(order)];
      await plant.accepted(order.number, '100');

      // Assess
      const reason = expect.stringMatching(
        /is for 10( \S+)?, and was completed with 100 good \(step "Good quantity" of recording .*\): more than 11 good/,
      );
      expect(refused).toEqual([[reason], expect.objectContaining({ state: 'open', good: '0' })]);
      expect(books(order)).toMatchObject({ good: '100' });
      expect(plant.letters()).toEqual([]);
    },
  );

  it('counts what others have booked on the order, where several typed by hand are booked on it', async () => {
    // Prepare
    takePlant({
      erp: 'odoo 19',
      integration: {
        completions: {
          quantity: byParameter,
          erpOrderNumber: (number: string) => number.slice(0, -2),
          final: () => false,
        },
      },
    });
    const order = plant.plan('10');

    // Act
    for (const part of ['-1', '-2', '-3']) {
      plant.azumuta.typeByHand(`${order.number}${part}`, plant.erp.articles.plain, { Quantity: 4 });
      await completed(`${order.number}${part}`, {});
    }

    // Assess
    expect(plant.letters()).toEqual([
      expect.stringContaining('is for 10 Units (8 are booked), and was completed with 4 good'),
    ]);
  });

  it('is nothing, where any quantity is booked', async () => {
    plant.deploy({ completions: { quantity: planned, beyondOrder: 'book' } });
    const order = await released('5');
    plant.azumuta.productOrders();
    plant.deploy({ completions: { quantity: () => 4000, beyondOrder: 'book' } });
    await completed(order.number, {});
    expect(books(order)).toMatchObject({ good: '4000' });
  });
});

it('leaves a booking that is in doubt as it was planned', async () => {
  // Prepare: a release that did not compare has sent it, and got no answer
  plant.deploy({ completions: { quantity: () => 4000, beyondOrder: 'book' } });
  const order = await released('400');
  plant.answers.erp = ({ method }, answer) => {
    const given = answer();
    return method === 'POST' ? { status: 504 } : given;
  };
  plant.azumuta.complete(order.number, {});
  await plant.work(60_000);

  // Act
  plant.answers.erp = (_, answer) => answer();
  plant.deploy({ completions: { quantity: () => 4000 } }, 'second');
  plant.advance(days);
  await plant.work();

  // Assess
  expect(plant.letters()).toEqual([]);
  expect(books(order)).toMatchObject({ good: '4000' });
  expect(await plant.ledger.bookings.listOfOrder(order.number)).toMatchObject([{ state: 'done' }]);
});
