import type { Sandbox } from '../../../../infra/local/sandbox/sandboxes.ts';

/** A call to a sandbox's API with its default key. */
export function apiOf({ url }: Pick<Sandbox, 'url'>, key: string) {
  return async (path: string, body?: unknown) => {
    const response = await fetch(new URL(path, url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
}
