import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Sends a request with any headers, `Host` included. */
export function ask(
  url: string,
  {
    method = 'GET',
    headers = {},
    form,
  }: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly form?: Readonly<Record<string, string>> | [string, string][];
  } = {},
): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
      },
      async (answer) => {
        const pieces = await answer.toArray();
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(pieces).toString('utf8'),
        });
      },
    );
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Does what a browser does: keeps the cookie, and sends its origin with forms. */
export async function enter({ origin, address }: { readonly origin: string; readonly address: string }) {
  const { headers } = await ask(address);
  const [cookie = ''] = String(headers['set-cookie'] ?? '').split(';');
  const get = (path: string) => ask(`${origin}${path}`, { headers: { cookie } });
  /** Sends a form of a page that is shown, with the given fields, and follows the redirect. */
  async function post(path: string, shown: string, filled: readonly [name: string, value: string][]) {
    const form = [...hiddenEntriesOf(shown), ...filled];
    const answer = await ask(`${origin}${path}`, { method: 'POST', headers: { cookie, origin }, form });
    const { location } = answer.headers;
    return answer.status === 303 && typeof location === 'string' ? get(location) : answer;
  }
  return {
    cookie,
    get,
    post,
    /** Opens a page, and sends its form to the same address. */
    async send(page: string, filled: Readonly<Record<string, string>> = {}) {
      return post(page.split('?')[0] ?? '', (await get(page)).text, Object.entries(filled));
    },
  };
}

/** Names and values of the hidden fields of a page's form. */
export const hiddenFieldsOf = (page: string): Record<string, string> =>
  Object.fromEntries(hiddenEntriesOf(page));

/** The same with fields that are there several times; forms of one page share the key. */
function hiddenEntriesOf(page: string): [name: string, value: string][] {
  const found = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  const fields = [...found].map(([whole, name, value]): [string, [string, string]] => {
    return [whole, [String(name), String(value)]];
  });
  return [...new Map(fields).values()];
}

/** The addresses of links on a page that begin with a text, unescaped. */
export function linksOf(page: string, beginning: string): string[] {
  return [...page.matchAll(/href="([^"]+)"/g)]
    .map(([, href]) => String(href).replaceAll('&amp;', '&'))
    .filter((href) => href.startsWith(beginning));
}
