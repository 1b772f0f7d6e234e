import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Rejected, type RetryLater } from '../../../shared/model/errors.ts';
import { createHttp, partnerFailure, retryAfterSeconds } from '../../../shared/platform/http.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

async function serve(listener: RequestListener): Promise<string> {
  const { url, close } = await listenOnLoopback(listener);
  onTestFinished(close);
  return url;
}

const failureOf = (sent: Promise<unknown>): Promise<RetryLater> =>
  sent.then(
    () => {
      throw new Error('it was answered');
    },
    (error: RetryLater) => error,
  );

describe('one call to a partner', () => {
  it('sends JSON and reads JSON, and resolves with any status', async () => {
    const baseUrl = await serve((request, response) => {
      response.writeHead(409, { 'content-type': 'application/json' });
      request.on('data', (body) =>
        response.write(JSON.stringify({ got: JSON.parse(String(body)), path: request.url })),
      );
      request.on('end', () => response.end());
    });
    const http = createHttp({ partner: 'ERP', baseUrl: `${baseUrl}/api` });
    const answer = await http.send({
      method: 'POST',
      path: '/orders',
      query: { a: 'b c' },
      body: { number: 1 },
    });
    expect(answer).toMatchObject({ status: 409, json: { got: { number: 1 }, path: '/api/orders?a=b+c' } });
  });

  it('follows no redirect', async () => {
    const baseUrl = await serve((_request, response) =>
      response.writeHead(302, { location: 'https://elsewhere.example' }).end(),
    );
    const failure = await failureOf(createHttp({ partner: 'ERP', baseUrl }).send({ path: '/' }));
    expect(failure).toMatchObject({ scope: 'partner', message: expect.stringContaining('redirect (302)') });
  });

  it('does not follow a link to another origin', async () => {
    const baseUrl = await serve((_request, response) => response.end('{}'));
    const http = createHttp({ partner: 'Azumuta', baseUrl });
    await expect(http.send({ path: 'http://127.0.0.1:1/next' })).rejects.toThrow(Rejected);
    await expect(http.send({ path: `${baseUrl}/next?page=2` })).resolves.toMatchObject({ status: 200 });
  });

  it('refuses plain http to other machines', () => {
    expect(() => createHttp({ partner: 'ERP', baseUrl: 'http://erp.example.com' })).toThrow('must be https');
    expect(() =>
      createHttp({ partner: 'ERP', baseUrl: 'http://erp.example.com', allowHttp: true }),
    ).not.toThrow();
  });

  it('reads no more than its limit', async () => {
    const baseUrl = await serve((_request, response) => response.end('x'.repeat(2000)));
    const failure = await failureOf(
      createHttp({ partner: 'ERP', baseUrl, maxBytes: 1000 }).send({ path: '/' }),
    );
    expect(failure).toMatchObject({
      scope: 'partner',
      message: expect.stringContaining('larger than 1000 bytes'),
    });
  });
});

