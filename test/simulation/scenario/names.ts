import type { World } from '../world/world.ts';
import type { ReleasedOrder } from './released-order.ts';

/** Whether a dead letter is about an order: by any present or past number or id of the order or its product orders. */
export function isAbout(
  { numbers, body }: { readonly numbers: readonly string[]; readonly body: string },
  order: ReleasedOrder,
  world: World,
): boolean {
  const built = [...world.madeFor(order.ref), ...order.removed];
  const names = [...order.numbers, ...built.flatMap(({ id, number }) => [id, number])];
  return names.some(
    (name) =>
      body.includes(JSON.stringify(name)) ||
      numbers.some((number) => number === name || number.startsWith(`${name}/`)),
  );
}
