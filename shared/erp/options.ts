import * as z from 'zod/mini';
import { Rejected } from '../model/errors.ts';
import { limitShape, type PartnerLimit } from '../model/partner.ts';
import { isTimeZone } from '../model/time.ts';
import { describeMismatches, parse, showFound } from '../platform/validation.ts';

/** Options that every connector takes. */
export interface ErpOptions extends PartnerLimit {
  /** Longest wait for a whole answer, in milliseconds. Default 15,000, below every function's timeout. */
  readonly timeoutMs?: number | undefined;
  /** Whether plain http is allowed to another machine than this one. Default: it is refused. */
  readonly allowHttp?: boolean | undefined;
  /** PEM of a private authority that signed the ERP's certificate, trusted beside the public ones. */
  readonly caCertificate?: string | undefined;
}

/** Fields of `ErpOptions` in a schema. */
export const erpOptionsShape = {
  ...limitShape,
  timeoutMs: z.optional(z.int().check(z.positive())),
  allowHttp: z.optional(z.boolean()),
  caCertificate: z.optional(z.string()),
};

/** A text of the configuration that fits; a message repeats one that does not, as it is no secret. */
export function textThat(fits: (text: string) => boolean, expected: string) {
  return z.string(expected).check(z.refine(fits, { error: expected, params: showFound }));
}

/** A function of the configuration; its own type is TypeScript's to check. */
export const callable = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === 'function',
  'a function',
);

/** Fields for functions that may be left out. */
export function callables(...names: string[]) {
  return Object.fromEntries(names.map((name) => [name, z.optional(callable)]));
}

/** A time zone in the configuration. */
export const timeZoneSchema = textThat(isTimeZone, 'an IANA time zone such as Europe/Brussels');

/** @throws Rejected when a connector's options do not fit, naming the field, what was found and what is expected. */
export function requireOptions(connector: string, schema: z.ZodMiniType, options: unknown): void {
  const parsed = parse(schema, options);
  if (parsed.ok) return;
  throw new Rejected(`${connector}(): ${describeMismatches(parsed.mismatches)}`, { code: 'configuration' });
}
