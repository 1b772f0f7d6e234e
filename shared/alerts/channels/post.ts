import type { Clock } from '../../platform/clock.ts';
import { codeOf, retryAfterSeconds } from '../../platform/http.ts';

/** The result of sending one message to one channel. A problem is a sentence for a person, without the address. */
export type Delivery =
  | { readonly delivered: true }
  | {
      readonly delivered: false;
      readonly problem: string;
      /** Nothing is sent during these seconds. */
      readonly afterSeconds?: number | undefined;
      /** The problem is this message, so the next one is tried. */
      readonly ofMessage?: boolean;
    };

const timeoutMs = 5000;
/** Slack answers with a code (`channel_is_archived`); whole pages of others are not shown. */
const word = /^[\w .:-]{1,80}$/;

/**
 * Posts a message to a webhook. Its address is a secret, so no problem contains any of it. A redirect is not followed, as
 * it would send the message to an address that nobody has configured.
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
    // The status is enough; the body may be slow.
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

/** The beginning of the body, which may be endless. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  for await (const chunk of body) return Buffer.from(chunk).toString('utf8').trim().slice(0, 200);
  return '';
}

/** Whether an address has https, or http on this machine. */
export function isHttps(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && /^(127\.|localhost$|\[::1\]$)/.test(hostname));
}
