import type { Fault } from './faults.ts';

/** A JSON call to a sandbox's control routes; anything but 2xx is an error with the sandbox's own words. */
export async function control<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} at the sandbox: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** What every sandbox lets itself be asked and done to. */
export function partnerControl(url: string) {
  return {
    /** Calls so far by `METHOD /route/{pattern}`, or by the real path with its query. */
    calls: (by: 'route' | 'path' = 'route') =>
      control<Readonly<Record<string, number>>>(url, 'GET', `/sandbox/calls?by=${by}`),
    forgetCalls: () => control<void>(url, 'DELETE', '/sandbox/calls'),
    setFaults: (faults: readonly Fault[]) => control<void>(url, 'PUT', '/sandbox/faults', faults),
  };
}
