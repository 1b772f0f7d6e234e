import { beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../../shared/ledger/ledger.ts';
import { ledgerOn } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

let ledger: Ledger;
beforeEach(() => {
  ({ ledger } = ledgerOn());
});

describe('what the ledger knows of a number', () => {
  it('is its open dead letters, without those that were replayed, discarded, or recovered', async () => {
    // Prepare
    const { deadLetters, knownOrders } = ledger;
    const letters = ['open', 'replayed', 'discarded', 'recovered'].map((messageId) => ({
      messageId,
      orderNumber: 'PO-1',
      stage: 'book-completion',
      reason: 'It is closed.',
    }));
    for (const letter of letters) await deadLetters.record(letter);
    const [open, replayed, discarded, recovered] = letters;
    if (!replayed || !discarded || !recovered) throw new Error('There are four.');

    // Act
    await deadLetters.markReplayed(replayed, 'by Ann');
    await deadLetters.markDiscarded(discarded, 'by Ann');
    await deadLetters.markRecovered(recovered);

    // Assess
    expect((await knownOrders.read('PO-1')).deadLetters).toEqual([open]);
  });

  it('is also the dead letters under a number that Azumuta gave it, and those of bookings under the first part', async () => {
    // Prepare
    const { deadLetters, knownOrders, orders } = ledger;
    const part = { index: 2, first: 'PO-1', book: 'when-all-done' } as const;
    await orders.create(newOrder({ number: 'PO-2', part }));
    await knownOrders.writeAlias('renamed', 'PO-2');
    for (const orderNumber of ['PO-1', 'PO-2', 'renamed'])
      for (const stage of ['create-product-order', 'book-completion'])
        await deadLetters.record({ messageId: stage, orderNumber, stage, reason: 'Why.' });

    // Act
    const { number, deadLetters: letters } = await knownOrders.readStanding('renamed');

    // Assess
    const told = letters.map(({ orderNumber, stage }) => `${orderNumber} ${stage}`);
    expect([number, told.toSorted()]).toEqual([
      'PO-2',
      [
        'PO-1 book-completion',
        'PO-2 book-completion',
        'PO-2 create-product-order',
        'renamed book-completion',
        'renamed create-product-order',
      ],
    ]);
  });
});
