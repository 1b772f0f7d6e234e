/** Lets through `perSecond` calls a second, with bursts of as many; otherwise tells in how many seconds to come back. */
export function createRateLimit(
  perSecond: number,
  now: () => Date,
): () => { readonly retryAfterSeconds: number } | undefined {
  let left = perSecond;
  let filledAt = now().getTime();
  return () => {
    const at = now().getTime();
    left = Math.min(perSecond, left + ((at - filledAt) / 1000) * perSecond);
    filledAt = at;
    if (left >= 1) {
      left -= 1;
      return undefined;
    }
    return { retryAfterSeconds: Math.max(1, Math.ceil((1 - left) / perSecond)) };
  };
}
