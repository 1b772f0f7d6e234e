import { expect, it } from 'vitest';
import { breakerKey } from '../../../../shared/ledger/keys.ts';
import { flowNames } from '../../../../shared/ledger/records/pauses.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const { clock, ledger, table } = await ledgerOnDynalite();
const { pauses } = ledger;

it('holds back each flow by itself from its first pause on, until it is resumed', async () => {
  for (const flow of flowNames) {
    // Prepare
    const since = clock.now();

    // Act
    const paused = [await pauses.pauseFlow(flow), clock.advance(60), await pauses.pauseFlow(flow)];
    const meanwhile = await pauses.readPaused();
    const resumed = [await pauses.resumeFlow(flow), await pauses.resumeFlow(flow)];

    // Assess
    expect(paused).toEqual(['begun', undefined, 'already']);
    expect(meanwhile).toEqual({ [flow]: { since } });
    expect(resumed).toEqual([false, true]);
    expect(await pauses.readPaused()).toEqual({});
  }
});

it('says by whom and why a flow is paused, and until when it is planned, for the pause that is on', async () => {
  // Prepare
  const [since, until] = [clock.now(), new Date(clock.now().getTime() + 3_600_000)];
  const note = 'The ERP moves (signed by an.peeters)';

  // Act
  await pauses.pauseFlow('orders', { note, until });
  await pauses.pauseFlow('orders', { note: 'Another reason' });
  const paused = await pauses.readPaused();
  await pauses.resumeFlow('orders');
  await pauses.pauseFlow('orders');
  const again = await pauses.readPaused();
  await pauses.resumeFlow('orders');

  // Assess
  expect(paused).toEqual({ orders: { since, note, until } });
  expect(again).toEqual({ orders: { since } });
});

it('says nothing of an older pause about one that 0.3.0 has begun', async () => {
  // Prepare
  const at = clock.now().toISOString();
  await pauses.pauseFlow('orders', { note: 'The ERP moves (signed by an.peeters)' });

  // Act: 0.3.0 resumes and pauses without the words
  const { ordersPause } = (await table.get(breakerKey('erp'))) ?? {};
  clock.advance(60);
  const later = clock.now();
  await table.update(breakerKey('erp'), { set: { ordersPausedAt: later.toISOString() } });
  const paused = await pauses.readPaused();
  await pauses.resumeFlow('orders');

  // Assess
  expect(ordersPause).toMatchObject({ at });
  expect(paused).toEqual({ orders: { since: later } });
});

it('ends by itself at its time, and begins again only when somebody pauses again', async () => {
  // Prepare
  const until = new Date(clock.now().getTime() + 3_600_000);
  await pauses.pauseFlow('orders', { until, ends: 'by itself' });

  // Act
  clock.advance(3_599);
  const before = await pauses.readPaused();
  clock.advance(1);
  const after = await pauses.readPaused();
  const [resumed, again] = [await pauses.resumeFlow('orders'), await pauses.pauseFlow('orders')];
  await pauses.resumeFlow('orders');

  // Assess
  expect(before).toMatchObject({ orders: { until, ends: 'by itself' } });
  expect([after, resumed, again]).toEqual([{}, true, 'begun']);
});

it('has another end when it is paused again with one, and keeps its beginning', async () => {
  // Prepare
  const since = clock.now();
  const [first, second] = [3_600_000, 7_200_000].map((ms) => new Date(since.getTime() + ms));
  await pauses.pauseFlow('orders', { note: 'closed', until: first, ends: 'by itself' });
  clock.advance(60);

  // Act
  const changed = await pauses.pauseFlow('orders', {
    note: 'closed for longer',
    until: second,
    ends: 'by itself',
  });
  const without = await pauses.pauseFlow('orders');
  const paused = await pauses.readPaused();
  await pauses.resumeFlow('orders');

  // Assess
  expect([changed, without]).toEqual(['end changed', 'already']);
  expect(paused).toEqual({ orders: { since, note: 'closed for longer', until: second, ends: 'by itself' } });
});

it('leaves no mark that 0.3.0 would hold back on, once it has ended and that is forgotten', async () => {
  // Prepare
  const until = new Date(clock.now().getTime() + 3_600_000);
  await pauses.pauseFlow('orders', { until, ends: 'by itself' });
  await pauses.pauseFlow('pull');
  const marks = async () => Object.keys((await table.get(breakerKey('erp'))) ?? {});

  // Act
  await pauses.forgetEnded(new Date(until.getTime() - 1));
  const early = await marks();
  await pauses.forgetEnded(until);
  const late = await marks();
  await pauses.resumeFlow('pull');

  // Assess
  expect(early).toEqual(expect.arrayContaining(['ordersPausedAt', 'pullPausedAt']));
  expect(late).not.toContain('ordersPausedAt');
  expect(late).toContain('pullPausedAt');
});
