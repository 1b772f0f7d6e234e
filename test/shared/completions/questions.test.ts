import { beforeEach, describe, expect, it } from 'vitest';
import { questionKey } from '../../../shared/ledger/keys.ts';
import { overriding } from '../../support/overriding.ts';
import { complete, completed, eventsOf, inErp, madeByHand, orderRoute } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();
beforeEach(() => stage.azumutaSide.forgetCalls());

type Message = ReturnType<typeof stage.message>;

const openOrder = async () => (await stage.ordered()).numbers[0] ?? '';
const unknownOrder = async () => `NOBODYS-${Math.random()}`;
const questions = async () => (await stage.azumutaSide.calls())[orderRoute] ?? 0;
const flood = (number: string, count: number) => Array.from({ length: count }, () => stage.message(number));
/** Each comes once. @returns what failed. */
async function come(messages: readonly Message[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const attempt of messages) failures.push(await attempt());
  return failures.filter((failure) => failure !== undefined);
}
const retried = expect.objectContaining({ name: 'RetryLater', scope: 'order' });

describe('hints about an order that is still open', () => {
  it('end without a call, a hundred of them, while one asks Azumuta', async () => {
    const number = await openOrder();
    const asking = await stage.message(number)();
    const others = flood(number, 100);
    const atOnce = await come(others);
    const byThen = await questions();
    stage.clock.advance(60);
    const later = await come(others);
    // One of those that waited for a minute asks, as the order may be completed since
    expect([asking, ...atOnce]).toEqual(Array(101).fill(retried));
    expect(later).toEqual([]);
    expect([byThen, await questions()]).toEqual([1, 2]);
    expect(await stage.ledger.bookings.listOfOrder(number)).toEqual([]);
  });

  it('ask once a minute, so that a completion is seen soon; only the first is retried', async () => {
    const number = await openOrder();
    const first = stage.message(number);
    await first();
    stage.clock.advance(60);
    const second = await stage.message(number)();
    const third = await stage.message(number)();
    stage.clock.advance(60);
    const again = await first();
    expect([second, third]).toMatchObject([undefined, { name: 'RetryLater', afterSeconds: 60 }]);
    expect(again).toEqual(retried);
    expect(await questions()).toBe(3);
  });

  it('are asked for by another when the one that asked is lost, however many came in the meantime', async () => {
    const number = await openOrder();
    await stage.message(number)();
    const others: unknown[] = [];
    for (let minute = 0; minute < 19; minute++) {
      stage.clock.advance(60);
      others.push(await stage.message(number)());
    }
    stage.clock.advance(60);
    const next = await stage.message(number)();
    expect(others).toEqual(Array(19).fill(undefined));
    expect(next).toEqual(retried);
  });
});

describe('a product order that is not completed in Azumuta', () => {
  it('is asked about for 30 minutes from the first answer on', async () => {
    // Prepare: Azumuta did not answer for an hour.
    const number = await openOrder();
    const messageId = `trigger of ${number}`;
    const attempt = stage.message(number, { messageId });
    stage.clock.advance(3600);

    // Act
    const failures: unknown[] = [];
    for (const seconds of [0, 30 * 60 - 1, 1]) {
      stage.clock.advance(seconds);
      failures.push(await attempt());
    }
    stage.clock.advance(86_400);
    const replayed = await stage.message(number, { messageId })();

    // Assess
    const message = expect.stringContaining('for 30 minutes');
    const forPerson = { name: 'Rejected', message };
    expect(failures).toMatchObject([{ name: 'RetryLater' }, { name: 'RetryLater' }, forPerson]);
    expect(replayed).toEqual(retried);
  });

  it('is asked about once more where another hint has ended over the one that would become a dead letter', async () => {
    // Prepare
    const number = await openOrder();
    const first = stage.message(number);
    await first();
    stage.clock.advance(15 * 60);
    await first();
    stage.clock.advance(15 * 60);
    let joined: unknown = 'not yet';

    // Act
    const azumuta = overriding(stage.azumuta, {
      productOrder: async (...of: Parameters<typeof stage.azumuta.productOrder>) => {
        joined = await stage.message(number)();
        return stage.azumuta.productOrder(...of);
      },
    });
    const last = await first({ azumuta });

    // Assess
    expect([joined, last]).toEqual([undefined, retried]);
    expect(await first()).toMatchObject({ name: 'Rejected' });
    expect((await stage.ledger.knownOrders.read(number)).question).toBeUndefined();
  });

  it('costs no write when it is completed', async () => {
    const { number } = await completed(stage);
    await stage.handle(number);
    expect(await stage.store.table.get(questionKey(number))).toBeUndefined();
  });
});

