import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type RestOptions, rest } from '../../../../shared/erp/rest/index.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, newSignal } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { firstPage } from '../conformance/listing.ts';
import { connected } from './sandbox.ts';
import { key, lookUp, smallOptions, step } from './small.ts';

type Session = Extract<RestOptions['auth'], { readonly kind: 'session' }>;
const secret = { username: 'azumuta', password: 'canary-password-7' };
const wrongSecret = { ...secret, password: 'canary-password-0' };

/** Monitor's login (api.monitor.se/articles/authentication.html): the session comes in a header, and goes in the same one. */
const byHeader: Session = {
  kind: 'session',
  login: ({ username, password }) => ({ path: '/login', body: { Username: username, Password: password } }),
  carries: { header: 'X-Monitor-SessionId' },
};

/** How a server hands out a session, and how a call brings it. */
const ways = {
  header: {
    auth: byHeader,
    give: (id: string): Answer => ({ headers: { 'x-monitor-sessionid': id } }),
    brought: ({ headers }: Received) => headers['x-monitor-sessionid']?.toString(),
  },
  cookies: {
    auth: { ...byHeader, carries: 'cookies' },
    give: (id: string): Answer => ({
      headers: { 'set-cookie': [`B1SESSION=${id}; HttpOnly; path=/b1s`, 'ROUTEID=.node1; path=/'] },
    }),
    brought: ({ headers }: Received) =>
      /^B1SESSION=([^;]+); ROUTEID=\.node1$/.exec(headers.cookie ?? '')?.[1],
  },
  'a place in the body': {
    auth: { ...byHeader, carries: { header: 'Authorization', from: 'Token', prefix: 'Mongoose ' } },
    give: (id: string): Answer => ({ body: { Token: id } }),
    brought: ({ headers }: Received) => /^Mongoose (.+)$/.exec(headers.authorization ?? '')?.[1],
  },
} satisfies Record<string, { auth: Session; give: unknown; brought: unknown }>;
type Way = keyof typeof ways;

/**
 * An ERP that logs in by sessions, and a connector to it.
 * @param unknown What it answers to a call without a session that it knows.
 */
async function started({
  way = 'header' as Way,
  auth = {} as Partial<Session>,
  unknown = { status: 401 } as Answer,
  login = undefined as ((call: Received) => Answer | undefined) | undefined,
  given = secret as unknown,
  options = {} as Partial<ReturnType<typeof smallOptions>>,
} = {}) {
  const { auth: usual, give, brought } = ways[way];
  const known = new Set<string>();
  const booked: string[] = [];
  const seen = { logins: 0, logouts: [] as (string | undefined)[], brought: [] as (string | undefined)[] };
  let now = new Date('2026-11-24T10:00:00Z');
  let onCall: ((call: Received) => void) | undefined;
  const current = { secret: given };

  const server = await startServer((call) => {
    if (call.url.pathname === '/login') {
      seen.logins += 1;
      const answer = login?.(call);
      if (answer) return answer;
      if (JSON.parse(call.body).Password !== secret.password)
        return { status: 403, body: `"Wrong password: ${JSON.parse(call.body).Password}"` };
      const id = `canary-session-${seen.logins}`;
      known.add(id);
      return give(id);
    }
    const id = brought(call);
    if (call.url.pathname === '/logout') {
      seen.logouts.push(id);
      known.delete(id ?? '');
      return {};
    }
    onCall?.(call);
    seen.brought.push(id);
    if (id === undefined || !known.has(id)) return unknown;
    if (call.method === 'POST') {
      booked.push(JSON.parse(call.body).key);
      return { status: 201 };
    }
    return { body: { rows: [], key: booked.at(-1) ?? null } };
  });
  const definition = rest({ ...smallOptions(server.url), auth: { ...usual, ...auth }, ...options });
  const connector = connected(definition, () => current.secret, { ...systemClock, now: () => now });
  return {
    seen,
    booked,
    connector,
    list: () => firstPage(connector),
    book: () => connector.book(completionOf({ number: '1' }), key, firstAttempt()),
    expireAll: () => known.clear(),
    onCall: (act: typeof onCall) => {
      onCall = act;
    },
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    setSecret: (next: unknown) => {
      current.secret = next;
    },
  };
}

