import { afterEach, beforeEach } from 'vitest';
import type { EndDependencies } from '../../infra/ops/orders/end-order.ts';
import type { AskDependencies } from '../../infra/ops/replay/ask-again.ts';
import { createQueues } from '../../shared/platform/aws/queue.ts';
import { queueUrlOf } from '../simulation/world/plant.ts';
import { createLifePlant, days, hours, type LifeOptions, type LifePlant } from './plant.ts';

/** The plant of the test that runs. */
export let plant: LifePlant;

/** Gives each test of a file a plant of its own: call it at the top of the file. */
export function eachWithPlant(options: LifeOptions = {}): void {
  beforeEach(() => {
    plant = createLifePlant(options);
  });
  afterEach(() => plant.close());
}

/** From now on the test has another plant. */
export function takePlant(options: LifeOptions): void {
  plant.close();
  startPlant(options);
}

/** The first plant of a test that closes its plants by itself. */
export function startPlant(options: LifeOptions): void {
  plant = createLifePlant(options);
}

/** What people must see to. */
export const kinds = async () => (await plant.ledger.concerns.listOpen(() => 100)).map(({ kind }) => kind);
/** What is in Azumuta, as `MO/0001 open`. */
export const made = () => plant.azumuta.productOrders().map(({ number, status }) => `${number} ${status}`);
/** What people were told. */
export const subjects = () => plant.mails.map(({ subject }) => subject.replace('life-production: ', ''));

/** The ERP shows the rows of its list so, by their change times. */
export function erpLists(change: (row: Record<string, unknown>) => Record<string, unknown>): void {
  plant.answers.erp = (_, answer) => {
    const given = answer() as { body?: { orders?: Record<string, unknown>[] } };
    if (given.body?.orders)
      given.body.orders = given.body.orders
        .map(change)
        .sort((a, b) => (String(a.changedAt) < String(b.changedAt) ? -1 : 1));
    return given;
  };
}

/** This happens once, while a completion is read: another container has the next messages. */
export function whileReading(happens: () => Promise<unknown>): void {
  let isFirst = true;
  plant.answers.azumuta = async ({ url }, answer) => {
    if (isFirst && url.pathname.includes('/recordings')) {
      isFirst = false;
      plant.deploy({});
      await happens();
    }
    return answer();
  };
}

/** With what a person's commands end an order. */
export const endDependencies = (): EndDependencies => ({
  ledger: plant.ledger,
  queues: createQueues(plant.queues.client),
  queueUrls: {
    'product-orders': queueUrlOf('product-orders'),
    completions: queueUrlOf('completions'),
  },
});

/** With what a person has orders looked at again. */
export const askDependencies = (): AskDependencies => ({
  ledger: plant.ledger,
  clock: plant.clock,
  queues: createQueues(plant.queues.client),
  queueUrls: endDependencies().queueUrls,
});

/** Azumuta does not know articles, until the answer that this returns is called. */
export function withoutArticles(): () => void {
  let isUnknown = true;
  plant.answers.azumuta = ({ url }, answer) =>
    isUnknown && url.pathname.endsWith('/articles') ? { body: { data: [] } } : answer();
  return () => {
    isUnknown = false;
  };
}

/** Days on which orders are pulled and worked on, looked at and, unless the test does that later, in alerts. */
export async function daysGoBy(count: number, { isMailed = true } = {}): Promise<void> {
  for (let day = 0; day < count; day++) {
    plant.advance(days);
    await plant.pulled();
    await plant.looked();
    if (isMailed) await plant.alerts();
  }
}

type PlannedOrder = ReturnType<LifePlant['plan']>;

/** An order of so many that is in Azumuta, in parts. */
export async function madeInParts(quantity: string): Promise<PlannedOrder> {
  const order = plant.plan(quantity, 'plain', { dueDate: '2026-12-01' });
  await plant.pulled();
  return order;
}

/** These parts are completed, one after the other. */
export async function partsBuilt(order: PlannedOrder, ...parts: readonly number[]): Promise<void> {
  for (const part of parts) plant.azumuta.complete(`${order.number}/${part}`);
  await plant.work();
}

/** Some hours later the planner wants another quantity. */
export async function quantityChanged(order: PlannedOrder, quantity: string): Promise<void> {
  plant.advance(hours);
  plant.erp.changeQuantity(order, quantity);
  await plant.pulled();
}
