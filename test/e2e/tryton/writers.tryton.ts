import { expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { attemptAfter, failureOf, firstAttempt } from '../../shared/erp/conformance/attempts.ts';
import { invocation, slotsStage } from '../../shared/slots/stage.ts';
import type { PlannedProduction } from './client.ts';
import { book, completed, openPlant } from './plant.ts';

/** SQLite has one writer at a time, so a few productions are enough. */
const productions = process.env.TRYTON_DATABASE_AT?.startsWith('postgresql:') ? 40 : 12;
/** A queue rarely gives a container more at once while several take from it. */
const batchSize = 5;

/** Containers, and how many of them may call at once (`erp.atOnce`); without a number, all. */
const rounds: readonly { readonly writers: number; readonly atOnce?: number }[] = [
  { writers: 1 },
  { writers: 8 },
  { writers: 8, atOnce: 1 },
];

const stage = slotsStage();
const system = await openPlant();

/** The result of several writers on the same productions. */
interface Round {
  readonly planned: readonly PlannedProduction[];
  /** Failures after which the order was retried. */
  readonly failures: readonly unknown[];
  readonly seconds: number;
  /** Calls per booking, including logins and retries. */
  readonly calls: number;
}

/**
 * Several connectors, each a container of its own, share the productions; a failed one is retried after all others,
 * as from a queue.
 */
async function bookWith(
  { writers, atOnce }: (typeof rounds)[number],
  state: 'assigned' | 'waiting',
): Promise<Round> {
  const planned = await system.admin.planProductions(productions, { state, quantity: 1 });
  const queue = planned.map((production) => ({ production, attempt: firstAttempt() }));
  const failures: unknown[] = [];
  const connectors = Array.from({ length: writers }, () => system.connector());
  system.faults.reset();
  const started = performance.now();
  await Promise.all(
    connectors.map(async (connector) => {
      const turn = turnsOf(atOnce);
      while (queue.length > 0) {
        await turn(async () => {
          for (const { production, attempt } of queue.splice(0, batchSize)) {
            const completion = completed(production, { quantity: { amount: '1' } });
            const failure = await failureOf(book(connector, completion, attempt));
            if (failure === undefined) continue;
            if (!(failure instanceof RetryLater)) throw failure;
            failures.push(failure);
            queue.push({ production, attempt: attemptAfter(failure, attempt) });
          }
        });
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return { planned, failures, seconds, calls: system.faults.callCount() / productions };
}

/** Settled when a container gives its slot back. */
let freed = Promise.withResolvers<void>();

/** A container that works on a batch when it has a slot, and otherwise tries again once another has given one back. */
function turnsOf(atOnce: number | undefined) {
  if (atOnce === undefined) return (work: () => Promise<void>) => work();
  const slots = stage.container({ erp: atOnce });
  return async (work: () => Promise<void>): Promise<void> => {
    slots.begin(invocation());
    const next = freed.promise;
    const isTaken = await slots.take('erp');
    try {
      if (isTaken) await slots.use('erp', work);
    } finally {
      await slots.end();
    }
    if (!isTaken) return next;
    freed.resolve();
    freed = Promise.withResolvers();
  };
}

it.each(['assigned', 'waiting'] as const)(
  `books ${productions} productions that are %s once each, with one writer, with eight, and with eight of which one writes at a time`,
  async (state) => {
    for (const round of rounds) {
      // Act
      const { planned, failures, seconds, calls } = await bookWith(round, state);

      // Assess: a lock makes only that order wait, and leaves no write in doubt.
      for (const failure of failures) {
        expect(failure).toMatchObject({ scope: 'order', wrote: expect.stringMatching(/^(nothing|known)$/) });
      }
      if (round.atOnce === 1) expect(failures).toEqual([]);
      const ids = planned.map(({ id }) => id);
      const once = ids.map(() => 1);
      const { admin } = system;
      const states = await admin.find('production', [['id', 'in', ids]], ['state']);
      const booked = await admin.find(
        'stock.move',
        [['production_output', 'in', ids]],
        ['quantity', 'state'],
      );
      const notes = await admin.find('ir.note', [['resource', 'in', ids.map((id) => `production,${id}`)]]);
      expect(states.filter((production) => production.state === 'done')).toHaveLength(productions);
      expect(booked.map((move) => move.state === 'done' && move.quantity)).toEqual(once);
      expect(notes).toHaveLength(productions);
      const name = `${round.writers} writer(s)${round.atOnce === undefined ? '' : `, ${round.atOnce} at once`}:`;
      process.stdout.write(
        `${productions} ${state} productions, ${name} ${seconds.toFixed(1)} s, ${calls.toFixed(1)} calls each, ${failures.length} were retried after a lock\n`,
      );
    }
  },
  300_000,
);
