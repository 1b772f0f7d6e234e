import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { reasonOf } from '../../model/errors.ts';
import type { Logger } from '../log.ts';
import { SecretUnset } from './secrets.ts';

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

export interface CallerCheck {
  /** Whether this address may call it at all. */
  readonly mayCall: (sourceIp: string) => boolean;
  /** What a caller must present; `refresh` reads it again, at most once a minute. */
  readonly key: (options?: { readonly refresh?: boolean }) => Promise<RotatingSecret>;
  readonly log: Logger;
}

/** Why an endpoint refuses a caller; undefined lets it in. @param name Of the key, in the log: `The webhook token`. */
export async function whyCallerRefused(
  { presented, sourceIp }: { readonly presented: string; readonly sourceIp: string },
  name: string,
  { mayCall, key, log }: CallerCheck,
): Promise<'address' | 'key' | 'key is not set' | 'key cannot be read' | undefined> {
  if (!mayCall(sourceIp)) {
    log.warn('A call from an address that is not allowed', { sourceIp });
    return 'address';
  }
  try {
    // It may have been rotated since it was read.
    const fits = isValid(presented, await key()) || isValid(presented, await key({ refresh: true }));
    return fits ? undefined : 'key';
  } catch (error) {
    log.error(`${name} cannot be checked`, { reason: reasonOf(error) });
    return error instanceof SecretUnset ? 'key is not set' : 'key cannot be read';
  }
}

/** Removes our secrets, raw, URL-encoded or in base64, from a text of a partner, which may echo what it was sent. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    // Such a short text occurs in sentences by chance.
    if (secret.length <= 3) continue;
    const bytes = Buffer.from(secret);
    // Found with and without the padding of base64.
    const base64 = bytes.toString('base64').replace(/={1,2}$/, '');
    const forms = [secret, encodeURIComponent(secret), base64, bytes.toString('base64url')];
    for (const form of forms) clean = clean.replaceAll(form, '•••');
  }
  return clean;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
