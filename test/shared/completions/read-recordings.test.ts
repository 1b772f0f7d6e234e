import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createPartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { createCompletionReader } from '../../../shared/completions/read-recordings.ts';
import { silent } from '../../support/logs.ts';
import { completed, failureOf, told } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { type CompletionStage, startCompletionStage } from './stage.ts';

let stage: CompletionStage;

beforeAll(async () => {
  stage = await startCompletionStage();
});
afterAll(() => stage?.stop());
beforeEach(() => stage.sqs.forget());

describe('the recordings of a completion', () => {
  it('are read four at a time', async () => {
    // Prepare: no answer comes before four were asked for
    const { number, recordingIds } = await completed(stage, 9);
    const four = Promise.withResolvers<void>();
    let underWay = 0;
    let most = 0;
    const { azumuta } = await otherAzumuta(
      stage,
      () => undefined,
      async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        if (underWay === 4) four.resolve();
        await four.promise;
        underWay -= 1;
      },
    );

    // Act
    await stage.collect({ productOrderNumber: number }, {}, { azumuta });

    // Assess
    expect(most).toBe(4);
    expect(told(stage)).toEqual(recordingIds);
  });

  it('are not read any more once the attempt is out of time', async () => {
    // Prepare
    const { number } = await completed(stage, 9);
    const deadline = new AbortController();
    const { azumuta, readIds } = await otherAzumuta(
      stage,
      () => undefined,
      () => deadline.abort(),
    );

    // Act
    const failure = await failureOf(
      stage.collect({ productOrderNumber: number }, { signal: deadline.signal }, { azumuta }),
    );

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order' });
    expect(readIds().length).toBeLessThanOrEqual(4);
    expect(stage.sent()).toEqual([]);
  });
});

describe('a completion that takes longer to read than an attempt may last', () => {
  it('is read from where the attempt before ran out of time, each recording once', async () => {
    // Prepare: every attempt is out of time at its fifth recording
    const { number, recordingIds } = await completed(stage, 9);
    let deadline = new AbortController();
    let reads = 0;
    const { azumuta, readIds } = await otherAzumuta(
      stage,
      () => undefined,
      () => {
        reads += 1;
        if (reads % 5 === 0) deadline.abort();
      },
    );
    const breaker = createBreaker(stage.store.table, stage.clock);
    const partners = createPartnerCalls({ breaker, newOwner: () => 'test', log: silent });
    const reader = createCompletionReader({
      ledger: stage.ledger,
      azumuta,
      partners,
      includeOperators: false,
    });
    const messageId = `trigger of ${number}`;
    let attempts = 0;

    // Act
    while (stage.sent().length === 0 && attempts < 9) {
      attempts += 1;
      deadline = new AbortController();
      const { signal } = deadline;
      await failureOf(stage.collect({ productOrderNumber: number }, { messageId, signal }, { reader }));
    }

    const readUntilSent = readIds().length;
    const [id = ''] = recordingIds;
    const productOrder = { id: stage.sent()[0]?.key.split('#')[0] ?? '', number };
    await reader.readRecordings([{ id, productOrder }], new AbortController().signal);

    // Assess: recordings that were asked for at the deadline are asked for again, and nothing is remembered in the end
    expect(told(stage)).toEqual(recordingIds);
    expect(readUntilSent).toBeLessThanOrEqual(recordingIds.length + 4 * (attempts - 1));
    expect(readIds().slice(readUntilSent)).toEqual([id]);
  });
});
