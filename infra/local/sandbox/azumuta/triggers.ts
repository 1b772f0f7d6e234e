import { reasonOf } from '../../../../shared/model/errors.ts';
import { writtenQuery } from '../../../../shared/platform/http.ts';
import type { Azumuta, ProductOrderRecord, Trigger } from './store.ts';

/** How triggers are called: over the network and in real time, except in the simulation. */
export interface TriggerSender {
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

type Recordings = ProductOrderRecord['recordings'];

const answerTimeoutMs = 5_000;

/**
 * Calls every trigger without waiting for it. ASSUMED of the product: no retry, a short wait for the answer, and the
 * call is lost if the process dies first. The outcome is logged.
 * @param recordings What the triggers are about.
 */
export function fireTriggers(
  { store, now, sender }: Azumuta & { readonly sender: TriggerSender },
  productOrderNumber: string,
  recordings: Recordings,
): void {
  for (const trigger of store.triggers) {
    const { url, ...request } = requestOfTrigger(trigger, productOrderNumber, recordings);
    const calling = sender.fetch(url, {
      ...request,
      method: trigger.method,
      redirect: 'manual',
      signal: sender.timeout(answerTimeoutMs),
    });
    const log = (outcome: number | string) =>
      store.triggerLog.push({ at: now().toISOString(), productOrderNumber, outcome });
    calling.then(
      async (response) => {
        await response.body?.cancel();
        log(response.status);
      },
      (error: unknown) => log(`no answer: ${reasonOf(error)}`),
    );
  }
}

function requestOfTrigger(
  { ids, method, url: configured }: Trigger,
  productOrderNumber: string,
  recordings: Recordings,
) {
  const recordingIds = recordings.map(({ id }) => id);
  const workInstructionIds = [...new Set(recordings.map(({ workInstructionId }) => workInstructionId))];
  const named =
    ids === 'list'
      ? { workInstructionIds, recordingIds }
      : { workInstructionId: workInstructionIds.at(-1), recordingId: recordingIds.at(-1) };
  const fields = Object.entries({ productOrderNumber, ...named }).filter(([, value]) => value?.length);
  const url = new URL(configured);
  if (method === 'POST') {
    const body = JSON.stringify(Object.fromEntries(fields));
    return { url, headers: { 'content-type': 'application/json' }, body };
  }
  for (const [name, value] of fields) url.searchParams.set(name, String(value));
  url.search = writtenQuery(url.searchParams);
  return { url };
}
