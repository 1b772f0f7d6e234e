import { beforeEach, describe, expect, it } from 'vitest';
import { orderRefusedWith, parseAcceptedFigures } from '../../../../infra/ops/replay/accept.ts';
import { replayLines } from '../../../../infra/ops/replay/report.ts';
import { hasReasonOrCause } from '../../../../infra/ops/replay/typed.ts';
import { refusalBeyondOrder } from '../../../../shared/erp/beyond-order.ts';
import { Rejected, rejectionOf } from '../../../../shared/model/errors.ts';
import { productOrderMessage } from '../../../../shared/orders/messages.ts';
import { completionOf } from '../../../shared/erp/conformance/completions.ts';
import { claimedOrder, plan, refuse } from '../../../support/bookings.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { newOrder } from '../../../support/orders.ts';
import { completion, nothing, startReplayStores } from './replay-run.ts';

const stores = await forAllTests(startReplayStores());
beforeEach(() => stores.empty());

const locked = { reason: 'The ERP order is locked.', cause: 'waited-too-long' } as const;
const letterOf = (orderNumber: string) => ({
  messageId: 'm',
  orderNumber,
  stage: 'book-completion',
  ...locked,
});
const hints = async () =>
  (await stores.store.read('completions')).map(({ Body = '' }): unknown => JSON.parse(Body));

/** A product order that is in Azumuta; parts of one ERP order are booked together. */
async function created(number: string, first?: string): Promise<void> {
  const { orders, claims } = stores.ledger;
  const part = first === undefined ? {} : { part: { index: 1, first, book: 'when-all-done' } as const };
  await orders.create(newOrder({ number, ...part }));
  const productOrder = { id: `id of ${number}`, number };
  await claims.complete(await claimedOrder(stores.ledger, number), { productOrder }, { event: 'created' });
}

it('has an order looked at again when its letter is gone, and a dry run only says so', async () => {
  // Prepare
  const { ledger, run, depths } = stores;
  await created('GONE-1');
  await refuse(ledger, 'GONE-1', await plan(ledger, 'GONE-1'), locked);
  await ledger.deadLetters.record(letterOf('GONE-1'));

  // Act
  const looked = await run({ go: false, orders: new Set(['GONE-1']) });
  const before = (await depths()).completions;
  const asked = await run({ orders: new Set(['GONE-1']) });

  // Assess
  expect([looked.hinted, before, asked.hinted]).toEqual([['GONE-1'], nothing, ['GONE-1']]);
  expect(await hints()).toMatchObject([{ productOrderNumber: 'GONE-1', via: 'operator', again: true }]);
  expect(await ledger.deadLetters.listOfOrder('GONE-1')).toMatchObject([{ isDead: false }]);
});

const creations = async () =>
  (await stores.store.read('product-orders')).map(({ Body = '' }): unknown => JSON.parse(Body));

/** Refused before it was created, by the message of this letter. */
async function refusedCreation(number: string) {
  const { orders, claims } = stores.ledger;
  await orders.create(newOrder({ number }));
  const claim = await claimedOrder(stores.ledger, number);
  const refusal = new Rejected('Azumuta has no article.', { code: 'unknown-article' });
  await claims.giveBack(claim, { error: refusal, sent: false });
  return {
    messageId: claim.messageId,
    orderNumber: number,
    stage: 'create-product-orders',
    reason: refusal.message,
    cause: refusal.causeCode,
  };
}

describe('a creation that was refused', () => {
  it('is asked for once more when its letter is gone, and a dry run only says so', async () => {
    // Prepare
    const { ledger, run, depths } = stores;
    await ledger.deadLetters.record(await refusedCreation('REFUSED-1'));

    // Act
    const looked = await run({ go: false, orders: new Set(['REFUSED-1']) });
    const before = (await depths())['product-orders'];
    const asked = await run({ orders: new Set(['REFUSED-1']) });

    // Assess
    for (const report of [looked, asked])
      expect(report).toMatchObject({ created: ['REFUSED-1'], hinted: [] });
    expect(before).toEqual(nothing);
    expect(await creations()).toEqual([
      { v: 1, kind: 'product-order', number: 'REFUSED-1', asksErp: 'replay' },
    ]);
    expect(await ledger.deadLetters.listOfOrder('REFUSED-1')).toMatchObject([{ isDead: false }]);
  });

  it('is not asked for besides its letter', async () => {
    const { run, store } = stores;
    const letter = await refusedCreation('REFUSED-2');
    await stores.ledger.deadLetters.record(letter);
    await store.put({ ...letter, body: productOrderMessage('REFUSED-2') });
    expect(await run({ orders: new Set(['REFUSED-2']) })).toMatchObject({ moved: 1, created: [] });
    expect(await creations()).toHaveLength(1);
  });

  it.each([
    { how: 'given up', because: 'by hand' },
    { how: 'withdrawn', because: 'It was cancelled in the ERP.' },
  ] as const)('is not asked for once it is $how', async (ending) => {
    const number = `ENDED-${ending.how}`;
    await refusedCreation(number);
    const entry = await stores.ledger.orders.find(number);
    if (!entry || !(await stores.ledger.orders.end(entry, ending))) throw new Error('It did not end.');
    expect(await stores.run({ orders: new Set([number]) })).toMatchObject({ created: [], hinted: [] });
  });
});

