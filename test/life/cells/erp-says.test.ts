import { describe, expect, it } from 'vitest';
import { sendCreations } from '../../../infra/ops/replay/ask-again.ts';
import type { KnownOrder } from '../../../shared/ledger/records/known-orders.ts';
import type { OrderOutcome } from '../../../shared/life/outcomes.ts';
import {
  type ErpEvent,
  type ErpRow,
  erpEvents,
  erpRowOf,
  erpRows,
  whatTheErpSays,
} from '../../../shared/life/what-the-erp-says.ts';
import { isBookedFinally, isBuilt } from '../../../shared/orders/decide-kept.ts';
import { askDependencies, eachWithPlant, plant } from '../acts.ts';
import { begin, expectOutcome } from './outcomes.ts';
import { bring, dueDate, Scene, type Way } from './scene.ts';

eachWithPlant();

/** What brings a product order to each row. */
const rows: Record<ErpRow, (scene: Scene) => Promise<void>> = {
  async nothing(scene) {
    if (!scene.isSplit) return;
    scene.says({ quantity: '1' });
    await plant.pulled();
  },
  withdrawn: bring.withdrawn,
  async 'given up'(scene) {
    await bring.refused(scene);
    await bring.givenUp(scene);
  },
  async "another's"(scene) {
    scene.maps({ number: () => 'SHARED' });
    scene.number = scene.isSplit ? 'SHARED/2' : 'SHARED';
    scene.says({}, plant.plan(scene.ordered, 'plain', { dueDate }));
    await plant.pulled();
  },
  'not made': bring.wanted,
  refused: bring.refused,
  'refused, perhaps made': bring.refusedInDoubt,
  async 'refused, but booked'(scene) {
    await bring.refused(scene);
    plant.azumuta.typeByHand(scene.number, 'GEAR-01', { Quantity: scene.quantity });
    await bring.completed(scene);
  },
  'perhaps made': bring.inDoubt,
  made: bring.made,
  async built(scene) {
    await bring.made(scene);
    scene.refusesBookings = { status: 422, body: { error: { message: 'closed period' } } };
    await bring.completed(scene);
  },
  booked: bring.booked,
};

/** What the ERP says then. */
const events: Record<ErpEvent, (scene: Scene) => void> = {
  same: (scene) => scene.says({}),
  other: (scene) => scene.says(scene.isSplit ? { product: 'GEAR-02' } : { quantity: '3' }),
  more: (scene) => scene.says({ quantity: '8' }),
  surplus: (scene) => scene.says({ quantity: '1' }),
  'not wanted': (scene) => scene.says({ status: 'cancelled' }),
  'numbered otherwise'(scene) {
    scene.says({});
    scene.isNumberedOtherwise = true;
    const { number: was } = scene.order;
    // Another ERP order keeps its number.
    scene.maps({ number: ({ number }) => (number === was ? `${number}-B` : 'SHARED') });
  },
};

async function rowIn({ order, number, numbers }: Scene): Promise<ErpRow> {
  const { knownOrders, erpOrders } = plant.ledger;
  const record = await erpOrders.find(order);
  const productOrders = new Map<string, KnownOrder>();
  for (const one of new Set([...numbers, number])) productOrders.set(one, await knownOrders.read(one));
  const completed = record && new Set((await erpOrders.partsOf(record)).completed.keys());
  const known = { record, productOrders, completed };
  const entry = productOrders.get(number)?.entry;
  const isKnown = entry !== undefined;
  return erpRowOf({
    entry,
    erpOrder: order,
    isBuilt: isKnown && isBuilt(known, number, entry.part),
    isBooked: isKnown && isBookedFinally(known, entry),
  });
}

