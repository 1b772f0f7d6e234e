import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { askBoth, contents, createWorld, fauxqs, type Name, type World } from './second-opinion.ts';

afterAll(() => fauxqs.close());

const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const text = fc.string({ minLength: 1, maxLength: 20 });
const attributes = fc.dictionary(
  fc.constantFrom('reason', 'Kind', 'a.b', 'é'),
  fc.record({ DataType: fc.constantFrom('String', 'Number', 'String.custom'), StringValue: text }),
);
const message = fc.record({
  MessageBody: fc.oneof(
    weighted(9, text),
    fc.constantFrom('\u0000', 'half \uD83D', '\uFFFE', '{"text":"Grüße\u2028"}', '\t\r\n'),
  ),
  MessageAttributes: fc.option(attributes, { nil: undefined }),
  DelaySeconds: fc.constantFrom(undefined, 0, 900),
});
/** One byte too many, because the attribute has eight. */
const tooLongMessage = {
  MessageBody: `${'é'.repeat(524_284)}.`,
  MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
};

/**
 * The input of an operation; each kind uses the fields that it needs. The duration of the test decides nothing: a
 * message is hidden for minutes or not at all.
 */
const operation = fc.record({
  name: fc.constantFrom<Name>(
    ...(['SendMessage', 'SendMessageBatch', 'ReceiveMessage', 'ReceiveMessage'] as const),
    ...(['ChangeMessageVisibility', 'ChangeMessageVisibilityBatch'] as const),
    ...(['DeleteMessage', 'DeleteMessageBatch'] as const),
  ),
  /** The queue, its dead-letter queue, and one that does not exist. */
  queue: fc.oneof(weighted(12, fc.constant(0)), fc.constantFrom(1, 2)),
  message,
  isTooLong: fc.oneof(weighted(30, fc.constant(false)), fc.constant(true)),
  entryIds: fc.oneof(
    weighted(9, fc.uniqueArray(fc.constantFrom<string>('0', '1', 'a_b-C', '9'), { minLength: 1 })),
    fc.constantFrom<string[]>([], ['same', 'same'], ['not an id'], Array.from('abcdefghijk')),
  ),
  most: fc.oneof(weighted(9, fc.constant(10)), fc.constantFrom(0, 11)),
  hiddenFor: fc.constantFrom(undefined, 600, 43_200, 43_201),
  changedTo: fc.constantFrom(0, 0, 600, 43_200, 43_201, -1),
  /** Index of one of the handles so far. */
  handle: fc.nat(),
});
type Operation = typeof operation extends fc.Arbitrary<infer Generated> ? Generated : never;

async function perform(world: World, given: Operation): Promise<void> {
  const { name, isTooLong } = given;
  // When a call has two mistakes, the documentation does not say which one is reported.
  const entryIds = isTooLong ? ['0'] : given.entryIds;
  const isBatch = name.endsWith('Batch');
  const inputOf = (QueueUrl: string, entry: (offset: number) => object) =>
    isBatch
      ? { QueueUrl, Entries: entryIds.map((Id, offset) => ({ Id, ...entry(offset) })) }
      : { QueueUrl, ...entry(0) };

  if (name.startsWith('Send')) {
    // There are at most ten messages, so a receive of ten gets all visible ones, in whatever order.
    const kept = world.urls.slice(0, 2).flatMap((url) => world.model.messages(url));
    if (kept.length + Math.min(isBatch ? entryIds.length : 1, 4) > 10) return;
    await askBoth(
      world,
      name,
      inputOf(world.urls[given.queue] ?? '', () => (isTooLong ? tooLongMessage : given.message)),
    );
  } else if (name === 'ReceiveMessage') {
    const { most: MaxNumberOfMessages, hiddenFor: VisibilityTimeout } = given;
    const All = { MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] };
    const QueueUrl = world.urls[given.queue];
    await askBoth(world, name, { QueueUrl, MaxNumberOfMessages, VisibilityTimeout, ...All });
  } else {
    const chosen = world.handles[given.handle % world.handles.length];
    if (!chosen) return;
    const ofQueue = world.handles.filter(({ url }) => url === chosen.url);
    const change = name.startsWith('Change') ? { VisibilityTimeout: given.changedTo } : {};
    const inputFor = (whose: 'ours' | 'theirs') =>
      inputOf(chosen.url, (offset) => ({
        ReceiptHandle: ofQueue[(given.handle + offset) % ofQueue.length]?.[whose],
        ...change,
      }));
    await askBoth(world, name, inputFor('ours'), inputFor('theirs'));
  }
}

it('answers as fauxqs does, and keeps the same messages', async () => {
  const operations = fc.array(operation, { minLength: 5, maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(operations, async (each) => {
      // Prepare
      const world = await createWorld();

      // Act: `askBoth` compares the answers.
      for (const one of each) await perform(world, one);

      // Assess
      const { ours, theirs } = await contents(world);
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 60 },
  );
});
