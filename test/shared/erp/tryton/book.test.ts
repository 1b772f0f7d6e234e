import { beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../../shared/model/completions.ts';
import { attemptAfter, failureOf, firstAttempt } from '../conformance/attempts.ts';
import { partOf, quantityKey, windowOf } from '../conformance/completions.ts';
import type { FaultProxy } from '../conformance/fault-proxy.ts';
import { TrytonBooks } from './books.ts';
import { createRpcServer, type RpcServer } from './server.ts';

let books: TrytonBooks;
let server: RpcServer;
let faults: FaultProxy;
beforeEach(() => {
  books = new TrytonBooks();
  server = createRpcServer(books.answer);
  faults = server.faults;
});

const order = { number: '17', id: '17' };
/** Parts of 2, 2 and 1. None is final, as nobody knows which will be the last. */
function book(n: 1 | 2 | 3, attempt = firstAttempt()): Promise<Receipt> {
  const completion = partOf(order, n, n === 3 ? '1' : '2');
  const key = quantityKey(completion.productOrder);
  return server.connector().book(completion, key, attempt);
}
const called = (method: string) => server.calls.filter((call) => call.method === `model.${method}`).length;
const booked = () => books.moves.filter(({ state }) => state === 'done').map(({ quantity }) => quantity);

/** Position of a method's first call among those that the server has seen. */
function callOf(method: string): number {
  const at = server.calls.findIndex((call) => call.method === `model.${method}`);
  if (at < 0) throw new Error(`${method} was not called`);
  return at + 1;
}

it.each([
  ['a part, which ends with `do` of its moves', []],
  ['the part that finishes the production, which ends with `done`', [1, 2]],
] as const)(
  'sends nothing more of %s once the time of the attempt is up, after whichever call',
  async (_, before) => {
    const last = before.length === 0 ? 1 : 3;
    async function planned(): Promise<void> {
      books.restart();
      for (const n of before) await book(n);
      faults.reset();
    }
    await planned();
    await book(last);
    const calls = faults.callCount();

    for (let n = 0; n <= calls; n += 1) {
      // Prepare: the time is up when the call was answered, before the next one leaves.
      await planned();
      const deadline = new AbortController();
      if (n === 0) deadline.abort();
      else faults.afterAnswer(n, () => deadline.abort());

      // Act
      const failure = await failureOf(book(last, firstAttempt(deadline.signal)));

      // Assess: after the last call nothing is left to be sent.
      expect(faults.callCount(), `after call ${n}`).toBe(n);
      if (n < calls) expect(failure, `after call ${n}`).toMatchObject({ name: 'RetryLater', scope: 'order' });
      else expect(failure).toBeUndefined();
    }
  },
);

it('asks and writes nothing more of an order of which only the quantity was recorded', async () => {
  // Act
  await book(3);
  server.calls.length = 0;
  await book(1);

  // Assess
  expect(server.calls.map(({ method }) => method.replace('model.', ''))).toEqual([
    ...['common.db.login', 'res.user.get_preferences', 'stock.move.fields_get', 'production.fields_get'],
    ...['ir.model.access.get_access', 'production.search_read', 'ir.note.search_read'],
    ...['ir.note.create', 'ir.note.search_read', 'production.write', 'production.search_read'],
    ...['ir.note.create', 'stock.move.do', 'production.search_read'],
  ]);
});

it('leaves open what somebody plans after the look', async () => {
  // Prepare: without it, this part finishes the production.
  const whole = partOf(order, 1, '5');
  const bookWhole = (attempt = firstAttempt()) =>
    server.connector().book(whole, quantityKey(whole.productOrder), attempt);
  server.before('production.assign_try', () => books.addOutput(2));

  // Act
  const failure = await failureOf(bookWhole());
  await bookWhole(attemptAfter(failure));

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'known' });
  expect(booked()).toEqual([5]);
  expect(books.state).toBe('running');
});

describe('a split order that is booked part by part', () => {
  it('is finished only by the part that leaves nothing open', async () => {
    // Act
    const states: string[] = [];
    const references: string[] = [];
    for (const n of [3, 1, 2] as const) {
      references.push((await book(n)).reference);
      states.push(books.state);
    }

    // Assess
    expect(states).toEqual(['running', 'running', 'done']);
    expect(references).toEqual(['output of production 17', 'output of production 17', 'production 17 done']);
    expect(booked().toSorted()).toEqual([1, 2, 2]);
    expect([called('stock.move.do'), called('production.done')]).toEqual([2, 1]);
  });

  it('is finished by the interrupted part while its moves are open, and by no other', async () => {
    // Prepare: the first part is cut off before its moves are completed; two others are booked in between.
    await book(1);
    const at = callOf('stock.move.do');
    books.restart();
    faults.reset();
    faults.crashAt(at, 'before');
    const failure = await failureOf(book(1));
    await book(2);
    await book(3);
    const between = books.state;

    // Act
    await book(1, attemptAfter(failure));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', wrote: 'perhaps' });
    expect(between).toBe('running');
    expect(books.state).toBe('done');
    expect(booked().toSorted()).toEqual([1, 2, 2]);
  });

  it('is finished once when its last part is cut off after Tryton saw any call', async () => {
    // Prepare: how many calls the last part takes.
    await book(1);
    await book(2);
    faults.reset();
    await book(3);
    const calls = faults.callCount();

    for (let n = 1; n <= calls; n += 1) {
      books.restart();
      await book(1);
      await book(2);
      faults.reset();
      faults.crashAt(n, 'after');

      // Act
      const failure = await failureOf(book(3));
      await book(3, attemptAfter(failure));

      // Assess
      expect(failure, `call ${n}`).toMatchObject({ name: 'RetryLater', scope: 'partner' });
      expect(books.state, `call ${n}`).toBe('done');
      expect(booked().toSorted(), `call ${n}`).toEqual([1, 2, 2]);
    }
  });
});

