import { beforeEach, describe, expect, it } from 'vitest';
import { endings } from '../../../../infra/ops/orders/end-order.ts';
import { bookingKeyOf } from '../../../../shared/ledger/keys.ts';
import type { Ledger } from '../../../../shared/ledger/ledger.ts';
import { removedConcern } from '../../../../shared/ledger/records/concerns.ts';
import { claimed, claimedOrder, plan } from '../../../support/bookings.ts';
import { ledgerOn } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

const number = 'PO-1';
const because = 'because (An)';
const sent: string[] = [];
let ledger: Ledger;

/** An order that is in Azumuta. */
beforeEach(async () => {
  ({ ledger } = ledgerOn());
  sent.length = 0;
  await ledger.orders.create(newOrder({ number }));
  const productOrder = { id: `id of ${number}`, number };
  const receipt = { productOrder, azumutaId: productOrder.id, awaiting: 'completion' };
  await ledger.claims.complete(await claimedOrder(ledger, number), receipt, { event: 'created' });
});

const dependencies = () => ({
  ledger,
  queues: { send: async (_: string, { body }: { readonly body: string }) => void sent.push(body) },
  queueUrls: { 'product-orders': 'product-orders', completions: 'completions' },
});
const request = (go: boolean) => ({ number, go, note: because });
const openOf = async () => (await ledger.knownOrders.read(number)).concerns.map(({ kind }) => kind);

describe('a concern that is settled', () => {
  const taken = {
    kind: 'number-taken',
    claimant: 'id of MO-2',
    content: 'MO-2',
    cause: 'conflict',
    note: 'ERP order MO-2 is mapped to this number as well',
  } as const;
  const settle = (go: boolean) => endings.settle({ ...request(go), kind: 'number-taken' }, dependencies());

  it('ends nothing while it only shows what it would end, whoever else it names', async () => {
    await ledger.concerns.begin(number, taken);
    const shown = await settle(false);
    const before = await openOf();
    await settle(true);
    expect(shown).toEqual([`ends "number-taken": ${taken.note}`]);
    expect([before, await openOf()]).toEqual([['number-taken'], []]);
  });
});

describe('giving up', () => {
  it('is refused while the order is being booked, and done once that has ended', async () => {
    // Prepare
    const { planned, plannedFor } = await plan(ledger, number);
    const endsAt = new Date('2026-11-24T08:01:00.000Z');
    const claim = await claimed(ledger, bookingKeyOf(number, planned.key), {
      owner: 'an attempt',
      messageId: plannedFor,
      endsAt,
    });
    const giveUp = () => endings['give-up'](request(true), dependencies());

    // Act, Assess
    await expect(giveUp()).rejects.toThrow('PO-1 is being booked at this moment');
    expect((await ledger.orders.find(number))?.end).toBeUndefined();
    await ledger.claims.giveBack(claim, { error: 'The ERP is down.', sent: false });
    await giveUp();
    expect((await ledger.orders.find(number))?.end?.how).toBe('given up');
    expect(await ledger.bookings.listOfOrder(number)).toMatchObject([{ state: 'rejected', discarded: true }]);
  });
});

describe('making it anew', () => {
  it('is refused where a booking of the order is planned, as that is what was built', async () => {
    await ledger.concerns.begin(number, removedConcern);
    await plan(ledger, number);
    await expect(endings.remake(request(true), dependencies())).rejects.toThrow('it has a booking already');
    expect([sent, await openOf()]).toEqual([[], ['removed']]);
  });

  it('is refused where a person has discarded its booking, and takes care of what was built', async () => {
    await plan(ledger, number);
    await endings['give-up'](request(true), dependencies());
    await expect(endings.remake(request(true), dependencies())).rejects.toThrow('has a booking already');
    expect(sent).toEqual([]);
  });
});
