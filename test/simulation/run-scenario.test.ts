import { afterAll, beforeAll, expect, it } from 'vitest';
import { invariants } from './invariants/judge.ts';
import { runScenario } from './run-scenario.ts';
import { drawScenario, type Scenario } from './scenario/scenario.ts';
import { minuteMs } from './world/moments.ts';
import { simulateFetch } from './world/network.ts';
import type { World } from './world/world.ts';

let giveBack = () => {};
beforeAll(() => {
  giveBack = simulateFetch();
});
afterAll(() => giveBack());

/** One order, and no accident. */
const calm: Scenario = { ...drawScenario(7), orders: drawScenario(7).orders.slice(0, 1), events: [] };
const findingsWhen = async (disturb: (world: World) => void) =>
  (await runScenario(calm, { disturb })).findings.map(({ invariant }) => invariant);

it('finds nothing in a run without accidents', async () => {
  expect(await findingsWhen(() => {})).toEqual([]);
});

it('finds that work never ends, and does not hang itself', async () => {
  const found = await findingsWhen(({ time }) => {
    const again = () => time.afterAlone(1, again);
    again();
  });

  expect(found).toEqual([invariants.ends]);
});

it('finds unexpected errors inside and outside of functions', async () => {
  const inFunction = await findingsWhen(({ plant }) =>
    // No queue invokes a function with undefined, so it cannot parse its event.
    plant.functions['book-completion'].invoke({}, () => undefined),
  );
  const beside = await findingsWhen(({ time }) =>
    time.after(1, () => {
      throw new TypeError('A bug of ours.');
    }),
  );

  expect(inFunction).toEqual([invariants.unexpected]);
  expect(beside).toEqual([invariants.unexpected]);
});

it('finds that a product order is missing in Azumuta, and that its booking has no completion', async () => {
  const found = await findingsWhen(({ time, azumuta }) =>
    time.after(20 * 60 * minuteMs, () => {
      for (const { number } of azumuta.productOrders()) azumuta.remove(number);
    }),
  );

  expect(found).toEqual(expect.arrayContaining([invariants.created, invariants.nothingElse]));
});

it('lists the events that happened', async () => {
  const first = {
    kind: 'call',
    stage: 'book-completion',
    service: 'erp',
    nth: 1,
    accident: 'the answer is lost',
  } as const;
  const never = { ...first, nth: 5000 };

  const { happened } = await runScenario({ ...calm, events: [first, never] });

  expect([...happened]).toEqual([first]);
});
