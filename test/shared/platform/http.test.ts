import type { RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { NotSent, Rejected, type RetryLater } from '../../../shared/model/errors.ts';
import { createHttp, type Guard, partnerFailure, retryAfterSeconds } from '../../../shared/platform/http.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

/** Calls of a partner on loopback that answers so. */
async function partnerThat(
  answers: RequestListener,
  options: Partial<Parameters<typeof createHttp>[0]> = {},
  path = '',
) {
  const { url, close } = await listenOnLoopback(answers);
  onTestFinished(close);
  return {
    url,
    http: createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl: `${url}${path}`, ...options }),
  };
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
    const echoes: RequestListener = (request, response) => {
      response.writeHead(409, { 'content-type': 'application/json' });
      request.on('data', (body) =>
        response.write(JSON.stringify({ got: JSON.parse(String(body)), path: request.url })),
      );
      request.on('end', () => response.end());
    };
    const { http } = await partnerThat(echoes, {}, '/api');
    const order = { path: '/orders', query: { a: 'b' }, body: { number: 1 } };
    const answer = await http.send({ method: 'POST', ...order });
    expect(answer).toMatchObject({ status: 409, json: { got: { number: 1 }, path: '/api/orders?a=b' } });
  });

  it.each([
    ['a blank as %20 and a plus as %2B', '/orders', '/orders?a=b%20c%2Bd'],
    ['its parameters behind those of the path', '/orders?page=2', '/orders?page=2&a=b%20c%2Bd'],
    ['them instead of those of the same name', '/orders?a=1&%61=2&page=2', '/orders?page=2&a=b%20c%2Bd'],
    ['the others of a link letter by letter', '/orders?t=x+y%20z%2B=', '/orders?t=x+y%20z%2B=&a=b%20c%2Bd'],
  ])('writes %s', async (_, path, asked) => {
    const { http } = await partnerThat((request, response) => response.end(JSON.stringify(request.url)));

    const answer = await http.send({ path, query: { a: 'b c+d', none: undefined } });

    expect(answer.json).toBe(asked);
  });

  it.each([{}, { none: undefined }])('follows a link as it is where nothing is added: %j', async (query) => {
    const { http } = await partnerThat((request, response) => response.end(JSON.stringify(request.url)));

    const answer = await http.send({ path: '/orders?t=x+y%20z%2B=', query });

    expect(answer.json).toBe('/orders?t=x+y%20z%2B=');
  });

  it('follows no redirect', async () => {
    const { http } = await partnerThat((_request, response) =>
      response.writeHead(302, { location: 'https://elsewhere.example' }).end(),
    );
    await failsBothWays(http, 'redirect (302)');
  });

  it('does not follow a link to another origin', async () => {
    const { http, url } = await partnerThat((_request, response) => response.end('{}'));
    await expect(http.send({ path: 'http://127.0.0.1:1/next' })).rejects.toThrow(Rejected);
    await expect(http.send({ path: `${url}/next?page=2` })).resolves.toMatchObject({ status: 200 });
  });

  it('refuses plain http to other machines', () => {
    for (const host of [
      'erp.example.com',
      '127.evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ])
      expect(() => createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl: `http://${host}` })).toThrow(
        'must be https',
      );
    for (const host of ['127.0.0.1:80', '127.1', '127.3.2.1', 'localhost', '[::1]'])
      expect(() =>
        createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl: `http://${host}` }),
      ).not.toThrow();
    expect(() =>
      createHttp({
        mayWrite: () => true,
        partner: 'ERP',
        baseUrl: 'http://erp.example.com',
        allowHttp: true,
      }),
    ).not.toThrow();
  });

  it('reads no more than its limit', async () => {
    const { http } = await partnerThat((_, response) => response.end('x'.repeat(2000)), { maxBytes: 1000 });
    await failsBothWays(http, 'larger than 1000 bytes');
  });
});

