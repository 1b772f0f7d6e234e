/**
 * A generous limit for `vi.waitFor` and similar functions. It costs nothing, as each ends as soon as its condition
 * holds.
 */
export const patient = { timeout: 18_000, interval: 20 } as const;
