import type { BookingKey } from '../../../../../shared/model/completions.ts';
import type { ErpOrderRef } from '../../../../../shared/model/orders.ts';
import type { Decimal } from '../../../../../shared/model/quantity.ts';
import type { Answer, Received } from '../../../../support/server.ts';
import type {
  Assembly,
  ErpBooks,
  ErpConformanceTarget,
  PlannedOrder,
  PlannedOrderRef,
  RepeatedComponents,
} from '../target.ts';

/**
 * An ERP in this process, without a network or a connector: its server, what people do in its own screens, and its
 * books. Actions that return a boolean report whether the ERP allowed them.
 */
export interface ErpPlant {
  readonly answer: (call: Received) => Answer;
  /** The secret that a connector needs now. */
  readonly credentials: () => unknown;
  /** From now on this secret is accepted, and the one before is refused. */
  readonly rotate: (secret: string) => void;
  /** Restarts the server: its sessions and tokens are gone, its books are not. */
  readonly restart: () => void;
  /** Articles that can be planned: untracked, with lots, with serial numbers. */
  readonly articles: { readonly plain: string; readonly lots: string; readonly serials: string };

  /** An article of which more is recorded than its quantity. Left out where the server takes no more. */
  readonly assembly?: Assembly;
  /** An article with each component in two lines. Left out where an ERP has none. */
  readonly repeated?: RepeatedComponents;

  /** Creates and releases an order, with enough stock of every component. */
  readonly plan: (order: PlannedOrder) => PlannedOrderRef;
  /** Withdraws the open part of an order. */
  readonly cancel: (order: ErpOrderRef) => boolean;
  /** Takes back the release of an order on which nothing is booked yet. */
  readonly putBack: (order: ErpOrderRef) => boolean;
  /** Deletes an order on which nothing is booked yet; its books are kept for the test. */
  readonly remove: (order: ErpOrderRef) => boolean;
  /** Releases an order again that was put back or deleted; one that was withdrawn, too, where an ERP can. */
  readonly releaseAgain: (order: ErpOrderRef) => boolean;
  /** Changes the quantity of the open part of an order. */
  readonly changeQuantity: (order: ErpOrderRef, quantity: Decimal) => boolean;
  /** Changes the day by which an order is due. */
  readonly changeDueDate: (order: ErpOrderRef, dueDate: string) => void;
  /** Gives the article of an open order another name. */
  readonly renameArticle: (order: ErpOrderRef, article: string) => boolean;
  /** Changes the number of an order, which keeps its id. Left out where an ERP cannot. */
  readonly rename?: (order: ErpOrderRef, number: string) => boolean;
  /** Splits an open order into parts of these sizes; the order itself keeps its id. Left out where an ERP cannot. */
  readonly split?: (order: ErpOrderRef, sizes: readonly Decimal[]) => readonly PlannedOrderRef[];
  /** Somebody completes the open part of an order as planned, without a mark of ours. */
  readonly finishByHand: (order: ErpOrderRef) => boolean;
  /** Changes nothing but the time of the last change. */
  readonly touch: (order: ErpOrderRef) => void;
  /** Another user holds the order: every write to it is refused until `unlock`. */
  readonly lock: (order: ErpOrderRef) => void;
  readonly unlock: (order: ErpOrderRef) => void;
  /** The next call that would complete an order answers as if it had, and changes nothing. */
  readonly ignoreNextBooking: () => void;
  /** The warehouse issues so much of a component to an open order. Left out where an ERP cannot. */
  readonly issueByHand?: (order: ErpOrderRef, component: string, amount: Decimal) => void;

  readonly books: (order: ErpOrderRef) => PlantBooks;
  /** How a booking with this key is marked in `books`. */
  readonly markOf: (key: BookingKey) => string;
  /** All records of the ERP, as JSON: any difference afterwards was written. */
  readonly everything: () => unknown;
}

/** The books of an order, and of what the ERP split off from it. */
export interface PlantBooks extends Omit<ErpBooks, 'bookings'> {
  /** In which the quantities are, as the ERP writes it. */
  readonly unit: string;
  /** Oldest first. */
  readonly bookings: readonly BookedQuantity[];
}

/** One booking of a quantity. */
export interface BookedQuantity {
  /** Our mark as `markOf` gives it; undefined for what people booked. */
  readonly mark: string | undefined;
  readonly good: Decimal;
  readonly scrap: Decimal;
  /** All lots and serial numbers of it, those of scrap as well. */
  readonly lots: readonly string[];
  readonly scrappedLots: readonly string[];
}

/** The hooks of a conformance target, answered by a plant. */
export function hooksOf(plant: ErpPlant) {
  const { issueByHand } = plant;
  return {
    articles: plant.articles,
    ...(plant.assembly && { assembly: plant.assembly }),
    ...(plant.repeated && { repeated: plant.repeated }),
    ...(issueByHand && {
      issueByHand: async (order: ErpOrderRef, component: string, amount: Decimal) =>
        issueByHand(order, component, amount),
    }),
    planOrder: async (order) => plant.plan(order),
    cancelOrder: async (order) => void plant.cancel(order),
    finishByHand: async (order) => void plant.finishByHand(order),
    changeQuantity: async (order, quantity) => void plant.changeQuantity(order, quantity),
    changeFact: {
      dueDate: async (order, dueDate) => plant.changeDueDate(order, dueDate),
    },
    touch: async (order) => plant.touch(order),
    lockOrder: async (order) => plant.lock(order),
    unlockOrder: async (order) => plant.unlock(order),
    silentNoOp: async () => plant.ignoreNextBooking(),
    everything: async () => plant.everything(),
    async books(order) {
      const { bookings, ...books } = plant.books(order);
      return { ...books, bookings: bookings.length };
    },
  } satisfies Partial<ErpConformanceTarget>;
}
