import { expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { book, completed, openPlant } from './plant.ts';

const [productions, writers] = [16, 8];
const system = await openPlant();

it('books each production once while eight containers lock each other out of its components', async () => {
  // Prepare: a failed booking is retried after all others, as from a queue.
  const planned = await system.admin.planProductions(productions, { state: 'waiting', quantity: 1 });
  const queue = planned.map((production) => ({ production, attempt: firstAttempt() }));
  const failures: unknown[] = [];

  // Act
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const connector = system.connector();
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { production, attempt } = next;
        const completion = completed(production, { quantity: { amount: '1' } });
        const failure = await failureOf(book(connector, completion, attempt));
        if (failure === undefined) continue;
        if (!(failure instanceof RetryLater)) throw failure;
        failures.push(failure);
        queue.push({ production, attempt: attemptAfter(failure, attempt) });
      }
    }),
  );

  // Assess: a lock makes only that order wait, and leaves no write in doubt.
  for (const failure of failures)
    expect(failure).toMatchObject({ scope: 'order', wrote: expect.stringMatching(/^(nothing|known)$/) });
  const ids = planned.map(({ id }) => id);
  const { admin } = system;
  const states = await admin.find('production', [['id', 'in', ids]], ['state']);
  const booked = await admin.find('stock.move', [['production_output', 'in', ids]], ['quantity', 'state']);
  const notes = await admin.find('ir.note', [['resource', 'in', ids.map((id) => `production,${id}`)]]);
  expect(states.filter(({ state }) => state === 'done')).toHaveLength(productions);
  expect(booked.map(({ state, quantity }) => state === 'done' && quantity)).toEqual(ids.map(() => 1));
  expect(notes).toHaveLength(productions);
}, 300_000);
