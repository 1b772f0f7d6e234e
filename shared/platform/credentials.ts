import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';

/** A token or key that we hand out: two values are valid while one is being rotated. */
export const rotatingSecretSchema = z.object({
  current: z.string().check(z.minLength(20)),
  previous: z.exactOptional(z.string().check(z.minLength(20))),
});

export type RotatingSecret = z.output<typeof rotatingSecretSchema>;

/** A key that a partner gave us. */
export const apiKeySchema = z.object({ apiKey: z.string().check(z.minLength(1)) });

/** Whether `presented` is one of the valid values; takes the same time whether and where they differ. */
export function isValid(presented: string, { current, previous }: RotatingSecret): boolean {
  const given = digest(presented);
  const matches = [current, previous ?? current].map((value) => timingSafeEqual(given, digest(value)));
  return matches.includes(true);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
