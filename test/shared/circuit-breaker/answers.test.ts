import { describe, expect, it } from 'vitest';
import type { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { BreakerOpen, PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { path } from '../../../shared/erp/rest/index.ts';
import { PartnerDown, Rejected } from '../../../shared/model/errors.ts';
import { createHttp, type HttpRequest, type PartnerCall } from '../../../shared/platform/http.ts';
import { recordedLog, silent } from '../../support/logs.ts';
import { overriding } from '../../support/overriding.ts';
import { startServer } from '../../support/server.ts';
import { breakerStage, serverError, signal } from './stage.ts';

const stage = breakerStage();
const partners = (changes: Partial<Breaker> = {}, log = silent) =>
  new PartnerCalls({ breaker: overriding(stage.breaker, changes), newOwner: () => 'one', log });
const isOpen = async () => (await stage.breaker.state('erp')).open;
const tableFails = () => Promise.reject(Object.assign(new Error('slow down'), { $metadata: {} }));

/** Open, and due for a probe. */
async function openedAndCooled() {
  await stage.opened();
  stage.clock.advance(16);
}

describe('an open breaker', () => {
  it.each([
    ['an order whose number cannot be part of an address', async () => void path`/orders/${'..'}`],
    [
      'a link to another server',
      () =>
        createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl: 'http://127.0.0.1:1' }).send({
          path: 'http://127.0.0.1:2/',
        }),
    ],
    ['a rejection of ours', () => Promise.reject(new Rejected('No.', { causeCode: 'refused-by-erp' }))],
    ['a list that has ended already', async () => ({ done: true })],
  ])('is not closed by %s, which called nobody', async (_name, work: () => Promise<unknown>) => {
    // Prepare
    await openedAndCooled();

    // Act
    await partners()
      .call('erp', signal, work)
      .catch((error: unknown) => expect(error).toBeInstanceOf(Rejected));

    // Assess: the next one may probe at once
    expect(await isOpen()).toBe(true);
    expect(await stage.breaker.permit('erp', 'next')).toEqual('probe');
  });

  it.each([200, 404, 422])('is closed by an answer %i, whatever becomes of the order', async (status) => {
    // Prepare
    await openedAndCooled();
    const { url } = await startServer(() => ({ status }));
    const http = createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl: url });

    // Act
    const asked = partners().call('erp', signal, async (call) => {
      await http.send({ ...call, path: '/orders/1' });
      throw new Rejected('It is not there.', { causeCode: 'unknown-order' });
    });

    // Assess
    await expect(asked).rejects.toThrow('It is not there.');
    expect(await isOpen()).toBe(false);
  });
});

describe('the answer to a request', () => {
  const sends = {
    'whose signal was wrapped': ({ signal: own, guard }) => ({
      signal: AbortSignal.any([own, AbortSignal.timeout(60_000)]),
      guard,
    }),
    'that got the guard alone': ({ guard }) => ({ guard }),
    'of a connector of 0.3.0, which got the signal alone': ({ signal: own }) => ({ signal: own }),
  } as const satisfies Readonly<Record<string, (call: PartnerCall) => Partial<HttpRequest>>>;

  it.each(Object.entries(sends))('%s closes the breaker', async (_name, madeOf) => {
    // Prepare
    await openedAndCooled();
    const { url } = await startServer(() => ({}));
    const http = createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl: url });

    // Act
    await partners().call('erp', signal, (call) => http.send({ path: '/orders/1', ...madeOf(call) }));

    // Assess
    expect(await isOpen()).toBe(false);
  });
});

describe('a DynamoDB failure while an outcome is noted', () => {
  it("does not change the partner's answer, and is logged", async () => {
    await openedAndCooled();
    const logged = recordedLog();
    const calls = partners({ recordSuccess: tableFails, recordNoAnswer: tableFails }, logged.log);
    expect(await calls.call('erp', signal, async () => 'receipt')).toBe('receipt');
    expect(logged.lines.join()).toContain('slow down');
  });

  it("does not change the partner's failure, nor what it says was written", async () => {
    const failure = new PartnerDown('503', { wrote: 'nothing' });
    const calls = partners({ recordFailure: tableFails });
    await expect(calls.call('erp', signal, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});

describe('a look before anything is claimed', () => {
  it('throws while the breaker is open, and not once a probe is due', async () => {
    await openedAndCooled();
    await expect(partners().ready('erp')).resolves.toBeUndefined();
    expect(await stage.breaker.permit('erp', 'prober')).toEqual('probe');
    await stage.breaker.recordFailure('erp', serverError(), 'probe', 'prober');
    await expect(partners().ready('erp')).rejects.toBeInstanceOf(BreakerOpen);
    await expect(partners().ready('azumuta')).resolves.toBeUndefined();
  });
});
