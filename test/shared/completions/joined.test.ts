import { describe, expect, it } from 'vitest';
import { contractSchema } from '../../../shared/azumuta/contract.ts';
import { recorded } from '../../../shared/integration/mapping/recorded.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { completed, eventsOf, inErp, lettersOf, mapping } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { startCompletionStage } from './stage.ts';

const stage = await startCompletionStage();
const counted = mapping({ quantity: (one) => recorded(one, 'Good quantity') });

describe('a recording that names its steps by id only', () => {
  const contract = contractSchema.parse({ step: { nameIn: 'workInstruction' } });
  const instructionReads = (calls: readonly string[]) =>
    calls.filter((path) => path.includes('/workinstructions/'));
  const withoutNames = (shown: Record<string, unknown>) => {
    shown.steps = [shown.steps].flat().map((step) => ({ ...Object(step), name: undefined }));
  };
  /** Another version for each test: what a version is called is kept. */
  let versions = 100;
  const ofNewVersion = (shown: Record<string, unknown>, version = ++versions) => {
    shown.workInstruction = { ...Object(shown.workInstruction), version };
  };

  it('has their names from its work instruction, which is read once per version', async () => {
    // Prepare
    const orders = [await completed(stage, { quantity: 3 }), await completed(stage, { quantity: 4 })];
    const version = ++versions;
    const { azumuta, paths } = await otherAzumuta(stage, {
      contract,
      recording(shown) {
        withoutNames(shown);
        ofNewVersion(shown, version);
      },
    });

    // Act
    for (const { number } of orders) await stage.handle(number, {}, { azumuta, ...counted });

    // Assess
    expect(await Promise.all(orders.map(({ number }) => inErp(stage, number)))).toEqual([['3'], ['4']]);
    expect(instructionReads(paths())).toHaveLength(1);
  });

  it('is refused once the mapping looks for a step that the answered instruction does not have', async () => {
    // Prepare
    const { number } = await completed(stage, { quantity: 3 });
    let lacks = true;
    const { azumuta } = await otherAzumuta(stage, {
      contract,
      recording(shown) {
        withoutNames(shown);
        ofNewVersion(shown, 7);
      },
      instruction(shown) {
        if (lacks) shown.steps = [];
      },
    });

    // Act
    const refused = await stage.handle(number, {}, { azumuta, ...counted }).catch((error) => error);
    lacks = false;
    stage.clock.advance(61);
    const again = { productOrderNumber: number, again: true } as const;
    await stage.handle(again, {}, { azumuta, ...counted });

    // Assess
    expect(refused).toBeInstanceOf(Rejected);
    expect(refused.message).toMatch(
      /Work instruction \w{17} version 7 as Azumuta answers it has no step [\w-]{36}, which recording \w{17} has: have azumuta\.contract\.operations\.readWorkInstruction ask for that \{version}/,
    );
    expect(await inErp(stage, number)).toEqual(['3']);
  });

  it('is booked where the mapping uses no step', async () => {
    const { number } = await completed(stage);
    const recording = (shown: Record<string, unknown>) => {
      withoutNames(shown);
      ofNewVersion(shown);
    };
    const instruction = (shown: Record<string, unknown>) => Object.assign(shown, { steps: [] });
    const { azumuta } = await otherAzumuta(stage, { contract, recording, instruction });
    await stage.handle(number, {}, { azumuta, ...mapping({ quantity: () => 5 }) });
    expect(await inErp(stage, number)).toEqual(['5']);
  });
});

describe('a recording that is not settled', () => {
  const contract = contractSchema.parse({ recording: { settled: { path: 'locked', is: [true] } } });
  const halfAnHour = 30 * 60;
  const day = 86_400;

  async function unsettled(locked: () => unknown) {
    const { number } = await completed(stage, { quantity: 3 });
    const recording = (shown: Record<string, unknown>) => Object.assign(shown, { locked: locked() });
    const { azumuta } = await otherAzumuta(stage, { contract, recording });
    return { number, handling: { azumuta, ...counted, reconciles: true } };
  }

  it.each([[false], [null]])('waits, and is booked once it is: %j', async (before) => {
    // Prepare
    let locked: unknown = before;
    const { number, handling } = await unsettled(() => locked);
    const attempt = stage.message(number);

    // Act
    const failure = await attempt(handling);
    locked = true;
    stage.clock.advance(61);
    await attempt(handling);

    // Assess
    const shows = before === null ? 'nothing' : '"false"';
    expect(failure).toMatchObject({
      name: 'RetryLater',
      scope: 'order',
      message: expect.stringMatching(
        new RegExp(`^Recording \\w{17} of product order \\S+ is not settled: it shows ${shows}\\.$`),
      ),
    });
    expect(await inErp(stage, number)).toEqual(['3']);
  });

  it('is left to the reconciliation, and a person learns of it once that has taken too long', async () => {
    // Prepare
    const { number, handling } = await unsettled(() => false);
    const halfHourOf = async (attempt: ReturnType<typeof stage.message>) => {
      const first = await attempt(handling);
      stage.clock.advance(halfAnHour);
      return [first, await attempt(handling)];
    };

    // Act
    const left = await halfHourOf(stage.message(number));
    const event = (await eventsOf(stage, number)).at(-1);
    stage.clock.advance(day);
    const again = await halfHourOf(stage.message({ productOrderNumber: number, via: 'reconciliation' }));
    stage.clock.advance(day);
    const told = await halfHourOf(stage.message({ productOrderNumber: number, via: 'reconciliation' }));

    // Assess
    const asked = expect.objectContaining({ name: 'RetryLater' });
    expect([left, again]).toEqual([
      [asked, undefined],
      [asked, undefined],
    ]);
    expect(event).toBe('not completed');
    expect(told).toEqual([asked, expect.any(Rejected)]);
    expect(await lettersOf(stage, number)).toMatchObject([
      {
        cause: 'completion-unclear',
        reason: expect.stringMatching(
          /is not settled: it shows "false"\. Asked again for (2 days|48 hours)\.$/,
        ),
      },
    ]);
    expect(await inErp(stage, number)).toEqual([]);
  });

  it('is a wrong line of the contract where its place is missing', async () => {
    const { number, handling } = await unsettled(() => undefined);
    await expect(stage.handle(number, {}, handling)).rejects.toThrow(
      '$.locked: found missing, expected text, a code, or a language map; set azumuta.contract.recording.settled.path',
    );
  });
});

it('is booked with the recordings that a list has, page by page', async () => {
  // Prepare
  const { number, recordingIds } = await completed(stage, { recordings: 3, quantity: 3 });
  const contract = contractSchema.parse({
    operations: { listRecordings: { path: '/orders/{productOrder.id}/runs', query: {} } },
  });
  const { azumuta, readIds } = await otherAzumuta(stage, {
    contract,
    order: (shown) => {
      delete shown.recordings;
    },
    runs: (cursor) => ({
      data: recordingIds.slice(cursor, cursor + 2),
      next: cursor + 2 < recordingIds.length ? String(cursor + 2) : null,
    }),
  });

  // Act
  await stage.handle(number, {}, { azumuta, ...counted });

  // Assess
  expect(readIds().toSorted()).toEqual(recordingIds.toSorted());
  expect(await inErp(stage, number)).toEqual(['3']);
});
