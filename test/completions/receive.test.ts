import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { webhookAliasesSchema } from '../../shared/azumuta/assumptions.ts';
import { completionHintSchema } from '../../shared/completions/messages.ts';
import {
  mostKept,
  type ReceiveParts,
  receiveWebhook,
  type WebhookCall,
} from '../../shared/completions/receive.ts';
import type { RotatingSecret } from '../../shared/platform/credentials.ts';
import { createQueues } from '../../shared/platform/queue.ts';
import { SecretUnset } from '../../shared/platform/secrets.ts';
import { sourceCheck } from '../../shared/platform/sources.ts';
import { testClock } from '../harness/clock.ts';
import { type HeardLog, heardLog } from '../harness/logs.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../harness/sqs.ts';

/** Looked for in everything that is logged, answered or kept. */
const canary = 'CANARY-current-token-of-the-webhook';
const previous = 'CANARY-previous-token-of-the-webhook';
/** `npx vitest … ` with WEBHOOK_CALLS=100000 for the long run. */
const callsPerRun = Number(process.env.WEBHOOK_CALLS ?? 1000);

let sqs: SqsEndpoint;
let heard: HeardLog;
let ids = 0;

beforeAll(async () => {
  sqs = await startSqsEndpoint();
});
afterAll(() => sqs.stop());
beforeEach(() => {
  sqs.forget();
  heard = heardLog();
});

function parts(token: ReceiveParts['token'] = async () => ({ current: canary, previous })): ReceiveParts {
  return {
    queues: createQueues(sqs.client),
    completionsQueueUrl: sqs.queueUrl('completions'),
    deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
    aliases: z.parse(webhookAliasesSchema, {}),
    mayCall: sourceCheck(['203.0.113.0/24']),
    token,
    clock: testClock(),
    log: heard.log,
  };
}

function call(given: Partial<WebhookCall> = {}): WebhookCall {
  ids += 1;
  return {
    method: 'GET',
    sourceIp: '203.0.113.7',
    event: 'product-order-completed',
    token: canary,
    rawQueryString: 'productOrderNumber=MO%2F1&recordingId=SarLiLeyuNWgw3Tai',
    body: Buffer.alloc(0),
    id: `call-${ids}`,
    ...given,
  };
}

describe('no 2xx before SQS confirms', () => {
  it('answers 202 with the message in the queue', async () => {
    expect(await receiveWebhook(call(), parts())).toMatchObject({ statusCode: 202 });
    expect(sqs.sent.map(({ queue }) => queue)).toEqual(['completions']);
    expect(z.parse(completionHintSchema, JSON.parse(sqs.sent[0]?.body ?? ''))).toMatchObject({
      productOrderNumber: 'MO/1',
      recordingIds: ['SarLiLeyuNWgw3Tai'],
      via: 'webhook',
    });
  });

  it('answers 503 when SQS is down, for hints and for what would be kept', async () => {
    sqs.fail('SendMessage', 503, 2);
    expect(await receiveWebhook(call(), parts())).toMatchObject({ statusCode: 503 });
    expect(await receiveWebhook(call({ rawQueryString: 'nothing=useful' }), parts())).toMatchObject({
      statusCode: 503,
    });
    expect(sqs.sent).toEqual([]);
  });
});

describe('the token', () => {
  it('both values are valid during rotation', async () => {
    expect(await receiveWebhook(call({ token: previous }), parts())).toMatchObject({ statusCode: 202 });
    expect(await receiveWebhook(call({ token: canary }), parts())).toMatchObject({ statusCode: 202 });
  });

  it('that was rotated a moment ago is read again', async () => {
    const token = async (options?: { readonly refresh?: boolean }): Promise<RotatingSecret> =>
      options?.refresh ? { current: canary } : { current: 'an older token of the webhook' };
    expect(await receiveWebhook(call(), parts(token))).toMatchObject({ statusCode: 202 });
  });

  it('that nobody has set yet closes the door with 503, so that Azumuta’s administrator sees why', async () => {
    const token = async (): Promise<RotatingSecret> => {
      throw new SecretUnset('azumuta-erp/demo/test/webhook-token');
    };
    const answer = await receiveWebhook(call(), parts(token));
    expect(answer).toMatchObject({ statusCode: 503, body: { reason: 'The webhook token is not set yet.' } });
  });
});

describe('an address that is not on the list', () => {
  it('is refused before its token is looked at, and leaves nothing behind', async () => {
    const answer = await receiveWebhook(call({ sourceIp: '198.51.100.9' }), parts());
    expect(answer).toMatchObject({ statusCode: 403 });
    expect(sqs.sent).toEqual([]);
  });
});

describe('whatever is sent', () => {
  const rubbish = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.json({ maxDepth: 2 }),
    fc.constant('{"productOrderNumber":"MO/1"}'),
    fc.constant('{"number":["A","B"]}'),
  );
  const anyCall = fc.record({
    valid: fc.boolean(),
    method: fc.constantFrom('GET', 'POST'),
    event: fc.oneof(
      { weight: 4, arbitrary: fc.constant('product-order-completed') },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
    ),
    token: fc.string({ maxLength: 60 }),
    rawQueryString: fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constant('number=MO%2F1'),
      fc.constant('number=%E0%A4%A'),
    ),
    body: rubbish,
  });

  it('gets no 5xx; each 2xx is one message, each authenticated 4xx one dead letter or collapsed into one', async () => {
    const door = parts();
    const keptBefore: string[] = [];
    await fc.assert(
      fc.asyncProperty(anyCall, async ({ valid, token, body, ...given }) => {
        // Prepare
        sqs.forget();
        heard.forget();
        const sent = call({
          ...given,
          token: valid ? canary : token,
          body: Buffer.from(given.method === 'GET' ? '' : body),
        });

        // Act
        const { statusCode } = await receiveWebhook(sent, door);

        // Assess
        expect([202, 400, 401, 404, 413]).toContain(statusCode);
        expect(statusCode === 401).toBe(!valid);
        const messages = sqs.sent.filter(({ queue }) => queue === 'completions');
        const deadLetters = sqs.sent.filter(({ queue }) => queue === 'dead-letters');
        expect(messages).toHaveLength(statusCode === 202 ? 1 : 0);
        if (statusCode === 202 || statusCode === 401) expect(deadLetters).toEqual([]);
        else expect(deadLetters.length === 1 || keptBefore.length > 0).toBe(true);
        for (const { attributes } of deadLetters) {
          expect(keptBefore.slice(-mostKept)).not.toContain(attributes.messageId);
          keptBefore.push(attributes.messageId ?? '');
        }
        expect(`${heard.lines.join()}${JSON.stringify(sqs.sent)}`).not.toContain('CANARY');
      }),
      { numRuns: callsPerRun },
    );
  }, 600_000);
});
