import { expect, it } from 'vitest';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { lookUp, smallConnector } from './small.ts';

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
    ...{ name: 'RetryLater', scope: 'order', unauthorized: false, wrote: 'nothing' },
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
