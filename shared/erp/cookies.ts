import type { HttpResponse } from '../platform/http.ts';

/** The cookies of one session, by their names. */
export type Cookies = Map<string, string>;

/** Keeps the cookies that an answer sets: of each its name and value, which are sent back. @param used Takes the values. */
export function keepCookies(
  cookies: Cookies,
  { headers }: Pick<HttpResponse, 'headers'>,
  used?: Set<string>,
): void {
  for (const cookie of headers.getSetCookie()) takePair(cookies, cookie.split(';', 1)[0] ?? '');
  for (const value of cookies.values()) used?.add(value);
}

/** Header of a call with these cookies, and those that it has already; none without any. */
export function cookieHeader(cookies: Cookies, given = ''): Readonly<Record<string, string>> {
  const all: Cookies = new Map();
  for (const pair of given.split(';')) takePair(all, pair);
  for (const [name, content] of cookies) all.set(name, content);
  const pairs = [...all].map(([name, content]) => `${name}=${content}`);
  return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
}

function takePair(cookies: Cookies, pair: string): void {
  const at = pair.indexOf('=');
  if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
}
