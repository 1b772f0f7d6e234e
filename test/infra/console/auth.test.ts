import { describe, expect, it } from 'vitest';
import { forAllTests } from '../../support/for-all-tests.ts';
import { ask, enter, hiddenFieldsOf, linksOf } from './asking.ts';
import { startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);
await stage.dead('PO-1', 'No article.');

const pages = [
  '/',
  '/letters',
  '/search?q=PO-1',
  '/order?number=PO-1',
  '/letters/replay?group=x',
  '/try',
  '/order/now?number=PO-1',
];

describe('access', () => {
  it.each([...pages, '/assets/base.css', '/assets/refresh.js', '/nowhere'])(
    'is refused without the token: %s',
    async (path) => {
      const { status, text } = await ask(`${stage.origin}${path}`);
      expect(status).toBe(403);
      expect(text).not.toContain('PO-1');
    },
  );

  it('is possible at 127.0.0.1 and nowhere else', async () => {
    const { port } = new URL(stage.origin);
    await expect(fetch(`http://[::1]:${port}/`)).rejects.toThrow('fetch failed');
  });

  it('is refused for a wrong token, without a cookie', async () => {
    const { status, headers } = await ask(`${stage.origin}/?token=guessed`);
    expect(status).toBe(403);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('is granted for the token of this start by a cookie that no script and no other site gets; the token leaves the address', async () => {
    const { status, headers } = await ask(stage.address);
    expect(status).toBe(303);
    expect(headers.location).toBe('/');
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly/);
    expect(String(headers['set-cookie'])).toMatch(/SameSite=Strict/);
    expect(String(headers['set-cookie'])).not.toContain(stage.token);
  });

  it('is granted to every page by the cookie', async () => {
    for (const path of ['/', '/letters', '/assets/base.css'])
      expect((await visitor.get(path)).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '[::1]'])(
    'is refused even with the cookie to a page whose own name resolves to this machine, and says its address (Host: %s)',
    async (host) => {
      const { cookie } = visitor;
      const { status, text } = await ask(`${stage.origin}/`, { headers: { cookie, host } });
      expect([status, text]).toEqual([403, expect.stringContaining(stage.origin)]);
    },
  );

  it.each(['localhost', 'LOCALHOST', '[::1]'])('is granted under the name %s', async (name) => {
    const { port } = new URL(stage.origin);
    const headers = { cookie: visitor.cookie, host: `${name}:${port}` };
    expect((await ask(`${stage.origin}/`, { headers })).status).toBe(200);
  });

  it.each(['cross-site', 'same-site'])(
    'is refused to requests that another site caused (%s)',
    async (site) => {
      const headers = { cookie: visitor.cookie, 'sec-fetch-site': site };
      const { status, text } = await ask(`${stage.origin}/`, { headers });
      expect(status).toBe(403);
      // This happens after a click on a link in a web mail, so the page says what to type.
      expect(text).toContain(stage.origin);
    },
  );
});

describe('a form', () => {
  it.each([
    ['it comes from another origin', { origin: 'http://evil.example' }, {}],
    ['it comes from another server on this machine', { origin: 'http://127.0.0.1:1' }, {}],
    ['it has no Origin header', {}, {}],
    ['it is without the key of this start', { origin: stage.origin }, { formKey: 'guessed' }],
  ])('does nothing when %s', async (_, headers, change) => {
    // Prepare
    const [page = ''] = linksOf((await visitor.get('/letters')).text, '/letters/replay');
    const form = { ...hiddenFieldsOf((await visitor.get(page)).text), ...change };
    expect(form).toHaveProperty('formKey');

    // Act
    const { cookie } = visitor;
    const sent = { method: 'POST', headers: { cookie, ...headers }, form };
    const { status } = await ask(`${stage.origin}/letters/replay`, sent);

    // Assess
    expect(status).toBe(403);
    expect((await stage.depths())['dead-letters'].visible).toBe(1);
  });

  it('is not read when it is too large', async () => {
    const headers = { cookie: visitor.cookie, origin: stage.origin };
    const form = { formKey: 'x'.repeat(100_000) };
    const { status } = await ask(`${stage.origin}/letters/replay`, { method: 'POST', headers, form });
    expect(status).toBe(413);
  });
});

describe('a page', () => {
  it('loads, runs and sends only what belongs to the console, cannot be framed, and is not cached', async () => {
    const { headers } = await visitor.get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each(pages)('needs no inline style and no inline script: %s', async (path) => {
    const { text } = await visitor.get(path);
    expect(text).not.toMatch(/\sstyle=|<style|\son\w+=|<script(?! src="\/assets\/)/);
  });

  it('says in a sentence that it does not exist', async () => {
    const { status, text } = await visitor.get('/nowhere');
    expect(status).toBe(404);
    expect(text).toContain('There is no such page.');
  });
});
