import { defineIntegration } from '../../../shared/integration/index.ts';
import plant from '../../support/plant.config.ts';

/** The plant of the rehearsals, as each version that is rehearsed reads it. */
export default defineIntegration({
  ...plant,
  productOrders: {
    ...plant.productOrders,
    // What is typed by hand is equal.
    parameters: (order) => ({ Quantity: Number(order.quantity.amount) }),
    variants: () => [],
  },
  completions: { ...plant.completions, unknownOrder: 'ignore' },
});
