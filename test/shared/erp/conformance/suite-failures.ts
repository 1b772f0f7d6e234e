import { inspect } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import type { ErpConnector } from '../../../../shared/erp/connector.ts';
import { RetryLater } from '../../../../shared/model/errors.ts';
import { listenOnLoopback } from '../../../support/loopback.ts';
import { attemptAfter, failureOf, firstAttempt } from './attempts.ts';
import { completionOf, productOrderOf, quantityKey } from './completions.ts';
import { firstPage } from './listing.ts';
import type { Chapter, ConnectorOptions, PlannedOrderRef } from './target.ts';

/** A login, a refused call, a login and a call: one renewal takes no more. */
const maxCallsToGiveUp = 8;

export function failureTests({ target, plan, book, promise }: Chapter): void {
  /** Books to a planned order and expects a RetryLater; nothing may have been booked. */
  async function failureOfBooking(options: ConnectorOptions, disturb?: () => void): Promise<RetryLater> {
    const order = await plan();
    target().faults.reset();
    disturb?.();
    const failure = await failureOf(bookAt(target().connector(options), order));
    expect(await target().books(order)).toMatchObject({ state: 'open', bookings: 0 });
    if (!(failure instanceof RetryLater)) {
      throw new Error(`expected RetryLater, got ${inspect(failure)}`);
    }
    expectNoCanary(failure);
    return failure;
  }

  function expectNoCanary(failure: unknown): void {
    const shown = [
      inspect(failure, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(failure),
      failure instanceof Error ? `${failure.message}\n${failure.stack}` : '',
    ].join('\n');
    for (const canary of target().canaries) {
      const forms = [
        canary,
        encodeURIComponent(canary),
        Buffer.from(canary).toString('base64').replace(/=+$/, ''),
      ];
      for (const form of forms) expect(shown.includes(form), 'a credential in an error').toBe(false);
    }
  }

  promise('asks to check the secret when the ERP refuses our credentials', [], async () => {
    const failure = await failureOfBooking({ wrongCredentials: true });

    expect(failure).toMatchObject({ scope: 'partner', unauthorized: true });
    expect(target().faults.callCount()).toBeLessThanOrEqual(maxCallsToGiveUp);
  });

  promise('reads the secret again when the ERP refuses it, and goes on with the new one', [], async () => {
    const order = await plan();
    const connector = target().connector({ rotated: true });

    for (let times = 1; times <= 2; times += 1) await bookAt(connector, order);

    expect(await target().books(order)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('waits as many seconds as a 429 asks for', [], async () => {
    const failure = await failureOfBooking({}, () =>
      target().faults.answerNext({ status: 429, headers: { 'retry-after': '17' } }),
    );

    expect(failure).toMatchObject({ scope: 'partner', afterSeconds: 17, unauthorized: false });
  });

  const page = { headers: { 'content-type': 'text/html' }, body: '<html>Maintenance</html>' };
  for (const [what, status, answer] of [
    ...[500, 502, 503, 504].map((status) => [`a ${status}`, status, { body: page.body }] as const),
    ['an answer that is not JSON', 200, page],
  ] as const)
    promise(`treats ${what} as an ERP that is down`, [], async () => {
      const failure = await failureOfBooking({}, () => target().faults.answerNext({ status, ...answer }));

      expect(failure).toMatchObject({ scope: 'partner', unauthorized: false });
    });

  for (const [what, urlOf, wrote] of [
    ['an unknown host', async () => 'https://erp.invalid', 'nothing'],
    ['a failed TLS handshake', plainHttp, undefined],
    ['a refused connection', nobodyListens, 'nothing'],
  ] as const)
    promise(`treats ${what} as an ERP that is down`, [], async () => {
      const failure = await failureOfBooking({ baseUrl: await urlOf() });

      expect(failure).toMatchObject({ scope: 'partner', ...(wrote ? { wrote } : {}) });
    });

  promise('gives up on a call that is not answered in time', [], async () => {
    const failure = await failureOfBooking({ timeoutMs: 50 }, target().faults.hangNext);

    expect(failure).toMatchObject({ scope: 'partner' });
  });

  promise('reports an ERP that is down when listing, too', [], async () => {
    // Prepare
    target().faults.answerNext({ status: 503 });

    // Act
    const failure = await failureOf(firstPage(target().connector()));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expectNoCanary(failure);
  });

  promise('lets only the locked order wait', ['lock'], async () => {
    // Prepare
    const locked = await plan();
    const free = await plan();
    await target().lockOrder?.(locked);

    // Act
    const failure = await failureOf(book(completionOf(locked)));
    await book(completionOf(free));
    const booksWhileLocked = await target().books(locked);
    await target().unlockOrder?.(locked);

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expectNoCanary(failure);
    expect(booksWhileLocked).toMatchObject({ state: 'open', good: '0', bookings: 0 });
    await book(completionOf(locked), attemptAfter(failure));
    expect(await target().books(locked)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('renews a session that expired', ['session'], async () => {
    // Prepare
    const [first, second] = [await plan(), await plan()];
    const connector = target().connector();
    await bookAt(connector, first);
    await target().expireSession?.();

    // Act
    await bookAt(connector, second);

    // Assess
    expect(await target().books(second)).toMatchObject({ state: 'done', good: '5', bookings: 1 });
  });

  promise('renews a session that expires in the middle of a booking', ['every-call', 'session'], async () => {
    // Prepare
    const reference = await plan();
    target().faults.reset();
    await book(completionOf(reference));
    const calls = target().faults.callCount();

    for (let n = 1; n <= calls; n += 1) {
      const order = await plan();
      target().faults.reset();
      target().faults.beforeCall(n, () => target().expireSession?.());

      // Act: it may renew the session and go on, or fail and be repeated.
      const failure = await failureOf(book(completionOf(order)));
      if (failure !== undefined) {
        expect(failure, `expired at call ${n}`).toBeInstanceOf(RetryLater);
        await book(completionOf(order), attemptAfter(failure));
      }

      // Assess
      expect(await target().books(order), `expired at call ${n}`).toMatchObject({
        state: 'done',
        bookings: 1,
      });
    }
  });

  promise('renews a session only once', ['session'], async () => {
    // Prepare
    const order = await plan();
    await target().breakSessions?.();
    target().faults.reset();

    // Act
    const failure = await failureOf(book(completionOf(order)));
    const calls = target().faults.callCount();
    await target().mendSessions?.();

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner' });
    expect(calls).toBeLessThanOrEqual(maxCallsToGiveUp);
    expect(await target().books(order)).toMatchObject({ state: 'open', bookings: 0 });
  });
}

function bookAt(connector: ErpConnector, order: PlannedOrderRef): Promise<unknown> {
  return connector.book(completionOf(order), quantityKey(productOrderOf(order)), firstAttempt());
}

/** A handshake with it cannot succeed. */
async function plainHttp(): Promise<string> {
  const { url, close } = await listenOnLoopback(() => undefined);
  onTestFinished(close);
  return url.replace('http:', 'https:');
}

async function nobodyListens(): Promise<string> {
  const { url, close } = await listenOnLoopback(() => undefined);
  await close();
  return url;
}
