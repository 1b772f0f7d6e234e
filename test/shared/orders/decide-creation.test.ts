import { describe, expect, it } from 'vitest';
import type { BookingEntry } from '../../../shared/ledger/records/bookings.ts';
import {
  type CreationDecision,
  decideCreation,
  type FoundProductOrder,
} from '../../../shared/orders/decide-creation.ts';

const number = 'PO-1';
const draft = { number, article: 'GEAR-01', parameters: { Quantity: '5' }, variants: [] };
const article = { id: 'a1', number: 'GEAR-01', variants: [], raw: {} };
type Existing = Extract<FoundProductOrder, { where: 'in Azumuta' }>;

function inAzumuta({
  existing,
  owner,
  booking,
}: {
  readonly existing?: Partial<Existing['existing']>;
  readonly owner?: string;
  readonly booking?: BookingEntry['state'];
}): Existing {
  const open = {
    id: 'azumuta-1',
    number,
    article: 'GEAR-01',
    completed: false,
    parameters: { Quantity: 5 },
    variants: [],
    status: 'open',
  };
  const productOrder = { id: 'azumuta-1', number };
  return {
    where: 'in Azumuta',
    existing: { ...open, ...existing },
    owner,
    bookings: booking === undefined ? [] : [{ productOrder, state: booking }],
  };
}

/** A decision in words: what is done, with what is known of it. */
function inWords(decision: CreationDecision): string {
  switch (decision.to) {
    case 'create':
      return `create of ${decision.article.number}`;
    case 'refuse':
      return `refuse: ${decision.cause}`;
    case 'record': {
      const { event, isBuilt, wasIgnored } = decision.made;
      return [`record as ${event}`, ...(isBuilt ? ['built'] : []), ...(wasIgnored ? ['ignored'] : [])].join(
        ', ',
      );
    }
    default:
      return decision satisfies never;
  }
}

const completed = { completed: true };
const other = { parameters: { Quantity: 9 } };

describe('the creation of a product order', () => {
  it.each<[what: string, again: boolean, found: FoundProductOrder, then: string]>([
    ['an open, equal one', false, inAzumuta({}), 'record as adopted'],
    ['an open, equal one', true, inAzumuta({}), 'record as created'],
    ['one of another order', false, inAzumuta({ owner: 'PO-2' }), 'refuse: conflict'],
    ['one of another order', true, inAzumuta({ owner: 'PO-2' }), 'refuse: conflict'],
    ['another one', false, inAzumuta({ existing: other }), 'refuse: conflict'],
    ['another one', true, inAzumuta({ existing: other }), 'refuse: conflict'],
    ['a completed one', false, inAzumuta({ existing: completed }), 'refuse: conflict'],
    ['a completed one', true, inAzumuta({ existing: completed }), 'record as created'],
    [
      'a completed one that is booked',
      false,
      inAzumuta({ existing: completed, booking: 'done' }),
      'record as adopted, built',
    ],
    [
      'a completed one that is booked',
      true,
      inAzumuta({ existing: completed, booking: 'done' }),
      'record as created, built',
    ],
    [
      'a completed one that was ignored',
      false,
      inAzumuta({ existing: completed, booking: 'ignored' }),
      'record as adopted, ignored',
    ],
    [
      'a completed one whose booking waits',
      false,
      inAzumuta({ existing: completed, booking: 'waiting' }),
      'refuse: conflict',
    ],
    [
      'another one that is booked',
      false,
      inAzumuta({ existing: { ...completed, ...other }, booking: 'done' }),
      'refuse: conflict',
    ],
    [
      'what was built before',
      true,
      { where: 'among what is built', productOrder: { id: 'azumuta-1', number } },
      'record as created, built',
    ],
    ['its article alone', false, { where: 'nowhere', article }, 'create of GEAR-01'],
    ['its article alone', true, { where: 'nowhere', article }, 'create of GEAR-01'],
    ['not even its article', false, { where: 'nowhere', article: undefined }, 'refuse: unknown-article'],
  ])('decides about %s; an attempt before may have created it: %s', (_what, again, found, then) => {
    const decision = decideCreation({
      entry: { draft, productOrder: undefined },
      again,
      found,
      liveFrom: undefined,
    });

    expect(inWords(decision)).toBe(then);
  });

  it.each([
    ['the one that was given up', 'azumuta-1', undefined, 'record as adopted, ignored'],
    ['the one that was given up after it was booked', 'azumuta-1', 'done', 'record as adopted, built'],
    ['one that took the place of what was given up', 'azumuta-0', undefined, 'refuse: conflict'],
  ] as const)('decides about %s, which is completed', (_what, id, booking, then) => {
    const found = inAzumuta({ existing: completed, ...(booking ? { booking } : {}) });
    const entry = { draft, productOrder: { id, number } };

    const decision = decideCreation({ entry, again: false, found, liveFrom: undefined });

    expect(inWords(decision)).toBe(then);
  });

  it.each([
    ['before the integration was live', '2027-01-11T04:59:59.999Z', {}, 'record as adopted, ignored'],
    ['before, with another quantity', '2027-01-11T04:59:59.999Z', other, 'record as adopted, ignored'],
    ['at that instant', '2027-01-11T05:00:00.000Z', {}, 'refuse: conflict'],
    ['at a time that Azumuta does not say', undefined, {}, 'refuse: conflict'],
  ] as const)('decides about one that was completed %s', (_what, completedAt, difference, then) => {
    const existing = { ...completed, ...difference, ...(completedAt === undefined ? {} : { completedAt }) };
    const found = inAzumuta({ existing });
    const entry = { draft, productOrder: undefined };

    const decision = decideCreation({ entry, again: false, found, liveFrom: '2027-01-11T05:00:00.000Z' });

    expect(inWords(decision)).toBe(then);
  });
});
