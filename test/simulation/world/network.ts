import type { Answer } from '../../support/server.ts';
import { receivedOf, responseOf } from '../partners/fetch.ts';
import { describeRequest } from './describe.ts';
import { runningContainer } from './lambda.ts';
import type { PartnerName } from './process.ts';

/** The partners' base URLs in the configuration; these hosts never exist (RFC 2606). */
export const urlOf = (partner: PartnerName) => `https://${partner}.invalid`;

/**
 * Replaces the built-in fetch: it now calls the partners of the plant whose container makes the call.
 * @returns a function that restores the built-in fetch.
 */
export function simulateFetch(): () => void {
  const { fetch: builtIn } = globalThis;
  globalThis.fetch = simulatedFetch;
  return () => {
    globalThis.fetch = builtIn;
  };
}

async function simulatedFetch(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> {
  const process = runningContainer.getStore();
  if (!process) throw new Error('Only a container may call a partner.');
  const received = receivedOf(input instanceof Request ? input.url : input, init);
  const { method, url, body } = received;
  const partner = url.hostname === 'azumuta.invalid' ? 'azumuta' : 'erp';
  const answer = await process.call<Answer>({
    service: partner,
    what: () => describeRequest(method, url, body),
    act: () => process.partner(partner)(received),
    failure: () => broken('ECONNRESET'),
    instead: (given) => given,
    signal: init.signal ?? undefined,
  });
  return responseOf(answer);
}

/** The error of the built-in fetch, with the socket's error code in its cause. */
export function broken(code: 'ECONNRESET' | 'ECONNREFUSED'): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}
