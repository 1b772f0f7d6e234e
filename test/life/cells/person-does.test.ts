import { describe, expect, it } from 'vitest';
import { endings } from '../../../infra/ops/orders/end-order.ts';
import { sendCreations, sendHints } from '../../../infra/ops/replay/ask-again.ts';
import { lifeOf, type Stage, stages } from '../../../shared/life/life.ts';
import type { OrderOutcome } from '../../../shared/life/outcomes.ts';
import { type PersonEvent, personEvents, whatAPersonDoes } from '../../../shared/life/what-a-person-does.ts';
import { askDependencies, eachWithPlant, endDependencies, plant } from '../acts.ts';
import { days } from '../plant.ts';
import { begin, expectOutcome } from './outcomes.ts';
import { bring, Scene, type Way } from './scene.ts';

eachWithPlant();

/** What brings a product order to each stage. */
const rows: Record<Stage, (scene: Scene) => Promise<void>> = {
  wanted: bring.refused,
  'being created': bring.inDoubt,
  'in Azumuta': bring.made,
  async completed(scene) {
    await bring.made(scene);
    plant.azumuta.complete(scene.number);
    await plant.work();
  },
  'to be booked': bring.refusedBooking,
  booked: bring.booked,
  withdrawn: bring.withdrawn,
  async removed(scene) {
    scene.says({ dueDate: '2026-11-20' });
    await plant.pulled();
    plant.azumuta.remove(scene.number);
    plant.advance(days);
    await plant.looked();
  },
  async 'given up'(scene) {
    await bring.refused(scene);
    await bring.givenUp(scene);
  },
};

const request = ({ number }: Scene) => ({ number, go: true, note: 'because (An)' });

/** What a person does then. @throws UsageError */
const events: Record<PersonEvent, (scene: Scene) => Promise<unknown>> = {
  settle: (scene) => endings.settle({ ...request(scene), kind: 'used-again' }, endDependencies()),
  'give up': (scene) => endings['give-up'](request(scene), endDependencies()),
  remake: (scene) => endings.remake(request(scene), endDependencies()),
  'replay of its creation': ({ number }) =>
    sendCreations([number], { note: 'again (An)' }, askDependencies()),
  'replay of a hint': ({ number }) => sendHints([number], { note: 'again (An)' }, askDependencies()),
};

/** What has happened to it in Azumuta meanwhile, without a trigger. */
function changeInAzumuta(scene: Scene, stage: Stage, event: PersonEvent): void {
  const { number, quantity } = scene;
  if (stage === 'removed' && event === 'replay of its creation')
    plant.azumuta.typeByHand(number, 'GEAR-01', { Quantity: quantity });
  if (stage === 'to be booked') {
    // What was planned is booked all the same, and a person is told.
    if (!scene.isSplit) scene.built = 3;
    for (const { id, recordings } of plant.azumuta.productOrders())
      for (const recording of recordings) plant.azumuta.correct(id, recording.id, 3);
  }
  if (stage === 'given up' && event === 'replay of a hint') {
    plant.azumuta.typeByHand(number, 'GEAR-01', { Quantity: quantity });
    plant.azumuta.complete(number);
    plant.triggers.length = 0;
  }
}

async function walk(stage: Stage, event: PersonEvent, way: Way): Promise<void> {
  // Prepare
  const scene = new Scene(way);
  await rows[stage](scene);
  const known = await plant.ledger.knownOrders.readStanding(scene.number);
  expect(lifeOf(known).stage).toBe(stage);
  const outcome: OrderOutcome = whatAPersonDoes[event][stage];
  if (outcome.to === 'end') await begin(scene, ['used-again']);
  if (outcome.to === 'look') await begin(scene, ['changed']);
  changeInAzumuta(scene, stage, event);
  scene.isAskedAbout = event !== 'settle' && event !== 'give up';
  const happens = async () => {
    const acting = events[event](scene);
    if (outcome.to === 'nothing' && !event.startsWith('replay'))
      await expect(acting).rejects.toThrow(outcome.because);
    else {
      await acting;
      await plant.work();
    }
  };
  const named = outcome.to === 'end' ? { ...outcome, kinds: ['used-again'] as const } : outcome;
  // One that waits for the other parts of its order is not booked yet.
  const books = stage === 'completed' ? { good: '0', times: 0 } : { good: scene.ordered, times: 1 };
  const isAsked = outcome.to === 'ask Azumuta';
  await expectOutcome(named, scene, happens, isAsked ? {} : { books });
}

/** Only a part that waits for others is completed, and neither booked nor to be booked. */
const usualWay = (stage: Stage): Way => (stage === 'completed' ? 'when-all-done' : 'alone');

/** Cells in which it matters of how many parts its order is, how they are booked, or who made it. */
const otherWays: readonly (readonly [Stage, PersonEvent, Way])[] = [
  ['wanted', 'replay of its creation', 'each'],
  ['in Azumuta', 'give up', 'when-all-done'],
  ['to be booked', 'give up', 'each'],
  ['to be booked', 'replay of a hint', 'when-all-done'],
  ['booked', 'replay of a hint', 'when-all-done'],
  ['given up', 'remake', 'when-all-done'],
];

const usual = stages.flatMap((stage) =>
  personEvents.map((event) => ({ stage, event, way: usualWay(stage), to: whatAPersonDoes[event][stage].to })),
);
const others = otherWays.map(([stage, event, way]) => ({
  stage,
  event,
  way,
  to: whatAPersonDoes[event][stage].to,
}));

describe('what a person does about a product order', () => {
  it.each([...usual, ...others])('$event, where it is $stage, $way: $to', ({ stage, event, way }) =>
    walk(stage, event, way),
  );
});
