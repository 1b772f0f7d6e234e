import * as z from 'zod/mini';
import { isTimeZone } from '../../model/time.ts';
import { placeSchema } from '../../platform/places.ts';
import { erpOptionsShape } from '../options.ts';

const callable = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === 'function',
  'a function',
);
const pageSize = z.strictObject({ parameter: z.string(), rows: z.int().check(z.positive()) });
const textMap = z.record(z.string(), z.string());

const lookUp = z.strictObject({
  name: z.string(),
  when: z.optional(callable),
  request: callable,
  accepts: z.optional(z.array(z.int())),
  unknown: z.optional(callable),
  done: z.optional(callable),
  refused: z.optional(callable),
  waits: z.optional(callable),
  article: z.optional(callable),
  unit: z.optional(callable),
});

const step = z.strictObject({
  name: z.string(),
  when: z.optional(callable),
  done: z.optional(callable),
  request: callable,
  success: z.optional(
    z.strictObject({
      status: z.optional(z.array(z.int()).check(z.minLength(1))),
      test: z.optional(callable),
    }),
  ),
  rejected: z.optional(callable),
  retryable: z.optional(callable),
  idempotencyKeyHeader: z.optional(z.string()),
});

const procedure = z.strictObject({
  lookUp: z.array(lookUp).check(
    z.refine((list) => list.some(({ done }) => done !== undefined), 'at least one look-up with `done`'),
    z.refine(
      (list) => new Set(list.map(({ name }) => name)).size === list.length,
      'a different name for each look-up',
    ),
  ),
  steps: z.array(step).check(z.minLength(1)),
  readBack: z.optional(z.strictObject({ request: callable, confirmed: callable })),
});

/** What an option's value must look like; the functions' own types are TypeScript's to check. */
export const restOptionsSchema = z.strictObject({
  ...erpOptionsShape,
  name: z.optional(z.string().check(z.minLength(1))),
  baseUrl: z.url(),
  allowHttp: z.optional(z.boolean()),
  caCertificate: z.optional(z.string()),
  timeoutMs: z.optional(z.int().check(z.positive())),
  headers: z.optional(textMap),
  auth: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('apiKey'),
      header: z.optional(z.string()),
      prefix: z.optional(z.string()),
    }),
    z.strictObject({ kind: z.literal('basic') }),
    z.strictObject({ kind: z.literal('bearer') }),
    z.strictObject({
      kind: z.literal('oauth2ClientCredentials'),
      tokenUrl: z.url(),
      scope: z.optional(z.string()),
      parameters: z.optional(textMap),
      credentialsIn: z.optional(z.enum(['body', 'basic'])),
    }),
  ]),
  csrf: z.optional(
    z.strictObject({ fetchPath: z.string(), header: z.optional(z.string()), value: z.optional(z.string()) }),
  ),
  orders: z.strictObject({
    method: z.optional(z.enum(['GET', 'POST'])),
    path: z.string(),
    query: z.optional(callable),
    body: z.optional(callable),
    since: z.optional(
      z.strictObject({
        timeZone: z.string().check(z.refine(isTimeZone, 'a time zone, such as Europe/Brussels')),
        format: z.enum(['local', 'iso']),
      }),
    ),
    paging: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({
        kind: z.literal('page'),
        parameter: z.string(),
        first: z.optional(z.int()),
        size: z.optional(pageSize),
        next: z.optional(placeSchema),
      }),
      z.strictObject({ kind: z.literal('offset'), parameter: z.string(), size: pageSize }),
      z.strictObject({
        kind: z.literal('cursor'),
        parameter: z.string(),
        next: placeSchema,
        size: z.optional(pageSize),
      }),
      z.strictObject({ kind: z.literal('nextLink'), next: placeSchema, size: z.optional(pageSize) }),
    ]),
    emptyStatus: z.optional(z.array(z.int())),
    list: placeSchema,
    row: z.custom<z.ZodMiniType>((value) => value instanceof z.ZodMiniType, 'a schema of zod/mini'),
    detail: z.optional(
      z.strictObject({
        request: callable,
        accepts: z.optional(z.array(z.int())),
        atOnce: z.optional(z.int().check(z.positive(), z.maximum(16))),
        most: z.optional(z.int().check(z.positive())),
      }),
    ),
    order: callable,
    incremental: z.optional(z.boolean()),
  }),
  link: z.optional(procedure),
  book: procedure,
});
