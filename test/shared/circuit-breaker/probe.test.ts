import { describe, expect, it } from 'vitest';
import { createHttp } from '../../../shared/platform/http.ts';
import { startServer } from '../../support/server.ts';
import { breakerStage, serverError, signal } from './stage.ts';

const stage = breakerStage();

describe('a probe that a person asks for', () => {
  it('is allowed at once, to one call', async () => {
    const first = await stage.opened();
    expect(await stage.breaker.probeNow('erp')).toBe(true);
    expect(await first.call(() => undefined)).toBe('well');
    expect(await stage.breaker.state('erp')).toMatchObject({ open: false });
  });

  it('is none while the partner is well, and none besides one that is under way', async () => {
    const well = await stage.breaker.probeNow('erp');
    await stage.opened();
    stage.clock.advance(16);
    const permit = await stage.breaker.permit('erp', 'one');
    const besides = await stage.breaker.probeNow('erp');
    expect([well, permit, besides]).toEqual([false, 'probe', false]);
    expect(await stage.breaker.permit('erp', 'two')).toMatchObject({ seconds: 90 });
  });

  it('makes later ones wait as long as any that fails', async () => {
    const first = await stage.opened();
    await stage.breaker.probeNow('erp');
    await first.call(serverError);
    expect(await stage.secondsUntilProbe()).toBe(30);
  });
});

describe('a probe', () => {
  it('is allowed to exactly one of many containers after the cooldown', async () => {
    // Prepare: a probe that does not end before all others have been refused
    await stage.opened();
    stage.clock.advance(16);
    const refusals = Promise.withResolvers<void>();
    let refused = 0;
    let asked = 0;

    // Act
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        stage
          .partnersOf(`container ${i}`)
          .call('erp', signal, async () => {
            asked += 1;
            await refusals.promise;
            return 'well';
          })
          .catch((error: Error) => {
            refused += 1;
            if (refused === 7) refusals.resolve();
            return error.name;
          }),
      ),
    );

    // Assess
    expect(asked).toBe(1);
    expect(answers.filter((answer) => answer === 'well')).toHaveLength(1);
  });

  it.each([
    [
      'before a call of a connector',
      () =>
        createHttp({ mayWrite: () => true, partner: 'Tryton', baseUrl: 'https://tryton.example' }).send({
          path: '/book',
          signal: AbortSignal.abort(),
        }),
    ],
    ['before a call of our own', () => AbortSignal.abort().throwIfAborted()],
    ['as a bug of ours', () => new TypeError('undefined is not a function')],
    [
      'while the partner is asked',
      async () => {
        const aborting = new AbortController();
        const silentPartner = await startServer(() => {
          aborting.abort();
          return new Promise(() => undefined);
        });
        const http = createHttp({ mayWrite: () => true, partner: 'Tryton', baseUrl: silentPartner.url });
        await http.send({ method: 'POST', path: '/book', signal: aborting.signal });
      },
    ],
  ])(
    'leaves the breaker open when our own deadline or fault ends it %s: the next call probes',
    async (_when, work) => {
      // Prepare
      await stage.opened();
      stage.clock.advance(16);
      const other = stage.container('other');

      // Act
      const answer = await other.call(work);

      // Assess
      expect(answer).not.toBe('well');
      expect(await stage.breaker.state('erp')).toMatchObject({ open: true });
      expect(await stage.breaker.permit('erp', 'next')).toEqual('probe');
    },
  );

  /** A call whose probe took too long, and the call that probes now. */
  async function takenOver() {
    await stage.opened();
    stage.clock.advance(16);
    const slow = await stage.breaker.permit('erp', 'slow');
    stage.clock.advance(91);
    return { slow, next: await stage.breaker.permit('erp', 'next') };
  }

  it('belongs to the call that has taken it over', async () => {
    // Prepare
    const { slow, next } = await takenOver();
    expect([slow, next]).toEqual(['probe', 'probe']);

    // Act
    await stage.breaker.recordNoAnswer('erp', slow, 'slow');

    // Assess
    expect(await stage.breaker.permit('erp', 'third')).toMatchObject({ seconds: 90 });
  });

  it('does not close the breaker when it ends too late, after another has failed', async () => {
    // Prepare
    const { slow, next } = await takenOver();
    await stage.breaker.recordFailure('erp', serverError(), next, 'next');

    // Act
    await stage.breaker.recordSuccess('erp', slow, 'slow');

    // Assess
    expect(await stage.breaker.state('erp')).toMatchObject({ open: true });
  });
});
