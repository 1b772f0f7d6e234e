import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import type { OrderCallAnswer } from '../../../shared/orders/endpoint/http-api.ts';

/** What the ERP, Azumuta and an operator do with a running plant. */
export function callsOf(system: LocalSystem) {
  const { sqs } = operatorClients(system.emulator);
  const deadLettersUrl = system.emulator.queueUrl('QueuesDeadLetters');
  const found = new Map<string, DeadLetterSeen>();

  return {
    /** Posts to the order endpoint. */
    async post(body: unknown, headers: Readonly<Record<string, string>> = {}) {
      const response = await fetch(system.orderEndpoint.url, {
        method: 'POST',
        headers: { 'x-api-key': system.orderEndpoint.key, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      // Our own answer: the tests check its shape.
      const answer = (await response.json()) as OrderCallAnswer['body'];
      return { status: response.status, ...answer };
    },

    async status(number: string) {
      const response = await fetch(`${system.orderEndpoint.url}/${encodeURIComponent(number)}`, {
        headers: { 'x-api-key': system.orderEndpoint.key },
      });
      const answer = (await response.json()) as OrderCallAnswer['body'];
      return { status: response.status, ...answer };
    },

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

    /** Dead letters so far, by message id; they stay in their queue. */
    async deadLetters(): Promise<DeadLetterSeen[]> {
      for (let empty = 0; empty < 2; ) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: deadLettersUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            VisibilityTimeout: 1,
            WaitTimeSeconds: 0,
          }),
        );
        const fresh = Messages.filter(({ MessageId = '' }) => !found.has(MessageId));
        for (const { MessageId = '', Body = '', MessageAttributes = {} } of fresh) {
          const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [
            name,
            StringValue,
          ]);
          found.set(MessageId, { body: Body, ...Object.fromEntries(attributes) });
        }
        empty = fresh.length === 0 ? empty + 1 : 0;
      }
      return [...found.values()];
    },
  };
}

interface DeadLetterSeen {
  readonly body: string;
  readonly stage?: string;
  readonly orderNumber?: string;
  readonly reason?: string;
  /** Id of the message in its own queue. */
  readonly messageId?: string;
}
