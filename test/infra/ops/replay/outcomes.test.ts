import { beforeEach, describe, expect, it } from 'vitest';
import {
  followReplay,
  outcomeLines,
  type ReplayOutcome,
  readOutcome,
  type SentAgain,
} from '../../../../infra/ops/replay/outcomes.ts';
import { book, claimedOrder, plan } from '../../../support/bookings.ts';
import { ledgerOn } from '../../../support/ledger.ts';
import { newOrder } from '../../../support/orders.ts';

const closed = { reason: 'The posting period 11 is closed.', cause: 'refused-by-erp' } as const;
const toBeBooked = (number: string): SentAgain => ({ number, messageId: `m-${number}`, to: 'completions' });
const toBeCreated = (number: string): SentAgain => ({
  number,
  messageId: `m-${number}`,
  to: 'product-orders',
});

let stage: ReturnType<typeof ledgerOn>;
beforeEach(() => {
  stage = ledgerOn();
});

async function dead(number: string, messageId = `m-${number}`): Promise<void> {
  await stage.ledger.deadLetters.record({
    orderNumber: number,
    messageId,
    stage: 'book-completion',
    ...closed,
    partner: 'erp',
  });
}

/** An order that is to be booked, and whose dead letter was sent again. */
async function sentAgain(number: string): Promise<SentAgain> {
  const { ledger } = stage;
  await ledger.orders.create(newOrder({ number }));
  const productOrder = { id: `id of ${number}`, number };
  await ledger.claims.complete(
    await claimedOrder(ledger, number),
    { productOrder, azumutaId: productOrder.id, awaiting: 'completion' },
    { event: 'created' },
  );
  await dead(number);
  await ledger.deadLetters.markReplayed({ orderNumber: number, messageId: `m-${number}` }, 'again');
  return toBeBooked(number);
}

const outcomeNow = async (sent: SentAgain) => (await readOutcome(sent, stage.ledger)).outcome;

describe('what becomes of a message that was sent again', () => {
  it('is under way until it is booked', async () => {
    const sent = await sentAgain('MO/1');
    const before = await outcomeNow(sent);
    await book(stage.ledger, 'MO/1', await plan(stage.ledger, 'MO/1'));
    expect([before, await outcomeNow(sent)]).toEqual(['under way', 'booked']);
  });

  it('is refused again once its message is a dead letter again, with the reason', async () => {
    const sent = await sentAgain('MO/1');
    await dead('MO/1');
    expect(await readOutcome(sent, stage.ledger)).toMatchObject({
      outcome: 'refused again',
      says: closed.reason,
    });
  });

  it('is not refused by another dead letter of its order, unless it was sent without one', async () => {
    const sent = await sentAgain('MO/1');
    await dead('MO/1', 'another');
    const { messageId: _, ...withoutLetter } = sent;
    expect([await outcomeNow(sent), await outcomeNow(withoutLetter)]).toEqual(['under way', 'refused again']);
  });

  it('is in Azumuta, given up, or of no order', async () => {
    await sentAgain('MO/1');
    await stage.ledger.orders.create(newOrder({ number: 'MO/2' }));
    const waits = await outcomeNow(toBeCreated('MO/2'));
    const created = await outcomeNow(toBeCreated('MO/1'));
    const nobody = await outcomeNow({ ...toBeBooked(''), number: '' });
    expect([waits, created, nobody]).toEqual(['under way', 'in Azumuta', 'of no order']);
  });
});

describe('who follows a replay', () => {
  const { signal } = new AbortController();

  it('hears how it goes, and ends once each is settled', async () => {
    // Prepare: the first look finds one under way, which is refused before the second
    const sent = [await sentAgain('MO/1'), await sentAgain('MO/2')];
    await dead('MO/1');
    const heard: string[] = [];
    const began = stage.clock.now().getTime();
    const clock = {
      now: stage.clock.now,
      async sleep(ms: number) {
        await stage.clock.sleep(ms);
        await dead('MO/2');
      },
    };

    // Act
    const all = await followReplay(sent, 60, {
      ledger: stage.ledger,
      clock,
      signal,
      tell: (text) => heard.push(text),
    });

    // Assess
    expect(heard).toEqual(['1 refused again, 1 under way']);
    expect(all.map(({ outcome }) => outcome)).toEqual(['refused again', 'refused again']);
    expect(stage.clock.now().getTime() - began).toBe(1000);
  });

  it('waits no longer than was asked for', async () => {
    const sent = [await sentAgain('MO/1')];
    const began = stage.clock.now().getTime();
    const all = await followReplay(sent, 5, { ledger: stage.ledger, clock: stage.clock, signal });
    expect(all).toMatchObject([{ outcome: 'under way' }]);
    expect(stage.clock.now().getTime() - began).toBe(5000);
  });

  it('reads what became of all, each reason once, and how to see where the others have got', () => {
    const of = (number: string, outcome: ReplayOutcome['outcome'], says = 'It is so.'): ReplayOutcome => ({
      number,
      to: 'completions',
      outcome,
      says,
    });
    const booked = Array.from({ length: 20 }, (_, n) => of(`MO/${n}`, 'booked'));
    const refused = ['MO/30', 'MO/31'].map((number) => of(number, 'refused again', `${number} is locked.`));
    expect(outcomeLines([...booked, ...refused, of('MO/40', 'under way')], '--local')).toEqual([
      'What became of 23 messages: 2 refused again, 20 booked, 1 under way.',
      '  MO/30, MO/31: ‹order› is locked.',
      '  MO/40: still under way. Where it has got:',
      '  npm run trace -- <number> --local',
    ]);
    expect(outcomeLines([], '--local')).toEqual([]);
  });
});
