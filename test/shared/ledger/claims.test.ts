import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../../shared/ledger/claims.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { OrderNotReady } from '../../../shared/model/errors.ts';
import { claimed, rejectedFor } from '../../support/bookings.ts';
import { ledgerOnDynalite } from '../../support/ledger.ts';
import { newOrder } from '../../support/orders.ts';

const settlingSeconds = 300;
const { table, clock, ledger } = await ledgerOnDynalite();
let number = 0;
beforeEach(async () => {
  number += 1;
  await ledger.orders.create(newOrder({ number: `PO-${number}` }));
});

const key = () => orderKey(`PO-${number}`);
const claimant = (owner: string, messageId = 'message 1') => ({
  owner,
  messageId,
  endsAt: new Date(clock.now().getTime() + 60_000),
});

/** The claim of an attempt that gets it. */
const claimedBy = (owner: string) => claimed(ledger, key(), claimant(owner));

describe('a step is claimed by one attempt at a time', () => {
  it('gives the claim to exactly one of many that ask at once', async () => {
    // Act
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) => ledger.claims.claim(key(), claimant(`owner ${i}`))),
    );

    // Assess
    expect(outcomes.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(11);
  });

  it('answers `unknown` for a step that does not exist', async () => {
    expect(await ledger.claims.claim(orderKey('nobody'), claimant('a'))).toEqual({ outcome: 'unknown' });
  });
});

it('keeps a receipt for 430 days from the end of its step, however long that had to wait', async () => {
  // Prepare
  clock.advance(40 * 86_400);
  const claim = await claimedBy('a');

  // Act
  const ours = await ledger.claims.complete(claim, {}, { event: 'created' });

  // Assess
  expect(ours).toBe(true);
  const stored = await table.get(key());
  expect(Number(stored?.expiresAt) * 1000 - clock.now().getTime()).toBeGreaterThan(400 * 86_400_000);
});

describe('a takeover waits for the timeout of the function and the settling time', () => {
  it('answers `busy` until both are over, then claims `again`', async () => {
    // Prepare: an attempt that dies without a word
    const dead = claimant('dead');
    const { held } = await claimed(ledger, key(), dead);
    expect(held.leaseUntil).toBe(ledger.claims.leaseUntil(dead.endsAt));

    // Act and assess
    clock.advance(60 + settlingSeconds - 1);
    expect(await ledger.claims.claim(key(), claimant('early'))).toMatchObject({ outcome: 'busy' });
    clock.advance(1);
    expect(await claimedBy('late')).toMatchObject({ again: true, held: { attempts: 2 } });
  });

  it('refuses the receipt of an attempt that was frozen and has been taken over', async () => {
    // Prepare
    const frozen = await claimedBy('frozen');
    clock.advance(60 + settlingSeconds);
    await ledger.claims.claim(key(), claimant('second'));

    // Act
    const ours = await ledger.claims.complete(frozen, {}, { event: 'created' });

    // Assess
    expect(ours).toBe(false);
    expect(await ledger.orders.find(`PO-${number}`)).toMatchObject({ state: 'claimed' });
  });
});

it('notes what its step needs while it waits, and removes what it needs no more: a refused order still waits', async () => {
  // Prepare
  const attempt = () => claimedBy('a');
  const held = async () => {
    const stored = await table.get(key());
    return [stored?.content, stored?.awaiting];
  };
  const story: unknown[] = [];

  // Act
  await ledger.claims.giveBack(await attempt(), {
    error: 'Locked.',
    sent: false,
    waits: { content: 'what is sent', awaiting: 'a' },
  });
  story.push(await held());
  await ledger.claims.giveBack(await attempt(), {
    error: rejectedFor({ reason: 'No.', cause: 'conflict' }),
    sent: false,
  });
  story.push(await held());
  await ledger.claims.giveBack(await attempt(), {
    error: 'No answer.',
    sent: true,
    waits: { awaiting: 'b' },
  });
  story.push(await held());
  clock.advance(settlingSeconds);
  await ledger.claims.complete(await attempt(), { awaiting: 'c', remove: ['content'] }, { event: 'created' });
  story.push(await held());

  // Assess
  const sent = 'what is sent';
  expect(story).toEqual([
    [sent, 'a'],
    [sent, 'a'],
    [sent, 'b'],
    [undefined, 'c'],
  ]);
});

describe('how an attempt ends decides whether the next one must look', () => {
  const noArticle = { reason: 'Azumuta has no article X.', cause: 'unknown-article' } as const;
  const answered = new OrderNotReady('The order is locked.', { wrote: 'known' });
  const { claims } = ledger;
  const ends = {
    'sent nothing': (claim: Claim) =>
      claims.giveBack(claim, { error: 'Azumuta did not answer.', sent: false }),
    'had its writes answered': (claim: Claim) => claims.giveBack(claim, { error: answered, sent: true }),
    'was refused after answered writes': (claim: Claim) =>
      claims.giveBack(claim, { error: rejectedFor(noArticle, 'known'), sent: true }),
    async 'wrote in doubt'(claim: Claim) {
      await claims.giveBack(claim, { error: 'no answer in time', sent: true });
      expect(await claims.claim(key(), claimant('early'))).toMatchObject({ outcome: 'busy' });
      clock.advance(settlingSeconds);
    },
  };

  it.each<[(keyof typeof ends)[], looks: boolean]>([
    [['sent nothing'], false],
    [['had its writes answered'], true],
    [['was refused after answered writes'], true],
    [['wrote in doubt'], true],
    [['wrote in doubt', 'sent nothing'], true],
    [['sent nothing', 'wrote in doubt'], true],
  ])(
    'lets the next one claim then, after attempts of which each in turn %j; it looks: %s',
    async (past, again) => {
      for (const [nth, end] of past.entries()) await ends[end](await claimedBy(`attempt ${nth}`));
      expect(await claimedBy('the next')).toMatchObject({ again, held: { attempts: past.length + 1 } });
    },
  );

  it('keeps the reason and cause of a rejected step until its own message, replayed, claims it again', async () => {
    const claim = await claimedBy('a');
    await ledger.claims.giveBack(claim, { error: rejectedFor(noArticle), sent: true });
    expect(await ledger.orders.find(`PO-${number}`)).toMatchObject({
      state: 'rejected',
      ...noArticle,
    });
    const other = await ledger.claims.claim(key(), claimant('b', 'message 2'));
    expect(other).toEqual({ outcome: 'rejected', reason: noArticle.reason });
    expect(await claimedBy('b')).toMatchObject({ again: true });
    const { reason, cause } = (await ledger.orders.find(`PO-${number}`)) ?? noArticle;
    expect([reason, cause]).toEqual([undefined, undefined]);
  });

  it.each([
    ['nothing', false],
    ['perhaps', true],
  ] as const)('lets a person open what another message was refused, which wrote %s', async (wrote, again) => {
    // Prepare
    await ledger.claims.giveBack(await claimedBy('a'), { error: rejectedFor(noArticle, wrote), sent: true });

    // Act
    const person = { ...claimant('b', 'message 2'), reopens: true };
    const claim = await claimed(ledger, key(), person);

    // Assess
    expect(claim).toMatchObject({ again, held: { attempts: 2 } });
    expect(await ledger.claims.claim(key(), { ...person, owner: 'c' })).toMatchObject({ outcome: 'busy' });
  });
});
