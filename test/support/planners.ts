import { Refusal } from '../../infra/local/sandbox/api.ts';
import type { ReleaseRequest } from '../../infra/local/sandbox/erp/planners.ts';
import { statusAfterBookings } from '../../infra/local/sandbox/erp/routes.ts';
import type { ProductionOrder, Store } from '../../infra/local/sandbox/erp/store.ts';
import { toDecimal } from '../../shared/model/quantity.ts';

/** What planners do to released orders in the screens of the sandbox ERP. They name one by its number or its id. */
export function plannersOn(store: Store) {
  const save = (key: string, differs: Partial<ProductionOrder>) => store.change(store.known(key), differs);
  return {
    cancel: (key: string) => save(key, { status: 'cancelled' }),
    releaseAgain: (key: string) => save(key, { status: 'released' }),
    lock: (key: string) => save(key, { locked: true }),
    unlock: (key: string) => save(key, { locked: false }),
    /** Changes nothing but the change time. */
    touch: (key: string) => save(key, {}),
    /** Somebody finishes it by hand, without our reference. */
    finish(key: string) {
      const order = save(key, { status: 'done' });
      store.addBooking(order, 'production', { goodQuantity: order.quantity, final: true });
    },
    /** Once the quantity is another one, the order is done or released, by what is booked so far. */
    revise(
      key: string,
      {
        number,
        quantity,
        dueDate,
      }: Pick<ReleaseRequest, 'quantity' | 'dueDate'> & { readonly number?: string },
    ) {
      const order = store.known(key);
      if (order.status === 'cancelled')
        throw new Refusal(409, 'order-cancelled', `Order ${order.number} is cancelled.`);
      const wanted = toDecimal(quantity);
      const revised = save(order.id, {
        dueDate: dueDate ?? order.dueDate,
        quantity: wanted ?? order.quantity,
      });
      const status = wanted === undefined ? order.status : statusAfterBookings(revised, store);
      store.renameOrder({ ...revised, status }, number ?? order.number);
    },
  };
}