/** What a write did may still be settling. */
async function failsBothWays(http: ReturnType<typeof createHttp>, why: string): Promise<void> {
  const failure = { scope: 'partner', message: expect.stringContaining(why) };
  expect(await failureOf(http.send({ path: '/' }))).toMatchObject({ ...failure, wrote: 'nothing' });
  const write = http.send({ method: 'POST', path: '/' });
  expect(await failureOf(write)).toMatchObject({ ...failure, wrote: 'perhaps' });
}

describe('where nothing may be written', () => {
  const call = { path: '/orders/1', query: { key: 'CANARY' } };

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    'sends no %s, and says what was not sent',
    async (method) => {
      // Prepare
      let received = 0;
      const counts: RequestListener = (_, response) => {
        received += 1;
        response.end('{}');
      };
      const { http } = await partnerThat(counts, { mayWrite: () => false });

      // Act
      const failure = await failureOf(http.send({ method, ...call }));

      // Assess
      expect(failure).toBeInstanceOf(NotSent);
      expect(failure.message).toBe(
        `ERP was not sent ${method} /orders/1, as nothing may be written from here.`,
      );
      expect(received).toBe(0);
    },
  );

  it('sends what changes nothing: a GET, a HEAD, and a question by POST', async () => {
    const { http } = await partnerThat((_, response) => response.end(), { mayWrite: () => false });
    const questions = [{}, { method: 'HEAD' }, { method: 'POST', writes: false }] as const;
    for (const question of questions)
      expect(await http.send({ ...call, ...question })).toMatchObject({ status: 200 });
  });

  it('does not send a GET that writes, either', async () => {
    const { http } = await partnerThat((_, response) => response.end(), { mayWrite: () => false });
    expect(await failureOf(http.send({ ...call, writes: true }))).toBeInstanceOf(NotSent);
  });

  it('asks before each call, and does not wait for the pace of what is not sent', async () => {
    // Prepare
    let isLive = true;
    let paced = 0;
    const { http } = await partnerThat((_, response) => response.end(), { mayWrite: () => isLive });
    const guard: Guard = {
      answered: false,
      pace: (_signal, send) => {
        paced += 1;
        return send();
      },
    };
    const write = () => http.send({ method: 'POST', ...call, guard });
    await write();

    // Act
    isLive = false;
    const failure = await failureOf(write());

    // Assess
    expect(failure).toBeInstanceOf(NotSent);
    expect(paced).toBe(1);
  });
});

describe('a call without an answer is a failure of the partner', () => {
  it('has written nothing when the connection was refused', async () => {
    const { url: baseUrl, close } = await listenOnLoopback(() => undefined);
    await close();
    const sent = createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl }).send({
      method: 'POST',
      path: '/',
    });
    expect(await failureOf(sent)).toMatchObject({ scope: 'partner', wrote: 'nothing' });
  });

  it('may have written when a write was cut off, but not when a read was', async () => {
    const { http } = await partnerThat((request) => void request.socket.destroy());
    expect(await failureOf(http.send({ method: 'POST', path: '/' }))).toMatchObject({ wrote: 'perhaps' });
    for (const read of [{}, { method: 'POST', writes: false }] as const)
      expect(await failureOf(http.send({ path: '/', ...read }))).toMatchObject({ wrote: 'nothing' });
  });

  it('fails after the time limit', async () => {
    const { http } = await partnerThat(() => undefined, { timeoutMs: 50 });
    expect(await failureOf(http.send({ method: 'POST', path: '/' }))).toMatchObject({
      scope: 'partner',
      wrote: 'perhaps',
      message: expect.stringContaining('no answer in time'),
    });
  });

  it('says nothing about the partner when our own deadline ended it', async () => {
    const { http } = await partnerThat(() => undefined);
    const failureWith = (signal: AbortSignal) => failureOf(http.send({ path: '/', signal }));
    expect(await failureWith(AbortSignal.timeout(50))).toMatchObject({ scope: 'order' });
    expect(await failureWith(AbortSignal.abort())).toMatchObject({ scope: 'order', wrote: 'nothing' });
  });

  it('has a message that never holds a credential', async () => {
    const { http } = await partnerThat((request) => void request.socket.destroy());
    const headers = { authorization: 'Bearer CANARY' };
    const failure = await failureOf(http.send({ path: '/x', query: { key: 'CANARY' }, headers }));
    expect(`${failure.message} ${JSON.stringify(failure)}`).not.toContain('CANARY');
  });
});

