import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import {
  maxKept,
  type ReceiveWebhookDependencies,
  type WebhookCall,
  WebhookReceiver,
} from '../../../shared/completions/receive-webhook.ts';
import type { RotatingSecret } from '../../../shared/platform/aws/credentials.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { SecretUnset } from '../../../shared/platform/aws/secrets.ts';
import { ipAllowListCheck } from '../../../shared/platform/ip-allow-list.ts';
import { anyText } from '../../support/any-text.ts';
import { testClock } from '../../support/clock.ts';
import { recordedLog } from '../../support/logs.ts';
import { startSqsEndpoint } from '../../support/sqs.ts';

/** Must not occur in anything that is logged, answered or kept. */
const canary = 'CANARY-current-token-of-the-webhook';
const previous = 'CANARY-previous-token-of-the-webhook';
/** `npx vitest … ` with WEBHOOK_CALLS=100000 for the long run. */
const callsPerRun = Number(process.env.WEBHOOK_CALLS ?? 200);

const sqs = await startSqsEndpoint();
const logged = recordedLog();
let ids = 0;
beforeEach(() => sqs.forget());

function dependencies(
  key: ReceiveWebhookDependencies['key'] = async () => ({ current: canary, previous }),
): ReceiveWebhookDependencies {
  return {
    queues: createQueues(sqs.client),
    completionsQueueUrl: sqs.queueUrl('completions'),
    deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
    names: defaultContract.trigger,
    mayCall: ipAllowListCheck(['203.0.113.0/24']),
    key,
    clock: testClock(),
    log: logged.log,
  };
}

const receive = (sent: WebhookCall) => new WebhookReceiver(dependencies()).receive(sent);

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

describe('the webhook', () => {
  it('answers 503 when SQS is down, for hints and for calls that would be kept', async () => {
    sqs.fail('SendMessage', 503, 2);
    expect(await receive(call())).toMatchObject({ statusCode: 503 });
    expect(await receive(call({ rawQueryString: 'nothing=useful' }))).toMatchObject({ statusCode: 503 });
    expect(sqs.sent).toEqual([]);
  });
});

describe('the token', () => {
  it('is valid with both values during rotation', async () => {
    expect(await receive(call({ token: previous }))).toMatchObject({ statusCode: 202 });
    expect(await receive(call({ token: canary }))).toMatchObject({ statusCode: 202 });
  });

  it('is read again when it was rotated a moment ago', async () => {
    const token = async (options?: { readonly refresh?: boolean }): Promise<RotatingSecret> =>
      options?.refresh ? { current: canary } : { current: 'an older token of the webhook' };
    expect(await new WebhookReceiver(dependencies(token)).receive(call())).toMatchObject({ statusCode: 202 });
  });

  it('makes every call get 503 while it is not set, so that Azumuta’s administrator sees why', async () => {
    const token = async (): Promise<RotatingSecret> => {
      throw new SecretUnset('azumuta-erp/demo/test/webhook-token');
    };
    const answer = await new WebhookReceiver(dependencies(token)).receive(call());
    expect(answer).toMatchObject({ statusCode: 503, body: { reason: 'The webhook token is not set yet.' } });
  });
});

describe('an event', () => {
  const named = { ...defaultContract.trigger, events: ['order-closed'] };

  it('is known by the names in the contract, and means a completion', async () => {
    const receiver = new WebhookReceiver({ ...dependencies(), names: named });
    const answer = await receiver.receive(call({ event: 'order-closed' }));
    expect(answer).toMatchObject({ statusCode: 202 });
    expect(JSON.parse(sqs.sent[0]?.body ?? '')).toMatchObject({ kind: 'completion' });
  });

  it('is kept for a person, with the known names, when it has another name', async () => {
    const answer = await new WebhookReceiver({ ...dependencies(), names: named }).receive(call());
    expect(answer).toMatchObject({
      statusCode: 404,
      body: { reason: 'Unknown event: expected order-closed.' },
    });
  });
});

describe('an address that is not on the list', () => {
  it('is refused before its token is checked, and leaves nothing behind', async () => {
    const answer = await receive(call({ sourceIp: '198.51.100.9' }));
    expect(answer).toMatchObject({ statusCode: 403 });
    expect(sqs.sent).toEqual([]);
  });
});

