import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../conformance/completions.ts';
import { listOf } from '../conformance/listing.ts';
import { odataService } from './odata.ts';
import { connected } from './sandbox.ts';

const login = { username: 'AZUMUTA', password: 'canary-gw' };
const order = { number: '1000042' };
const key = quantityKey(productOrderOf(order));
const confirmationSchema = z.object({
  OrderID: z.string(),
  YieldQuantity: z.string(),
  ExternalKey: z.string(),
});

/**
 * A gateway: every session has a cookie and a token of its own, and a write needs both of the same one. Its pages are
 * smaller than asked for, and their links name the host that it knows itself by behind its proxy, as seen on an OData
 * V2 server of SAP's CAP framework.
 */
async function startGateway() {
  const orders = ['000001000041', '000001000042', '000001000043'].map((OrderID, n) => ({
    OrderID,
    Material: 'FG-1',
    Quantity: '5.000',
    Unit: 'PC',
    ChangedAt: `/Date(${1_790_000_000_000 + n})/`,
  }));
  const confirmations: z.output<typeof confirmationSchema>[] = [];
  let session = 0;
  let rights = true;
  let refusal: { status: number; message: string } | undefined;
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;

  const server = await startServer(({ method, url, headers, body }) => {
    if (headers.authorization !== authorization) return { status: 401, body: '<html>Logon</html>' };
    const fetched = headers['x-csrf-token'] === 'Fetch';
    if (fetched) session += 1;
    const given = fetched
      ? {
          headers: {
            'x-csrf-token': `token-${session}`,
            'set-cookie': [
              `SAP_SESSIONID=session-${session}; path=/; HttpOnly`,
              'usercontext=sap-client=100',
            ],
          },
        }
      : {};
    const filter = url.searchParams.get('$filter') ?? '';
    if (method === 'GET' && url.pathname.endsWith('/Orders')) {
      const skip = Number(url.searchParams.get('$skiptoken') ?? 0);
      const since = /datetime'(.*?)'/.exec(filter)?.[1];
      const from = since === undefined ? 0 : Date.parse(`${since}Z`);
      const listed = orders.filter(({ ChangedAt }) => Number(/\d+/.exec(ChangedAt)?.[0]) >= from);
      url.searchParams.set('$skiptoken', String(skip + 1));
      const next =
        skip + 1 < listed.length
          ? { __next: `http://gateway.internal:8000${url.pathname}${url.search}` }
          : {};
      return { body: { d: { results: listed.slice(skip, skip + 1), ...next } }, ...given };
    }
    if (method === 'GET') {
      const wanted = /ExternalKey eq '(.*)'$/.exec(filter)?.[1];
      const results = confirmations
        .map((one, n) => ({ ...one, ConfirmationID: String(n + 1).padStart(10, '0') }))
        .filter(({ ExternalKey }) => ExternalKey === wanted);
      return { body: { d: { results } } };
    }
    const cookie = headers.cookie ?? '';
    const inSession =
      headers['x-csrf-token'] === `token-${session}` && cookie.includes(`SAP_SESSIONID=session-${session}`);
    if (!inSession || !rights)
      return { status: 403, headers: { 'x-csrf-token': 'Required' }, body: 'CSRF token validation failed' };
    if (refusal) {
      const { status, message } = refusal;
      return { status, body: { error: { code: 'RU/123', message: { lang: 'en', value: message } } } };
    }
    confirmations.push(confirmationSchema.parse(JSON.parse(body)));
    return { status: 201, body: { d: {} } };
  });
  return {
    calls: server.calls,
    confirmations,
    expire: () => {
      session += 1;
    },
    takeRights: () => {
      rights = false;
    },
    refuse: (status: number, message: string) => {
      refusal = { status, message };
    },
    connector: connected(odataService({ baseUrl: server.url }), login),
  };
}

it('follows the links of the server, whatever host they name, and reads its times and quantities', async () => {
  // Prepare
  const { connector } = await startGateway();

  // Act
  const { orders, numbers } = await listOf(connector);

  // Assess
  expect(numbers).toEqual(['1000041', '1000042', '1000043']);
  expect(orders[0]).toMatchObject({ id: '000001000041', quantity: { amount: '5', unit: 'PC' } });
});

it('fetches a token before it writes, once a session', async () => {
  // Prepare
  const { calls, confirmations, connector } = await startGateway();
  const other = completionOf({ number: '1000043' });

  // Act
  const receipt = await connector.book(completionOf(order), key, firstAttempt());
  await connector.book(other, 'other#quantity', firstAttempt());
  const again = await connector.book(completionOf(order), key, nextAttempt());

  // Assess
  expect([receipt, again]).toEqual([
    { reference: '0000000001', alreadyBooked: false },
    { reference: '0000000001', alreadyBooked: true },
  ]);
  expect(confirmations.map(({ OrderID }) => OrderID)).toEqual(['000001000042', '000001000043']);
  expect(calls.filter(({ headers }) => headers['x-csrf-token'] === 'Fetch').length).toBe(1);
  const write = calls.find(({ method }) => method === 'POST');
  expect(write?.headers).toMatchObject({
    'x-csrf-token': 'token-1',
    cookie: 'SAP_SESSIONID=session-1; usercontext=sap-client=100',
  });
});

it('renews the token and its cookie when the session has expired', async () => {
  // Prepare
  const { confirmations, connector, expire } = await startGateway();
  await connector.book(completionOf(order), key, firstAttempt());
  expire();

  // Act
  await connector.book(completionOf({ number: '1000043' }), 'other#quantity', firstAttempt());

  // Assess
  expect(confirmations.length).toBe(2);
});

it('renews the token only once when the user has no rights', async () => {
  // Prepare
  const { calls, connector, takeRights } = await startGateway();
  takeRights();

  // Act
  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  // Assess
  expect(failure).toMatchObject({
    name: 'RetryLater',
    scope: 'order',
    unauthorized: false,
    wrote: 'nothing',
  });
  expect(calls.filter(({ method }) => method === 'POST').length).toBe(2);
});

it.each([
  [423, 'Order is locked by USER1', { name: 'RetryLater', scope: 'order', wrote: 'nothing' }],
  [400, 'Operation 0010 is confirmed', { name: 'Rejected' }],
])('repeats the words of the gateway in a %s', async (status, message, expected) => {
  const { connector, refuse } = await startGateway();
  refuse(status, message);

  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  expect(failure).toMatchObject({ ...expected, message: expect.stringContaining(message) });
});

it('names the option to check when it gets no token', async () => {
  // Prepare
  const server = await startServer(({ method }) =>
    method === 'GET' ? { body: { d: { results: [] } } } : {},
  );
  const connector = connected(odataService({ baseUrl: server.url }), login);

  // Act
  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  // Assess
  expect(failure).toMatchObject({ scope: 'partner', message: expect.stringContaining('csrf.fetchPath') });
  expect(server.calls.map(({ method }) => method)).not.toContain('POST');
});
