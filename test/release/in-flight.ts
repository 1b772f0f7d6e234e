import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { replayAll } from '../simulation/scenario/administrators.ts';
import type { RecordedPlant } from './recorded.ts';
import { createRecordingPlant, type RecordingPlant } from './recording-plant.ts';
import { sendAlerts } from './send-alerts.ts';
import type { Written } from './written.ts';

type Split = RecordedPlant['split'];
export const splits = ['alone', 'each', 'when-all-done'] as const satisfies Split[];

function splitIn(integration: CompleteIntegration, split: Split): CompleteIntegration {
  const { split: _, ...productOrders } = integration.productOrders;
  return {
    ...integration,
    productOrders:
      split === 'alone' ? productOrders : { ...productOrders, split: { per: 'unit', book: split } },
  };
}

/**
 * A plant with work in progress at every step of both flows: an order whose message waits to be created, one whose
 * completion waits to be read, one whose booking waits, one whose booking was made by a container that died before it
 * recorded it, one that has been open in the ERP for more than an hour, one that the ERP refused, and one that is done
 * and whose trigger comes again.
 */
export async function recordInFlight(
  integration: CompleteIntegration,
  split: Split,
): Promise<{ readonly recorded: RecordedPlant; readonly written: Written }> {
  const plant = createRecordingPlant(splitIn(integration, split));
  const { pollers } = plant.plant;
  const numbersOf = ({ number }: { readonly number: string }) =>
    split === 'alone' ? [number] : [`${number}/1`, `${number}/2`];
  const build = (order: { readonly number: string }) => {
    for (const number of numbersOf(order)) plant.build(number);
  };
  const later = async (minutes = 3) => {
    plant.run('pull-product-orders');
    await plant.pass(minutes);
  };

  const done = plant.release('2');
  const refused = plant.release('2');
  const open = plant.release('2');
  const died = plant.release('2');
  const waits = plant.release('2');
  const completed = plant.release('2');
  await later();
  build(done);
  await plant.pass(5);
  plant.plan({ stage: 'book-completion', service: 'erp', accident: 'the partner refuses it' }, 3);
  build(refused);
  await plant.pass(5);
  plant.lock(open);
  build(open);
  await plant.pass(75);
  plant.plan({ stage: 'book-completion', service: 'erp', accident: 'the container dies after the call' }, 3);
  build(died);
  await plant.pass(1);
  pollers.bookings.pause();
  build(waits);
  await plant.pass(1);
  pollers.completions.pause();
  build(completed);
  plant.azumuta.triggerAgain(numbersOf(done)[0] ?? '');
  await plant.pass(1);
  pollers['product-orders'].pause();
  plant.release('2');
  await later(1);
  await sendAlerts(plant, integration, { receives: false });

  const recorded = {
    ...{ split, at: new Date(plant.time.now()).toISOString(), acts: [...plant.acts] },
    ...plant.contents(),
  };
  for (const poller of Object.values(pollers)) poller.resume();
  const end = await carryThrough(plant, integration);
  plant.close();
  return { recorded: { ...recorded, end }, written: plant.written };
}

/** Loads a recorded plant into one with the present code, and lets that finish the work. */
export async function takeOver(integration: CompleteIntegration, recorded: RecordedPlant) {
  const plant = createRecordingPlant(splitIn(integration, recorded.split), Date.parse(recorded.at));
  plant.restore(recorded);
  const end = await carryThrough(plant, integration);
  const left = plant.contents();
  plant.close();
  return { end, left };
}

/** Closes all orders in the ERP, sends dead letters again, and waits for the scheduled runs. */
async function carryThrough(plant: RecordingPlant, integration: CompleteIntegration) {
  plant.unlockAll();
  await plant.pass(30);
  await replayAll(plant);
  await plant.pass(30);
  plant.run('pull-product-orders');
  plant.run('reconcile-completions');
  await plant.pass(30);
  await sendAlerts(plant, integration, { receives: true });
  return plant.books();
}