describe('a session of the ERP', () => {
  it.each(Object.keys(ways) as Way[])('is carried by each call, and opened once: in %s', async (way) => {
    const { seen, list, book } = await started({ way });

    await Promise.all([list(), list(), list()]);
    await book();

    expect(seen.logins).toBe(1);
    expect(new Set(seen.brought)).toEqual(new Set(['canary-session-1']));
    expect(seen.brought.length).toBe(6);
  });

  it.each<[string, Answer, Partial<Session>]>([
    ['by a 401', { status: 401 }, {}],
    // api.monitor.se/articles/v1/troubleshooting.html
    [
      'by its status and its words',
      { status: 403, body: '"Session suspended"' },
      { expired: ({ status, text }) => status === 403 && /suspended/i.test(text) },
    ],
    // Epicor's, with a SessionInfo header.
    ['by another status', { status: 410 }, { expired: ({ status }) => status === 410 }],
    [
      'by a login page instead of JSON',
      { body: '<html>Log in</html>', headers: { 'content-type': 'text/html' } },
      { expired: ({ headers }) => headers.get('content-type')?.includes('html') ?? false },
    ],
  ])('that ends amid a booking is opened again, once, and books once: %s', async (_, unknown, auth) => {
    // Prepare
    const { seen, booked, book, onCall, expireAll } = await started({ unknown, auth });
    onCall(({ method }) => {
      if (method === 'POST' && seen.logins === 1) expireAll();
    });

    // Act
    const receipt = await book();

    // Assess
    expect(receipt).toEqual({ reference: `booking ${key}`, alreadyBooked: false });
    expect(booked).toEqual([key]);
    expect(seen.logins).toBe(2);
  });

  it('that others find ended at the same moment is opened again once', async () => {
    const { seen, list, expireAll } = await started();
    await list();
    expireAll();

    await Promise.all([list(), list(), list()]);

    expect(seen.logins).toBe(2);
  });

  it('is not opened again for a refusal that is none of it', async () => {
    const unknown = { status: 403, body: '"No rights to production"' };
    const { seen, book, expireAll, list } = await started({
      unknown,
      auth: { expired: ({ text }) => /suspended/.test(text) },
    });
    await list();
    expireAll();

    expect(await failureOf(book())).toMatchObject({ kind: 'order-not-ready', wrote: 'nothing' });
    expect(seen.logins).toBe(1);
  });

  it('is ended and opened again when it was idle for too long', async () => {
    const { seen, list, later } = await started({
      auth: { idleSeconds: 1500, logout: () => ({ path: '/logout' }) },
    });

    await list();
    later(1499);
    await list();
    later(1500);
    await list();
    later(1501);
    await list();

    expect(seen.logins).toBe(2);
    expect(seen.logouts).toEqual(['canary-session-1']);
    expect(seen.brought.at(-1)).toBe('canary-session-2');
  });

  it('is ended by a command that is done, which is all that is lost', async () => {
    const { seen, list, connector } = await started({ auth: { logout: () => ({ path: '/logout' }) } });

    await connector.close?.(newSignal());
    await list();
    await connector.close?.(newSignal());
    await list();

    expect(seen.logouts).toEqual(['canary-session-1']);
    expect(seen.logins).toBe(2);
  });

  it('keeps the cookies that a later answer renews, next to those of the CSRF token', async () => {
    // Prepare
    const cookies: (string | undefined)[] = [];
    const server = await startServer(({ url, headers }) => {
      if (url.pathname === '/login') return { headers: { 'set-cookie': ['SID=one', 'ROUTE=a'] } };
      cookies.push(headers.cookie);
      const renewed = cookies.length === 1 ? ['SID=two; path=/', 'usercontext=100'] : [];
      return { headers: { 'x-csrf-token': 'token', 'set-cookie': renewed }, body: { rows: [], key } };
    });
    const definition = rest({
      ...smallOptions(server.url),
      auth: { ...byHeader, carries: 'cookies' },
      csrf: { fetchPath: '/orders' },
    });
    const connector = connected(definition, secret);

    // Act
    await firstPage(connector);
    await firstPage(connector);

    // Assess
    expect(cookies[0]).toBe('SID=one; ROUTE=a');
    expect(cookies[1]?.split('; ').sort()).toEqual(['ROUTE=a', 'SID=two', 'usercontext=100']);
  });

  it('comes with a redirect after a form, which is not followed', async () => {
    // Spring Security's form, as of MKG, answers a right login with a redirect.
    const { seen, list } = await started({
      way: 'cookies',
      login: () => ({
        status: 302,
        headers: {
          location: '/index',
          'set-cookie': ['B1SESSION=canary-session-x', 'ROUTEID=.node1'],
        },
      }),
      unknown: { body: { rows: [] } },
    });

    await list();

    expect(seen.brought).toEqual(['canary-session-x']);
  });
});

