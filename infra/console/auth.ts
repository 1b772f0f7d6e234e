import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';
import { refusalPage } from './pages/error-page.ts';

export interface AuthKeys {
  /** Part of the address that the terminal prints; it grants access. */
  readonly token: string;
  /** Content of the cookie; never part of an address. */
  readonly session: string;
}

/** Names that always mean this machine; any other name may resolve to it. */
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

/** The forms of the console are small, but for the one in which JSON is pasted: its page says how much it takes. */
const mostFormBytes = (path: string) => (path === '/try' ? 8192 : 32) * 1024;

/**
 * The console acts with the operator's AWS credentials, so no other page in the browser may call it:
 *
 * - the Host header must name loopback: a page whose own name resolves to 127.0.0.1 is refused;
 * - the cookie (HttpOnly, SameSite=Strict) is set only for the token that this start has printed;
 * - requests with fetch metadata of another site are refused, and a form must come from this origin and contain its key.
 *
 * @param port The port that it listens on; a function, because a free port is known only later.
 */
export function createAuth(keys: AuthKeys, port: () => number) {
  const formKey = createHmac('sha256', keys.session).update('form').digest('base64url');
  // Cookies are shared by all ports of a host, so two consoles on one machine need different names.
  const cookieName = () => `console-${port()}`;

  return {
    /** Puts the key into every form of the console; no form of another page can have it. */
    withKeys: (page: string) =>
      page.replace(/<form method="post"[^>]*>/g, `$&<input type="hidden" name="formKey" value="${formKey}">`),
    async guard(c: Context, next: Next) {
      const host = (c.req.header('host') ?? '').toLowerCase();
      if (!loopbackNames.some((name) => host === `${name}:${port()}`))
        return answerRefusal(
          c,
          `This console answers only on its own machine, at http://127.0.0.1:${port()}.`,
        );
      const site = c.req.header('sec-fetch-site') ?? 'none';
      if (site !== 'none' && site !== 'same-origin')
        return answerRefusal(
          c,
          `Another page linked here. Type the address yourself: http://127.0.0.1:${port()}, or the one with the token that the terminal shows.`,
        );

      const presented = c.req.method === 'GET' && c.req.path === '/' ? c.req.query('token') : undefined;
      if (presented !== undefined) {
        if (!isSameSecret(presented, keys.token))
          return answerRefusal(c, 'The token is wrong: each start of the console prints a new address.');
        setCookie(c, cookieName(), keys.session, { httpOnly: true, sameSite: 'Strict', path: '/' });
        return c.redirect('/', 303);
      }
      if (!isSameSecret(getCookie(c, cookieName()) ?? '', keys.session))
        return answerRefusal(
          c,
          'Open the address that the terminal shows: it contains the token of this start.',
        );

      if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
      if (c.req.header('origin') !== `http://${host}`)
        return answerRefusal(c, 'The form came from another page: nothing was done.');
      const form = await c.req.parseBody();
      if (!isSameSecret(String(form.formKey ?? ''), formKey))
        return answerRefusal(
          c,
          'The form belongs to an earlier start of the console: reload the page. Nothing was done.',
        );
      return next();
    },
  };
}

/** Headers of every answer: pages load and run only what the console serves, and are neither framed nor cached. */
export function strictHeaders(): MiddlewareHandler[] {
  const [own, none] = [["'self'"], ["'none'"]];
  const loaded = { scriptSrc: own, styleSrc: own, imgSrc: own, connectSrc: own, formAction: own };
  return [
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: none, ...loaded, baseUri: none, frameAncestors: none },
      // With no-referrer, browsers would send `Origin: null` with the console's own forms.
      referrerPolicy: 'same-origin',
      crossOriginResourcePolicy: 'same-origin',
      crossOriginOpenerPolicy: 'same-origin',
      xFrameOptions: 'DENY',
      // The console does not use HTTPS, and the header would apply to other servers on this machine.
      strictTransportSecurity: false,
    }),
    async (c, next) => {
      await next();
      c.header('cache-control', 'no-store');
    },
    (c, next) =>
      bodyLimit({
        maxSize: mostFormBytes(c.req.path),
        onError: () => c.text('The form is too large: nothing was done.', 413),
      })(c, next),
  ];
}

const answerRefusal = (c: Context, sentence: string) => c.html(refusalPage(sentence), 403);

function isSameSecret(presented: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', presented, 'buffer'), hash('sha256', expected, 'buffer'));
}
