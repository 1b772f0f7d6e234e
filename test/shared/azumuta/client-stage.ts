import { AzumutaClient } from '../../../shared/azumuta/client.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import type { MayWrite } from '../../../shared/platform/http.ts';
import { testClock } from '../../support/clock.ts';
import { type Answer, type Received, startServer } from '../../support/server.ts';

/** A signal that never aborts. */
export const never = { signal: new AbortController().signal };
export const draft = { number: 'PO-1', article: 'GEAR-01', parameters: {}, variants: [] };
export const article = { id: 'a1', number: 'GEAR-01', variants: [], raw: { id: 'a1', number: 'GEAR-01' } };
export const order = { id: 'p1', number: 'PO-1', status: 'open', steps: [] };
export const webPage = '<html><body>We will be back in a minute.</body></html>';

/** A client of a server that gives these answers. Its key is `old key`, and `new key` once it is read again. */
export async function startClient(
  answer: (received: Received) => Answer,
  contract = defaultContract,
  mayWrite: MayWrite = () => true,
) {
  const server = await startServer(answer);
  const client = new AzumutaClient({
    baseUrl: `${server.url}/api/v1`,
    contract,
    apiKey: async ({ refresh } = {}) => (refresh ? 'new key' : 'old key'),
    clock: testClock(),
    mayWrite,
  });
  return { client, calls: server.calls };
}