describe('a call without an answer is a failure of the partner', () => {
  it('has written nothing when the connection was refused', async () => {
    const { url: baseUrl, close } = await listenOnLoopback(() => undefined);
    await close();
    const failure = await failureOf(
      createHttp({ partner: 'ERP', baseUrl }).send({ method: 'POST', path: '/' }),
    );
    expect(failure).toMatchObject({ scope: 'partner', wrote: 'nothing' });
  });

  it('may have written when a write was cut off, but not when a read was', async () => {
    const baseUrl = await serve((request) => void request.socket.destroy());
    const http = createHttp({ partner: 'ERP', baseUrl });
    expect(await failureOf(http.send({ method: 'POST', path: '/' }))).toMatchObject({ wrote: 'perhaps' });
    expect(await failureOf(http.send({ path: '/' }))).toMatchObject({ wrote: 'nothing' });
    expect(await failureOf(http.send({ method: 'POST', path: '/', writes: false }))).toMatchObject({
      wrote: 'nothing',
    });
  });

  it.each([
    ['redirects', 302, 'x'],
    ['is larger than we take', 200, 'more than ten bytes'],
  ])('may have written something that is still settling when the answer %s', async (_what, status, body) => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(status, { location: '/elsewhere' });
      response.end(body);
    });
    const http = createHttp({ partner: 'ERP', baseUrl, maxBytes: 10 });
    expect(await failureOf(http.send({ method: 'POST', path: '/' }))).toMatchObject({ wrote: 'perhaps' });
    expect(await failureOf(http.send({ path: '/' }))).toMatchObject({ wrote: 'nothing' });
  });

  it('fails after the time limit', async () => {
    const baseUrl = await serve(() => undefined);
    const failure = await failureOf(
      createHttp({ partner: 'ERP', baseUrl, timeoutMs: 50 }).send({ method: 'POST', path: '/' }),
    );
    expect(failure).toMatchObject({
      scope: 'partner',
      wrote: 'perhaps',
      message: expect.stringContaining('no answer in time'),
    });
  });

  it('says nothing about the partner when our own deadline ended it', async () => {
    const baseUrl = await serve(() => undefined);
    const http = createHttp({ partner: 'ERP', baseUrl });
    const failure = await failureOf(http.send({ path: '/', signal: AbortSignal.timeout(50) }));
    expect(failure).toMatchObject({ scope: 'order' });
    expect(await failureOf(http.send({ path: '/', signal: AbortSignal.abort() }))).toMatchObject({
      scope: 'order',
      wrote: 'nothing',
    });
  });

  it('has a message that never holds a credential', async () => {
    const baseUrl = await serve((request) => void request.socket.destroy());
    const failure = await failureOf(
      createHttp({ partner: 'ERP', baseUrl }).send({
        path: '/x',
        query: { key: 'CANARY' },
        headers: { authorization: 'Bearer CANARY' },
      }),
    );
    expect(`${failure.message} ${JSON.stringify(failure)}`).not.toContain('CANARY');
  });
});

describe('a status that concerns the partner', () => {
  const now = new Date('2026-11-24T08:00:00Z');
  const answer = (status: number, retryAfter?: string) => ({
    status,
    headers: new Headers(retryAfter ? { 'retry-after': retryAfter } : {}),
    text: '',
    json: undefined,
  });
  const call = { partner: 'ERP', what: 'booking MO/0001', now };

  it.each([
    [401, { unauthorized: true }],
    [403, { scope: 'order', unauthorized: false }],
    [429, { unauthorized: false }],
    [503, { unauthorized: false }],
  ])('%i', (status, expected) => {
    expect(partnerFailure(answer(status), call)).toMatchObject({ scope: 'partner', ...expected });
  });

  it('asks for rights to the one record after a 403, and for the secret after a 401', () => {
    expect(partnerFailure(answer(403), call)?.message).toMatch(/rights of its user for this record/);
    expect(partnerFailure(answer(403), call)?.message).not.toContain('secret');
    expect(partnerFailure(answer(401), call)?.message).toContain('check the secret');
  });

  it.each([200, 400, 404, 409, 422, 423])('%i concerns the order', (status) => {
    expect(partnerFailure(answer(status), call)).toBeUndefined();
  });

  it('reads both forms of Retry-After', () => {
    expect(retryAfterSeconds('120', now)).toBe(120);
    expect(retryAfterSeconds('Tue, 24 Nov 2026 08:01:30 GMT', now)).toBe(90);
    expect(retryAfterSeconds('Tue, 24 Nov 2026 07:00:00 GMT', now)).toBe(0);
    expect(retryAfterSeconds('soon', now)).toBeUndefined();
    expect(partnerFailure(answer(503, '7'), call)).toMatchObject({ afterSeconds: 7 });
  });

  it.each([
    ['a time in seconds since 1970', '1795507200'],
    ['more digits than a number holds', '9'.repeat(400)],
    ['a date in another century', 'Fri, 24 Nov 2126 08:00:00 GMT'],
  ])('takes a Retry-After of %s as an hour, the limit of the breaker', (_what, header) => {
    expect(retryAfterSeconds(header, now)).toBe(3600);
  });
});
