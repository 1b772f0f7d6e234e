import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pausesKey } from '../../../../shared/ledger/keys.ts';
import { bookingsPause, Pauses } from '../../../../shared/ledger/records/pauses.ts';
import { ledgerOn, ledgerOnDynalite } from '../../../support/ledger.ts';
import { overriding } from '../../../support/overriding.ts';

const { table, clock, ledger } = await ledgerOnDynalite();
const { pauses } = ledger;

/** The name of a flow that nobody has paused yet. */
const newFlow = () => `book-completion ${randomUUID()}`;

describe('the pauses of a flow', () => {
  it('are those that were begun and ended; one that was begun again had not ended, and nothing ends twice', async () => {
    // Prepare
    const name = newFlow();
    const minutes: Date[] = [];

    // Act
    for (const act of ['end', 'begin', 'begin', 'end', 'end', 'begin'] as const) {
      clock.advance(60);
      minutes.push(clock.now());
      await pauses[act](name);
    }

    // Assess
    const [, , from, until, , since] = minutes;
    expect(await pauses.of(name)).toEqual({ ended: [{ from, until }], since });
  });

  it('keeps the latest 20, for as long as SQS keeps a message', async () => {
    // Prepare
    const name = newFlow();

    // Act
    for (let at = 0; at < 23; at += 1) {
      await pauses.begin(name);
      clock.advance(60);
      await pauses.end(name);
    }

    // Assess
    const { ended } = await pauses.of(name);
    expect(ended).toHaveLength(20);
    expect(ended.at(-1)?.until).toEqual(clock.now());
    const stored = await table.get(pausesKey(name));
    expect(stored?.expiresAt).toBe(clock.now().getTime() / 1000 + 15 * 86_400);
  });

  it('ends a pause once: a second operator does not end one that was begun since', async () => {
    // Prepare: another operator resumes and pauses between the second one's read and write
    const name = newFlow();
    const slow = new Pauses(
      overriding(table, {
        async get(key) {
          const held = await table.get(key);
          await pauses.end(name);
          clock.advance(60);
          await pauses.begin(name);
          return held;
        },
      }),
      clock,
    );
    await pauses.begin(name);
    clock.advance(60);

    // Act
    await slow.end(name);

    // Assess
    const { ended, since } = await pauses.of(name);
    expect(ended).toHaveLength(1);
    expect(since).toEqual(clock.now());
  });
});

describe('the pauses in which the messages of a function waited', () => {
  it('are its own that have ended, and for bookings those of bookings as well, until now', async () => {
    // Prepare: minutes 0 to 1, 2 to 3, and from 4 on
    const { clock, ledger } = ledgerOn();
    const { pauses } = ledger;
    const begun = clock.now().getTime();
    const minute = (at: number) => new Date(begun + at * 60_000);
    for (const name of ['book-completion', bookingsPause]) {
      await pauses.begin(name);
      clock.advance(60);
      await pauses.end(name);
      clock.advance(60);
    }
    for (const name of ['book-completion', 'create-product-orders', bookingsPause]) await pauses.begin(name);
    clock.advance(60);

    // Act
    const ofBookings = await pauses.during('book-completion');
    const ofOrders = await pauses.during('create-product-orders');

    // Assess
    expect(ofBookings).toEqual([
      { from: minute(0), until: minute(1) },
      { from: minute(2), until: minute(3) },
      { from: minute(4), until: minute(5) },
    ]);
    expect(ofOrders).toEqual([]);
  });
});
