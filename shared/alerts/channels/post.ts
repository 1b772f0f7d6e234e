import type { Clock } from '../../platform/clock.ts';
import { codeOf, retryAfterSeconds } from '../../platform/http.ts';

/** What came of one message at one channel. A problem is a sentence for a person, and never holds an address. */
export type Delivery =
  | { readonly delivered: true }
  | {
      readonly delivered: false;
      readonly problem: string;
      /** Nothing is sent before. */
      readonly afterSeconds?: number | undefined;
      /** It is about this message alone: the next one may go through. */
      readonly ofMessage?: boolean;
    };

const timeoutMs = 5000;
/** Slack tells what is wrong in a word (`channel_is_archived`), others in pages. */
const word = /^[\w .:-]{1,80}$/;

/**
 * Posts a message to a webhook. Its address is a secret, so that nothing of it stands in a problem. A redirect is not
 * followed: it would take the message to an address that nobody has chosen.
 */
export async function post(address: string, body: unknown, clock: Clock): Promise<Delivery> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      signal: clock.timeout(timeoutMs),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) return refusal(response, await beginningOf(response), clock);
    // Taken is taken, whatever else it would say, and however slowly.
    await response.body?.cancel().catch(() => undefined);
    return { delivered: true };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    const code = codeOf(error);
    const problem = isTimeout
      ? `it did not answer within ${timeoutMs / 1000} s`
      : `it cannot be reached${code === undefined ? '' : ` (${code})`}`;
    return { delivered: false, problem };
  }
}

function refusal({ status, headers }: Response, said: string, clock: Clock): Delivery {
  const because = word.test(said) ? `: ${said}` : '';
  if (status === 429) {
    const afterSeconds = retryAfterSeconds(headers.get('retry-after'), clock.now());
    return { delivered: false, problem: 'it asks us to slow down (429)', afterSeconds };
  }
  if (status >= 300 && status < 400)
    return {
      delivered: false,
      problem: `it answers with a redirect (${status}), which is not followed: set the address that it leads to`,
    };
  if (status === 404 || status === 410)
    return {
      delivered: false,
      problem: `its address is not known there any more (${status}${because}): make a new webhook and set its address`,
    };
  if (status === 400 || status === 413 || status === 422)
    return { delivered: false, problem: `it refuses a message (${status}${because})`, ofMessage: true };
  return { delivered: false, problem: `it answers with ${status}${because}` };
}

/** A little of the answer: a body that does not end must not be read to its end. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  for await (const chunk of body) return Buffer.from(chunk).toString('utf8').trim().slice(0, 200);
  return '';
}

/** But to this machine, as for a partner. */
export function isHttps(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && /^(127\.|localhost$|\[::1\]$)/.test(hostname));
}
