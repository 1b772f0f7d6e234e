import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import { createQueues, maxAttributes } from '../../../../shared/platform/aws/queue.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { startSqsEndpoint } from '../../../support/sqs.ts';

const sqs = await forAllTests(startSqsEndpoint());
const queues = createQueues(sqs.client);
beforeEach(() => sqs.forget());

const refusedBySqs = ['\uFFFE', '\uFFFF', '\u0000', '\u001F', '\uD800', '\uDFFF'];
const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom(...refusedBySqs, '\\', '"', '\u{1F600}'), fc.string({ maxLength: 1 })),
  maxLength: 40,
});
const sendAll = (bodies: readonly string[]) =>
  queues.sendAll(
    sqs.queueUrl('completions'),
    bodies.map((body) => ({ body })),
  );
const told = () => sqs.sent.map(({ body }) => JSON.parse(body).text);

it('sends any text so that SQS accepts it and delivers it unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 12 }), async (texts) => {
      // Prepare
      sqs.forget();
      const written = texts.map((text) => JSON.stringify({ text }));

      // Act
      for (const body of written) await queues.send(sqs.queueUrl('completions'), { body });
      const one = told();
      const bodies = sqs.sent.map(({ body }) => body).join('');
      sqs.forget();
      const refused = await sendAll(written);

      // Assess
      expect(one).toEqual(texts);
      expect(bodies).toMatch(/^[ -~]*$/);
      expect(refused).toEqual([]);
      expect(told().sort()).toEqual([...texts].sort());
    }),
    { numRuns: 15 },
  );
});

it.each([3, 23])(
  'returns the indexes of messages that SQS refuses, of all %i, and sends the others',
  async (count) => {
    // Prepare
    const others = Array.from({ length: count - 1 }, (_, at) => `"${at}"`);
    const bodies = others.toSpliced(-1, 0, '');

    // Act
    const refused = await sendAll(bodies);

    // Assess
    expect(refused).toEqual([count - 2]);
    expect(sqs.sent.map(({ body }) => body).sort()).toEqual(others.sort());
  },
);

it('sends messages once more that SQS refused by its own fault, but not those with a sender fault', async () => {
  // Prepare
  const bodies = ['"a"', '', '"c"', '"d"'];
  sqs.failOnce(['"a"', '"d"']);

  // Act
  const refused = await sendAll(bodies);

  // Assess
  expect(refused).toEqual([1]);
  expect(sqs.sent.map(({ body }) => body)).toEqual(['"c"', '"a"', '"d"']);
});

it('refuses more attributes than SQS takes, by their names, before anything is sent', async () => {
  // Prepare
  const names = Array.from({ length: maxAttributes + 1 }, (_, at) => `attribute${at}`);
  const attributes = Object.fromEntries(names.map((name) => [name, 'x']));

  // Act
  const sending = queues.send(sqs.queueUrl('dead-letters'), { body: '{}', attributes });

  // Assess
  await expect(sending).rejects.toThrow(
    `A message has 11 attributes (${names.join(', ')}), and SQS takes 10`,
  );
  expect(sqs.sent).toEqual([]);
});
