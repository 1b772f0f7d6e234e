import { completionOf, productOrderOf } from '../shared/erp/conformance/completions.ts';
import type { PlannedOrderRef } from '../shared/erp/conformance/target.ts';
import { urlOf } from '../simulation/world/network.ts';
import { plant } from './acts.ts';

let booked = 0;

/** People book so much of an order in the ERP, in whose books it has another key than any of ours; the order goes on. */
export async function bookByHand(order: PlannedOrderRef, good: string, scrap = '0'): Promise<void> {
  const { erp, clock } = plant;
  const connector = erp.definition(urlOf('erp')).connect({
    clock,
    mayWrite: () => true,
    credentials: async () => erp.credentials,
  });
  booked += 1;
  const by = productOrderOf(order, 1000 + booked);
  const figures = { quantity: { amount: good }, scrap: { amount: scrap }, final: false };
  const { signal } = new AbortController();
  await connector.book(completionOf(order, figures, by), `${by.id}#quantity`, { again: false, signal });
}

/** They type an order into Azumuta, as it is in the ERP. */
export function typeByHand(number: string, quantity = 5): void {
  plant.azumuta.typeByHand(number, plant.erp.articles.plain, { Quantity: quantity });
}

export function complete(number: string, quantity = 5): void {
  plant.azumuta.complete(number, { quantity });
}

/** From shadow to live: from now on, or from that instant on. */
export function goLive(
  changes: Parameters<typeof plant.deploy>[0] = {},
  liveFrom = plant.clock.now().toISOString(),
): void {
  plant.deploy({ ...changes, deployment: { liveFrom } }, `live from ${liveFrom}`);
}
