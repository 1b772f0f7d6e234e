import * as z from 'zod/mini';

const when = {
  /** Method and route pattern as the sandbox counts calls (`POST /api/v1/productorders`); all routes if absent. */
  route: z.optional(z.string()),
  /** For this many matching requests; until cleared if absent. */
  times: z.optional(z.int().check(z.positive())),
  /** Chance between 0 and 1 that a matching request is hit; drawn from `seed`, so that runs repeat. */
  probability: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  seed: z.optional(z.int()),
};

/** How a partner may fail, and when. After a `delay` another fault may follow; any other fault is the last. */
const faultSchema = z.discriminatedUnion('kind', [
  /** Answers with the status and does nothing. `retryAfter` is in seconds. */
  z.strictObject({
    ...when,
    kind: z.literal('status'),
    status: z.int().check(z.minimum(400), z.maximum(599)),
    message: z.optional(z.string()),
    retryAfter: z.optional(z.int()),
  }),
  /** Cuts the connection before doing anything. */
  z.strictObject({ ...when, kind: z.literal('reset-before') }),
  /** Does and commits the work, then cuts the connection. */
  z.strictObject({ ...when, kind: z.literal('reset-after') }),
  /** Does and commits the work, then never answers. */
  z.strictObject({ ...when, kind: z.literal('timeout-after') }),
  /** Waits first; other faults may follow. */
  z.strictObject({ ...when, kind: z.literal('delay'), ms: z.int().check(z.positive()) }),
  /** Does the work, then answers something unusable. */
  z.strictObject({ ...when, kind: z.literal('malformed'), as: z.enum(['not-json', 'wrong-shape']) }),
  /** Does nothing, but answers 200 with an error in the body. */
  z.strictObject({ ...when, kind: z.literal('business-error'), message: z.optional(z.string()) }),
  /** Does nothing, but answers 200 as if it had. */
  z.strictObject({ ...when, kind: z.literal('silent-no-op') }),
]);

export const faultsSchema = z.array(faultSchema);

export type Fault = z.output<typeof faultSchema>;

export function createFaults() {
  let armed: { fault: Fault; left: number; draw: () => number }[] = [];

  return {
    /** Replaces all faults; an empty list ends them. They live in memory: a restart ends them too. */
    set(faults: readonly Fault[]): void {
      armed = faults.map((fault) => ({
        fault,
        left: fault.times ?? Number.POSITIVE_INFINITY,
        draw: seededDraw(fault.seed ?? 1),
      }));
    },
    /** The faults, each with how many times it is left. */
    current: (): readonly Fault[] =>
      armed
        .filter(({ left }) => left > 0)
        .map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, times: left } : fault)),
    /** The faults that hit this request: any number of delays, and then one that ends it. */
    hit(route: string) {
      const hits: Fault[] = [];
      let delayMs = 0;
      for (const candidate of armed) {
        const { fault } = candidate;
        if (candidate.left <= 0 || (fault.route !== undefined && fault.route !== route)) continue;
        if (fault.probability !== undefined && candidate.draw() >= fault.probability) continue;
        candidate.left -= 1;
        hits.push(fault);
        if (fault.kind !== 'delay') return { hits, delayMs, fault };
        delayMs += fault.ms;
      }
      return { hits, delayMs, fault: undefined };
    },
  };
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, in the public domain). */
export function seededDraw(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
