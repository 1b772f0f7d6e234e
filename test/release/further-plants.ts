import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { runScenario } from '../simulation/run-scenario.ts';
import type { Scenario } from '../simulation/scenario/scenario.ts';
import type { ScenarioEvent } from '../simulation/scenario/scenario-event.ts';
import { webhookToken } from '../simulation/world/plant.ts';
import { createRecordingPlant } from './recording-plant.ts';
import { sendAlerts } from './send-alerts.ts';
import { type Written, writtenBy } from './written.ts';

const order = { article: 'plain', quantity: 3, scrap: 0, releasedAt: 1, builtAfter: 20 } as const;

function scenario(given: Partial<Scenario>, ...events: readonly ScenarioEvent[]): Scenario {
  return { seed: 1, erp: 'rest', split: 'one', via: 'endpoint', orders: [order], ...given, events };
}

const opened = { kind: 'operator opens it again', order: 0 } as const;
const early = { kind: 'trigger of an open order', order: 0 } as const;
const held = { kind: 'flow is paused', queue: 'product-orders', at: 0, minutes: 60 } as const;

/** Rare events, so that each kind of item and message is written in each of its forms. */
const scenarios: readonly Scenario[] = [
  scenario(
    { orders: [{ ...order, article: 'lots' }] },
    { kind: 'operator records other figures', order: 0, figures: 'recorded twice' },
    // Long enough to fill the history of its booking.
    { kind: 'order is locked', order: 0, at: 10, minutes: 2000 },
  ),
  scenario({ orders: [{ ...order, scrap: 1 }] }, { kind: 'trigger', nth: 1, becomes: 'lost' }),
  scenario({}, { kind: 'planner changes the quantity', order: 0, at: 5, quantity: 4 }),
  scenario({}, { ...early, at: 12 }, { kind: 'trigger', nth: 2, becomes: 'lost' }),
  scenario({ via: 'pull', erp: 'odoo 17' }),
  scenario({ via: 'pull' }, held, { kind: 'planner cancels', order: 0, at: 20 }),
  scenario({ via: 'pull' }, held, { kind: 'planner renames', order: 0, at: 20, to: '-B' }),
  scenario({ orders: [order, order] }, { kind: 'planner shares a number', order: 1 }),
  scenario(
    { via: 'pull' },
    { ...held, minutes: 25 },
    { kind: 'operator types it by hand', order: 0, equal: false, at: 20 },
  ),
  scenario({}, { kind: 'operator removes it', order: 0, at: 12 }),
  scenario({}, { ...held, queue: 'completions' }, { kind: 'operator removes it', order: 0, at: 40 }),
  scenario({}, ...[{ ...opened, at: 40, rework: 3000 }], ...[45, 50, 55].map((at) => ({ ...early, at }))),
  scenario({}, { ...opened, at: 40, rework: 10 }),
  scenario({ split: 'when-all-done' }, { ...opened, at: 22, rework: 30 }),
  scenario(
    { split: 'each', via: 'pull' },
    { kind: 'planner changes the quantity', order: 0, at: 15, quantity: 2 },
  ),
  scenario(
    { via: 'pull', atOnce: 1, perSecond: 1, pageSize: 1, orders: [order, order, order] },
    { kind: 'flow is paused', queue: 'bookings', at: 10, minutes: 30 },
  ),
  scenario(
    {},
    { kind: 'outage', partner: 'azumuta', how: 'answers 503', at: 0, minutes: 10 },
    { kind: 'outage', partner: 'erp', how: 'refuses our credentials', at: 15, minutes: 20 },
  ),
  ...(['the partner refuses it', 'the answer is lost'] as const).flatMap((accident) => [
    scenario({}, { kind: 'call', stage: 'create-product-orders', service: 'azumuta', nth: 3, accident }),
    scenario({}, { kind: 'call', stage: 'create-product-orders', service: 'erp', nth: 2, accident }),
  ]),
];

/** Items and messages that the deployed functions write in further plants. */
export async function recordFurther(integration: CompleteIntegration): Promise<Written> {
  const all: Written = { items: [], messages: [] };
  const add = ({ items, messages }: Written) => {
    all.items.push(...items);
    all.messages.push(...messages);
  };
  for (const each of scenarios) {
    let written: Written | undefined;
    await runScenario(each, {
      disturb: ({ plant }) => {
        written = writtenBy(plant);
      },
    });
    if (written) add(written);
  }
  add(await recordCalls(integration));
  add(await recordUnlisted(integration));
  return all;
}

/** Unexpected triggers, an order that cannot be mapped, and more recordings than a message can hold. */
async function recordCalls(integration: CompleteIntegration): Promise<Written> {
  const plant = createRecordingPlant(integration);
  const trigger = (given: object) =>
    plant.plant.call(
      'receive-webhook',
      {
        headers: {},
        requestContext: { http: { method: 'GET', sourceIp: '192.0.2.2' }, requestId: 'call' },
        pathParameters: { event: 'product-order-completed', token: webhookToken },
        ...{ rawQueryString: '', body: '', isBase64Encoded: false },
        ...given,
      },
      () => {},
    );
  const large = plant.release('5');
  const scrapped = plant.release('3');
  plant.release('13');
  plant.run('pull-product-orders');
  await plant.pass(5);
  plant.build(large.number, { serials: Array.from({ length: 9000 }, (_, at) => `S-${at}`.padEnd(60, 'x')) });
  plant.build(scrapped.number, { quantity: 2, scrap: 1 });
  trigger({ rawQueryString: 'productOrderNumber=MO+1' });
  trigger({ rawQueryString: 'nothing=known' });
  await plant.pass(10);
  await sendAlerts(plant, integration, { receives: false });
  plant.close();
  return plant.written;
}

/** Azumuta lists no recordings of a product order: only triggers name them. */
async function recordUnlisted(integration: CompleteIntegration): Promise<Written> {
  const { azumuta, productOrders } = integration;
  const { contract } = azumuta;
  const plant = createRecordingPlant({
    ...integration,
    azumuta: {
      ...azumuta,
      contract: { ...contract, productOrder: { ...contract.productOrder, recordings: ['nowhere'] } },
    },
    productOrders: { ...productOrders, split: { per: 'unit', book: 'when-all-done' } },
  });
  const { number } = plant.release('2');
  plant.run('pull-product-orders');
  await plant.pass(5);
  plant.build(`${number}/1`);
  await plant.pass(5);
  plant.close();
  return plant.written;
}
