import { describe, expect, it } from 'vitest';
import { type KnownOfOrder, orderStatusOf } from '../../../../infra/ops/trace/order-status.ts';
import type { JourneyEntry } from '../../../../shared/ledger/records/events.ts';
import type { OrderEntry } from '../../../../shared/ledger/records/product-orders.ts';
import { shellWord } from '../../../../shared/platform/shell-word.ts';

const entryOf = (given: Partial<OrderEntry>): OrderEntry => ({
  number: 'MO/1',
  erpOrder: { number: 'MO/1', article: 'GEAR-01', amount: '5' },
  draft: { number: 'MO/1', article: 'GEAR-01', parameters: {}, variants: [] },
  contentHash: 'x',
  part: { index: 1, first: 'MO/1', book: 'alone' },
  state: 'done',
  surelyNotCreated: false,
  enqueued: false,
  withdrawn: false,
  givenUp: false,
  productOrder: undefined,
  linkedAt: undefined,
  linkInDoubt: false,
  awaitsCompletion: false,
  reason: undefined,
  cause: undefined,
  history: [],
  historyLeft: 0,
  expiresAt: 0,
  ...given,
});
const entry = (of: string, event: string, note?: string): JourneyEntry => ({
  of,
  event,
  at: '2026-11-24T08:00:00.000Z',
  ...(note === undefined ? {} : { note }),
});
const statusOf = (given: Partial<KnownOfOrder>) =>
  orderStatusOf({
    number: 'MO/1',
    where: '--stack S',
    entry: undefined,
    parts: 1,
    bookings: [],
    concerns: [],
    deadLetters: [],
    journey: [],
    partnersDown: {},
    areBookingsPaused: false,
    ...given,
  });
const quantity = (state: 'waiting' | 'claimed' | 'done' | 'rejected', discarded = false) => ({
  ...{ kind: 'quantity' as const, state, discarded },
  ...(state === 'rejected' ? { reason: 'it was completed by somebody else' } : {}),
});

describe('the status of an order', () => {
  it.each<[string, Partial<KnownOfOrder>, string, string]>([
    [
      'says why it is not created yet',
      { entry: entryOf({ state: 'waiting' }), journey: [entry('order', 'retry', 'Azumuta answered 500')] },
      'to be created',
      'It waits to be created in Azumuta. The last attempt: Azumuta answered 500.',
    ],
    [
      'says that its partner is down, instead of what the last attempt said',
      {
        entry: entryOf({ state: 'waiting' }),
        journey: [entry('order', 'retry', 'Azumuta answered 500')],
        partnersDown: {
          azumuta: {
            open: true,
            reason: 'Azumuta answered 503.',
            openedAt: '2026-11-24T08:00:00.000Z',
            openUntilMs: 1,
          },
        },
      },
      'to be created',
      'It waits to be created in Azumuta. Azumuta is down, so calls to it wait. Azumuta answered 503.',
    ],
    [
      'says that it waits in Azumuta',
      { entry: entryOf({ awaitsCompletion: true }) },
      'in Azumuta',
      'It is in Azumuta and waits there to be completed.',
    ],
    [
      'says that other parts are not completed yet',
      { parts: 3, entry: entryOf({ part: { index: 2, first: 'MO/1/1', book: 'when-all-done' } }) },
      'in Azumuta',
      'It is completed in Azumuta; it is booked when all 3 parts are.',
    ],
    [
      'says why it is not booked yet',
      {
        entry: entryOf({}),
        bookings: [quantity('waiting')],
        journey: [entry('booking x#quantity', 'retry', 'somebody has it open')],
      },
      'to be booked',
      'Its quantity waits to be booked in the ERP. The last attempt: somebody has it open.',
    ],
    [
      'says where it is booked',
      {
        entry: entryOf({}),
        bookings: [quantity('done')],
        journey: [entry('booking x#quantity', 'booked', 'production 17 done')],
      },
      'booked',
      'It is booked in the ERP: production 17 done.',
    ],
    [
      'says that a later recording is still to be booked',
      { bookings: [quantity('done'), { ...quantity('waiting'), kind: 'amendment' }] },
      'to be booked',
      'A later recording waits to be booked in the ERP.',
    ],
    [
      'says that a person takes care of a discarded booking',
      { entry: entryOf({}), bookings: [quantity('rejected', true)] },
      'discarded',
      'A person takes care of its booking, which was refused. it was completed by somebody else.',
    ],
    [
      'says that it is completed, and that nobody knows yet what is to be booked',
      { entry: entryOf({}) },
      'to be booked',
      'It is completed in Azumuta, which is being asked what is to be booked.',
    ],
    [
      'says that its completion was ignored',
      {
        bookings: [quantity('done')],
        journey: [entry('booking x', 'ignored', 'The ERP knows no order MO/1.')],
      },
      'booked',
      'Its completion was ignored. The ERP knows no order MO/1.',
    ],
  ])('%s', (_, known, state, says) => {
    expect(statusOf(known)).toEqual({ state, says });
  });

  it('says that bookings are paused, and how to resume them', () => {
    const found = statusOf({ entry: entryOf({}), bookings: [quantity('waiting')], areBookingsPaused: true });
    expect(found).toEqual({
      state: 'to be booked',
      says: 'Its quantity waits to be booked in the ERP. Bookings are paused.',
      next: 'resume them when the maintenance is over',
      command: 'npm run resume -- bookings --stack S',
    });
  });

  it('says before anything else that a person is needed, and quotes a number with a space in the command', () => {
    const found = statusOf({
      number: "MO 1's",
      entry: entryOf({ state: 'rejected', reason: 'x' }),
      deadLetters: [{ reason: 'Azumuta has no article GEAR-99' }, { reason: 'other' }],
    });
    expect(found).toEqual({
      state: 'needs a person',
      says: 'It was put aside for a person. Azumuta has no article GEAR-99. (And 1 more dead letters.)',
      next: 'correct what the reason names, then replay it',
      command: `npm run replay -- --order ${shellWord("MO 1's")} --stack S --go`,
    });
  });

  it.each<[string, Partial<KnownOfOrder>, string]>([
    ['booking', { bookings: [quantity('rejected')] }, 'to be booked'],
    ['order', { entry: entryOf({ state: 'rejected', reason: 'x' }) }, 'to be created'],
  ])('says that a refused %s was replayed, and not to do it by hand meanwhile', (_, known, state) => {
    const found = statusOf({
      ...known,
      journey: [
        entry('booking x', 'rejected', 'it was completed by somebody else'),
        entry('dead letter m-1', 'dead-lettered', 'book-completion: it was completed by somebody else'),
        entry('dead letter m-1', 'replayed', 'sending it to completions again'),
      ],
    });
    expect(found).toMatchObject({ state, says: expect.stringContaining('sent to its queue again') });
    expect(found.command).toBe('npm run replay -- --order MO/1 --stack S');
  });

  it('says what to do when the dead letter of a refused order is gone', () => {
    expect(statusOf({ entry: entryOf({ state: 'rejected', reason: 'It has no article' }) })).toEqual({
      state: 'needs a person',
      says: 'It was refused, and its dead letter is gone. It has no article.',
      next: 'correct what the reason names, then send the order again from the ERP',
    });
  });

  it('says what to do when the dead letter of a refused booking is gone', () => {
    const found = statusOf({
      bookings: [quantity('rejected')],
    });
    expect(found).toMatchObject({
      state: 'needs a person',
      says: expect.stringContaining('completed by somebody else'),
      next: expect.stringContaining('have it looked at once more'),
    });
  });
});