/** The ERP is pulled. What is only done for somebody who asks is asked for then: by a caller, or by a person. */
async function hear(row: ErpRow, outcome: OrderOutcome, scene: Scene): Promise<void> {
  const { order, number, ordered } = scene;
  await plant.pulled();
  if (row === 'given up' && scene.wants && !scene.isNumberedOtherwise) {
    scene.isAskedAbout = true;
    expect((await plant.ledger.orders.find(number))?.end?.how).toBe('given up');
    await sendCreations([number], { note: 'again (An)' }, askDependencies());
    await plant.work();
  }
  if ('ifAsked' in outcome) {
    expect((await plant.ledger.orders.find(number))?.state).toBe('rejected');
    await plant.post({
      number: order.number,
      id: order.id,
      article: 'GEAR-01',
      quantity: ordered,
      unit: 'u',
    });
    await plant.work();
  }
}

/** What was open about it in Azumuta ends, whatever the ERP says. */
const needsNobody: readonly ErpRow[] = ['withdrawn', 'refused, but booked', 'booked'];

/** The quantity of the product order that is made of what the ERP says. */
function quantityOf(event: ErpEvent, scene: Scene): number {
  if (scene.isSplit) return 1;
  if (event === 'other') return 3;
  return event === 'more' ? 8 : 5;
}

async function walk(row: ErpRow, event: ErpEvent, way: Way): Promise<void> {
  // Prepare
  const scene = new Scene(way);
  await rows[row](scene);
  expect(await rowIn(scene)).toBe(row);
  const outcome = whatTheErpSays[row][event];
  // The first attempt has created nothing: else it is found, and a person is told that it has other content.
  if (row === 'refused, perhaps made' && outcome.to === 'replace' && event !== 'same')
    plant.azumuta.remove(scene.number);
  if (row === "another's" || (row === 'nothing' && event === 'numbered otherwise')) scene.elsewhere = '-B';
  if (outcome.to === 'end') await begin(scene, outcome.kinds);
  else if (needsNobody.includes(row) && !('ifAsked' in outcome)) await begin(scene, ['unwanted', 'removed']);
  if (outcome.to === 'look') await begin(scene, ['changed']);
  if ('ends' in outcome) await begin(scene, outcome.ends);
  const happens = async () => {
    events[event](scene);
    await hear(row, outcome, scene);
  };
  await expectOutcome(outcome, scene, happens, { makes: quantityOf(event, scene) });
}

/** Of what surely was not sent, the table says this only where other parts are made: else all are made under other numbers. */
const ofParts: readonly ErpRow[] = ['withdrawn', 'given up', 'not made', 'refused', 'refused, but booked'];

function usualWay(row: ErpRow, event: ErpEvent): Way {
  const isOfParts = event === 'surplus' || (event === 'numbered otherwise' && ofParts.includes(row));
  return isOfParts ? 'each' : 'alone';
}

/** Cells in which it matters of how many parts its order is, how they are booked, or who made it. */
const otherWays: readonly (readonly [ErpRow, ErpEvent, Way])[] = [
  ['nothing', 'same', 'typed by hand'],
  ['withdrawn', 'same', 'when-all-done'],
  ['withdrawn', 'numbered otherwise', 'when-all-done'],
  ['given up', 'same', 'when-all-done'],
  ['given up', 'numbered otherwise', 'alone'],
  ['refused', 'surplus', 'when-all-done'],
  ['refused, but booked', 'numbered otherwise', 'alone'],
  ['made', 'surplus', 'when-all-done'],
  ['made', 'numbered otherwise', 'each'],
  ['built', 'not wanted', 'when-all-done'],
  ['built', 'surplus', 'when-all-done'],
  ['booked', 'surplus', 'when-all-done'],
];

const usual = erpRows.flatMap((row) =>
  erpEvents.map((event) => ({ row, event, way: usualWay(row, event), to: whatTheErpSays[row][event].to })),
);
const others = otherWays.map(([row, event, way]) => ({ row, event, way, to: whatTheErpSays[row][event].to }));

describe('what the ERP says of a product order', () => {
  it.each([...usual, ...others])('$event, where it is $row, $way: $to', ({ row, event, way }) =>
    walk(row, event, way),
  );
});
