import { describe, expect, it } from 'vitest';
import { Rejected, RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../../shared/erp/conformance/attempts.ts';
import { book, completed, openPlant, positionOf, undisturbed } from './plant.ts';

const system = await openPlant();

describe('what people do meanwhile', () => {
  it('accepts as booked a production that somebody completes with our quantity just before we do', async () => {
    // Prepare
    const production = await system.plan({ state: 'running' });
    const completion = completed(production, { quantity: { amount: '3' } });
    const methods = await undisturbed(system, { quantity: { amount: '3' } });
    system.faults.beforeCall(positionOf(methods, 'model.production.done'), () =>
      system.admin.press('production', 'done', production.id),
    );

    // Act
    const failure = await failureOf(book(system.connector(), completion));
    const receipt = await book(system.connector(), completion, nextAttempt());

    // Assess: Tryton's own check sees a change within the same second on PostgreSQL only.
    if (failure !== undefined) expect(failure).toMatchObject({ scope: 'order', wrote: 'known' });
    expect(receipt.alreadyBooked).toBe(true);
    expect(await system.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 3 });
  });

  it('reports that somebody changed the quantity just before it was booked', async () => {
    // Prepare
    const production = await system.plan({ state: 'running' });
    const completion = completed(production, { quantity: { amount: '3' } });
    const methods = await undisturbed(system, { quantity: { amount: '3' } });
    system.faults.beforeCall(positionOf(methods, 'model.production.done'), async () => {
      const moves = await system.admin.find('stock.move', [['production_output', '=', production.id]]);
      const changes = moves.map(({ id }) => ['write', [id], { quantity: 4 }]);
      await system.admin.write('production', [production.id], { outputs: changes });
    });

    // Act
    const failure = await failureOf(book(system.connector(), completion));

    // Assess: Tryton refuses it where it can detect the change; otherwise reading back shows it.
    const books = await system.admin.readProduction(production.id);
    if (books.state === 'done') {
      expect(failure).toBeInstanceOf(Rejected);
      expect(String(failure)).toContain('4 good and 0 scrap instead of 3 and 0');
    } else {
      expect(failure).toMatchObject({ scope: 'order', wrote: 'known' });
    }
  });

  it('leaves the claim of another attempt alone, and takes over with again: true', async () => {
    // Prepare
    const production = await system.plan();
    const completion = completed(production);
    const methods = await undisturbed(system);
    system.faults.crashAt(positionOf(methods, 'model.production.run'), 'before');
    await failureOf(book(system.connector(), completion));

    // Act
    const unaware = await failureOf(book(system.connector(), completion));
    const receipt = await book(system.connector(), completion, attemptAfter(unaware));

    // Assess
    expect(unaware).toMatchObject({ scope: 'order', wrote: 'perhaps' });
    expect(receipt.alreadyBooked).toBe(false);
    const books = await system.admin.readProduction(production.id);
    expect(books).toMatchObject({ state: 'done', quantity: 5 });
    expect(books.notes.length).toBe(1);
  });
});

describe('several bookings at once', () => {
  it('writes lots, notes and links once, however many bookings run', async () => {
    // Prepare
    const production = await system.plan({ article: 'GEAR-LOT', quantity: 3 });
    const completion = completed(production, {
      quantity: { amount: '3' },
      lots: ['A', 'B', 'C'].map((piece) => ({ number: `${production.number}-${piece}` })),
      notes: ['All checks in order'],
      links: [{ name: 'Report', url: 'https://app.azumuta.com/recordings/many' }],
    });

    // Act
    const failures = await Promise.all(
      [1, 2, 3, 4].map(() => failureOf(book(system.connector(), completion))),
    );
    for (const failure of failures) {
      if (failure !== undefined) await book(system.connector(), completion, attemptAfter(failure));
    }

    // Assess
    for (const failure of failures) {
      if (failure !== undefined) expect(failure).toBeInstanceOf(RetryLater);
    }
    const books = await system.admin.readProduction(production.id);
    expect(books).toMatchObject({ state: 'done', quantity: 3, consumed: { 'HSG-01': 3 } });
    expect([...books.lots].sort()).toEqual(completion.lots.map(({ number }) => number));
    expect(books.notes.length).toBe(1);
    expect(books.links.length).toBe(1);
  });

  it('books each production once while eight containers lock each other out of its components', async () => {
    const [productions, writers] = [16, 8];
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
});
