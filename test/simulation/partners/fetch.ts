import { type Answer, type Received, strictlyRead } from '../../support/server.ts';

/** The request that a server receives from a call of the built-in fetch with a text body. */
export function receivedOf(url: URL | string, init: RequestInit = {}): Received {
  const { method = 'GET', headers, body = '' } = init;
  if (typeof body !== 'string') throw new Error('The models accept only a text as body.');
  return {
    method,
    url: strictlyRead(new URL(url)),
    headers: Object.fromEntries(new Headers(headers)),
    body,
  };
}

/** The response of the built-in fetch for a server's answer. */
export function responseOf({ status = 200, body = '', headers = {} }: Answer): Response {
  const isText = typeof body === 'string';
  const sent = new Headers({ 'content-type': isText ? 'text/plain' : 'application/json' });
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') sent.set(name, value);
    else for (const one of value) sent.append(name, one);
  }
  const text = isText ? body : JSON.stringify(body);
  // These statuses have no body (Fetch Standard, "null body status"), and Response refuses one.
  const bare = status === 204 || status === 205 || status === 304;
  return new Response(bare ? null : text, { status, headers: sent });
}
