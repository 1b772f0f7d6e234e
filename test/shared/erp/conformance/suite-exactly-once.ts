import { expect } from 'vitest';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Answer } from './fault-proxy.ts';
import { type Scenario, scenariosOf } from './scenarios.ts';
import { type Chapter, type ErpBooks, type PlannedOrderRef, provided } from './target.ts';

/** A booking that was disturbed at one of its calls. */
interface Disturbed {
  readonly n: number;
  /** For messages of assertions. */
  readonly at: string;
  /** Calls that it made. */
  readonly calls: number;
  readonly before: ErpBooks;
  readonly now: ErpBooks;
}

export function exactlyOnceTests(chapter: Chapter): void {
  const { target, plan, book, promise } = chapter;
  const { whole, scenarios, planFor, bookAs } = scenariosOf(chapter);
  const { completion: everything } = whole;

  promise('books once when the same booking is repeated', [], async () => {
    // Prepare
    const order = await plan();
    const key = quantityKey(productOrderOf(order));
    const connector = target().connector();
    await connector.book(everything(order), key, firstAttempt());
    const booked = await target().books(order);

    // Act
    const same = await connector.book(everything(order), key, firstAttempt());
    const other = await book(everything(order), nextAttempt());

    // Assess
    expect([same.alreadyBooked, other.alreadyBooked]).toEqual([true, true]);
    expect(await target().books(order)).toEqual(booked);
  });

  promise('books once when two workers book at the same moment', ['concurrency'], async () => {
    // Prepare
    const order = await plan();
    const completion = completionOf(order);

    // Act: a failed attempt is repeated.
    const failures = await Promise.all([1, 2].map(() => failureOf(book(completion))));
    for (const failure of failures) {
      if (failure === undefined) continue;
      expect(failure).toBeInstanceOf(RetryLater);
      await book(completion, attemptAfter(failure));
    }

    // Assess
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  /** Makes an undisturbed booking. @returns its calls, and what the books are then. */
  async function undisturbed(scenario: Scenario) {
    const order = await planFor(scenario);
    await bookAs(scenario, order, firstAttempt());
    return { calls: target().faults.callCount(), expected: comparable(await target().books(order)) };
  }

  /**
   * For each call of a booking, makes one attempt that is disturbed at this call and one more: the books must end
   * like those of an undisturbed booking.
   * @param disturb Disturbs call n; returns the signal of the attempt, if it is aborted by it.
   * @param judge Checks the failure of the disturbed attempt.
   */
  async function disturbEachCall(
    scenario: Scenario,
    disturb: (n: number, order: PlannedOrderRef) => AbortSignal | undefined,
    judge: (failure: unknown, disturbed: Disturbed) => void,
  ): Promise<void> {
    const { calls, expected } = await undisturbed(scenario);
    for (let n = 1; n <= calls; n += 1) {
      // Prepare
      const order = await planFor(scenario);
      const before = await target().books(order);
      const signal = disturb(n, order);

      // Act: a new container takes over, with the attempt that the ledger would give it.
      const failure = await failureOf(bookAs(scenario, order, firstAttempt(signal)));
      const made = target().faults.callCount();
      await target().unlockOrder?.(order);
      judge(failure, { n, at: `call ${n}`, calls: made, before, now: await target().books(order) });
      if (failure !== undefined) await bookAs(scenario, order, attemptAfter(failure));

      // Assess
      expect(comparable(await target().books(order)), `call ${n}`).toEqual(expected);
    }
  }

  function expectPartnerDown(failure: unknown, disturbed: Disturbed): void {
    expect(failure, disturbed.at).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expectNextAttemptLooks(failure, disturbed);
  }

  // What a call leaves that is answered in no other way is what the call before it leaves after it was cut off: so
  // each booking is cut off after each call, and only the fullest one is disturbed in every way.
  for (const scenario of scenarios)
    promise(
      `books ${scenario.name} once when any call is cut off after the ERP saw it`,
      ['every-call', ...scenario.needs],
      () => disturbEachCall(scenario, (n) => void target().faults.crashAt(n, 'after'), expectPartnerDown),
    );

  promise('books once when any call is cut off before the ERP saw it', ['every-call'], () =>
    disturbEachCall(whole, (n) => void target().faults.crashAt(n, 'before'), expectPartnerDown),
  );

  for (const [named, answer] of refusals)
    promise(`books once when any call is answered with ${named}`, ['every-call'], () =>
      disturbEachCall(
        whole,
        (n) => void target().faults.beforeCall(n, () => target().faults.answerNext(answer)),
        expectPartnerDown,
      ),
    );

  promise('books once, and soon, when the order is locked at any call', ['every-call', 'lock'], () =>
    disturbEachCall(
      whole,
      (n, order) => void target().faults.beforeCall(n, () => target().lockOrder?.(order)),
      (failure, { at, before, now }) => {
        // Either the rest was only read, which needs no lock, or the ERP has answered, so that no write is in doubt.
        if (failure === undefined) return;
        const changed = JSON.stringify(before) !== JSON.stringify(now);
        expect(failure, at).toMatchObject({
          name: 'RetryLater',
          scope: 'order',
          wrote: changed ? 'known' : expect.stringMatching(/^(nothing|known)$/),
        });
      },
    ),
  );

  promise('books once when the worker is aborted during any call', ['every-call'], () =>
    disturbEachCall(
      whole,
      (n) => {
        const deadline = new AbortController();
        target().faults.afterCall(n, () => deadline.abort());
        return deadline.signal;
      },
      (failure, disturbed) => {
        expect(failure, disturbed.at).toBeInstanceOf(RetryLater);
        expect(disturbed.calls, disturbed.at).toBe(disturbed.n);
        expectNextAttemptLooks(failure, disturbed);
      },
    ),
  );

  // Which call cannot be undone differs from booking to booking. What is left then, each cut at a call leaves, too.
  for (const scenario of scenarios)
    promise(
      `sends nothing more of ${scenario.name} once the time of the worker is up, after whichever call`,
      ['every-call', ...scenario.needs],
      async () => {
        const { calls } = await undisturbed(scenario);
        for (let n = 1; n <= calls; n += 1) {
          // Prepare: the time is up when the call was answered, before the next one leaves.
          const order = await planFor(scenario);
          const deadline = new AbortController();
          target().faults.afterAnswer(n, () => deadline.abort());

          // Act
          const failure = await failureOf(bookAs(scenario, order, firstAttempt(deadline.signal)));

          // Assess: after the last call nothing is left to be sent.
          expect(target().faults.callCount(), `after call ${n}`).toBe(n);
          if (n < calls) expect(failure, `after call ${n}`).toBeInstanceOf(RetryLater);
          else expect(failure).toBeUndefined();
        }
      },
    );

  promise('writes nothing when it was aborted before it began', [], async () => {
    // Prepare
    const order = await plan();
    const before = await target().books(order);
    target().faults.reset();

    // Act
    const failure = await failureOf(book(everything(order), firstAttempt(AbortSignal.abort())));

    // Assess
    expect(failure).toBeInstanceOf(RetryLater);
    expect(target().faults.callCount()).toBe(0);
    expect(await target().books(order)).toEqual(before);
  });

  promise('reads the order again after a completing call', ['silent-no-op'], async () => {
    // Prepare
    const order = await plan();
    await target().silentNoOp?.();

    // Act
    const failure = await failureOf(book(completionOf(order)));

    // Assess: it was sent, and so is looked for before it is sent again
    const waits = { scope: 'order', wrote: expect.stringMatching(/known|perhaps/) };
    expect(failure).toMatchObject(failure instanceof RetryLater ? waits : { name: 'Rejected' });
    expect(await target().books(order)).toMatchObject({ good: '0', bookings: 0 });
  });

  promise(
    'leaves a booking to a person that is there without what it posts',
    ['unposted-booking'],
    async () => {
      // Prepare
      const order = await plan();
      await provided(target().commitAmidPosting, 'unposted-booking')();

      // Act
      const failures = [
        await failureOf(book(completionOf(order))),
        await failureOf(book(completionOf(order), nextAttempt())),
      ];

      // Assess
      const forPerson = { name: 'Rejected', causeCode: 'booked-otherwise' };
      expect(failures).toEqual([expect.objectContaining(forPerson), expect.objectContaining(forPerson)]);
      expect(await target().books(order)).toMatchObject({ state: 'open', good: '0' });
    },
  );
}

/** Answers of a proxy in place of the ERP: neither says anything about the order. */
const refusals: readonly (readonly [string, Answer])[] = [
  ['503', { status: 503 }],
  [
    "a proxy's 404 page",
    { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>default backend</html>' },
  ],
  [
    'the page of a login',
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Please log in</html>' },
  ],
];

/** After a change in the books the failure must make the next attempt look. */
function expectNextAttemptLooks(failure: unknown, { before, now, at }: Disturbed): void {
  if (JSON.stringify(before) === JSON.stringify(now)) return;
  expect(failure, `${at}, after something was written`).toMatchObject({
    wrote: expect.stringMatching(/^(known|perhaps)$/),
  });
}

/** The books without the name of the order itself. */
function comparable(books: ErpBooks): unknown {
  const { notes, links, lots, scrappedLots = [], ...numbers } = books;
  const counts = { notes: notes.length, links: links.length, lots: lots.length };
  return { ...numbers, ...counts, scrappedLots: scrappedLots.length };
}
