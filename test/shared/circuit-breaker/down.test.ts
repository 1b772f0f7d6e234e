import { describe, expect, it } from 'vitest';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { recordedLog } from '../../support/logs.ts';
import { breakerStage, markAnswered, serverError, signal } from './stage.ts';

const stage = breakerStage();
const isOpen = async () => (await stage.breaker.state('erp')).open;

describe('a partner whose calls all fail, however few they are', () => {
  it('is down after three minutes, and then called by probes only', async () => {
    const one = stage.container('one');
    for (const seconds of [0, 90, 89]) {
      stage.clock.advance(seconds);
      await one.call(serverError);
      expect(await isOpen()).toBe(false);
    }
    stage.clock.advance(1);
    await one.call(serverError);
    expect(await isOpen()).toBe(true);
  });

  it('is not down when any container got an answer in between', async () => {
    // Prepare
    const [one, other] = [stage.container('one'), stage.container('other')];
    await one.call(serverError);
    stage.clock.advance(120);

    // Act
    expect(await other.call(() => undefined)).toBe('well');
    stage.clock.advance(120);
    await one.call(serverError);

    // Assess: three minutes count from this failure on
    expect(await isOpen()).toBe(false);
  });
});

describe('the alarm', () => {
  /** A container with a log of its own. */
  function listened(name: string) {
    const { log, measured, forget } = recordedLog();
    const calls = new PartnerCalls({ breaker: stage.breaker, newOwner: () => name, log });
    const call = (failure?: Error, meanwhile = async () => {}) =>
      calls
        .call('erp', signal, async (guarded) => {
          await meanwhile();
          if (failure) throw failure;
          markAnswered(guarded);
        })
        .catch(() => undefined);
    return { call, forget, down: () => measured('PartnerDown') };
  }

  it('gets no 1 for an outage that is over within minutes', async () => {
    const { call, down } = listened('one');
    for (let nth = 0; nth < 5; nth += 1) await call(serverError());
    stage.clock.advance(10);
    await call();
    stage.clock.advance(5);
    await call();
    // The 0 is sent in any case, as it is unknown whether an alarm is on.
    expect(down()).toEqual([0]);
  });

  it('gets no 0 from an answer to a call that began before the outage', async () => {
    // Prepare: while one call waits for its answer, the breaker opens and a probe fails
    const { call, down } = listened('one');
    const outage = async () => {
      for (let nth = 0; nth < 5; nth += 1) await call(serverError());
      stage.clock.advance(180);
      await call(serverError());
    };

    // Act
    await call(undefined, outage);
    await call();

    // Assess: the partner is as down as it was
    expect(down()).toEqual([1, 1]);
    expect(await isOpen()).toBe(true);
  });

  it('gets a 1 for each call that is held back and each probe that fails, and one 0 at the end', async () => {
    // Prepare
    const { call, down, forget } = listened('one');
    for (let nth = 0; nth < 5; nth += 1) await call(serverError());
    stage.clock.advance(180);

    // Act: a probe that fails, a call that is held back, and a probe that is answered
    await call(serverError());
    await call();
    const during = down();
    forget();
    stage.clock.advance(60);
    await call();
    await call();

    // Assess
    expect(during).toEqual([1, 1]);
    expect(down()).toEqual([0]);
  });
});
