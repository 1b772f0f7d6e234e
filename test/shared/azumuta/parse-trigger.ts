import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { parseTrigger } from '../../../shared/azumuta/trigger.ts';

/** Parses a call as the webhook endpoint does, by the default contract. */
export const parsed = (call: { readonly query?: string; readonly body?: string; readonly method?: string }) =>
  parseTrigger(
    {
      method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
      rawQueryString: call.query ?? '',
      body: Buffer.from(call.body ?? ''),
    },
    defaultContract.trigger,
  );
export const parsedBody = (fields: Readonly<Record<string, unknown>>) =>
  parsed({ body: JSON.stringify(fields) });
