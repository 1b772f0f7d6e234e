import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { rest, textAt } from '../../../../shared/erp/rest/index.ts';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage, listOf } from '../conformance/listing.ts';
import { key, lookUp, order, smallConnector, smallOptions, step } from './small.ts';

const secret = {
  username: 'azumuta',
  password: 'canary-password-1',
  apiKey: 'canary-api-key-2',
  signature: 'canary/signature+3',
};
const auth = {
  kind: 'basic',
  sends: { headers: { 'x-api-key': 'apiKey' }, query: { sig: 'signature' } },
} as const;

describe('further secrets beside a login', () => {
  it('are in each call: the listing, a look-up, a step', async () => {
    // Prepare
    const server = await startServer(({ method }) =>
      method === 'POST' ? { status: 201 } : { body: { rows: [], key: server.calls.length > 3 ? key : '' } },
    );
    const connector = smallConnector(server.url, { auth }, secret);

    // Act
    await firstPage(connector);
    await connector.book(completionOf(order), key, firstAttempt());

    // Assess
    const basic = `Basic ${Buffer.from(`azumuta:${secret.password}`).toString('base64')}`;
    expect(server.calls.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST', 'GET']);
    for (const { headers, url } of server.calls) {
      expect(headers).toMatchObject({ authorization: basic, 'x-api-key': secret.apiKey });
      expect(url.searchParams.get('sig')).toBe(secret.signature);
    }
  });

  it('are read again after a 401, once, as one of them may have been rotated', async () => {
    // Prepare
    let current = { ...secret, apiKey: 'canary-old-key' };
    const server = await startServer(({ headers }) => {
      if (headers['x-api-key'] === secret.apiKey) return { body: { rows: [] } };
      current = secret;
      return { status: 401 };
    });
    const connector = smallConnector(server.url, { auth }, () => current);

    // Act
    await firstPage(connector);

    // Assess
    expect(server.calls.map(({ headers }) => headers['x-api-key'])).toEqual([
      'canary-old-key',
      secret.apiKey,
    ]);
  });

  it('may be all that there is, as of an address that holds its secret', async () => {
    const server = await startServer(() => ({ body: { rows: [] } }));
    const alone = { kind: 'none', sends: { query: { sig: 'signature' } } } as const;

    await firstPage(smallConnector(server.url, { auth: alone }, { signature: 'canary-sig' }));

    expect(server.calls[0]?.url.searchParams.get('sig')).toBe('canary-sig');
    expect(server.calls[0]?.headers.authorization).toBeUndefined();
  });

  it('are fields of the secret, which names what is missing', () => {
    const definition = rest({ ...smallOptions('https://erp.example.com'), auth });
    const { signature: _, ...others } = secret;
    const without = parse(definition.secret.schema, others);

    expect(parse(definition.secret.schema, secret).ok).toBe(true);
    expect(without.ok ? '' : describeMismatches(without.mismatches)).toContain('$.signature: found missing');
    expect(definition.secret.example).toEqual({
      username: 'the integration user',
      password: 'its password',
      apiKey: 'what the header x-api-key takes',
      signature: 'what the query parameter sig takes',
    });
  });

  it.each([
    [
      'a header of the login',
      { kind: 'basic', sends: { headers: { authorization: 'apiKey' } } },
      'another header',
    ],
    ['nothing to send', { kind: 'none' }, '$.auth.sends'],
    [
      'a value in the place of a name',
      { kind: 'basic', sends: { query: { sig: 'canary/+value' } } },
      'not its value',
    ],
    ['another place', { kind: 'basic', sends: { cookies: {} } }, 'headers, query'],
    [
      'another kind, with those that there are',
      { kind: 'digest' },
      '"apiKey" or "basic" or "bearer" or "none" or "oauth2ClientCredentials"',
    ],
  ])('are refused in a configuration: %s', (_, wrong, expected) => {
    const make = () =>
      Reflect.apply(rest, undefined, [{ ...smallOptions('https://erp.example.com'), auth: wrong }]);

    expect(make).toThrow(expected);
    expect(make).not.toThrow('canary');
  });
});

it('asks for a token with a name and a password as well, where the grant is a password', async () => {
  // Prepare
  const tokens = await startServer(() => ({ body: { access_token: 'canary-token', expires_in: 3600 } }));
  const server = await startServer(() => ({ body: { rows: [] } }));
  const infor = {
    kind: 'oauth2ClientCredentials',
    tokenUrl: `${tokens.url}/token`,
    grant: 'password',
    credentialsIn: 'basic',
  } as const;
  const four = { clientId: 'c', clientSecret: 's3cret', username: 'service#key', password: 'p&ss' };
  const connector = smallConnector(server.url, { auth: infor }, four);

  // Act
  await firstPage(connector);

  // Assess
  const [asked] = tokens.calls;
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
    grant_type: 'password',
    username: 'service#key',
    password: 'p&ss',
  });
  expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from('c:s3cret').toString('base64')}`);
  expect(server.calls[0]?.headers.authorization).toBe('Bearer canary-token');
  const { secret: needed } = rest({ ...smallOptions(server.url), auth: infor });
  expect(Object.keys(needed.example)).toEqual(['clientId', 'clientSecret', 'username', 'password']);
});

/** Of an error all that a log, a journey or a page may show of it. */
const allOf = (failure: unknown) => inspect(failure, { depth: 10, showHidden: true });

describe('no secret', () => {
  const repeated = Object.values(secret).slice(1);
  const echo = (text: string) => `what you sent: ${text}`;

  it.each<[string, Parameters<typeof smallConnector>[1]]>([
    ['in the sentence of the ERP', {}],
    ['in a sentence of `answers`', { answers: ({ text }) => ({ refused: text.slice(0, 2000) }) }],
    ['in what a function throws', { answers: ({ text }) => thrown(text) }],
    [
      'in `refused` of a look-up',
      { book: { lookUp: [{ ...lookUp, accepts: [422], refused: (a) => a.text }] } },
    ],
    ['in `waits` of a look-up', { book: { lookUp: [{ ...lookUp, accepts: [422], waits: (a) => a.text }] } }],
    [
      'in `done` that throws',
      { book: { lookUp: [{ ...lookUp, accepts: [422], done: (a) => thrown(a.text) }] } },
    ],
  ])('leaves the connector %s', async (_, changes) => {
    // Prepare
    const server = await startServer(({ url, headers }) => ({
      status: 422,
      body: { message: echo(`${url.href} ${url.searchParams.get('sig')} ${JSON.stringify(headers)}`) },
    }));
    const connector = smallConnector(server.url, { auth, ...changes }, secret);

    // Act
    const failures = [
      await failureOf(firstPage(connector)),
      await failureOf(connector.book(completionOf(order), key, firstAttempt())),
    ];

    // Assess
    for (const failure of failures) {
      expect(allOf(failure)).toMatch(/Rejected|RetryLater/);
      for (const value of repeated) {
        expect(allOf(failure)).not.toContain(value);
        expect(allOf(failure)).not.toContain(encodeURIComponent(value));
      }
    }
  });

  it('leaves the connector with a refused step, or with the reason of a row', async () => {
    // Prepare
    const server = await startServer(({ method, url, headers }) => {
      const said = `${headers['x-api-key']} ${url.searchParams.get('sig')}`;
      if (method === 'POST') return { status: 400, body: { message: echo(said) } };
      return { body: { rows: [{ number: 'MO/0001', quantity: said, changed: null }], key: '' } };
    });
    const orders = {
      order: ({ quantity }: { quantity: string }): never => thrown(`no quantity: ${quantity}`),
    };
    const book = {
      steps: [{ ...step, rejected: (answer: { json: unknown }) => textAt(answer.json, 'message') }],
    };
    const connector = smallConnector(server.url, { auth, orders, book }, secret);

    // Act
    const refused = await failureOf(connector.book(completionOf(order), key, firstAttempt()));
    const { unreadable } = await listOf(connector);

    // Assess
    expect(allOf(refused)).toContain('what you sent: ••• •••');
    expect(unreadable[0]?.reason).toContain('no quantity: ••• •••');
  });
});

function thrown(text: string): never {
  throw new Error(`unexpected: ${text}`);
}
