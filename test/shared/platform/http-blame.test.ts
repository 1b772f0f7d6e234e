import { describe, expect, it } from 'vitest';
import { createHttp } from '../../../shared/platform/http.ts';
import { startServer } from '../../support/server.ts';

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a request that cannot be built is not the failure of its partner', () => {
  it.each([
    ['a header beyond Latin-1', { headers: { 'x-order': 'MO/✓' } }],
    ['a line break in a header', { headers: { 'x-order': 'MO\n1' } }],
    ['a number that JSON has no word for', { method: 'POST', body: { amount: 5n } }],
  ] as const)('%s', async (_name, request) => {
    // Prepare
    const { url, calls } = await startServer(() => ({}));
    const http = createHttp({ partner: 'ERP', baseUrl: url });

    // Act
    const failure = await failureOf(http.send({ path: '/', ...request }));

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('cannot be built') });
    expect(calls).toEqual([]);
  });
});

describe('a call without an answer in time', () => {
  /** Answers all but `/locked`, and tells when that one has come in. */
  async function startPartner() {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { url } = await startServer(({ url: { pathname } }) => {
      if (pathname !== '/locked') return {};
      resolve();
      return new Promise(() => undefined);
    });
    const timeUp = new AbortController();
    const http = createHttp({ partner: 'ERP', baseUrl: url, clock: { timeout: () => timeUp.signal } });
    return { asked, http, timeIsUp: () => timeUp.abort() };
  }

  it('concerns this record alone while others are answered: somebody may have it locked', async () => {
    // Prepare
    const { asked, http, timeIsUp } = await startPartner();

    // Act
    const locked = failureOf(http.send({ method: 'POST', path: '/locked' }));
    await asked;
    await http.send({ path: '/other' });
    timeIsUp();

    // Assess
    expect(await locked).toMatchObject({ scope: 'order', wrote: 'perhaps' });
  });

  it('concerns the partner when no other call is answered', async () => {
    // Prepare
    const { asked, http, timeIsUp } = await startPartner();

    // Act
    const locked = failureOf(http.send({ path: '/locked' }));
    await asked;
    timeIsUp();

    // Assess
    expect(await locked).toMatchObject({ scope: 'partner', wrote: 'nothing' });
  });
});