describe('a request that cannot be built is not the failure of its partner', () => {
  it.each([
    ['a header beyond Latin-1', { headers: { 'x-order': 'MO/✓' } }],
    ['a line break in a header', { headers: { 'x-order': 'MO\n1' } }],
    ['a number that JSON has no word for', { method: 'POST', body: { amount: 5n } }],
  ] as const)('%s', async (_name, request) => {
    let calls = 0;
    const { http } = await partnerThat(() => {
      calls += 1;
    });
    const message = expect.stringContaining('cannot be built');
    expect(await failureOf(http.send({ path: '/', ...request }))).toMatchObject({
      name: 'Rejected',
      message,
    });
    expect(calls).toBe(0);
  });
});

it.each([
  ['this record alone while others are answered: somebody may have it locked', true, 'order'],
  ['the partner when no other call is answered', false, 'partner'],
])('a call without an answer in time concerns %s', async (_what, isOtherAnswered, scope) => {
  // Prepare
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const timeUp = new AbortController();
  const { http } = await partnerThat(
    ({ url }, response) => (url === '/locked' ? resolve() : void response.end('{}')),
    { clock: { timeout: () => timeUp.signal } },
  );

  // Act
  const locked = failureOf(http.send({ method: 'POST', path: '/locked' }));
  await asked;
  if (isOtherAnswered) await http.send({ path: '/other' });
  timeUp.abort();

  // Assess
  expect(await locked).toMatchObject({ scope, wrote: 'perhaps' });
});

it.each([
  ['answered', 200],
  ['refused a redirect', 302],
])('clears the time limit of a call that was %s', async (_how, status) => {
  // Prepare
  const clear = vi.fn();
  const clock = { timeout: () => Object.assign(new AbortController().signal, { clear }) };
  const { http } = await partnerThat((_request, response) => void response.writeHead(status).end(), {
    clock,
  });

  // Act
  await http.send({ path: '/' }).catch(() => undefined);

  // Assess
  expect(clear).toHaveBeenCalledOnce();
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
    [403, { kind: 'order-not-ready', scope: 'order' }],
    [429, { unauthorized: false }],
    [503, { unauthorized: false }],
  ])('%i', (status, expected) => {
    expect(partnerFailure(answer(status), call)).toMatchObject({
      kind: 'partner-down',
      scope: 'partner',
      ...expected,
    });
  });

  it('asks for rights to the one record after a 403, and for the secret after a 401', () => {
    expect(partnerFailure(answer(403), call)?.message).toMatch(/rights of its user for this record/);
    expect(partnerFailure(answer(403), call)?.message).not.toContain('secret');
    expect(partnerFailure(answer(401), call)?.message).toContain('check the secret');
  });

  it.each([200, 400, 404, 409, 422, 423])('%i concerns the order', (status) => {
    expect(partnerFailure(answer(status), call)).toBeUndefined();
  });

  it.each([
    ['120', 120],
    ['Tue, 24 Nov 2026 08:01:30 GMT', 90],
    ['Tue, 24 Nov 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    // An hour is the limit of the breaker: seconds since 1970, and more digits than a number holds, are nonsense.
    ['1795507200', 3600],
    ['9'.repeat(400), 3600],
    ['Fri, 24 Nov 2126 08:00:00 GMT', 3600],
  ])('reads a Retry-After in both forms, up to an hour: %s', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
    expect(partnerFailure(answer(503, header), call)).toMatchObject({ afterSeconds: seconds });
  });
});
