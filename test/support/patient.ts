/** For `vi.waitFor` and its kin: a generous limit costs nothing, as each ends as soon as it is so. */
export const patient = { timeout: 18_000, interval: 20 } as const;
