import { expect } from 'vitest';
import type { Completion } from '../../../../shared/model/completions.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from './attempts.ts';
import { amendmentOf, completionOf, productOrderOf, quantityKey } from './completions.ts';
import type { Answer, CrashPoint } from './fault-proxy.ts';
import type { Capability, Chapter, ErpBooks, PlannedOrderRef } from './target.ts';

interface Scenario {
  readonly name: string;
  readonly needs: readonly Capability[];
  readonly completion: (order: PlannedOrderRef) => Completion;
  /** What its key ends with. */
  readonly key: string;
  readonly article?: 'plain' | 'lots';
  /** A part that is booked before. */
  readonly after?: (order: PlannedOrderRef) => Completion;
}

/** A booking that was disturbed at one of its calls. */
interface Disturbed {
  readonly n: number;
  /** For a message. */
  readonly at: string;
  /** Calls that it made. */
  readonly calls: number;
  readonly before: ErpBooks;
  readonly now: ErpBooks;
}

export function exactlyOnceTests({ target, cannot, promise }: Chapter): void {
  const plan = (article = target().articles.plain): Promise<PlannedOrderRef> =>
    target().planOrder({ article, quantity: '5' });

  /** A booking that uses all that this ERP can do. */
  function everything(order: PlannedOrderRef): Completion {
    const { id } = productOrderOf(order);
    return completionOf(order, {
      article: order.article,
      ...(cannot.scrap === undefined ? { quantity: { amount: '4' }, scrap: { amount: '1' } } : {}),
      ...(cannot.notes === undefined ? { notes: ['All checks in order'] } : {}),
      ...(cannot.links === undefined
        ? { links: [{ name: 'Report', url: `https://app.azumuta.com/recordings/${id}` }] }
        : {}),
    });
  }
  const part = (order: PlannedOrderRef): Completion =>
    completionOf(order, { quantity: { amount: '2' }, final: false });
  const rest = (order: PlannedOrderRef): Completion =>
    completionOf(order, { quantity: { amount: '3' }, final: false }, productOrderOf(order, 2));
  const lot = (order: PlannedOrderRef): Completion =>
    completionOf(order, {
      quantity: { amount: '4' },
      scrap: { amount: '1' },
      lots: [{ number: `L-${productOrderOf(order).id.slice(0, 8)}` }],
    });
  const late = (order: PlannedOrderRef): Completion => amendmentOf(order, { notes: ['A late check'] });

  const scenarios: readonly Scenario[] = [
    { name: 'a whole order', needs: [], completion: everything, key: 'quantity' },
    { name: 'a part of an order', needs: ['partial'], completion: part, key: 'quantity' },
    {
      name: 'a lot with its scrap',
      needs: ['lots', 'scrap'],
      completion: lot,
      key: 'quantity',
      article: 'lots',
    },
    { name: 'the last part of an order', needs: ['partial'], completion: part, after: rest, key: 'quantity' },
    { name: 'an amendment', needs: ['amendments'], completion: late, key: 'recording#late' },
  ];

  promise('books once when the same booking comes again', [], async () => {
    // Prepare
    const order = await plan();
    const key = quantityKey(productOrderOf(order));
    const connector = target().connector();
    await connector.book(everything(order), key, firstAttempt());
    const booked = await target().books(order);

    // Act
    const same = await connector.book(everything(order), key, firstAttempt());
    const other = await target().connector().book(everything(order), key, nextAttempt());

    // Assess
    expect([same.alreadyBooked, other.alreadyBooked]).toEqual([true, true]);
    expect(await target().books(order)).toEqual(booked);
  });

  promise('books once when two workers book at the same moment', ['concurrency'], async () => {
    // Prepare
    const order = await plan();
    const key = quantityKey(productOrderOf(order));
    const completion = completionOf(order);

    // Act
    const failures = await Promise.all(
      [1, 2].map(() => failureOf(target().connector().book(completion, key, firstAttempt()))),
    );
    // Whoever was told to come again does so.
    for (const failure of failures) {
      if (failure !== undefined) {
        expect(failure).toBeInstanceOf(RetryLater);
        await target().connector().book(completion, key, attemptAfter(failure));
      }
    }

    // Assess
    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  for (const scenario of scenarios) {
    async function planned(): Promise<PlannedOrderRef> {
      const order = await plan(target().articles[scenario.article ?? 'plain']);
      const earlier = scenario.after?.(order);
      if (earlier) {
        await target().connector().book(earlier, quantityKey(earlier.productOrder), firstAttempt());
      }
      return order;
    }
    /** Books once undisturbed: the books that every disturbed booking must end with, and how many calls. */
    async function undisturbed(): Promise<{ calls: number; books: ErpBooks }> {
      const order = await planned();
      target().faults.reset();
      await target().connector().book(scenario.completion(order), keyOf(order), firstAttempt());
      return { calls: target().faults.callCount(), books: await target().books(order) };
    }
    const keyOf = (order: PlannedOrderRef): string => `${productOrderOf(order).id}#${scenario.key}`;

    /**
     * Books once for each call that a booking makes, which is disturbed, and once more: the books end as those of an
     * undisturbed booking.
     * @param disturb What happens at call n; answers the signal of the attempt, if that is disturbed.
     * @param judge What the disturbed attempt must have failed with.
     */
    async function disturbEachCall(
      name: string,
      disturb: (n: number, order: PlannedOrderRef) => AbortSignal | undefined,
      judge: (failure: unknown, disturbed: Disturbed) => Promise<void> | void,
    ): Promise<void> {
      target().faults.skipNetwork(true);
      const reference = await undisturbed();
      for (let n = 1; n <= reference.calls; n += 1) {
        // Prepare
        const order = await planned();
        const completion = scenario.completion(order);
        const before = await target().books(order);
        target().faults.reset();
        const signal = disturb(n, order);

        // Act: a new container takes over, told what the ledger would tell it.
        const failure = await failureOf(
          target().connector().book(completion, keyOf(order), firstAttempt(signal)),
        );
        const calls = target().faults.callCount();
        await target().unlockOrder?.(order);
        const at = `call ${n} ${name}`;
        await judge(failure, { n, at, calls, before, now: await target().books(order) });
        if (failure !== undefined)
          await target().connector().book(completion, keyOf(order), attemptAfter(failure));

        // Assess
        expect(comparable(await target().books(order)), at).toEqual(comparable(reference.books));
      }
    }

    for (const point of ['before', 'after'] satisfies CrashPoint[]) {
      promise(
        `books ${scenario.name} once when any call is cut off ${point} the ERP saw it`,
        [...scenario.needs],
        () =>
          disturbEachCall(
            `cut off ${point}`,
            (n) => void target().faults.crashAt(n, point),
            (failure, disturbed) => {
              expect(failure, disturbed.at).toBeInstanceOf(RetryLater);
              expect(failure, disturbed.at).toMatchObject({ scope: 'partner' });
              expectToldToLook(failure, disturbed);
            },
          ),
      );
    }

    promise(
      `books ${scenario.name} once, and soon, when the order is locked at any call`,
      ['lock', ...scenario.needs],
      () =>
        disturbEachCall(
          'locked',
          (n, order) => void target().faults.beforeCall(n, () => target().lockOrder?.(order)),
          (failure, { at, before, now }) => {
            // What was only read from then on needs no lock; else the ERP has answered, so nothing can be settling.
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

    promise(`books ${scenario.name} once when the worker is aborted at any call`, [...scenario.needs], () => {
      return disturbEachCall(
        'aborted',
        (n) => {
          const deadline = new AbortController();
          target().faults.afterCall(n, () => deadline.abort());
          return deadline.signal;
        },
        (failure, disturbed) => {
          expect(failure, disturbed.at).toBeInstanceOf(RetryLater);
          // Not one call leaves after the abort.
          expect(disturbed.calls, disturbed.at).toBe(disturbed.n);
          expectToldToLook(failure, disturbed);
        },
      );
    });

    for (const [named, answer] of refusals) {
      promise(
        `books ${scenario.name} once when any call is answered with ${named}`,
        [...scenario.needs],
        () =>
          disturbEachCall(
            `answered ${named}`,
            (n) => void target().faults.beforeCall(n, () => target().faults.answerNext(answer)),
            (failure, disturbed) => {
              expect(failure, disturbed.at).toMatchObject({ name: 'RetryLater', scope: 'partner' });
              expectToldToLook(failure, disturbed);
            },
          ),
      );
    }
  }

  promise('writes nothing when it was aborted before it began', [], async () => {
    // Prepare
    const order = await plan();
    const before = await target().books(order);
    target().faults.reset();

    // Act
    const failure = await failureOf(
      target()
        .connector()
        .book(everything(order), quantityKey(productOrderOf(order)), firstAttempt(AbortSignal.abort())),
    );

    // Assess
    expect(failure).toBeInstanceOf(RetryLater);
    expect(target().faults.callCount()).toBe(0);
    expect(await target().books(order)).toEqual(before);
  });

  promise('does not take a completing call at its word', ['silent-no-op'], async () => {
    // Prepare
    const order = await plan();
    const key = quantityKey(productOrderOf(order));
    await target().silentNoOp?.();

    // Act
    const failure = await failureOf(target().connector().book(completionOf(order), key, firstAttempt()));

    // Assess
    expect(['RetryLater', 'Rejected']).toContain(failure instanceof Error ? failure.name : failure);
    expect(await target().books(order)).toMatchObject({ good: '0', bookings: 0 });
  });
}

/** What others than the ERP answer in its place: neither says anything of the order. */
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

/** After a change in the books the next attempt must be told to look. */
function expectToldToLook(failure: unknown, { before, now, at }: Disturbed): void {
  if (JSON.stringify(before) === JSON.stringify(now)) return;
  expect(failure, `${at}, after something was written`).toMatchObject({
    wrote: expect.stringMatching(/^(known|perhaps)$/),
  });
}

/** The books without what names the order itself. */
function comparable(books: ErpBooks): unknown {
  const { notes, links, lots, scrappedLots = [], ...numbers } = books;
  const counts = { notes: notes.length, links: links.length, lots: lots.length };
  return { ...numbers, ...counts, scrappedLots: scrappedLots.length };
}
