import * as z from 'zod/mini';
import { limitShape } from '../model/partner.ts';
import { isTimeZone, utcInstant } from '../model/time.ts';
import { showFound } from '../platform/validation.ts';

/** How long a partner may need to finish what was sent to it, if nothing else is said. */
export const usualSettlingSeconds = 300;

/** Options that every connector takes. */
export const erpOptionsShape = {
  ...limitShape,
  /** Longest wait for a whole answer, in milliseconds. Default 15,000, below every function's timeout. */
  timeoutMs: z.optional(z.int().check(z.positive())),
  /** Whether plain http is allowed to another machine than this one. Default: it is refused. */
  allowHttp: z.optional(z.boolean()),
  /**
   * Seconds that the ERP may go on working on a call that was cut off, 300 to 3600: only after them is a booking in doubt
   * looked for and made again, and until then nothing else is booked on its order. Default 300; 900 for AFAS, which says that it
   * works for so long.
   */
  settlingSeconds: z.optional(z.int().check(z.minimum(usualSettlingSeconds), z.maximum(3600))),
  /** PEM of a private authority that signed the ERP's certificate, trusted besides the public ones. */
  caCertificate: z.optional(z.string()),
};

/** A text of the configuration that fits; a message repeats one that does not, as it is no secret. */
export function textThat(fits: (text: string) => boolean, expected: string) {
  return z.string(expected).check(z.refine(fits, { error: expected, params: showFound }));
}

/** A function of the configuration; that its type is this one is TypeScript's to check. */
export const fn = <F extends (...given: never[]) => unknown>() =>
  z.custom<F>((value) => typeof value === 'function', 'a function');

export const optionalFn = <F extends (...given: never[]) => unknown>() => z.optional(fn<F>());

/** A list of the configuration. It may be a constant, so its type is readonly; `z.readonly` would freeze it as well. */
export const readonlyList = <T extends z.ZodMiniType>(entry: T, least = 0) =>
  z.array(entry).check(z.minLength(least)) as z.ZodMiniType<readonly z.output<T>[], readonly z.input<T>[]>;

const zonedTime = 'an ISO time that exists, with zone, such as 2026-12-01T06:00:00Z';
/** An instant in the configuration; in UTC with milliseconds, so that instants compare as text. */
export const instantInUtc = z.pipe(
  textThat((text) => utcInstant(text) !== undefined, zonedTime),
  z.transform((text) => utcInstant(text) ?? text),
);

/** A time zone in the configuration. */
export const timeZoneSchema = textThat(isTimeZone, 'an IANA time zone such as Europe/Brussels');
