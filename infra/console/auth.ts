import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { secureHeaders } from 'hono/secure-headers';

/** Secrets of one start of the console. */
export interface AuthKeys {
  /** In the address that the terminal prints: whoever has it gets in. */
  readonly token: string;
  /** In the cookie; never in an address. */
  readonly session: string;
}

export interface Auth {
  /** Lets in who has the cookie, or the token in the address; refuses everybody else, and every other page. */
  readonly guard: MiddlewareHandler;
  /** What every form carries, to be told from a form of somebody else's page. */
  readonly formKey: string;
}

/** How a browser may spell this machine; a name of its own may be anybody's. */
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

export const formKeyField = 'formKey';
/** Forms hold a few words. */
const maxBodyBytes = 32 * 1024;

/**
 * The console acts with the operator's AWS credentials, so no other page in the browser may call it:
 *
 * - the Host header must name loopback, so that a page that resolves its own name to 127.0.0.1 is refused;
 * - a cookie (HttpOnly, SameSite=Strict) is given only for the token that this start printed;
 * - fetch metadata of another site is refused, and a form must come from this origin and carry its key.
 *
 * @param port Where it listens, as a function, since a free port is known only when it does.
 * @param refuse Page of a refusal.
 */
export function createAuth(
  keys: AuthKeys,
  port: () => number,
  refuse: (c: Context, sentence: string) => Response | Promise<Response>,
): Auth {
  const formKey = createHmac('sha256', keys.session).update('form').digest('base64url');
  // Cookies do not heed ports: two consoles on one machine would take each other's.
  const cookieName = () => `console-${port()}`;

  return {
    formKey,
    async guard(c, next) {
      const host = (c.req.header('host') ?? '').toLowerCase();
      if (!loopbackNames.some((name) => host === `${name}:${port()}`))
        return refuse(c, `This console answers only on its own machine, at http://127.0.0.1:${port()}.`);
      const site = c.req.header('sec-fetch-site') ?? 'none';
      if (site !== 'none' && site !== 'same-origin')
        return refuse(
          c,
          `Another page led here. Type the address yourself: http://127.0.0.1:${port()}, or the one with the token that the terminal shows.`,
        );

      const presented = c.req.method === 'GET' && c.req.path === '/' ? c.req.query('token') : undefined;
      if (presented !== undefined) {
        if (!same(presented, keys.token))
          return refuse(c, 'The token does not fit: each start of the console prints a new address.');
        setCookie(c, cookieName(), keys.session, { httpOnly: true, sameSite: 'Strict', path: '/' });
        return c.redirect('/', 303);
      }
      if (!same(getCookie(c, cookieName()) ?? '', keys.session))
        return refuse(c, 'Open the address that the terminal shows: it holds the token of this start.');

      if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
      if (c.req.header('origin') !== `http://${host}`)
        return refuse(c, 'The form came from another page: nothing was done.');
      const form = await c.req.parseBody();
      if (!same(String(form[formKeyField] ?? ''), formKey))
        return refuse(
          c,
          'The form is not one of this start of the console: reload the page. Nothing was done.',
        );
      return next();
    },
  };
}

/** Headers of every answer: nothing from elsewhere is loaded, run, framed, sniffed or kept. */
export function strictHeaders(): MiddlewareHandler[] {
  const own = ["'self'"];
  return [
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: own,
        styleSrc: own,
        imgSrc: own,
        connectSrc: own,
        formAction: own,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // With no-referrer, browsers send `Origin: null` with the console's own forms.
      referrerPolicy: 'same-origin',
      crossOriginResourcePolicy: 'same-origin',
      crossOriginOpenerPolicy: 'same-origin',
      xFrameOptions: 'DENY',
      // It is not HTTPS, and promises nothing about other servers on this machine.
      strictTransportSecurity: false,
    }),
    async (c, next) => {
      await next();
      c.header('cache-control', 'no-store');
    },
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (c) => c.text('The form is larger than any of the console: nothing was done.', 413),
    }),
  ];
}

function same(presented: string, expected: string): boolean {
  const [a, b] = [presented, expected].map((text) => createHmac('sha256', 'same').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
