import { call } from '../process/http.ts';

export interface Invoked {
  /** HTTP status of Lambda's Invoke API: 200 when the function ran, 202 for an event, 404, 413, 429, 500. */
  readonly status: number;
  /** Set when the function ran and failed. */
  readonly functionError?: string;
  /** What it returned, or its error. */
  readonly payload: unknown;
}

/** Calls a function over Lambda's Invoke API. Resolves with any status; rejects when Lambda is out of reach. */
export async function invoke(
  lambdaUrl: string,
  functionName: string,
  payload: string,
  { type = 'RequestResponse', signal }: { type?: 'RequestResponse' | 'Event'; signal?: AbortSignal } = {},
): Promise<Invoked> {
  const answer = await call(
    `${lambdaUrl}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    {
      method: 'POST',
      headers: { 'x-amz-invocation-type': type },
      body: payload,
      ...(signal ? { signal } : {}),
    },
  );
  const functionError = answer.headers['x-amz-function-error'];
  const text = answer.body.toString('utf8');
  return {
    status: answer.status,
    payload: text === '' ? undefined : JSON.parse(text),
    ...(typeof functionError === 'string' ? { functionError } : {}),
  };
}
