import { describe, expect, it } from 'vitest';
import { OrderNotReady, PartnerDown, RetryLater } from '../../../shared/model/errors.ts';
import { breakerStage, serverError, signal } from './stage.ts';

const stage = breakerStage();

const locked = () => new OrderNotReady('MO/0001 is locked.');
const refused = () => new PartnerDown('The ERP refused our credentials (401).', { unauthorized: true });

describe('the breaker of a partner that fails', () => {
  it('lets nothing through after five failures in a minute, for any container', async () => {
    // Prepare
    await stage.opened();
    const other = stage.container('other');

    // Act
    const answer = await other.call(() => undefined);

    // Assess
    expect(answer).toBeInstanceOf(RetryLater);
    expect(other.asked()).toBe(0);
    expect(await stage.breaker.state('erp')).toMatchObject({ open: true, reason: 'The ERP failed (503).' });
  });

  it('opens again only after as many failures as before, once a probe was answered', async () => {
    // Prepare
    const one = await stage.opened();
    stage.clock.advance(16);
    expect(await one.call(() => undefined)).toBe('well');

    // Act
    const isOpen = [];
    for (let failure = 0; failure < 5; failure += 1) {
      await one.call(serverError);
      isOpen.push((await stage.breaker.state('erp')).open);
    }

    // Assess
    expect(isOpen).toEqual([false, false, false, false, true]);
  });

  it('stays closed however many orders are locked', async () => {
    const one = stage.container('one');
    for (let i = 0; i < 30; i++) await one.call(locked);
    expect(await one.call(() => undefined)).toBe('well');
    expect(await stage.breaker.state('erp')).toMatchObject({ open: false });
  });

  it('opens at the first refused credentials, and waits at least five minutes', async () => {
    const one = stage.container('one');
    await one.call(refused);
    stage.clock.advance(299);
    await one.call(() => undefined);
    expect(one.asked()).toBe(1);
    stage.clock.advance(2);
    expect(await one.call(() => undefined)).toBe('well');
    expect(one.asked()).toBe(2);
  });

  it('waits five minutes after refused credentials, or as long as Retry-After says, even if it was open for another reason', async () => {
    // Prepare
    await stage.opened();
    const asked = new PartnerDown('The ERP refused our credentials (403).', {
      unauthorized: true,
      afterSeconds: 1200,
    });

    // Act: calls that had begun before it opened
    await stage.breaker.recordFailure('erp', refused(), 'call', 'late');
    const first = await stage.secondsUntilProbe();
    await stage.breaker.recordFailure('erp', asked, 'call', 'later');
    const second = await stage.secondsUntilProbe();
    await stage.breaker.recordFailure('erp', refused(), 'call', 'latest');

    // Assess: never sooner again
    expect([first, second, await stage.secondsUntilProbe()]).toEqual([300, 1200, 1200]);
  });

  it('counts the failures of each partner separately', async () => {
    await stage.opened();
    const answer = await stage.partnersOf('one').call('azumuta', signal, async () => 'answer');
    expect(answer).toBe('answer');
  });
});

describe('a breaker that is open', () => {
  it('waits twice as long after each probe that failed, up to five minutes', async () => {
    // Prepare
    const first = await stage.opened();
    const waits: number[] = [];

    // Act
    for (let probe = 0; probe < 10; probe++) {
      const seconds = await stage.secondsUntilProbe();
      waits.push(seconds);
      stage.clock.advance(seconds);
      await first.call(serverError);
    }

    // Assess
    expect(first.asked()).toBe(15);
    expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300, 300, 300, 300]);
  });

  it.each([
    ['two minutes', 120, 120],
    ['seconds since 1970', 1_795_507_200, 3600],
    ['a number that DynamoDB refuses', 1e200, 3600],
  ])(
    'follows a Retry-After of %s for an hour at most, and does not change the failure',
    async (_what, afterSeconds, waits) => {
      // Prepare
      const asks = () => new PartnerDown('The ERP failed (503).', { afterSeconds });

      // Act
      const first = stage.container('first');
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await first.call(asks));

      // Assess
      expect(answers).toEqual(Array.from({ length: 5 }, asks));
      expect(await stage.secondsUntilProbe()).toBe(waits);
    },
  );
});

describe('paused bookings', () => {
  const outages = async (flow?: 'bookings') => (await stage.breaker.outage('erp', flow))?.reason;

  it('wait for a minute and more, while the calls of others go through', async () => {
    // Act
    await stage.pauses.pauseFlow('bookings');

    // Assess
    expect(await stage.breaker.outage('erp', 'bookings')).toEqual({
      seconds: 60,
      reason: 'Bookings are paused.',
      isDown: false,
      isPause: true,
      openedAt: stage.clock.now().getTime(),
    });
    expect(await outages()).toBeUndefined();
    expect(await stage.breaker.outage('erp', 'completions')).toBeUndefined();
    expect(await stage.breaker.outage('azumuta', 'bookings')).toBeUndefined();
    expect(await stage.container('links').call(() => undefined)).toBe('well');
  });

  it('go on from the moment a person says so, although the pause was read just before', async () => {
    // Prepare
    await stage.pauses.pauseFlow('bookings');
    expect(await outages('bookings')).toBe('Bookings are paused.');

    // Act
    await stage.pauses.resumeFlow('bookings');

    // Assess
    expect(await outages('bookings')).toBeUndefined();
  });

  it('stay paused through an outage, and are no probe of it', async () => {
    // Prepare
    await stage.pauses.pauseFlow('bookings');
    const first = await stage.opened();
    stage.clock.advance(15);

    // Act
    const whileProbeIsDue = await outages('bookings');
    await first.call(() => undefined);

    // Assess
    expect(whileProbeIsDue).toBe('Bookings are paused.');
    expect(await stage.breaker.state('erp')).toMatchObject({ open: false });
    stage.clock.advance(1);
    expect(await outages('bookings')).toBe('Bookings are paused.');
  });
});
