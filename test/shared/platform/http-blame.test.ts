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
  async function startPartner(timeoutMs: number) {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { url } = await startServer(({ url: { pathname } }) => {
      if (pathname !== '/locked') return {};
      resolve();
      return new Promise(() => undefined);
    });
    return { asked, http: createHttp({ partner: 'ERP', baseUrl: url, timeoutMs }) };
  }

  it('tells of this record alone while others are answered: somebody may have it locked', async () => {
    // Prepare: as much time as a very slow machine may need for the other call
    const { asked, http } = await startPartner(4000);

    // Act
    const locked = failureOf(http.send({ method: 'POST', path: '/locked' }));
    await asked;
    await http.send({ path: '/other' });

    // Assess
    expect(await locked).toMatchObject({ scope: 'order', wrote: 'perhaps' });
  });

  it('tells of the partner when nobody is answered', async () => {
    const { http } = await startPartner(200);
    expect(await failureOf(http.send({ path: '/locked' }))).toMatchObject({
      scope: 'partner',
      wrote: 'nothing',
    });
  });
});
