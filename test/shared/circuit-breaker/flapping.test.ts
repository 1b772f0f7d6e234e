import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { RetryLater } from '../../../shared/model/errors.ts';
import type { CallSignal } from '../../../shared/platform/http.ts';
import { testClock } from '../../support/clock.ts';
import { silent } from '../../support/logs.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { markAnswered, signal } from './stage.ts';

describe('a partner that fails again and again within a minute', () => {
  const clock = testClock();
  const breaker = new Breaker(modelledTable(), clock, { cooldownSeconds: 1 });
  const isOpen = async () => (await breaker.state('erp')).open;
  const call = (work: (guarded: CallSignal) => Promise<string>) =>
    new PartnerCalls({ breaker, newOwner: () => 'a container', log: silent })
      .call('erp', signal, work)
      .catch(() => 'failed');
  const answers = async (guarded: CallSignal) => {
    markAnswered(guarded);
    return 'well';
  };
  const fails = () => call(() => Promise.reject(new RetryLater('503', { scope: 'partner' })));

  it('is called again after a good probe, until it has failed as often as before', async () => {
    // Prepare
    for (let failure = 0; failure < 5; failure += 1) await fails();
    expect(await isOpen()).toBe(true);
    clock.advance(2);

    // Act
    expect(await call(answers)).toBe('well');
    await fails();

    // Assess
    expect(await isOpen()).toBe(false);
    for (let failure = 0; failure < 4; failure += 1) await fails();
    expect(await isOpen()).toBe(true);
  });

  it('is probed again six cooldowns after a probe whose container was killed', async () => {
    // Prepare
    clock.advance(2);
    expect(await breaker.permit('erp', 'is killed')).toEqual({ permit: 'probe' });

    // Act
    clock.advance(5);
    const early = await breaker.permit('erp', 'next');
    clock.advance(2);
    const late = await breaker.permit('erp', 'next');

    // Assess
    expect(early.permit).toBe('wait');
    expect(late.permit).toBe('probe');
  });
});
