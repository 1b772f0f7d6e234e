import { expect, it } from 'vitest';
import { type RestOptions, rest } from '../../../../shared/erp/rest/index.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage } from '../conformance/listing.ts';
import { connected } from './sandbox.ts';
import { smallOptions } from './small.ts';

const client = { clientId: 'plant', clientSecret: 'canary-9d2e' };

/** An ERP and its token service: tokens are counted, and last until revoked. */
async function started(
  auth: Partial<Extract<RestOptions['auth'], { kind: 'oauth2ClientCredentials' }>> = {},
  { expiresIn = 3600, secret = () => client }: { expiresIn?: number; secret?: () => typeof client } = {},
) {
  let validSecret = client.clientSecret;
  const valid = new Set<string>();
  let issued = 0;
  let lasting = true;
  const tokens = await startServer(({ body, headers }) => {
    const form = new URLSearchParams(body);
    const basic = `Basic ${Buffer.from(`plant:${validSecret}`).toString('base64')}`;
    if (form.get('client_secret') !== validSecret && headers.authorization !== basic) {
      return { status: 401, body: { error: 'invalid_client', error_description: `not ${body}` } };
    }
    issued += 1;
    if (lasting) valid.add(`token-${issued}`);
    return { body: { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: expiresIn } };
  });
  const erp = await startServer(({ headers }) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    return valid.has(token) ? { body: { rows: [], key: 'k' } } : { status: 401, body: {} };
  });
  let now = new Date('2026-11-24T10:00:00Z');
  const definition = rest({
    ...smallOptions(erp.url),
    auth: { kind: 'oauth2ClientCredentials', tokenUrl: `${tokens.url}/oauth/token`, ...auth },
  });
  const connector = connected(definition, secret, { ...systemClock, now: () => now });
  return {
    tokens: tokens.calls,
    erp: erp.calls,
    list: () => firstPage(connector),
    book: () => connector.book(completionOf({ number: '1' }), 'k', firstAttempt()),
    revoke: () => valid.clear(),
    lastNoLonger: () => {
      lasting = false;
    },
    rotate: (next: string) => {
      validSecret = next;
    },
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
});

it('asks once for callers that come at the same moment', async () => {
  const { tokens, list } = await started();

  await Promise.all([list(), list(), list()]);

  expect(tokens.length).toBe(1);
});

it('renews a token that the ERP refuses, once', async () => {
  // Prepare
  const { tokens, erp, list, revoke } = await started();
  await list();
  revoke();

  // Act
  await list();

  // Assess
  expect(tokens.length).toBe(2);
  expect(erp.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-1',
    'Bearer token-2',
  ]);
});

it('reads the secret again when the token service refuses it', async () => {
  // Prepare: the first reading is the cached one, the second finds the rotated one.
  const readings = [client, { ...client, clientSecret: 'next-secret' }];
  const { rotate, list, tokens, erp } = await started({}, { secret: () => readings.shift() ?? client });
  rotate('next-secret');

  // Act
  await list();

  // Assess
  expect(tokens.map(({ body }) => new URLSearchParams(body).get('client_secret'))).toEqual([
    client.clientSecret,
    'next-secret',
  ]);
  expect(erp.length).toBe(1);
});

it('asks a person to check a secret that stays refused, without repeating it', async () => {
  const { tokens, erp, book, rotate } = await started();
  rotate('next-secret');

  const failure = await failureOf(book());

  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
  expect(String(failure)).not.toContain(client.clientSecret);
  expect([tokens.length, erp.length]).toEqual([2, 0]);
});

it('gives up when no token lasts', async () => {
  const { tokens, erp, book, lastNoLonger } = await started();
  lastNoLonger();

  const failure = await failureOf(book());

  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
  expect([tokens.length, erp.length]).toEqual([2, 2]);
});
