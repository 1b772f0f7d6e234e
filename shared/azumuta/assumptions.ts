import * as z from 'zod/mini';

/**
 * Everything this project *assumes* about Azumuta's API, in one place.
 *
 * Azumuta's full API documentation is not public. Known for certain (its public pages and public code): the
 * base URL, the `X-API-Key` header, `/workinstructions`, the list envelope, language maps and the shape of a
 * work instruction. All below is assumed by analogy; `azumuta.assumptions` in `integration.config.ts`
 * overrides each entry without touching code.
 */
export const assumptionsSchema = z.object({
  /** Collections, below the base URL. `/workinstructions` is verified, the others follow its pattern. */
  paths: z._default(
    z.object({
      workInstructions: z._default(z.string(), '/workinstructions'),
      productOrders: z._default(z.string(), '/productorders'),
      recordings: z._default(z.string(), '/recordings'),
      articles: z._default(z.string(), '/articles'),
    }),
    {
      workInstructions: '/workinstructions',
      productOrders: '/productorders',
      recordings: '/recordings',
      articles: '/articles',
    },
  ),
  /** Query parameter that finds a product order or an article by its number. */
  numberQuery: z._default(z.string(), 'number'),
  /** `status` values of a product order that mean: its operator is finished. Upper and lower case are the same. */
  completedStatuses: z._default(z.array(z.string()), ['completed', 'done', 'finished']),
  /** Types of recorded steps whose value names a person. Upper and lower case are the same. */
  personalStepTypes: z._default(z.array(z.string()), ['signature', 'sign-off', 'person', 'user', 'operator']),
  /** Believe a completion trigger without reading the status back from the product order. */
  trustTrigger: z._default(z.boolean(), false),
  /** Language preferred in language maps; `en` is Azumuta's own fallback. */
  language: z._default(z.string(), 'en'),
});

export type AzumutaAssumptions = z.output<typeof assumptionsSchema>;

/** The events of triggers: the name stands in the webhook's path. Completion is the one documented. */
export const webhookEvents = ['product-order-completed'] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/**
 * Under which names a trigger may carry its content; matched without regard to case, `_`, `-` and a
 * trailing `[]`. The exact names are unknown.
 */
export const webhookAliasesSchema = z.object({
  productOrderNumber: z._default(z.array(z.string()), [
    'productOrderNumber',
    'productOrder',
    'orderNumber',
    'number',
  ]),
  workInstructionIds: z._default(z.array(z.string()), [
    'workInstructionIds',
    'workInstructionId',
    'workInstructions',
    'workInstruction',
  ]),
  recordingIds: z._default(z.array(z.string()), ['recordingIds', 'recordingId', 'recordings', 'recording']),
});

export type WebhookAliases = z.output<typeof webhookAliasesSchema>;
