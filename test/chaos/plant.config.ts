import demo from '../../integration.config.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { ErpOrder } from '../../shared/model/orders.ts';

/** Not of Azumuta: what a part is told by here, so that its completion knows that the ERP order may go on. */
const partParameter = 'Part of a split order';

let inMapping: ErpOrder | undefined;

function splitOf(order: ErpOrder | undefined): 'one' | 'each' | 'when-all-done' {
  const wish = order?.attributes.split;
  return wish === 'each' || wish === 'when-all-done' ? wish : 'one';
}

/**
 * The demo's plant, with all kinds of orders in one run: an order's option `split` says how it is split. A
 * configuration knows one `split` for all of its orders, so this one answers for the order whose number was just
 * asked for; nothing else is mapped in between.
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
    // The ERP order of parts is done when all of its quantity is booked, however that changes.
    final: ({ parameters }) => parameters[partParameter] === undefined,
  },
} satisfies CompleteIntegration;
