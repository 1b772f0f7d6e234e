import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { toldIn } from './completed.ts';
import { type Death, type Mortals, mortals } from './mortal.ts';
import {
  type CompletionStage,
  settlingSeconds,
  startCompletionStage,
  threeParts,
  timeoutSeconds,
} from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());

/** What happens at one moment. */
interface Round {
  /** Seconds since the moment before. */
  readonly wait: number;
  readonly attempts: readonly { readonly death: Death | undefined }[];
}

/** Around the end of an attempt, and of what it sent. */
const waits: fc.Arbitrary<number> = fc.constantFrom(0, 1, 59, 60, 359, 360);
/** An attempt makes about ten calls; one that would die later than that lives. */
const deaths: fc.Arbitrary<Death | undefined> = fc.option(
  fc.record({
    call: fc.integer({ min: 1, max: 11 }),
    point: fc.constantFrom('before', 'after', 'late'),
  }),
  { nil: undefined },
);

/** What chance would seldom find: a call of a dead attempt that takes effect at the last moment, and who comes just before. */
const lastMoments = Array.from({ length: 10 }, (_, i): Round[] => [
  { wait: 0, attempts: [{ death: { call: i + 1, point: 'late' } }] },
  { wait: timeoutSeconds + settlingSeconds - 1, attempts: [{ death: undefined }] },
]);
/** Runs that chance decides about. */
const byChance = 12;

/** Attempts at the same moment; whoever lives may only be told to come again. */
async function together<Attempt extends { readonly death: Death | undefined }>(
  attempts: readonly Attempt[],
  work: (attempt: Attempt) => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled(attempts.map(work));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected' && !attempts[index]?.death)
      expect(outcome.reason).toBeInstanceOf(RetryLater);
  }
}

async function withMortals(act: (processes: Mortals) => Promise<void>): Promise<void> {
  const processes = mortals(stage);
  try {
    await act(processes);
  } finally {
    await processes.bury();
  }
}

describe('attempts that die at any call, at the same moment or one after another', () => {
  it('book once, in the end', async () => {
    const rounds: fc.Arbitrary<readonly Round[]> = fc.array(
      fc.record({
        wait: waits,
        attempts: fc.array(fc.record({ death: deaths }), { minLength: 1, maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(rounds, (played) =>
        withMortals(async ({ reached, pass }) => {
          // Prepare: a part, as its ERP order stays open and would take a second booking
          stage.sqs.forget();
          const { erpOrder, numbers } = await stage.ordered(threeParts('each').slice(0, 2));
          const [productOrderNumber = ''] = numbers;
          await stage.azumutaSide.complete(productOrderNumber, { quantity: 1 });
          await stage.collect({ productOrderNumber });
          const [message] = stage.sent();
          if (!message) throw new Error('Nothing was collected.');

          // Act
          for (const { wait, attempts } of played) {
            await pass(wait);
            await together(attempts, async ({ death }) => stage.book(message, {}, await reached(death)));
          }
          await pass(timeoutSeconds + settlingSeconds);
          await stage.book(message);

          // Assess
          const bookings = await stage.bookingsOf(erpOrder);
          expect(bookings.map(({ reference, goodQuantity }) => [reference, goodQuantity])).toEqual([
            [message.key, '1'],
          ]);
          expect(await stage.ledger.bookings.of(message.home)).toMatchObject([{ state: 'done' }]);
        }),
      ),
      {
        numRuns: lastMoments.length + byChance,
        examples: lastMoments.map((rounds): [readonly Round[]] => [rounds]),
      },
    );
  }, 60_000);

  it('send one plan of the quantity and each recording once, in the end', async () => {
    const rounds = fc.array(
      fc.record({
        wait: waits,
        recordedMore: fc.boolean(),
        attempts: fc.array(fc.record({ death: deaths, trigger: fc.constantFrom('first', 'second') }), {
          minLength: 1,
          maxLength: 2,
        }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(rounds, (played) =>
        withMortals(async ({ reached, pass }) => {
          // Prepare
          stage.sqs.forget();
          const { numbers } = await stage.ordered();
          const [productOrderNumber = ''] = numbers;
          let order = await stage.azumutaSide.complete(productOrderNumber, { recordings: 2 });

          // Act
          for (const { wait, recordedMore, attempts } of played) {
            await pass(wait);
            if (recordedMore) {
              await stage.azumutaSide.reopen(productOrderNumber);
              order = await stage.azumutaSide.complete(productOrderNumber, { recordings: 1 });
            }
            await together(attempts, async ({ death, trigger }) =>
              stage.collect(
                { productOrderNumber },
                { messageId: `${trigger} trigger of ${productOrderNumber}` },
                await reached(death),
              ),
            );
          }
          await pass(timeoutSeconds + settlingSeconds);
          await stage.collect({ productOrderNumber });

          // Assess
          const plans = new Map<string, Set<string>>();
          for (const message of stage.sent()) {
            const { key } = message;
            const plan = toldIn(message).join();
            plans.set(key, (plans.get(key) ?? new Set()).add(plan));
          }
          expect([...plans.keys()].filter((key) => key.endsWith('#quantity'))).toHaveLength(1);
          expect([...plans.values()].filter(({ size }) => size > 1)).toEqual([]);
          const told = [...plans.values()].flatMap((plan) => [...plan].join().split(','));
          expect(told.sort()).toEqual(order.recordings.map(({ id }) => id).sort());
          for (const { id } of order.recordings)
            expect(await stage.ledger.knownOrders.numberOfAzumutaId(id)).toBe(productOrderNumber);
        }),
      ),
      { numRuns: byChance },
    );
  }, 60_000);
});
