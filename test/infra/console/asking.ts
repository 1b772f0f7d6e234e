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
    readonly form?: Readonly<Record<string, string>>;
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
  /** Sends a form with the given fields, and follows the redirect. */
  async function post(path: string, form: string, filled: Readonly<Record<string, string>> = {}) {
    const answer = await ask(new URL(path, origin).href.split('?')[0] ?? '', {
      method: 'POST',
      headers: { cookie, origin },
      form: { ...hiddenFieldsOf(form), ...filled },
    });
    const { location } = answer.headers;
    return answer.status === 303 && typeof location === 'string' ? get(location) : answer;
  }

  return {
    cookie,
    get,
    post,
    /** Opens a page and sends its form. */
    send: async (page: string, filled?: Readonly<Record<string, string>>) =>
      post(page, (await get(page)).text, filled),
  };
}

/** Names and values of the hidden fields of a page's form. */
export function hiddenFieldsOf(page: string): Record<string, string> {
  const found = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...found].map(([, name, value]) => [String(name), String(value)]));
}

/** The addresses of links on a page that begin with a text, unescaped. */
export function linksOf(page: string, beginning: string): string[] {
  return [...page.matchAll(/href="([^"]+)"/g)]
    .map(([, href]) => String(href).replaceAll('&amp;', '&'))
    .filter((href) => href.startsWith(beginning));
}
