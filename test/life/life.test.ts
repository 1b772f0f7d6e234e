import { describe, expect, it } from 'vitest';
import { type Concern, orderConcernKinds } from '../../shared/ledger/records/concerns.ts';
import type { JourneyEntry } from '../../shared/ledger/records/events.ts';
import type { OrderEntry } from '../../shared/ledger/records/product-orders.ts';
import { type Stage, stages } from '../../shared/life/life.ts';
import { type FactsForWords, orderInWords } from '../../shared/situation/order-in-words.ts';
import { nextStepInWords } from '../../shared/situation/words.ts';

const entryOf = (given: Partial<OrderEntry>): OrderEntry => ({
  number: 'MO/1',
  erpOrder: { number: 'MO/1', article: 'GEAR-01', amount: '5' },
  draft: { number: 'MO/1', article: 'GEAR-01', parameters: {}, variants: [] },
  contentHash: 'x',
  part: { index: 1, first: 'MO/1', book: 'alone' },
  state: 'done',
  attempts: 1,
  clean: false,
  enqueued: false,
  end: undefined,
  productOrder: undefined,
  linkedAt: undefined,
  linkInDoubt: false,
  awaiting: undefined,
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
const life = (given: Partial<FactsForWords>) =>
  orderInWords({ entry: undefined, bookings: [], concerns: [], deadLetters: [], ...given });
const quantity = (state: 'waiting' | 'claimed' | 'done' | 'rejected', discarded = false) => ({
  kind: 'quantity' as const,
  parts: [1],
  state,
  discarded,
  ...(state === 'rejected' ? { reason: 'it was completed by somebody else' } : {}),
});
const concern = (kind: Concern['kind'], note = `note of ${kind}`): Concern => {
  return { kind, content: note, note, cause: 'conflict' };
};
const letter = { messageId: 'm-1', orderNumber: 'MO/1' };
const well = { open: false, reason: undefined, openedAt: undefined, openUntilMs: undefined };
const down = { ...well, open: true, reason: 'Azumuta answered 503.' };
const withdrawn = { how: 'withdrawn', at: undefined, because: '', by: 'the ERP' } as const;
const givenUp = { how: 'given up', at: undefined, because: 'scrapped (An)', by: 'a person' } as const;
const inAzumuta = entryOf({ awaiting: 'completion' });
const retried = [entry('order', 'retry', 'Azumuta answered 500')];

describe('the stage of an order', () => {
  it.each<[Stage, string, Partial<FactsForWords>]>([
    ['booked', 'its quantity is booked', { entry: entryOf({ end: givenUp }), bookings: [quantity('done')] }],
    [
      'given up',
      'a person gave it up',
      { entry: entryOf({ end: givenUp }), bookings: [quantity('waiting')] },
    ],
    ['to be booked', 'a booking is planned', { entry: inAzumuta, bookings: [quantity('waiting')] }],
    ['to be booked', 'a booking is under way', { bookings: [quantity('claimed')] }],
    ['to be booked', 'a booking was refused', { bookings: [quantity('rejected')] }],
    ['given up', 'a person discarded its booking', { bookings: [quantity('rejected', true)] }],
    ['removed', 'Azumuta does not have it', { entry: inAzumuta, concerns: [concern('removed')] }],
    ['withdrawn', 'it was withdrawn', { entry: entryOf({ state: 'rejected', end: withdrawn }) }],
    ['in Azumuta', 'it waits for its completion', { entry: inAzumuta }],
    ['in Azumuta', 'the ERP does not want it', { entry: entryOf({}), concerns: [concern('unwanted')] }],
    ['completed', 'it waits no more', { entry: entryOf({}) }],
    ['being created', 'it is being created', { entry: entryOf({ state: 'claimed' }) }],
    ['wanted', 'it waits', { entry: entryOf({ state: 'waiting' }) }],
    ['wanted', 'it was refused', { entry: entryOf({ state: 'rejected' }) }],
    ['wanted', 'it never became one', { concerns: [concern('refused')] }],
  ])('is %s where %s', (stage, _, facts) => {
    expect(life(facts).stage).toBe(stage);
    expect(stages).toContain(stage);
  });

  it('is booked where another part is, only for the parts that the booking covers', () => {
    const bookings = [{ ...quantity('done'), parts: [1, 2] }];
    const partOf = (index: number) => entryOf({ part: { index, first: 'MO/1', book: 'when-all-done' } });
    expect([1, 2, 3].map((index) => life({ entry: partOf(index), bookings }).stage)).toEqual([
      ...['booked', 'booked', 'completed'],
    ]);
    const planned = [{ ...quantity('waiting'), parts: [1, 2] }];
    expect(life({ entry: partOf(3), bookings: planned }).says).toBe(
      'It is completed in Azumuta; it is booked when all parts are.',
    );
  });

  it('says that it is booked at a time, where the plant has times and one is awaited', () => {
    const entry = entryOf({ part: { index: 2, first: 'MO/1', book: 'when-all-done' } });
    const window = { since: new Date('2026-11-24T08:00:00Z'), dueAt: 0 };
    expect(life({ entry, window }).says).toContain('booked at the next time of the plant');
  });
});

describe('an order that needs a person', () => {
  it.each(orderConcernKinds)(
    'says so at every stage, with the note and a next step, while %s is open',
    (kind) => {
      const entries = [undefined, inAzumuta, entryOf({}), entryOf({ end: withdrawn })];
      for (const known of entries)
        for (const bookings of [[], [quantity('waiting')], [quantity('done')]]) {
          const found = life({ entry: known, bookings, concerns: [concern(kind)], due: 'late' });
          expect(found).toMatchObject({
            needsPerson: true,
            says: expect.stringContaining(`ote of ${kind}.`),
          });
          expect(found.next).toMatch(/^[A-Z].+\.$/);
        }
    },
  );

  it('says why it has a dead letter, and what is to be done about its cause', () => {
    const letters = [
      { ...letter, reason: 'The ERP has other figures', cause: 'booked-otherwise' as const },
      { ...letter, messageId: 'm-2' },
    ];
    expect(life({ entry: inAzumuta, deadLetters: letters })).toMatchObject({
      needsPerson: true,
      says: 'It has a dead letter. The ERP has other figures. (And 1 more dead letter.)',
      next: nextStepInWords({ kind: 'dead-letter', cause: 'booked-otherwise' }),
      command: 'replay',
    });
  });

  it('says each of what is open, and each next step once', () => {
    const concerns = [
      concern('number-taken', 'MO-7 too'),
      concern('number-taken', 'MO-8 too'),
      concern('changed'),
    ];
    const { says, next } = life({ entry: inAzumuta, concerns, deadLetters: [letter] });
    expect(says).toBe('It has a dead letter. MO-7 too. MO-8 too. Note of changed.');
    const letterNext = nextStepInWords({ kind: 'dead-letter' });
    expect(next).toBe(
      [letterNext, nextStepInWords({ kind: 'number-taken' }), nextStepInWords({ kind: 'changed' })].join(' '),
    );
  });

  it.each<[string, Partial<FactsForWords>, string, string]>([
    [
      'order',
      { entry: entryOf({ state: 'rejected', reason: 'It has no article' }) },
      'It was refused, and its dead letter is gone. It has no article.',
      'then send the order again from the ERP, or have it looked at again',
    ],
    [
      'booking',
      { bookings: [quantity('rejected')] },
      'Its booking was refused, and its dead letter is gone. it was completed by somebody else.',
      'have it looked at again',
    ],
  ])('says what to do when the dead letter of a refused %s is gone', (_, facts, says, next) => {
    expect(life(facts)).toMatchObject({
      needsPerson: true,
      says,
      next: expect.stringContaining(next),
      command: 'replay',
    });
  });

  it.each<[string, Partial<FactsForWords>]>([
    ['booking', { bookings: [quantity('rejected')] }],
    ['order', { entry: entryOf({ state: 'rejected', reason: 'x' }) }],
  ])('says that a refused %s was replayed, and not to do it by hand meanwhile', (_, facts) => {
    const journey = [
      entry('booking x', 'rejected', 'it was completed by somebody else'),
      entry('dead letter m-1', 'dead-lettered', 'book-completion: it was completed by somebody else'),
      entry('dead letter m-1', 'replayed', 'sending it to completions again'),
    ];
    expect(life({ ...facts, journey })).toMatchObject({
      needsPerson: false,
      says: expect.stringContaining('sent to its queue again'),
      next: expect.stringContaining('Wait a minute'),
      command: 'replay',
    });
  });
});

describe('an order that needs nobody', () => {
  const booking = (event: string, note: string) => [entry('booking x#quantity', event, note)];
  const refused = (reason: string) => entryOf({ state: 'rejected', reason });

  it.each<[says: string, Partial<FactsForWords>]>([
    [
      'It waits to be created in Azumuta. The last attempt: Azumuta answered 500.',
      { entry: entryOf({ state: 'waiting' }), journey: retried },
    ],
    [
      // Instead of what the last attempt said.
      'It waits to be created in Azumuta. Azumuta is down, so calls to it wait. Azumuta answered 503.',
      { entry: entryOf({ state: 'waiting' }), journey: retried, partners: { erp: well, azumuta: down } },
    ],
    [
      'It is being created in Azumuta now, or an attempt was interrupted.',
      { entry: entryOf({ state: 'claimed' }) },
    ],
    ['It is in Azumuta and waits there to be completed.', { entry: inAzumuta }],
    [
      'It is completed in Azumuta; it is booked when all parts are.',
      { entry: entryOf({ part: { index: 2, first: 'MO/1/1', book: 'when-all-done' } }) },
    ],
    ['It is completed in Azumuta, which is being asked what is to be booked.', { entry: entryOf({}) }],
    [
      'Its quantity waits to be booked in the ERP. The last attempt: somebody has it open.',
      {
        entry: entryOf({}),
        bookings: [quantity('waiting')],
        journey: booking('retry', 'somebody has it open'),
      },
    ],
    [
      'It is booked in the ERP: production 17 done.',
      { entry: entryOf({}), bookings: [quantity('done')], journey: booking('booked', 'production 17 done') },
    ],
    [
      'A later recording waits to be booked in the ERP.',
      { bookings: [quantity('done'), { ...quantity('waiting'), kind: 'amendment' }] },
    ],
    [
      'Its completion was ignored. The ERP knows no order MO/1.',
      { bookings: [quantity('done')], journey: booking('ignored', 'The ERP knows no order MO/1.') },
    ],
    [
      'A person takes care of its booking, which was refused. it was completed by somebody else.',
      { entry: entryOf({}), bookings: [quantity('rejected', true)] },
    ],
    [
      'A person discarded its dead letter. a test order.',
      { entry: refused('x'), journey: [entry('dead letter m-1', 'discarded', 'a test order')] },
    ],
    [
      // And no more, where a person discarded its dead letter before.
      'It was refused. No article.',
      {
        entry: refused('No article'),
        journey: [entry('dead letter m-1', 'discarded'), entry('order', 'over')],
      },
    ],
    ['A person has given it up.', { entry: entryOf({ end: givenUp }) }],
    [
      'It was cancelled.',
      { entry: entryOf({ state: 'rejected', end: { ...withdrawn, because: 'It was cancelled' } }) },
    ],
    // One of another maker.
    ['Azumuta is being asked what is to be booked for it.', {}],
  ])('says: %s', (says, facts) => {
    const { stage, place, due, ...told } = life(facts);
    expect(told).toEqual({ needsPerson: false, says, who: [] });
  });

  it('says that bookings are paused, and to resume them', () => {
    const partners = { azumuta: well, erp: { ...well, paused: { bookings: { since: new Date() } } } };
    expect(life({ entry: entryOf({}), bookings: [quantity('waiting')], partners })).toMatchObject({
      needsPerson: false,
      says: 'Its quantity waits to be booked in the ERP. Bookings are paused.',
      next: 'Resume them after the maintenance.',
      command: 'resume',
    });
  });

  it('says to complete an order that is late, but not one whose booking is planned', () => {
    const due = { due: 'late', dueDate: '2026-11-24' } as const;
    expect(life({ entry: inAzumuta, ...due })).toMatchObject({
      says: 'It is not completed in Azumuta. It is late: it was due 2026-11-24.',
      next: 'If it is built, have it completed in Azumuta; else move its date in the ERP.',
    });
    const planned = life({ entry: inAzumuta, bookings: [quantity('waiting')], ...due });
    expect(planned).toMatchObject({
      stage: 'to be booked',
      needsPerson: true,
      who: ['planner'],
      next: 'It goes on by itself; what is paused or cannot be reached must end before. If that is too late, move its date in the ERP.',
    });
    expect(JSON.stringify(planned)).not.toMatch(/complete it/i);
  });
});
