import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { OrderCallAnswer } from '../../../shared/orders/endpoint/http-api.ts';
import { viewQueues } from '../../support/queues.ts';

/** What the ERP, Azumuta and an operator do with a running plant. */
export function callsOf(system: LocalSystem) {
  const queues = viewQueues(system);
  async function order(path: string, request: RequestInit) {
    const response = await fetch(`${system.orderEndpoint.url}${path}`, request);
    // Our own answer: the tests check its shape.
    const answer = (await response.json()) as OrderCallAnswer['body'];
    return { status: response.status, ...answer };
  }

  return {
    /** Posts to the order endpoint. */
    post: (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      order('', {
        method: 'POST',
        headers: { 'x-api-key': system.orderEndpoint.key, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),

    status: (number: string) =>
      order(`/${encodeURIComponent(number)}`, { headers: { 'x-api-key': system.orderEndpoint.key } }),

    /** Calls the webhook as Azumuta does; `path` replaces the end of the URL. */
    async webhook(options: {
      readonly query?: string;
      readonly body?: string;
      readonly event?: string;
      readonly token?: string;
    }) {
      const url = new URL(system.webhookUrl);
      const [, , , event = '', token = ''] = url.pathname.split('/');
      url.pathname = `/webhooks/azumuta/${options.event ?? event}/${options.token ?? token}`;
      url.search = options.query ?? '';
      const response = await fetch(
        url,
        options.body === undefined ? {} : { method: 'POST', body: options.body },
      );
      return { status: response.status, answer: await response.text() };
    },

    /** Dead letters so far; they stay in their queue. */
    deadLetters: queues.deadLetters,
  };
}
