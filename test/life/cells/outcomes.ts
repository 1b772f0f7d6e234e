import { expect } from 'vitest';
import type { OrderConcernKind } from '../../../shared/ledger/records/concerns.ts';
import type { OrderOutcome, OutcomeKind } from '../../../shared/life/outcomes.ts';
import { plant } from '../acts.ts';
import { days, minutes } from '../plant.ts';
import { expectPromises } from './promises.ts';
import type { Scene } from './scene.ts';
import { type Seen, see } from './see.ts';

interface Walk {
  readonly before: Seen;
  /** What the event has led to. */
  readonly after: Seen;
  /** What the next daily look makes of it. */
  readonly later: Seen;
  /** The quantity that it is made with by then. */
  readonly makes: number;
  /** What is booked on its ERP order in the end. */
  readonly books: Seen['booked'];
}

/** What neither a question nor time changes. */
function lastingIn({ state: _, awaiting: __, bookings: ___, there: ____, asked: _____, ...lasting }: Seen) {
  return lasting;
}

/** That each kind of outcome was so, and that the next daily look does not contradict it. */
const checks: {
  readonly [Kind in OutcomeKind]: (walk: Walk, outcome: Extract<OrderOutcome, { to: Kind }>) => void;
} = {
  nothing({ before, after, later }) {
    expect({ ...after, asked: before.asked, there: before.there }).toEqual(before);
    expect(lastingIn(later)).toEqual(lastingIn(before));
  },
  create({ before, after, later, makes }) {
    for (const seen of [after, later]) {
      expect(seen.state).toBe('done');
      expect(seen.named).toEqual([makes]);
      expect(seen.concerns).toEqual([]);
      expect(seen.booked).toEqual(before.booked);
    }
  },
  replace({ before, after, later, makes }) {
    for (const seen of [after, later]) {
      expect(seen.state).toBe('done');
      expect(seen.end).toBeUndefined();
      expect(seen.named).toEqual([makes]);
      expect([...seen.concerns, seen.letters]).toEqual([0]);
      expect(seen.booked).toEqual(before.booked);
    }
  },
  withdraw({ before, after, later }) {
    for (const seen of [after, later]) {
      expect(seen.end).toBe('withdrawn');
      expect(seen.made).toEqual(before.made);
      expect([...seen.concerns, seen.letters]).toEqual([0]);
    }
  },
  look({ before, after, later }) {
    expect(before.concerns).not.toEqual([]);
    expect(after.asked).toBeGreaterThan(before.asked);
    for (const seen of [after, later])
      expect(lastingIn(seen)).toEqual(lastingIn({ ...before, concerns: [] }));
  },
  'ask Azumuta'({ before, after, later, books }) {
    expect(after.asked).toBeGreaterThan(before.asked);
    expect(later.made).toEqual(before.made);
    expect(later.end).toBe(before.end);
    expect(later.booked).toEqual(books);
  },
  'decide again'({ before, after, later, books }) {
    expect(after.asked).toBeGreaterThan(before.asked);
    expect(later.made).toEqual(before.made);
    expect(later.booked).toEqual(books);
  },
  'book as planned'({ before, later, books }) {
    expect(later.made).toEqual(before.made);
    expect(later.booked).toEqual(books);
  },
  tell({ before, after, later }, { kind, ends = [] }) {
    const needless: readonly OrderConcernKind[] = ends;
    expect(before.concerns).toEqual(expect.arrayContaining([...needless]));
    for (const seen of [after, later]) {
      expect(seen.concerns).toContain(kind);
      expect(seen.concerns.filter((one) => needless.includes(one))).toEqual([]);
      expect(seen.booked).toEqual(before.booked);
    }
  },
  end({ before, after, later }, { kinds }) {
    const openIn = ({ concerns }: Seen) => concerns.filter((kind) => kinds.includes(kind));
    expect(openIn(before)).not.toEqual([]);
    for (const seen of [after, later]) {
      expect(openIn(seen)).toEqual([]);
      expect(seen.booked).toEqual(before.booked);
    }
  },
  'end the order'({ before, after, later }, { as }) {
    for (const seen of [after, later]) {
      expect(seen.end).toBe(as);
      expect(seen.concerns).toEqual([]);
      expect(seen.booked).toEqual(before.booked);
    }
  },
  'take the end back'({ before, after, later, makes }) {
    expect(before.end).toBeDefined();
    for (const seen of [after, later]) {
      expect(seen.end).toBeUndefined();
      expect(seen.state).toBe('done');
      expect(seen.named).toEqual([makes]);
    }
  },
};

/** Has it happen. @throws when the outcome was another, at once or after the next daily look. */
export async function expectOutcome(
  outcome: OrderOutcome,
  scene: Scene,
  happens: () => Promise<void>,
  then: Partial<Pick<Walk, 'makes' | 'books'>> = {},
): Promise<void> {
  // Act
  const before = await see(scene);
  plant.advance(minutes);
  await happens();
  const after = await see(scene);
  plant.advance(days);
  await plant.looked();
  const later = await see(scene);

  // Assess
  expect([after.others, later.others]).toEqual([before.others, before.others]);
  expectPromises(scene, before, later);
  // The check of an outcome takes that outcome.
  const check = checks[outcome.to] as (walk: Walk, outcome: OrderOutcome) => void;
  check({ before, after, later, makes: scene.quantity, books: before.booked, ...then }, outcome);
}

/** Something is open about it, as of which the ERP wants it as it was made. */
export async function begin(scene: Scene, kinds: readonly OrderConcernKind[]): Promise<void> {
  const entry = await plant.ledger.orders.find(scene.number);
  for (const kind of kinds) {
    const wanted = kind === 'changed' && entry ? { wanted: entry } : {};
    const note = 'Something is open';
    await plant.ledger.concerns.begin(scene.number, {
      kind,
      content: 'open',
      note,
      cause: 'conflict',
      ...wanted,
    });
  }
}
