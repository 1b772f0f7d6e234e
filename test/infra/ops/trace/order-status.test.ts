import { describe, expect, it } from 'vitest';
import { type KnownOfOrder, orderStatusOf } from '../../../../infra/ops/trace/order-status.ts';
import type { JourneyEntry } from '../../../../shared/ledger/records/events.ts';
import type { OrderEntry } from '../../../../shared/ledger/records/product-orders.ts';
import { shellWord } from '../../../../shared/platform/shell-word.ts';

const entryOf = (given: Partial<OrderEntry>): OrderEntry => ({
  number: 'MO/1',
  erpOrder: { number: 'MO/1', article: 'GEAR-01' },
  draft: { number: 'MO/1', article: 'GEAR-01', parameters: {}, variants: [] },
  contentHash: 'x',
  part: { index: 1, first: 'MO/1', book: 'alone' },
  state: 'done',
  surelyNotCreated: false,
  enqueued: false,
  withdrawn: false,
  productOrder: undefined,
  linkedAt: undefined,
  linkInDoubt: false,
  awaitsCompletion: false,
  reason: undefined,
  cause: undefined,
  history: [],
  historyLeft: 0,
  ...given,
});
const told = (of: string, event: string, note?: string): JourneyEntry => ({
  of,
  event,
  at: '2026-11-24T08:00:00.000Z',
  ...(note === undefined ? {} : { note }),
});
const standing = (given: Partial<KnownOfOrder>) =>
  orderStatusOf({
    number: 'MO/1',
    where: '--stack S',
    entry: undefined,
    parts: 1,
    bookings: [],
    deadLetters: [],
    journey: [],
    unwell: {},
    ...given,
  });
const quantity = (state: 'waiting' | 'claimed' | 'done' | 'rejected') => ({
  kind: 'quantity' as const,
  state,
});

describe('the one sentence on an order tells', () => {
  it.each<[string, Partial<KnownOfOrder>, string, string]>([
    [
      'why it is not created yet',
      { entry: entryOf({ state: 'waiting' }), journey: [told('order', 'retry', 'Azumuta answered 500')] },
      'to be created',
      'It waits to be created in Azumuta. The last attempt: Azumuta answered 500.',
    ],
    [
      'that its partner is unwell, before anything about its last attempt',
      {
        entry: entryOf({ state: 'waiting' }),
        journey: [told('order', 'retry', 'Azumuta answered 500')],
        unwell: {
          azumuta: {
            open: true,
            reason: 'Azumuta answered 503.',
            openedAt: '2026-11-24T08:00:00.000Z',
            openUntilMs: 1,
          },
        },
      },
      'to be created',
      'It waits to be created in Azumuta. Azumuta is unwell, so calls to it wait. Azumuta answered 503.',
    ],
    [
      'that operators have it',
      { entry: entryOf({ awaitsCompletion: true }) },
      'in Azumuta',
      'It is in Azumuta and waits there to be completed.',
    ],
    [
      'that other parts are missing',
      { parts: 3, entry: entryOf({ part: { index: 2, first: 'MO/1/1', book: 'when-all-done' } }) },
      'in Azumuta',
      'It is completed in Azumuta; the ERP is told when all 3 parts are.',
    ],
    [
      'why it is not booked yet',
      {
        entry: entryOf({}),
        bookings: [quantity('waiting')],
        journey: [told('booking x#quantity', 'retry', 'somebody has it open')],
      },
      'to be booked',
      'Its quantity waits to be booked in the ERP. The last attempt: somebody has it open.',
    ],
    [
      'where it is booked',
      {
        entry: entryOf({}),
        bookings: [quantity('done')],
        journey: [told('booking x#quantity', 'booked', 'production 17 done')],
      },
      'booked',
      'It is booked in the ERP: production 17 done.',
    ],
    [
      'that a later recording is still to be booked',
      { bookings: [quantity('done'), { kind: 'amendment', state: 'waiting' }] },
      'to be booked',
      'A later recording waits to be booked in the ERP.',
    ],
    [
      'that its completion was left out',
      {
        bookings: [quantity('done')],
        journey: [told('booking x', 'ignored', 'The ERP knows no order MO/1.')],
      },
      'booked',
      'Its completion was left out. The ERP knows no order MO/1.',
    ],
  ])('%s', (_, known, state, says) => {
    expect(standing(known)).toEqual({ state, says });
  });

  it('that a person is needed, above all else, and what to type for a number with a space', () => {
    const found = standing({
      number: "MO 1's",
      entry: entryOf({ state: 'rejected', reason: 'x' }),
      deadLetters: [{ reason: 'Azumuta has no article GEAR-99' }, { reason: 'other' }],
    });
    expect(found).toEqual({
      state: 'needs a person',
      says: 'It was put aside for a person. Azumuta has no article GEAR-99. (And 1 more dead letters.)',
      next: 'mend what the reason names, then replay it',
      command: `npm run replay -- --order ${shellWord("MO 1's")} --stack S --go`,
    });
  });

  it.each<[string, Partial<KnownOfOrder>, string]>([
    ['booking', { bookings: [quantity('rejected')] }, 'to be booked'],
    ['order', { entry: entryOf({ state: 'rejected', reason: 'x' }) }, 'to be created'],
  ])('that a refused %s was replayed, and not to do it by hand meanwhile', (_, known, state) => {
    const found = standing({
      ...known,
      journey: [
        told('booking x', 'rejected', 'it was completed by somebody else'),
        told('dead letter m-1', 'dead-lettered', 'book-completion: it was completed by somebody else'),
        told('dead letter m-1', 'replayed', 'sending it to bookings again'),
      ],
    });
    expect(found).toMatchObject({ state, says: expect.stringContaining('sent to its queue again') });
    expect(found.command).toBe('npm run replay -- --order MO/1 --stack S');
  });

  it('what to do when an order that was refused has no dead letter any more: the same content is taken, too', () => {
    expect(standing({ entry: entryOf({ state: 'rejected', reason: 'It has no article' }) })).toEqual({
      state: 'needs a person',
      says: 'It was refused, and its dead letter is gone. It has no article.',
      next: 'mend what the reason names, then send the order again from the ERP',
    });
  });

  it('what to do when a refused booking has no dead letter any more', () => {
    const found = standing({
      bookings: [quantity('rejected')],
      journey: [told('booking x', 'rejected', 'it was completed by somebody else')],
    });
    expect(found).toMatchObject({
      state: 'needs a person',
      says: expect.stringContaining('completed by somebody else'),
      next: expect.stringContaining('have it planned again'),
    });
  });
});
