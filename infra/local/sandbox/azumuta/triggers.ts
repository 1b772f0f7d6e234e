import * as z from 'zod/mini';
import type { Store } from './store.ts';

/**
 * Triggers as they are configured per article category. VERIFIED: the event (a product order is completed), GET
 * with query parameters or POST with JSON, and what they carry. ASSUMED: the field names (`fields` renames
 * them) and whether ids come singly or as lists.
 */
export const triggersSchema = z.array(
  z.strictObject({
    /** Key or English name of the article category; all categories if absent. */
    articleCategory: z.optional(z.string()),
    method: z.enum(['GET', 'POST']),
    url: z.url(),
    /** `singular`: the last id only; `list`: a JSON list, or comma-separated; `repeated`: the query key again and again. */
    ids: z.optional(z.enum(['singular', 'list', 'repeated'])),
    fields: z.optional(
      z.strictObject({
        productOrderNumber: z.optional(z.string()),
        workInstructions: z.optional(z.string()),
        recordings: z.optional(z.string()),
      }),
    ),
    /** How often it is called for one event: nothing promises that it is once. */
    times: z.optional(z.int().check(z.positive())),
    timeoutMs: z.optional(z.int().check(z.positive())),
  }),
);

export type Trigger = z.output<typeof triggersSchema>[number];

/** What became of one call of a trigger. */
export interface TriggerLogEntry {
  readonly at: string;
  readonly productOrderNumber: string;
  readonly method: string;
  readonly url: string;
  /** Status of the answer, or why there was none. */
  readonly outcome: number | string;
}

/** Whose triggers they are, and how they are called. */
export interface TriggerCaller {
  readonly store: Store;
  readonly now: () => Date;
  readonly sender: TriggerSender;
}

export interface TriggerContent {
  readonly productOrderNumber: string;
  readonly workInstructionIds: readonly string[];
  readonly recordingIds: readonly string[];
  readonly category: readonly string[];
}

/** How the calls of triggers leave: over the network, and in real time, unless a test says otherwise. */
export interface TriggerSender {
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

export const networkSender: TriggerSender = {
  fetch: (url, init) => fetch(url, init),
  timeout: (ms) => AbortSignal.timeout(ms),
};

/**
 * Calls every trigger of the category and forgets about it, as ASSUMED of the product: no retry, a short wait
 * for the answer, and a call that is lost if the process dies first. The outcome is logged.
 */
export function fireTriggers({ store, now, sender }: TriggerCaller, content: TriggerContent): void {
  const triggers = triggersSchema.parse(store.setting('triggers') ?? []);
  for (const trigger of triggers) {
    if (trigger.articleCategory !== undefined && !content.category.includes(trigger.articleCategory))
      continue;
    for (let time = 0; time < (trigger.times ?? 1); time++)
      void callTrigger({ store, now, sender }, trigger, content);
  }
}

/** All calls of triggers so far, oldest first. */
export function triggerLog(store: Store): TriggerLogEntry[] {
  return store.database
    .all('SELECT document FROM trigger_log ORDER BY place')
    .map((row) => JSON.parse(String(row.document)));
}

async function callTrigger(
  { store, now, sender }: TriggerCaller,
  trigger: Trigger,
  content: TriggerContent,
): Promise<void> {
  const outcome = await sender.fetch(...requestOf(trigger, content, sender)).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    (error: unknown) => `no answer: ${error instanceof Error ? error.message : String(error)}`,
  );
  const entry: TriggerLogEntry = {
    at: now().toISOString(),
    productOrderNumber: content.productOrderNumber,
    method: trigger.method,
    url: trigger.url,
    outcome,
  };
  store.database.run('INSERT INTO trigger_log (document) VALUES (?)', JSON.stringify(entry));
}

function requestOf(
  trigger: Trigger,
  content: TriggerContent,
  { timeout }: TriggerSender,
): [URL, RequestInit] {
  const { ids = 'singular', method, timeoutMs = 5_000 } = trigger;
  const suffix = ids === 'singular' ? 'Id' : 'Ids';
  const numberField = trigger.fields?.productOrderNumber ?? 'productOrderNumber';
  const lists = [
    [trigger.fields?.workInstructions ?? `workInstruction${suffix}`, content.workInstructionIds],
    [trigger.fields?.recordings ?? `recording${suffix}`, content.recordingIds],
  ] as const;
  const url = new URL(trigger.url);
  const common = { method, redirect: 'manual', signal: timeout(timeoutMs) } as const;

  if (method === 'POST') {
    const body: Record<string, unknown> = { [numberField]: content.productOrderNumber };
    for (const [field, values] of lists) {
      if (values.length > 0) body[field] = ids === 'singular' ? values.at(-1) : values;
    }
    return [url, { ...common, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }];
  }
  url.searchParams.set(numberField, content.productOrderNumber);
  for (const [field, values] of lists) {
    if (values.length === 0) continue;
    if (ids === 'repeated') for (const value of values) url.searchParams.append(field, value);
    else url.searchParams.set(field, ids === 'singular' ? (values.at(-1) ?? '') : values.join(','));
  }
  return [url, common];
}