it('names the orders whose messages SQS has dropped, unless some are asked for, and none that is younger', async () => {
  // Prepare
  const { ledger, run, clock } = stores;
  await ledger.deadLetters.record(letterOf('DROPPED-1'));
  await ledger.deadLetters.record({ ...letterOf('unknown'), messageId: 'of no order' });
  clock.advance(15 * 86_400);
  await ledger.deadLetters.record(letterOf('KEPT-1'));

  // Act
  const [all, one] = [await run({ go: false }), await run({ go: false, orders: new Set(['KEPT-1']) })];

  // Assess
  expect(all.gone).toContain('DROPPED-1');
  for (const other of ['KEPT-1', 'unknown']) expect(all.gone).not.toContain(other);
  expect(one.gone).toEqual([]);
});

/** The booking of an order was refused as more than it. */
async function beyondOrder(number: string, figures: string): Promise<void> {
  const { ledger } = stores;
  await created(number);
  const [good = '0', scrap = '0'] = figures.split('+');
  const completion = completionOf({ number }, { quantity: { amount: good }, scrap: { amount: scrap } });
  const compared = { subject: number, order: number, ordered: '1', good, scrap };
  const refusal = refusalBeyondOrder(completion, { good: 1.1, scrap: 1 }, compared, () => '');
  if (!refusal) throw new Error(`${figures} of 1 were not refused.`);
  await refuse(ledger, number, await plan(ledger, number), rejectionOf(refusal));
}

describe('figures that a person accepts', () => {
  it('go into the hint of the one order that was refused with them, and into the message of its dead letter', async () => {
    // Prepare
    const { ledger, store, run } = stores;
    await beyondOrder('ACCEPT-1', '4000');
    await beyondOrder('ACCEPT-2', '4000+300');
    await store.put({ ...letterOf('ACCEPT-2'), body: completion('ACCEPT-2') });

    // Act
    for (const [number, accepts] of [
      ['ACCEPT-1', '4000'],
      ['ACCEPT-2', '4000+300'],
    ] as const) {
      const home = await orderRefusedWith(accepts, new Set([number]), ledger);
      await run({ orders: new Set([home]), accepts, note: 'counted (An)' });
    }

    // Assess
    expect(await hints()).toMatchObject([
      { productOrderNumber: 'ACCEPT-1', again: true, accepts: '4000' },
      { productOrderNumber: 'ACCEPT-2', again: true, accepts: '4000+300' },
    ]);
  });

  it('are refused where several orders were refused with them, each of which is named', async () => {
    await beyondOrder('SAME-1', '7');
    await beyondOrder('SAME-2', '7');
    await expect(orderRefusedWith('7', new Set(['SAME-1', 'SAME-2']), stores.ledger)).rejects.toThrow(
      'SAME-1, SAME-2 were refused with 7: accept it of one of them at a time.',
    );
  });

  it.each([
    ['4,000', 'is no figure'],
    ['', 'is no figure'],
    ['all', 'is no figure'],
  ])('are decimals: %s is none', (typed, says) => {
    expect(() => parseAcceptedFigures(typed)).toThrow(says);
  });

  it('are read as refusals write them', () => {
    expect(['4000.0', '4000+0300'].map(parseAcceptedFigures)).toEqual(['4000', '4000+300']);
  });
});

it('sends one hint for parts that are booked together, and their letter is found by any of them', async () => {
  // Prepare
  const { store, run } = stores;
  for (const part of ['T/1', 'T/2', 'T/3']) await created(part, 'T/1');
  const asked = { orders: new Set(['T/2', 'T/3']) };

  // Act
  const withoutLetter = await run(asked);
  await store.put({ ...letterOf('T/1'), body: completion('T/3') });
  const withLetter = await run({ orders: new Set(['T/2']) });

  // Assess
  expect(withoutLetter).toMatchObject({ moved: 0, hinted: ['T/1'] });
  expect(withLetter).toMatchObject({ moved: 1, hinted: [] });
  expect(await hints()).toMatchObject([
    { productOrderNumber: 'T/1', via: 'operator' },
    { productOrderNumber: 'T/3', again: true },
  ]);
});

it('sends none for an order that is not in Azumuta yet, for an ERP order of another number, or where a reason is asked for', async () => {
  // Prepare
  const { ledger, run } = stores;
  await ledger.orders.create(newOrder({ number: 'NEW-1' }));
  await created('PO-5');

  // Act
  const reports = [
    await run({ orders: new Set(['NEW-1']) }),
    await run({ orders: new Set(['MO-PO-5', 'PO-5']) }),
    await run({ orders: new Set(['PO-5']), conditions: [hasReasonOrCause('locked')] }),
  ];

  // Assess
  expect(reports.map(({ hinted }) => hinted)).toEqual([[], ['PO-5'], []]);
});

it('sends one for an order that was typed into Azumuta by hand, of which nothing has come yet', async () => {
  const { hinted } = await stores.run({ orders: new Set(['BY-HAND']) });
  expect(hinted).toEqual(['BY-HAND']);
});

it('says of which order nothing is known, as its number may be mistyped', async () => {
  await created('KNOWN-1');
  const mistyped = await stores.run({ orders: new Set(['KNOWN-I']) });
  const known = await stores.run({ orders: new Set(['KNOWN-1']) });
  expect([mistyped.unknown, known.unknown]).toEqual([['KNOWN-I'], []]);
  const about = { target: 'here', go: true, hidden: 0, now: new Date(), command: '' };
  expect(replayLines(mistyped, about).join('\n')).toContain(
    'Nothing is known here of KNOWN-I: check the number.',
  );
});
