import { describe, expect, it } from 'vitest';
import { OutOfTime } from '../../../shared/model/errors.ts';
import { overriding } from '../../support/overriding.ts';
import { completed } from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { hourSeconds, shifts } from './shifts.ts';
import { stageOn, startCompletionStage } from './stage.ts';

const sandboxes = await startCompletionStage();

/** Three of four parts, which are one booking of the shift. */
async function threeBooked() {
  const order = await shifts(sandboxes, 4);
  const { stage, numbers, home, build, wake, handling } = order;
  await build(1, 2, 3);
  stage.clock.advance(5 * hourSeconds);
  await wake();
  stage.clock.advance(61);
  let asked = 0;
  let wrongOf = '';
  let left = Infinity;
  const azumuta = overriding(stage.azumuta, {
    productOrder: async (...given) => {
      asked += 1;
      left -= 1;
      if (left < 0) throw new OutOfTime('Out of time in this invocation.');
      return stage.azumuta.productOrder(...given);
    },
    recording: async (...given) => {
      const recording = await stage.azumuta.recording(...given);
      const isWrong = recording?.productOrder.number === wrongOf;
      const steps = recording?.steps.map((step) =>
        isWrong && step.name === 'Good quantity' ? { ...step, value: 0 } : step,
      );
      return recording && steps ? { ...recording, steps } : recording;
    },
  });
  const numberOf = (index: number) => numbers[index - 1] ?? '';

  return {
    ...order,
    numberOf,
    /** How often a product order was read so far. */
    asked: () => asked,
    /** Somebody corrects what was recorded of a part, until it is corrected again. */
    correct: (index: number | undefined) => {
      wrongOf = index === undefined ? '' : numberOf(index);
    },
    /** So many product orders can be read from now on. */
    readable: (count: number) => {
      left = count;
    },
    /** A trigger comes. @returns one attempt at it after the other */
    trigger: (index: number, ...recordingIds: readonly string[]) => {
      const attempt = stage.message({ productOrderNumber: numberOf(index), recordingIds });
      return () => attempt({ ...handling, azumuta });
    },
    concerns: async () => (await stage.ledger.knownOrders.read(home)).concerns.map(({ note }) => note),
  };
}

const waits = { name: 'RetryLater', message: expect.stringContaining('a moment ago') };

