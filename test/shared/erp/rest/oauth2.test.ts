import { expect, it } from 'vitest';
import { type RestOptions, rest } from '../../../../shared/erp/rest/index.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { startServer } from '../../../support/server.ts';
import { firstPage } from '../conformance/listing.ts';
import { connected } from './sandbox.ts';
import { smallOptions } from './small.ts';

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