describe('hints about an unknown order', () => {
  it('leave one concern of the hour and no dead letter after half an hour, and a hundred others end', async () => {
    const number = await unknownOrder();
    const first = stage.message(number);
    const others = flood(number, 100);
    await first();
    stage.clock.advance(60);
    const failures = await come(others);
    stage.clock.advance(29 * 60);
    const last = await first();
    expect([failures, last]).toEqual([[], undefined]);
    const open = await stage.ledger.concerns.listOpen(() => 10);
    const concern = open.findLast(({ kind }) => kind === 'unknown-numbers');
    if (!concern) throw new Error('There is one.');
    expect(await stage.ledger.concerns.readDetails(concern.key)).toMatchObject({
      order: '',
      reason: `Triggers named product orders that neither the ledger nor Azumuta knows, 1 in this hour: ${number}`,
    });
  });
});

describe('two hints of a person about an order that Azumuta does not know', () => {
  it('ask in turn, and both are dead letters after half an hour', async () => {
    const productOrderNumber = await unknownOrder();
    const both = [1, 2].map(() => stage.message({ productOrderNumber, again: true }));
    const failures: unknown[] = [];
    for (let minute = 0; minute < 30; minute++) {
      failures.push(...(await come(both)));
      stage.clock.advance(60);
    }
    expect(failures).toEqual(Array(60).fill(retried));
    expect(await come(both)).toMatchObject([{ name: 'Rejected' }, { name: 'Rejected' }]);
  });
});

describe('hints about an order that is completed and booked', () => {
  const bookedOrder = async () => {
    const { number } = await completed(stage);
    await stage.handle(number);
    await stage.azumutaSide.forgetCalls();
    return number;
  };

  it('ask Azumuta once a minute, and those that came before end', async () => {
    const number = await bookedOrder();
    const others = flood(number, 50);
    stage.clock.advance(61);
    expect(await come(others)).toEqual([]);
    expect(await questions()).toBe(1);
  });

  it('make their dead letter when they are retried, if it could not be written before', async () => {
    // It was made again in Azumuta of another article, and the worker died
    const number = await bookedOrder();
    const { azumuta } = await otherAzumuta(stage, {
      order: (shown) => void Object.assign(shown, { article: { number: 'GEAR-02' } }),
    });
    stage.clock.advance(61);
    const attempt = stage.message(number);
    await attempt({ azumuta });
    const again = await attempt({ azumuta });
    expect(again).toMatchObject({ name: 'Rejected' });
  });
});

describe('an order that is still open after half an hour', () => {
  /** Where the reconciliation is on. @returns how its hint ended. */
  async function leftOpen(number: string): Promise<unknown> {
    const attempt = stage.message(number);
    await attempt({ reconciles: true });
    stage.clock.advance(30 * 60);
    return attempt({ reconciles: true });
  }

  it('is overdue, and its hint ends with a line in its journey', async () => {
    const number = await openOrder();
    expect(await leftOpen(number)).toBeUndefined();
    expect(await eventsOf(stage, number)).toEqual(['queued', 'created', 'not completed']);
    expect(await stage.ledger.due.listOverdue(stage.clock.now(), 10)).toContain(number);
    // A further trigger asks again, for as long.
    expect(await stage.message(number)()).toEqual(retried);
  });

  it('is overdue as well when it has no ERP order', async () => {
    const number = await madeByHand(stage);
    await leftOpen(number);
    expect(await stage.ledger.due.listOverdue(stage.clock.now(), 10)).toContain(number);
  });

  it('is not asked about any more once it is booked', async () => {
    const number = await openOrder();
    await leftOpen(number);
    await complete(stage, number);
    await stage.handle({ productOrderNumber: number, via: 'reconciliation' });
    expect(await inErp(stage, number)).toEqual(['1']);
    expect(await stage.ledger.due.listOverdue(new Date('2027-06-01'), 100)).not.toContain(number);
    expect((await stage.ledger.knownOrders.read(number)).question).toBeUndefined();
  });
});
