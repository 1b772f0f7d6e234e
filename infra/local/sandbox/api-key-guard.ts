import type { Call, Reply } from './api.ts';
import { createRateLimit } from './rate-limit.ts';

export interface GuardOptions {
  /** The one key that is let in, in `X-API-Key`. */
  readonly key: string;
  readonly requestsPerSecond: number;
  readonly now: () => Date;
  /** How the partner writes an error. */
  readonly errorBody: (code: string, message: string) => unknown;
}

/**
 * Who is let in, and how often. Of Azumuta it is VERIFIED that the key travels in `X-API-Key`, and ASSUMED that
 * a wrong one gets 401, and too many calls 429 with Retry-After.
 */
export function createApiKeyGuard({ key, requestsPerSecond, now, errorBody }: GuardOptions) {
  const limit = createRateLimit(requestsPerSecond, now);
  return ({ headers }: Call): Reply | undefined => {
    if (headers['x-api-key'] !== key)
      return { status: 401, body: errorBody('unauthorized', 'The API key is missing or wrong.') };
    const tooFast = limit();
    return (
      tooFast && {
        status: 429,
        headers: { 'retry-after': String(tooFast.retryAfterSeconds) },
        body: errorBody('rate-limited', 'Too many requests.'),
      }
    );
  };
}
