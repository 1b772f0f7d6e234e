import * as z from 'zod/mini';
import { contractSchema, defaultBaseUrl, defaultContract } from '../azumuta/contract.ts';
import type { ErpDefinition } from '../erp/connector.ts';
import { callables, textThat, timeZoneSchema } from '../erp/options.ts';
import { isWithinPace, limitShape } from '../model/partner.ts';
import { utcInstant } from '../model/time.ts';
import { strictObject } from '../platform/strict-object.ts';
import { deploymentSchema } from './deployment.ts';

/** The defaults; also what a run started by hand does while the schedule is off. */
export const reconcileDefaults = { everyHours: 24, most: 50, graceHours: 24 };

const zonedTime = 'an ISO time that exists, with zone, such as 2026-12-01T06:00:00Z';
/** In UTC with milliseconds, so that instants compare as text. */
const instant = z.pipe(
  textThat((text) => utcInstant(text) !== undefined, zonedTime),
  z.transform((text) => utcInstant(text) ?? text),
);

/** What `defineIntegration` takes, with its bounds and defaults. */
export const integrationSchema = strictObject({
  plant: textThat(
    (text) => /^[A-Za-z][A-Za-z0-9-]{0,30}$/.test(text),
    'letters, digits and dashes, beginning with a letter, at most 31',
  ),
  timeZone: timeZoneSchema,
  azumuta: z._default(
    strictObject(
      {
        baseUrl: z._default(z.url(), defaultBaseUrl),
        contract: z.prefault(contractSchema, {}),
        ...limitShape,
      },
      { assumptions: 'it is contract now', webhookAliases: 'it is contract.trigger now' },
    ).check(isWithinPace),
    { baseUrl: defaultBaseUrl, contract: defaultContract },
  ),
  erp: z
    .looseObject({
      name: z.string(),
      ...limitShape,
      connect: z.custom<ErpDefinition['connect']>(
        (value) => typeof value === 'function',
        'a connector, such as tryton({ … })',
      ),
    })
    .check(isWithinPace),
  productOrders: z._default(
    strictObject({
      ...callables('number', 'article', 'parameters', 'variants', 'accept'),
      split: z.optional(
        z.union([
          z.literal('one'),
          strictObject({
            per: z.literal('unit'),
            book: z.enum(['each', 'when-all-done']),
            most: z.optional(z.int().check(z.minimum(1), z.maximum(500))),
          }),
        ]),
      ),
    }),
    {},
  ),
  completions: z._default(
    strictObject({
      ...callables('quantity', 'scrap', 'lots', 'notes', 'links', 'final', 'erpOrderNumber'),
      unknownOrder: z.optional(z.enum(['reject', 'ignore'])),
      unknownRecordings: z.optional(z.enum(['reject', 'ignore'])),
      includeOperators: z.optional(z.boolean()),
    }),
    {},
  ),
  schedule: z._default(
    strictObject({
      pull: z._default(
        z.union([
          z.literal('off'),
          strictObject({ everyMinutes: z.int().check(z.minimum(1), z.maximum(1440)), from: instant }),
        ]),
        'off',
      ),
      reconcile: z._default(
        z.union([
          z.literal('off'),
          strictObject({
            // An alarm sees two missed runs in a row, and CloudWatch looks back a week at most.
            everyHours: z.int().check(z.minimum(1), z.maximum(72)),
            most: z._default(z.int().check(z.minimum(1), z.maximum(500)), reconcileDefaults.most),
            graceHours: z._default(
              z.int().check(z.minimum(0), z.maximum(2160)),
              reconcileDefaults.graceHours,
            ),
          }),
        ]),
        reconcileDefaults,
      ),
    }),
    { pull: 'off', reconcile: reconcileDefaults },
  ),
  deployment: z.prefault(deploymentSchema, {}),
});
