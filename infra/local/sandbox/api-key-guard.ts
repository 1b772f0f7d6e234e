import { failure, type Guard } from './api.ts';

/** The keys that the sandboxes accept: they open nothing but a sandbox. */
export const azumutaSandboxKey = 'azumuta-sandbox-key';
export const erpSandboxKey = 'erp-sandbox-key';

export interface GuardOptions {
  /** The only accepted value of `X-API-Key`. */
  readonly key: string;
  /** Bursts of as many calls are let through, too. */
  readonly requestsPerSecond: number;
  readonly now: () => Date;
}

/**
 * Refuses wrong keys and callers that are too fast. Of Azumuta it is VERIFIED that the key travels in `X-API-Key`,
 * and ASSUMED that a wrong one gets 401, and too many calls 429 with Retry-After.
 */
export function createApiKeyGuard({ key, requestsPerSecond, now }: GuardOptions): Guard {
  let left = requestsPerSecond;
  let filledAt = now().getTime();
  return (headers) => {
    if (headers['x-api-key'] !== key) return failure(401, 'unauthorized', 'The API key is missing or wrong.');
    const at = now().getTime();
    left = Math.min(requestsPerSecond, left + ((at - filledAt) / 1000) * requestsPerSecond);
    filledAt = at;
    if (left < 1) {
      const seconds = Math.max(1, Math.ceil((1 - left) / requestsPerSecond));
      return {
        ...failure(429, 'rate-limited', 'Too many requests.'),
        headers: { 'retry-after': String(seconds) },
      };
    }
    left -= 1;
    return undefined;
  };
}
