import type { Answer } from '../../support/server.ts';
import { receivedOf, responseOf } from '../partners/fetch.ts';
import { runningContainer } from './lambda.ts';
import type { PartnerName } from './process.ts';
import { toldOfRequest } from './told.ts';

/** Where the partners are, as the configuration names them: there is no such host anywhere (RFC 2606). */
export const urlOf = (partner: PartnerName) => `https://${partner}.invalid`;

/**
 * From now on the built-in fetch calls the partners of the plant whose container makes the call.
 * @returns what gives the built-in fetch back.
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
  if (!process) throw new Error('Only a container calls a partner.');
  const received = receivedOf(input instanceof Request ? input.url : input, init);
  const { method, url, body } = received;
  const partner = url.hostname === 'azumuta.invalid' ? 'azumuta' : 'erp';
  const answer = await process.call<Answer>({
    service: partner,
    what: () => toldOfRequest(method, url, body),
    act: () => process.partner(partner)(received),
    failure: () => broken('ECONNRESET'),
    instead: (given) => given,
    signal: init.signal ?? undefined,
  });
  return responseOf(answer);
}

/** As the built-in fetch fails, with the code of the socket's error as its cause. */
export function broken(code: 'ECONNRESET' | 'ECONNREFUSED'): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}