describe('parts that are booked together at times of the plant', () => {
  /** The bookings of three shifts; a person has given the last part of the order up. */
  const bookShift = (n: 1 | 2 | 3, attempt = firstAttempt()) => {
    const { completion, key } = windowOf(order, n, n === 1 ? '2' : '1', { final: n === 3 });
    return server.connector().book(completion, key, attempt);
  };

  it('leave the production open until the booking that covers what is left', async () => {
    const states: string[] = [];
    for (const n of [1, 2, 3] as const) {
      await bookShift(n);
      states.push(books.state);
    }
    expect(states).toEqual(['running', 'running', 'done']);
    expect(booked()).toEqual([2, 1, 1]);
  });

  it('are booked once when their booking is cut off after Tryton saw any call', async () => {
    // Prepare: how many calls a booking between two others takes
    await bookShift(1);
    faults.reset();
    await bookShift(2);
    const calls = faults.callCount();

    for (let n = 1; n <= calls; n += 1) {
      books.restart();
      await bookShift(1);
      faults.reset();
      faults.crashAt(n, 'after');

      // Act
      const failure = await failureOf(bookShift(2));
      await bookShift(2, attemptAfter(failure));

      // Assess
      expect(failure, `call ${n}`).toMatchObject({ name: 'RetryLater', scope: 'partner' });
      expect([books.state, ...booked()], `call ${n}`).toEqual(['running', 2, 1]);
    }
  });
});

/** What may be answered to one call of a booking, which changes nothing. */
const locked = { error: ['could not obtain lock on row in relation "production"', ''] };
const nothing = { result: null };

describe('a call that Tryton did not do', () => {
  it.each([
    ['ir.note.create', locked, [1], { wrote: 'nothing', afterSeconds: 5 }],
    ['production.write', locked, [1], { wrote: 'known', afterSeconds: 5 }],
    ['production.run', locked, [1], { wrote: 'known', afterSeconds: 5 }],
    ['stock.move.do', locked, [1], { wrote: 'known', afterSeconds: 5 }],
    [
      'production.run',
      nothing,
      [1],
      { wrote: 'known', message: expect.stringContaining("the button 'run'") },
    ],
    ['stock.move.do', nothing, [1], { wrote: 'known', message: expect.stringContaining("the button 'do'") }],
    [
      'production.done',
      nothing,
      [1, 2, 3],
      { wrote: 'known', message: expect.stringContaining("the button 'done'") },
    ],
  ] as const)(
    'makes the next attempt look, which books once: %s, %j',
    async (method, answer, parts, fails) => {
      // Prepare: find its position among the calls of the last part.
      const [before, last] = [parts.slice(0, -1), parts.at(-1) ?? 1];
      for (const n of before) await book(n);
      server.calls.length = 0;
      await book(last);
      const at = callOf(method);
      books.restart();
      for (const n of before) await book(n);
      faults.reset();
      faults.beforeCall(at, () =>
        faults.answerNext({ status: 200, body: JSON.stringify({ id: 1, ...answer }) }),
      );

      // Act
      const failure = await failureOf(book(last));
      const receipt = await book(last, attemptAfter(failure));

      // Assess
      expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', ...fails });
      expect(receipt.alreadyBooked).toBe(false);
      expect(booked().toSorted()).toEqual(parts.length === 1 ? [2] : [1, 2, 2]);
      expect(books.state).toBe(parts.length === 1 ? 'running' : 'done');
    },
  );
});

describe('a production that is completed while its components are being reserved', () => {
  it.each([
    {
      by: 'another attempt of this booking',
      complete: async () => {
        for (const n of [1, 2, 3] as const) await book(n);
      },
      next: { alreadyBooked: true },
    },
    {
      by: 'a person',
      complete: () => {
        books.state = 'done';
        for (const move of books.moves) move.state = 'done';
      },
      next: { name: 'Rejected', message: expect.stringContaining('completed by somebody else') },
    },
  ])('is left to the next attempt, which looks again, when completed by $by', async ({ complete, next }) => {
    // Prepare
    await book(1);
    const at = callOf('production.assign_try');
    books.restart();
    faults.reset();
    faults.beforeCall(at, complete);

    // Act
    const first = await failureOf(book(1));
    const second = await book(1, attemptAfter(first)).catch((failure: unknown) => failure);

    // Assess
    expect(first).toMatchObject({ name: 'RetryLater', scope: 'order', wrote: 'nothing' });
    expect(second).toMatchObject(next);
    expect(books.state).toBe('done');
  });
});
