import type { LocalCredentials } from '../iam/principals.ts';
import { call } from '../process/http.ts';
import { signature } from '../stores/store-client.ts';

export interface Invoked {
  /** HTTP status of Lambda's Invoke API: 200 when the function ran, 202 for an event, 403, 404, 413, 429, 500. */
  readonly status: number;
  /** Set when the function ran and failed. */
  readonly functionError?: string | undefined;
  /** What it returned, or its error. */
  readonly payload: unknown;
}

export type InvocationType = 'RequestResponse' | 'Event';

/**
 * Calls a function over Lambda's Invoke API, as whoever signs.
 * @param target Name or ARN of the function.
 * @returns whatever the status is; rejects when the endpoint is out of reach.
 */
export async function invoke(
  awsEndpoint: string,
  signer: { readonly region: string; readonly credentials: LocalCredentials },
  target: string,
  payload: string,
  type: InvocationType = 'RequestResponse',
): Promise<Invoked> {
  const answer = await call(`${awsEndpoint}/2015-03-31/functions/${encodeURIComponent(target)}/invocations`, {
    method: 'POST',
    headers: {
      'x-amz-invocation-type': type,
      authorization: signature('lambda', signer.credentials.accessKeyId, signer.region),
    },
    body: payload,
  });
  const functionError = answer.headers['x-amz-function-error'];
  const text = answer.body.toString('utf8');
  return {
    status: answer.status,
    payload: text === '' ? undefined : JSON.parse(text),
    ...(typeof functionError === 'string' ? { functionError } : {}),
  };
}
