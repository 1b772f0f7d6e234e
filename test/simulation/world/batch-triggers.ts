import type { AzumutaModel, BuiltProductOrder } from '../partners/azumuta.ts';
import type { BatchSetting } from '../scenario/setting.ts';

/** A product order that was completed when a trigger of its batch order came. */
export interface Announced {
  readonly id: string;
  /** When it came, in epoch milliseconds. */
  readonly at: number;
}

type InAzumuta = Pick<AzumutaModel, 'productOrders'>;

const isCompleted = ({ status }: BuiltProductOrder) => status === 'completed';

/** @returns what Azumuta sends in the place of a trigger; undefined where it sends none. */
export function triggerOfBatch(
  body: string,
  { triggers }: BatchSetting,
  azumuta: InAzumuta,
): string | undefined {
  const all = azumuta.productOrders();
  const { productOrderNumber } = JSON.parse(body);
  const batch = all.findLast(({ number }) => number === productOrderNumber)?.batchNumber;
  if (batch === undefined) return body;
  const isDue = triggers === 'for each' || all.every((one) => one.batchNumber !== batch || isCompleted(one));
  return isDue ? JSON.stringify({ productOrderNumber: batch }) : undefined;
}

export function announcedBy(body: string, at: number, azumuta: InAzumuta): readonly Announced[] {
  const { productOrderNumber } = JSON.parse(body);
  const named = azumuta.productOrders().filter(({ batchNumber }) => batchNumber === productOrderNumber);
  return named.filter(isCompleted).map(({ id }) => ({ id, at }));
}
