import { expect } from 'vitest';
import type { OrderConcernKind } from '../../../shared/ledger/records/concerns.ts';
import type { Outcome, To } from '../../../shared/life/outcomes.ts';
import { plant } from '../acts.ts';
import { days, minutes } from '../plant.ts';
import { expectPromises } from './promises.ts';
import type { Scene } from './scene.ts';
import { type Seen, see } from './see.ts';

export interface Walk {
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

/** What time alone does not change. */
const lasting = ({ end, content, concerns, made, named, booked, letters }: Seen) => ({
  ...{ end, content, concerns, made, named, booked, letters },
});

/** That each kind of outcome was so, and that the next daily look does not contradict it. */
const checks: { readonly [Kind in To]: (walk: Walk, outcome: Extract<Outcome, { to: Kind }>) => void } = {
  nothing({ before, after, later }) {
    const unasked = ({ asked: _, there: __, ...one }: Seen) => one;
    expect(unasked(after)).toEqual(unasked(before));
    expect(lasting(later)).toEqual(lasting(before));
  },
  create({ before, after, later, makes }) {
    for (const { state, named, concerns, booked } of [after, later])
      expect({ state, named, concerns, booked }).toEqual({
        ...{ state: 'done', named: [makes], concerns: [], booked: before.booked },
      });
  },
  replace({ before, after, later, makes }) {
    for (const { state, end, named, concerns, letters } of [after, later])
      expect({ state, end, named, concerns, letters }).toEqual({
        ...{ state: 'done', end: undefined, named: [makes], concerns: [], letters: 0 },
      });
    expect(later.booked).toEqual(before.booked);
  },
  withdraw({ before, after, later }) {
    for (const { end, made, concerns, letters } of [after, later])
      expect({ end, made, concerns, letters }).toEqual({
        ...{ end: 'withdrawn', made: before.made, concerns: [], letters: 0 },
      });
  },
  look({ before, after, later }) {
    expect(before.concerns).not.toEqual([]);
    expect(after.asked).toBeGreaterThan(before.asked);
    for (const one of [after, later]) expect(lasting(one)).toEqual(lasting({ ...before, concerns: [] }));
  },
  'ask Azumuta'({ before, after, later, books }) {
    expect(after.asked).toBeGreaterThan(before.asked);
    expect([later.made, later.end, later.booked]).toEqual([before.made, before.end, books]);
  },
  'decide again'({ before, after, later, books }) {
    expect(after.asked).toBeGreaterThan(before.asked);
    expect([later.made, later.booked]).toEqual([before.made, books]);
  },
  'book as planned'({ before, later, books }) {
    expect([later.made, later.booked]).toEqual([before.made, books]);
  },
  tell({ after, later, before }, { kind }) {
    for (const { concerns, booked } of [after, later]) {
      expect(concerns).toContain(kind);
      expect(booked).toEqual(before.booked);
    }
    expect(later.named.length).toBeLessThanOrEqual(1);
  },
  end({ before, after, later }, { kinds: ended }) {
    const open = ({ concerns }: Seen) => concerns.filter((kind) => ended.includes(kind));
    expect([open(before).length > 0, open(after), open(later)]).toEqual([true, [], []]);
    for (const { booked, named } of [after, later]) {
      expect(booked).toEqual(before.booked);
      expect(named.length).toBeLessThanOrEqual(1);
    }
  },
  'end the order'({ before, after, later }, { as }) {
    for (const { end, booked, concerns } of [after, later])
      expect({ end, booked, concerns }).toEqual({ end: as, booked: before.booked, concerns: [] });
  },
  'take the end back'({ before, after, later }) {
    expect(before.end).toBeDefined();
    for (const { end, state, named } of [after, later])
      expect({ end, state, made: named.length }).toEqual({ end: undefined, state: 'done', made: 1 });
  },
};

/** Has it happen. @throws when the outcome was another, at once or after the next daily look. */
export async function expectOutcome(
  outcome: Outcome,
  scene: Scene,
  happens: () => Promise<void>,
  then: Partial<Pick<Walk, 'makes' | 'books'>> = {},
): Promise<void> {
  const before = await see(scene);
  plant.advance(minutes);
  await happens();
  const after = await see(scene);
  plant.advance(days);
  await plant.looked();
  const later = await see(scene);
  expect([after.others, later.others]).toEqual([before.others, before.others]);
  expectPromises(scene, before, later);
  // The check of an outcome takes that outcome.
  const check = checks[outcome.to] as (walk: Walk, outcome: Outcome) => void;
  check({ before, after, later, makes: scene.quantity, books: before.booked, ...then }, outcome);
}

/** Something is open about it, as of which the ERP wants it as it was made. */
export async function begin(scene: Scene, concerns: readonly OrderConcernKind[]): Promise<void> {
  const entry = await plant.ledger.orders.find(scene.number);
  for (const kind of concerns)
    await plant.ledger.concerns.begin(scene.number, {
      ...{ kind, content: 'open', note: 'Something is open', cause: 'conflict' },
      ...(kind === 'changed' && entry ? { wanted: entry } : {}),
    });
}
