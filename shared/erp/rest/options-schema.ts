import * as z from 'zod/mini';
import { placeSchema } from '../../platform/places.ts';
import { strictObject } from '../../platform/strict-object.ts';
import { callable, callables, erpOptionsShape, timeZoneSchema } from '../options.ts';

const pageSize = strictObject({ parameter: z.string(), rows: z.int().check(z.positive()) });
const texts = z.record(z.string(), z.string());
const statuses = z.array(z.int());

const lookUp = strictObject({
  name: z.string(),
  request: callable,
  accepts: z.optional(statuses),
  done: z.optional(callable),
  ...callables('when', 'unknown', 'refused', 'waits', 'article', 'unit'),
});

const step = strictObject({
  name: z.string(),
  request: callable,
  success: z.optional(
    strictObject({ status: z.optional(statuses.check(z.minLength(1))), test: z.optional(callable) }),
  ),
  idempotencyKeyHeader: z.optional(z.string()),
  ...callables('when', 'done', 'rejected', 'retryable'),
});

const procedure = strictObject({
  lookUp: z.array(lookUp).check(
    z.refine((list) => list.some(({ done }) => done !== undefined), 'at least one look-up with `done`'),
    z.refine(
      (list) => new Set(list.map(({ name }) => name)).size === list.length,
      'a different name for each look-up',
    ),
  ),
  steps: z.array(step).check(z.minLength(1)),
  readBack: z.optional(strictObject({ request: callable, confirmed: callable })),
});

/** What an option's value must look like; the functions' own types are TypeScript's to check. */
export const restOptionsSchema = strictObject({
  ...erpOptionsShape,
  name: z.optional(z.string().check(z.minLength(1))),
  baseUrl: z.url(),
  headers: z.optional(texts),
  auth: z.discriminatedUnion('kind', [
    strictObject({
      kind: z.literal('apiKey'),
      header: z.optional(z.string()),
      prefix: z.optional(z.string()),
    }),
    strictObject({ kind: z.literal('basic') }),
    strictObject({ kind: z.literal('bearer') }),
    strictObject({
      kind: z.literal('oauth2ClientCredentials'),
      tokenUrl: z.url(),
      scope: z.optional(z.string()),
      parameters: z.optional(texts),
      credentialsIn: z.optional(z.enum(['body', 'basic'])),
    }),
  ]),
  csrf: z.optional(
    strictObject({ fetchPath: z.string(), header: z.optional(z.string()), value: z.optional(z.string()) }),
  ),
  orders: strictObject({
    method: z.optional(z.enum(['GET', 'POST'])),
    path: z.string(),
    query: z.optional(callable),
    body: z.optional(callable),
    since: z.optional(strictObject({ timeZone: timeZoneSchema, format: z.enum(['local', 'iso']) })),
    paging: z.discriminatedUnion('kind', [
      strictObject({ kind: z.literal('none') }),
      strictObject({
        kind: z.literal('page'),
        parameter: z.string(),
        first: z.optional(z.int()),
        size: z.optional(pageSize),
        next: z.optional(placeSchema),
      }),
      strictObject({ kind: z.literal('offset'), parameter: z.string(), size: pageSize }),
      strictObject({
        kind: z.literal('cursor'),
        parameter: z.string(),
        next: placeSchema,
        size: z.optional(pageSize),
      }),
      strictObject({ kind: z.literal('nextLink'), next: placeSchema, size: z.optional(pageSize) }),
    ]),
    emptyStatus: z.optional(statuses),
    list: placeSchema,
    row: z.custom<z.ZodMiniType>((value) => value instanceof z.ZodMiniType, 'a schema of zod/mini'),
    detail: z.optional(
      strictObject({
        request: callable,
        accepts: z.optional(statuses),
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
