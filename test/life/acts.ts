import { afterEach, beforeEach } from 'vitest';
import { createLifePlant, type LifeOptions, type LifePlant } from './plant.ts';

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
  plant = createLifePlant(options);
}

/** What people must see to. */
export const kinds = async () => (await plant.ledger.concerns.open(() => 100)).map(({ kind }) => kind);
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
