import demo from '../../integration.config.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';

/** Marks a part, so that its completion does not close the ERP order. Azumuta itself has no such parameter. */
const partParameter = 'Part of a split order';

let inMapping: ErpOrder | undefined;

function splitOf(order: ErpOrder | undefined): 'one' | 'each' | 'when-all-done' {
  const wish = order?.attributes.split;
  return wish === 'each' || wish === 'when-all-done' ? wish : 'one';
}

/**
 * The demo's plant, with all kinds of orders in one run: an order's option `split` says how it is split. As a
 * configuration has one `split` for all orders, this getter answers for the order whose `number` was called last;
 * nothing else is mapped in between.
 */
export default {
  ...demo,
  productOrders: {
    ...demo.productOrders,
    number(order) {
      inMapping = order;
      return order.number;
    },
    get split() {
      const book = splitOf(inMapping);
      return book === 'one' ? 'one' : { per: 'unit' as const, book };
    },
    parameters: (order, part) =>
      splitOf(order) === 'one'
        ? (demo.productOrders.parameters?.(order, part) ?? {})
        : { Quantity: 1, [partParameter]: part.index },
  },
  completions: {
    ...demo.completions,
    // The ERP order of parts is done when all of its quantity is booked, even if the quantity changes.
    final: ({ parameters }) => parameters[partParameter] === undefined,
  },
} satisfies CompleteIntegration;
