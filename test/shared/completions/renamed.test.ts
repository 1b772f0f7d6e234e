import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { newOrder } from '../../support/orders.ts';
import { failureOf } from './completed.ts';
import { type CompletionStage, startCompletionStage } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

let made = 0;

/** A completed product order of Azumuta that the ledger keeps under `number`, with this id. */
async function completedAs(number: string, nameInAzumuta: string, idInLedger?: string): Promise<void> {
  const { azumuta, azumutaSide, ledger } = stage;
  const signal = new AbortController().signal;
  const article = await azumuta.findArticle('GEAR-01', signal);
  if (!article) throw new Error('The sandbox has no article GEAR-01.');
  const draft = { number: nameInAzumuta, article: 'GEAR-01', parameters: { Quantity: 5 }, variants: [] };
  const { id } = await azumuta.createProductOrder(draft, article, signal);
  await ledger.orders.put(newOrder({ number, draft, erpOrder: { number: 'MO/7', article: 'GEAR-01' } }));
  const claimed = await ledger.claims.claim(orderKey(number), {
    ...{ owner: number, messageId: number, endsAt: stage.clock.now() },
  });
  if (claimed.outcome !== 'claimed') throw new Error(`The order is ${claimed.outcome}.`);
  const azumutaId = idInLedger ?? id;
  const receipt = { productOrder: { id: azumutaId, number }, azumutaId, awaiting: 'completion' };
  await ledger.claims.complete(claimed.claim, receipt, { event: 'created' });
  await azumutaSide.complete(nameInAzumuta);
}

describe('a product order that was renamed in Azumuta', () => {
  it.each(['its new name', 'its old name'])(
    'is booked on its own ERP order by %s, and kept under its first number',
    async (by) => {
      // Prepare
      const number = `PO-${made++}`;
      await completedAs(number, `${number}-rework`);

      // Act
      await stage.collect({ productOrderNumber: by === 'its new name' ? `${number}-rework` : number });

      // Assess
      expect(stage.sent()).toMatchObject([
        { home: number, erpOrder: { number: 'MO/7' }, article: 'GEAR-01' },
      ]);
      expect(await stage.ledger.bookings.of(number)).toMatchObject([{ kind: 'quantity' }]);
    },
  );

  it('is booked though the attempt that planned it died and other hints find nothing to do', async () => {
    // Prepare
    const number = `PO-${made++}`;
    const productOrderNumber = `${number}-rework`;
    await completedAs(number, productOrderNumber);
    const planner = { messageId: `planner of ${number}`, sentAt: stage.clock.now() };
    stage.sqs.fail('SendMessage', 500);
    await failureOf(stage.collect({ productOrderNumber }, planner));
    stage.clock.advance(10);
    for (let others = 0; others < 2; others += 1) await stage.collect({ productOrderNumber });
    stage.clock.advance(70);

    // Act
    await stage.collect({ productOrderNumber }, planner);

    // Assess
    expect(stage.sent()).toMatchObject([{ home: number, erpOrder: { number: 'MO/7' } }]);
  });
});

describe('a product order that was made again in Azumuta', () => {
  it('is found by its number, and booked', async () => {
    const number = `PO-${made++}`;
    await completedAs(number, number, 'goneGoneGoneGone1');
    await stage.collect({ productOrderNumber: number });
    expect(stage.sent()).toMatchObject([{ home: number, erpOrder: { number: 'MO/7' } }]);
  });

  it('is for a person when the one before was booked, as it may have been built twice', async () => {
    // Prepare
    const number = `PO-${made++}`;
    await completedAs(number, number, 'goneGoneGoneGone2');
    const booking = {
      key: 'goneGoneGoneGone2#quantity',
      kind: 'quantity',
      parts: [1],
      recordingIds: [],
      erpOrder: { number: 'MO/7' },
      productOrder: { id: 'goneGoneGoneGone2', number },
    } as const;
    await stage.ledger.bookings.plan(number, booking, { owner: 'o', messageId: 'm' });

    // Act
    const failure = await failureOf(stage.collect({ productOrderNumber: number }));

    // Assess
    expect(failure).toMatchObject({
      name: 'Rejected',
      message: expect.stringContaining('made again in Azumuta'),
    });
    expect(stage.sent()).toEqual([]);
  });
});
