import type { RecordingRecord } from './complete.ts';

/**
 * Triggers as an administrator configures them. VERIFIED: they are configured per article category (here they are
 * called for all), for the event that a product order is completed; they are called by GET with query parameters or
 * POST with JSON, and carry these things. ASSUMED: the field names, and whether ids come singly or as lists.
 */
export interface Trigger {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** `singular`, the default: the last id only; `list`: a JSON list, or comma-separated. */
  readonly ids?: 'singular' | 'list';
}

/** One call of a trigger, and its outcome. */
export interface TriggerLogEntry {
  readonly at: string;
  readonly productOrderNumber: string;
  readonly method: string;
  readonly url: string;
  /** Status of the answer, or why there was none. */
  readonly outcome: number | string;
}

type Recordings = readonly Pick<RecordingRecord, 'id' | 'workInstructionId'>[];

/** Whose triggers they are, and how they are called. */
interface TriggerCaller {
  readonly store: { readonly triggers: readonly Trigger[]; readonly triggerLog: TriggerLogEntry[] };
  readonly now: () => Date;
  readonly sender: TriggerSender;
}

/** How triggers are called: over the network and in real time, except in the simulation. */
export interface TriggerSender {
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

/**
 * Calls every trigger without waiting for it. ASSUMED of the product: no retry, a short wait for the answer, and the
 * call is lost if the process dies first. The outcome is logged.
 * @param recordings What the triggers are about.
 */
export function fireTriggers(caller: TriggerCaller, number: string, recordings: Recordings): void {
  for (const trigger of caller.store.triggers) void callTrigger(caller, trigger, number, recordings);
}

const answerTimeoutMs = 5_000;

async function callTrigger(
  { store, now, sender }: TriggerCaller,
  trigger: Trigger,
  productOrderNumber: string,
  recordings: Recordings,
): Promise<void> {
  const signal = sender.timeout(answerTimeoutMs);
  const outcome = await sender.fetch(...requestOf(trigger, productOrderNumber, recordings, signal)).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    (error: unknown) => `no answer: ${error instanceof Error ? error.message : String(error)}`,
  );
  const { method, url } = trigger;
  store.triggerLog.push({ at: now().toISOString(), productOrderNumber, method, url, outcome });
}

function requestOf(
  trigger: Trigger,
  productOrderNumber: string,
  recordings: Recordings,
  signal: AbortSignal,
): [URL, RequestInit] {
  const { ids = 'singular', method } = trigger;
  const url = new URL(trigger.url);
  const common = { method, redirect: 'manual', signal } as const;
  const recordingIds = recordings.map(({ id }) => id);
  const workInstructionIds = [...new Set(recordings.map(({ workInstructionId }) => workInstructionId))];
  const named =
    ids === 'singular'
      ? { workInstructionId: workInstructionIds.at(-1), recordingId: recordingIds.at(-1) }
      : { workInstructionIds, recordingIds };
  const fields = Object.entries({ productOrderNumber, ...named }).filter(([, value]) => value?.length);
  if (method === 'POST') {
    const body = JSON.stringify(Object.fromEntries(fields));
    return [url, { ...common, headers: { 'content-type': 'application/json' }, body }];
  }
  for (const [name, value] of fields) url.searchParams.set(name, String(value));
  return [url, common];
}
