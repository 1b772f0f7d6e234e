import { expect, it } from 'vitest';
import { type RestOptions, rest } from '../../../../shared/erp/rest/index.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage } from '../conformance/listing.ts';
import { connected } from './sandbox.ts';
import { apiKey, lookUp, smallConnector, smallOptions, startSmallErp } from './small.ts';

it.each([
  ['even when the ERP repeats it', (key: string) => `do not like ${key}`, 'do not like •••'],
  ['in a long sentence that is cut, too', (key: string) => `${'x'.repeat(290)} ${key}`, 'xxx'],
])('keeps our key out of a message, %s', async (_, saying, shown) => {
  const erp = await startSmallErp(({ headers }) => ({
    status: 422,
    body: { message: saying(String(headers['x-api-key'])) },
  }));

  const message = String(await failureOf(erp.book()));

  expect(message).toContain(shown);
  expect(message).not.toContain(apiKey.slice(0, 6));
});

/** A gateway: every session has a cookie and a token of its own, and a write needs both of the same one. */
async function startGateway() {
  const booked: string[] = [];
  let session = 0;
  let rights = true;
  const { url, calls } = await startServer(({ method, headers, body }) => {
    if (headers['x-csrf-token'] === 'Fetch') {
      session += 1;
      const cookies = [`SAP_SESSIONID=session-${session}; path=/; HttpOnly`, 'usercontext=sap-client=100'];
      return { headers: { 'x-csrf-token': `token-${session}`, 'set-cookie': cookies } };
    }
    if (method === 'GET') return { body: { key: booked.at(-1) } };
    const isOfSession =
      headers['x-csrf-token'] === `token-${session}` &&
      headers.cookie?.includes(`SAP_SESSIONID=session-${session}`);
    if (!isOfSession || !rights) return { status: 403, body: 'CSRF token validation failed' };
    booked.push(JSON.parse(body).key);
    return { status: 201 };
  });
  const connector = smallConnector(url, { csrf: { fetchPath: '/orders' }, book: { lookUp: [lookUp] } });
  return {
    calls,
    booked,
    expire: () => {
      session += 1;
    },
    takeRights: () => {
      rights = false;
    },
    book: (number: string) => connector.book(completionOf({ number }), number, firstAttempt()),
  };
}

it('fetches a token before it writes, once a session, and renews it with its cookie', async () => {
  // Prepare
  const { calls, booked, book, expire } = await startGateway();

  // Act
  for (const number of ['1', '2']) await book(number);
  expire();
  await book('3');

  // Assess
  expect(booked).toEqual(['1', '2', '3']);
  expect(calls.filter(({ headers }) => headers['x-csrf-token'] === 'Fetch').length).toBe(2);
  expect(calls.find(({ method }) => method === 'POST')?.headers).toMatchObject({
    'x-csrf-token': 'token-1',
    cookie: 'SAP_SESSIONID=session-1; usercontext=sap-client=100',
  });
});

it('renews the token only once when the user has no rights', async () => {
  // Prepare
  const { calls, book, takeRights } = await startGateway();
  takeRights();

  // Act
  const failure = await failureOf(book('1'));

  // Assess
  expect(failure).toMatchObject({
    name: 'RetryLater',
    scope: 'order',
    wrote: 'nothing',
  });
  expect(calls.filter(({ method }) => method === 'POST').length).toBe(2);
});

it('names the option to check when it gets no token', async () => {
  // Prepare
  const { url, calls } = await startServer(() => ({}));
  const connector = smallConnector(url, { csrf: { fetchPath: '/orders' } });

  // Act
  const failure = await failureOf(connector.book(completionOf({ number: '1' }), '1', firstAttempt()));

  // Assess
  expect(failure).toMatchObject({ scope: 'partner', message: expect.stringContaining('csrf.fetchPath') });
  expect(calls.map(({ method }) => method)).not.toContain('POST');
});

const client = { clientId: 'plant', clientSecret: 'canary-9d2e' };

// That a refused token or secret is renewed once is in the conformance suite of SAP, which logs in by the same code.

/** An ERP and its token service, whose tokens are counted. */
async function started(
  auth: Partial<Extract<RestOptions['auth'], { kind: 'oauth2ClientCredentials' }>> = {},
) {
  const tokens = await startServer(() => ({
    body: { access_token: `token-${tokens.calls.length}`, token_type: 'Bearer', expires_in: 3600 },
  }));
  const erp = await startServer(() => ({ body: { rows: [] } }));
  let now = new Date('2026-11-24T10:00:00Z');
  const definition = rest({
    ...smallOptions(erp.url),
    auth: { kind: 'oauth2ClientCredentials', tokenUrl: `${tokens.url}/oauth/token`, ...auth },
  });
  const connector = connected(definition, client, { ...systemClock, now: () => now });
  return {
    tokens: tokens.calls,
    erp: erp.calls,
    list: () => firstPage(connector),
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

it('asks for one token, and uses it until shortly before it expires', async () => {
  // Prepare
  const { tokens, erp, list, later } = await started({ scope: 'orders' });

  // Act
  await list();
  later(3500);
  await list();
  later(60);
  await list();

  // Assess
  expect(erp.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-1',
    'Bearer token-2',
  ]);
  expect(Object.fromEntries(new URLSearchParams(tokens[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    scope: 'orders',
    client_id: 'plant',
    client_secret: client.clientSecret,
  });
});

it('can send the client in a header, and further fields with the request', async () => {
  const { tokens, list } = await started({ credentialsIn: 'basic', parameters: { audience: 'erp' } });

  await list();

  expect(Object.fromEntries(new URLSearchParams(tokens[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    audience: 'erp',
  });
  const basic = Buffer.from(`plant:${client.clientSecret}`).toString('base64');
  expect(tokens[0]?.headers.authorization).toBe(`Basic ${basic}`);
});

it('asks once for callers that come at the same moment', async () => {
  const { tokens, list } = await started();

  await Promise.all([list(), list(), list()]);

  expect(tokens.length).toBe(1);
});
