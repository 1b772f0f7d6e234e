/** Orders, or their parts, for which the ledger is called at the same time. */
export const atOnce = 8;

/**
 * Works on all, at most `width` at the same time, and returns their results in the same order. When one fails, no further
 * one begins, and those under way are awaited before the first failure is thrown.
 */
export async function mapConcurrently<In, Out>(
  all: readonly In[],
  width: number,
  work: (one: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = new Array(all.length);
  const entries = all.entries();
  let stopped = false;
  const workers = Array.from({ length: Math.min(width, all.length) }, async () => {
    for (const [index, one] of entries) {
      if (stopped) return;
      try {
        results[index] = await work(one);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  });
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return results;
}
