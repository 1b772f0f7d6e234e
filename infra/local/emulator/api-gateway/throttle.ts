/**
 * API Gateway's token bucket: `burst` requests at once, `ratePerSecond` in the long run. The returned
 * function takes a token and says whether there was one. `now` is in milliseconds.
 */
export function createThrottle(
  limits: { readonly ratePerSecond: number; readonly burst: number },
  now: () => number,
): () => boolean {
  let tokens = limits.burst;
  let at = now();
  return () => {
    const current = now();
    tokens = Math.min(limits.burst, tokens + ((current - at) / 1000) * limits.ratePerSecond);
    at = current;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
