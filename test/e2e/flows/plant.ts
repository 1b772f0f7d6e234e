import { afterAll, beforeAll } from 'vitest';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { OrderCallAnswer } from '../../../shared/orders/endpoint/http-api.ts';
import { startTestSystem, testEnvironment } from '../../support/local-system.ts';
import { viewQueues } from '../../support/queues.ts';

/** The system that the tests of both flows share, as its start takes longer than most of them. */
export let system: LocalSystem;
/** The output of the platform while it runs. */
export const lines: string[] = [];
export let calls: ReturnType<typeof callsOf>;

export function startPlant(): void {
  beforeAll(async () => {
    // On a slow machine a pull and a waiting caller need more than the short local time, so they get that of an account.
    system = await startTestSystem({
      overrides: { environment: testEnvironment },
      log: (line) => lines.push(line),
    });
    calls = callsOf(system);
  });
  afterAll(() => system?.stop());
}

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