describe('a login that is refused', () => {
  const refused = { kind: 'partner-down', unauthorized: true, wrote: 'nothing' };

  it('has all orders wait, and is not tried in a loop', async () => {
    const { seen, list, book, later } = await started({ given: wrongSecret });

    const failures = [await failureOf(list()), await failureOf(book()), await failureOf(list())];
    later(59);
    failures.push(await failureOf(list()));

    expect(seen.logins).toBe(1);
    for (const failure of failures) {
      expect(failure).toMatchObject(refused);
      expect(String(failure)).toContain(
        'Small ERP refused our login (403): Wrong password: •••: check the secret.',
      );
    }
    later(2);
    await failureOf(list());
    expect(seen.logins).toBe(2);
  });

  it('is tried at once with a secret that was corrected meanwhile', async () => {
    const { seen, list, setSecret } = await started({ given: wrongSecret });
    await failureOf(list());

    setSecret(secret);
    await list();

    expect(seen.logins).toBe(2);
  });

  it.each<[string, Answer, object]>([
    [
      'a login page with 200',
      { body: '<html>Wrong</html>', headers: { 'content-type': 'text/html' } },
      refused,
    ],
    ['400', { status: 400, body: { error: { code: '100000027', message: 'Login failed' } } }, refused],
    ['503', { status: 503 }, { kind: 'partner-down', unauthorized: false }],
    ['429', { status: 429, headers: { 'retry-after': '30' } }, { kind: 'partner-down', afterSeconds: 30 }],
    [
      'a 500 that the configuration knows',
      { status: 500, body: { externalMessage: 'Account blocked' } },
      { ...refused, message: expect.stringContaining('refused our login (500): Account blocked') },
    ],
  ])('understands %s', async (_, answer, expected) => {
    const { list, seen } = await started({
      login: () => answer,
      options: {
        answers: ({ text }) => (/Account blocked/.test(text) ? { refused: 'Account blocked' } : undefined),
      },
    });

    expect(await failureOf(list())).toMatchObject(expected);
    expect(seen.brought).toEqual([]);
  });

  it('counts a session that is refused as soon as it is given, as where a user may have one only', async () => {
    const { seen, list, book, onCall, expireAll } = await started();
    onCall(() => expireAll());

    const failures = [await failureOf(list()), await failureOf(book()), await failureOf(list())];

    expect(seen.logins).toBe(2);
    for (const failure of failures) {
      expect(failure).toMatchObject(refused);
      expect(String(failure)).toContain('whether its user may have several sessions at once');
    }
  });

  it.each<[string, Partial<Session>, string]>([
    ['login', { login: () => thrown() }, 'erp.auth.login failed: no field'],
    ['expired', { expired: () => thrown() }, 'erp.auth.expired failed: no field'],
  ])('names the function of the configuration that throws: %s', async (_, auth, message) => {
    const { list } = await started({ auth });

    expect(await failureOf(list())).toMatchObject({ name: 'Rejected', causeCode: 'configuration', message });
  });
});

it('shows neither the password nor the session, whatever repeats them', async () => {
  // Prepare
  const { book, onCall } = await started({
    way: 'cookies',
    options: {
      book: {
        lookUp: [{ ...lookUp, done: () => undefined, refused: ({ text }) => text }],
        steps: [step],
      },
    },
    unknown: { status: 409, body: { message: 'no' } },
    login: () => ({
      body: {},
      headers: { 'set-cookie': ['B1SESSION=canary-session-y', 'ROUTEID=.node1'] },
    }),
  });
  let said = '';
  onCall(({ headers }) => {
    said = String(headers.cookie);
  });

  // Act
  const failure = inspect(await failureOf(book()), { depth: 10, showHidden: true });

  // Assess
  expect(said).toContain('canary-session-y');
  expect(failure).toMatch(/Rejected/);
  expect(failure).not.toMatch(/canary/);
});

it.each<[string, object, string]>([
  [
    'one session for all containers',
    { oneForAll: true },
    '$.auth.oneForAll: found boolean, expected false: each container',
  ],
  ['no place for the session', { carries: undefined }, '$.auth.carries'],
  ['another place', { carries: { cookie: 'B1SESSION' } }, '$.auth.carries.header: found missing'],
  ['a login that is no function', { login: '/login' }, '$.auth.login: found string, expected a function'],
  [
    'its header as a further secret',
    { sends: { headers: { 'x-monitor-sessionid': 'apiKey' } } },
    'another header',
  ],
])('refuses a configuration with %s', (_, wrong, expected) => {
  const auth = { ...byHeader, ...wrong };
  const make = () => Reflect.apply(rest, undefined, [{ ...smallOptions('https://erp.example.com'), auth }]);

  expect(make).toThrow(expected);
});

function thrown(): never {
  throw new Error('no field');
}