describe('a trigger of a part that is booked with others', () => {
  it('tells a person when another part of its booking was corrected, and that it is as booked again', async () => {
    // Prepare
    const { stage, trigger, correct, concerns } = await threeBooked();

    // Act
    correct(2);
    await trigger(3)();
    const corrected = await concerns();
    correct(undefined);
    stage.clock.advance(61);
    await trigger(2)();

    // Assess
    expect(corrected).toEqual([expect.stringMatching(/booked as 3 .*good.*shows 2 .*good.* now$/)]);
    expect(await concerns()).toEqual([]);
  });

  it('tells a person that it is as booked again, once somebody has settled other figures', async () => {
    // Prepare
    const { stage, home, trigger, correct, concerns } = await threeBooked();
    const opened = async () => (await stage.ledger.knownOrders.read(home)).concerns[0];
    correct(2);
    await trigger(3)();
    const first = await opened();
    if (first) await stage.ledger.concerns.settle(home, first, 'corrected in the ERP (An)');

    // Act
    correct(undefined);
    stage.clock.advance(61);
    await trigger(2)();
    const asBooked = await concerns();
    correct(2);
    stage.clock.advance(61);
    await trigger(2)();
    const asSettled = await concerns();
    correct(1);
    stage.clock.advance(61);
    await trigger(2)();

    // Assess
    expect(asBooked).toEqual([
      expect.stringMatching(/booked as 3 .*good.* has settled 2 .*good.* since, .* shows 3 .*good.* now$/),
    ]);
    expect(asSettled).toEqual([]);
    expect(await concerns()).toEqual([]);
  });

  it.each([
    ['another part was opened again', 2],
    ['that part was opened again', 3],
  ])('tells a person when %s', async (_, opened) => {
    // Prepare
    const { stage, numberOf, trigger, concerns } = await threeBooked();
    await stage.azumutaSide.reopen(numberOf(opened));

    // Act
    await trigger(3)();

    // Assess
    expect(await concerns()).toEqual([
      expect.stringMatching(new RegExp(`shows 2 .*good.* now: part ${opened} is not completed any more$`)),
    ]);
  });

  it('tells a person when another part was removed, and when all were opened again', async () => {
    // Prepare
    const { stage, numberOf, trigger, concerns } = await threeBooked();
    stage.azumutaSide.remove(numberOf(1));

    // Act
    await trigger(3)();
    const removed = await concerns();
    for (const index of [2, 3]) stage.azumutaSide.reopen(numberOf(index));
    stage.clock.advance(61);
    await trigger(2)();

    // Assess
    expect(removed).toEqual([expect.stringContaining('now: part 1 is not there any more')]);
    expect(await concerns()).toEqual([expect.stringContaining('Azumuta shows nothing now')]);
  });

  it('has the other parts read at most once a minute, however many triggers come', async () => {
    // Prepare
    const { stage, trigger, asked, correct, concerns } = await threeBooked();

    // Act: three at one moment, then one that comes when something was corrected
    const triggers = [1, 2, 3].map((index) => trigger(index));
    stage.clock.advance(2);
    const first = await triggers[0]?.();
    const ofFirst = asked();
    stage.clock.advance(2);
    for (const attempt of triggers.slice(1)) await attempt();
    const ofAll = asked();
    stage.clock.advance(10);
    correct(1);
    const late = trigger(2);
    const failure = await late();
    stage.clock.advance(60);
    const repeated = await late();

    // Assess: the other two read their own part, to see whether more was recorded
    expect([first, failure, repeated]).toEqual([undefined, expect.objectContaining(waits), undefined]);
    expect([ofFirst, ofAll]).toEqual([3, 5]);
    expect(await concerns()).toEqual([expect.stringMatching(/shows 2 .*good.* now$/)]);
  });

  it('is not compared where there is no time to read all parts, and asks no more for a minute', async () => {
    const { trigger, asked, correct, readable, concerns } = await threeBooked();
    correct(2);
    readable(2);
    expect(await trigger(3)()).toBeUndefined();
    expect(await concerns()).toEqual([]);
    const before = asked();
    expect(await trigger(1)()).toBeDefined();
    expect(asked() - before).toBeLessThanOrEqual(1);
  });

  it('costs no read of others where it names a recording that nobody has booked', async () => {
    const { trigger, asked } = await threeBooked();
    await trigger(1, 'forged')();
    expect(asked()).toBe(1);
  });
});

describe('a trigger of what is booked alone', () => {
  it('tells a person when it was corrected right after its first trigger was read, an hour late', async () => {
    // Prepare: as after an outage of Azumuta
    const stage = await stageOn(sandboxes);
    const { number, recordingIds } = await completed(stage, { quantity: 4 });
    const named = { productOrderNumber: number, recordingIds };
    const first = stage.message(named);
    stage.clock.advance(hourSeconds);
    await first();
    const { azumuta } = await otherAzumuta(stage, {
      recording: (shown) =>
        void Object.assign(shown, { steps: [{ name: 'Good quantity', type: 'number', value: 3 }] }),
    });

    // Act
    stage.clock.advance(3);
    const second = stage.message(named);
    const failure = await second({ azumuta });
    stage.clock.advance(60);
    await second({ azumuta });

    // Assess
    expect(failure).toMatchObject(waits);
    const { concerns } = await stage.ledger.knownOrders.read(number);
    expect(concerns.map(({ note }) => note)).toEqual([expect.stringMatching(/as 4 .*good.* shows 3 .*good/)]);
  });
});
