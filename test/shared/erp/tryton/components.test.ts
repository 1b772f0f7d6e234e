import { beforeEach, expect, it } from 'vitest';
import type { Decimal } from '../../../../shared/model/quantity.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { partOf, quantityKey } from '../conformance/completions.ts';
import { TrytonBooks } from './books.ts';
import { createRpcServer, type RpcServer } from './server.ts';

let books: TrytonBooks;
let server: RpcServer;
beforeEach(() => {
  books = new TrytonBooks({ hasLots: true });
  server = createRpcServer(books.answer);
});

/** Books a part of the order of 5, which has used so much of the component. */
function book(n: number, built: Decimal, used: Decimal, ...lots: readonly string[]) {
  const component = { article: 'CASE', quantity: { amount: used }, lots: lots.map((number) => ({ number })) };
  const components = {
    all: false,
    beyondPlan: true,
    used: [{ ...component, step: 'Scan', recording: 'r1' }],
  };
  const completion = partOf({ number: '17', id: '17' }, n, built, { components });
  return server.connector().book(completion, quantityKey(completion.productOrder), firstAttempt());
}

it.each([
  ['whatever its lots', []],
  ['of one lot', ['L']],
])('takes what each part used of a component, %s: what another part took is not its own', async (_, lots) => {
  // Prepare
  books.addComponent('L', 100);

  // Act
  await book(1, '2', '3', ...lots);
  await book(2, '3', '4', ...lots);

  // Assess
  const taken = books.inputs.filter(({ state }) => state === 'done').map(({ quantity }) => quantity);
  expect(taken.toSorted()).toEqual([3, 4]);
  expect(books.state).toBe('done');
});

it('refuses a lot of a component that holds less than was used, before it writes', async () => {
  // Prepare
  books.addComponent('L', 1);

  // Act
  const failure = await failureOf(book(1, '5', '5', 'L'));

  // Assess
  const says =
    'lot L of component CASE (step "Scan" of recording r1) holds 1 u where Tryton takes it from, and 5 were used';
  expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'quantity-or-lots', wrote: 'nothing' });
  expect(failure).toMatchObject({ message: expect.stringContaining(says) });
  expect([books.state, books.notes]).toEqual(['waiting', []]);
});