describe('a call that cannot be used', () => {
  const nonsense = () => call({ rawQueryString: 'nothing=useful' });
  const letters = () => sqs.sent.filter(({ queue }) => queue === 'dead-letters');

  it('is kept once, however often it comes within some minutes', async () => {
    const clock = testClock();
    const receiver = new WebhookReceiver({ ...dependencies(), clock });
    const first = await receiver.receive(nonsense());
    clock.advance(299);
    const again = await receiver.receive(nonsense());
    expect([first.statusCode, again.statusCode]).toEqual([400, 400]);
    expect(letters()).toMatchObject([{ attributes: { cause: 'unreadable-message' } }]);
  });

  it('is kept again after some minutes, as a person may have discarded its letter, under the id of its hour', async () => {
    const clock = testClock();
    const receiver = new WebhookReceiver({ ...dependencies(), clock });
    for (const seconds of [0, 300, 300]) {
      clock.advance(seconds);
      await receiver.receive(nonsense());
    }
    expect(letters()).toHaveLength(3);
    expect(new Set(letters().map(({ attributes }) => attributes.messageId)).size).toBe(1);
  });

  it('is kept at the next try when SQS did not take it', async () => {
    const receiver = new WebhookReceiver(dependencies());
    sqs.fail('SendMessage', 503);
    const failed = await receiver.receive(nonsense());
    const again = await receiver.receive(nonsense());
    expect([failed.statusCode, again.statusCode]).toEqual([503, 400]);
    expect(letters()).toHaveLength(1);
  });
});

describe('any call', () => {
  const maxBody = 64 * 1024;
  const body = fc.oneof(
    { weight: 10, arbitrary: anyText(60) },
    { weight: 10, arbitrary: fc.json({ maxDepth: 2 }) },
    { weight: 10, arbitrary: fc.constant('{"productOrderNumber":"MO/1"}') },
    { weight: 10, arbitrary: fc.constant('{"number":["A","B"]}') },
    { weight: 5, arbitrary: fc.constant('{"number":"A\uFFFF\uFFFE"}') },
    { weight: 2, arbitrary: fc.constant('{"number":9007199254740993}') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('x', 'é'), fc.integer({ min: -1, max: 2 }))
        .map(([letter, more]) => letter.repeat((maxBody + more) / Buffer.byteLength(letter))),
    },
  );
  /** All of them contain the marker. */
  const nearMiss = fc.constantFrom(canary, previous).chain((token) =>
    fc.oneof(
      fc.constant(token.slice(0, -1)),
      fc.string({ minLength: 1, maxLength: 1 }).map((letter) => token + letter),
      fc
        .tuple(fc.integer({ min: 'CANARY'.length, max: token.length - 1 }), fc.constantFrom(...'aZ_9'))
        .map(([at, letter]) => token.slice(0, at) + letter + token.slice(at + 1))
        .filter((changed) => changed !== token),
    ),
  );
  const token = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(canary, previous) },
    { weight: 3, arbitrary: nearMiss },
    { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  );
  const anyCall = fc.record({
    method: fc.constantFrom('GET', 'POST'),
    event: fc.oneof(
      { weight: 4, arbitrary: fc.constant('product-order-completed') },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
      { weight: 1, arbitrary: fc.constant('nope') },
    ),
    token,
    rawQueryString: fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constant('number=MO%2F1'),
      fc.constant('number=%E0%A4%A'),
      fc.constant('number=%EF%BF%BE'),
    ),
    body,
  });

  it('gets no 5xx; each 2xx is one message, each authenticated 4xx one dead letter, unless the same was kept a moment ago', async () => {
    const receiver = new WebhookReceiver(dependencies());
    const kept: string[] = [];
    await fc.assert(
      fc.asyncProperty(anyCall, async ({ body: text, ...given }) => {
        // Prepare
        sqs.forget();
        logged.forget();
        const sent = call({ ...given, body: Buffer.from(given.method === 'GET' ? '' : text) });
        const isAuthentic = given.token === canary || given.token === previous;

        // Act
        const { statusCode, body: answer } = await receiver.receive(sent);

        // Assess
        const tooLarge = sent.body.byteLength > maxBody;
        const usable = given.event === 'product-order-completed' && !tooLarge;
        expect(
          usable ? [202, 400, 401] : [401, given.event === 'product-order-completed' ? 413 : 404],
        ).toContain(statusCode);
        expect(statusCode === 401).toBe(!isAuthentic);
        const messages = sqs.sent.filter(({ queue }) => queue === 'completions');
        const deadLetters = sqs.sent.filter(({ queue }) => queue === 'dead-letters');
        expect(messages).toHaveLength(statusCode === 202 ? 1 : 0);
        const isKept = statusCode !== 202 && statusCode !== 401;
        // Bodies that are too large only differ in their beginning.
        const start = sent.body.subarray(0, maxBody).toString('base64');
        const content = JSON.stringify([sent.method, sent.event, sent.rawQueryString, start, tooLarge]);
        const isRepeated = kept.slice(-maxKept).includes(content);
        expect(deadLetters).toHaveLength(isKept && !isRepeated ? 1 : 0);
        if (isKept && !isRepeated) kept.push(content);
        const told = `${logged.lines.join()}${JSON.stringify(sqs.sent)}${JSON.stringify(answer)}`;
        // toContain would print all of a large body.
        expect(told.includes('CANARY'), 'a token is in a log line, a message or an answer').toBe(false);
      }),
      { numRuns: callsPerRun },
    );
  }, 600_000);
});
