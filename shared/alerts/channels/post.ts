import type { Clock } from '../../platform/clock.ts';
import { retryAfterSeconds } from '../../platform/http.ts';
import { codeOf } from '../../platform/system-errors.ts';

export interface Undelivered {
  /** A sentence for a person, without the channel's address. */
  readonly problem: string;
  /** Nothing is sent during these seconds. */
  readonly afterSeconds?: number | undefined;
  /** The problem is this message, so the next one is tried. */
  readonly ofMessage?: boolean;
}

const timeoutMs = 5000;
/** Statuses with which a receiver refuses what the message says. */
const ofMessage: ReadonlySet<number> = new Set([400, 413, 422]);
/** Slack answers with a code (`channel_is_archived`); whole pages of others are not shown. */
const word = /^[\w .:-]{1,80}$/;

/**
 * Posts a message to a webhook. Its address is a secret, so no problem contains any of it. A redirect is not followed, as
 * it would send the message to an address that nobody has configured.
 */
export async function post(address: string, body: unknown, clock: Clock): Promise<Undelivered | undefined> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      signal: clock.timeout(timeoutMs),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { ok, status, headers } = response;
    if (!ok) {
      const wait = status === 429 ? headers.get('retry-after') : undefined;
      const afterSeconds = retryAfterSeconds(wait, clock.now());
      const problem = problemOf(status, await beginningOf(response));
      return { problem, afterSeconds, ofMessage: ofMessage.has(status) };
    }
    // The status is enough; the body may be slow.
    await response.body?.cancel().catch(() => undefined);
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      return { problem: `it did not answer within ${timeoutMs / 1000} s` };
    const code = codeOf(error);
    return { problem: `it cannot be reached${code === undefined ? '' : ` (${code})`}` };
  }
}

function problemOf(status: number, said: string): string {
  const answer = word.test(said) ? `${status}: ${said}` : `${status}`;
  if (status === 429) return 'it asks us to slow down (429)';
  if (status >= 300 && status < 400)
    return `it answers with a redirect (${status}), which is not followed: set the address that it leads to`;
  if (status === 404 || status === 410)
    return `its address is not known there any more (${answer}): make a new webhook and set its address`;
  return ofMessage.has(status) ? `it refuses a message (${answer})` : `it answers with ${answer}`;
}

/** The beginning of the body, which may be endless. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  for await (const chunk of body) return Buffer.from(chunk).toString('utf8').trim().slice(0, 200);
  return '';
}
