import { expect, it } from 'vitest';
import { firstAttempt, newSignal } from '../conformance/attempts.ts';
import { partOf, quantityKey } from '../conformance/completions.ts';
import { TrytonBooks } from './books.ts';
import { createRpcServer } from './server.ts';

// The suite is run by a real Tryton alone.

const order = { number: '17', id: '17' };

function planned() {
  const books = new TrytonBooks();
  // What the list asks for besides, and bookings do not.
  const listed = { reference: null, planned_date: null, planned_start_date: null };
  const times = { write_date: null, create_date: { __class__: 'datetime', year: 2026, month: 11, day: 24 } };
  const server = createRpcServer((call) => {
    const answered = books.answer(call);
    const isList = call.method === 'model.production.search_read' && answered && 'result' in answered;
    if (!isList || !Array.isArray(answered.result)) return answered;
    return { result: answered.result.map((row) => ({ ...row, ...listed, ...times })) };
  });
  const connector = server.connector();
  return {
    books,
    server,
    book: (n: number, quantity: string, scrap = '0') => {
      const completion = partOf(order, n, quantity, { scrap: { amount: scrap } });
      return connector.book(completion, quantityKey(completion.productOrder), firstAttempt());
    },
    read: async () => (await connector.readOrder?.(order, newSignal()))?.produced,
  };
}

it('tells what was produced of a production by the moves of its product that are done', async () => {
  // Prepare
  const { books, book, read } = planned();
  const told = [await read()];

  // Act
  await book(1, '2', '1');
  told.push(await read());
  await book(2, '2');
  told.push(await read());

  // Assess
  expect(books.moves.every(({ state }) => state === 'done')).toBe(true);
  expect(told).toEqual([
    { good: '0', scrap: '0' },
    { good: '2', scrap: '1' },
    { good: '4', scrap: '1' },
  ]);
});

it('asks for it with the order, in one call', async () => {
  const { server, read } = planned();
  await read();
  expect(server.calls.filter(({ method }) => method === 'model.production.search_read')).toHaveLength(1);
});
