import { reasonOf } from '../../../shared/model/errors.ts';
import { type RemoteSandboxes, remoteSandboxes } from './remote.ts';

/** What the ERP sandbox may do, how pages name it, and the notice that it does so from now on. */
export const erpModes = {
  well: {
    label: 'works',
    does: 'It books everything at once.',
    notice: 'The ERP works again.',
    faults: [],
  },
  down: {
    label: 'is down',
    does: 'It answers every call with 503: messages wait, and continue automatically.',
    notice: 'The ERP is down: it answers 503.',
    faults: [{ kind: 'status', status: 503 }],
  },
  refusing: {
    label: 'refuses bookings',
    does: 'It answers that the posting period is closed: bookings become dead letters.',
    notice: 'The ERP refuses bookings.',
    faults: [
      {
        kind: 'business-error',
        route: 'POST /api/production-orders/{number}/bookings',
        message: 'The posting period is closed',
      },
    ],
  },
} as const;
export type ErpMode = keyof typeof erpModes;

/** One order, as both sandboxes know it. */
export interface ShopFloorOrder {
  readonly number: string;
  readonly article: string;
  readonly quantity: string;
  /** `released`, `done`, `cancelled`; undefined when the ERP does not know it. */
  readonly inErp?: string | undefined;
  /** Azumuta's status; undefined while Azumuta does not know it. */
  readonly inAzumuta?: string | undefined;
  /** The good quantity of each booking in the ERP. */
  readonly booked: readonly string[];
}

export type ShopFloor = ReturnType<typeof createShopFloor>;
export type ShopFloorView = Awaited<ReturnType<ShopFloor['look']>>;

const maxOrders = 25;

/**
 * The partners' sandboxes, for somebody who tries the integration out.
 * @param pull Runs the pull. @returns what came of it; `read` when all was read.
 */
export function createShopFloor(
  sandboxes: { readonly azumuta: string; readonly erp: string },
  pull: () => Promise<string>,
) {
  const people = remoteSandboxes(sandboxes);
  return {
    async look() {
      const [mode, orders] = await Promise.all([erpMode(people), ordersOf(people)]);
      // Newest first; `more` counts the older ones.
      return { erp: mode, orders: orders.slice(0, maxOrders), more: Math.max(0, orders.length - maxOrders) };
    },

    /**
     * Releases an order in the ERP and runs the pull at once.
     * @returns its number, and why the pull failed; undefined when it succeeded.
     */
    async release(article: string, quantity: number) {
      const [order] = await people.release({ product: article, quantity });
      if (!order) throw new Error('The ERP sandbox released nothing.');
      return { number: order.number, notPulled: await whyNotPulled(pull) };
    },

    /** Completes an order in Azumuta, as its operator would. */
    async complete(number: string, good: number, scrap: number) {
      await people.complete(number, { quantity: good, scrap });
    },

    setErp: (mode: ErpMode) => people.setErpFaults(erpModes[mode].faults),
  };
}

async function erpMode(people: RemoteSandboxes): Promise<ErpMode> {
  const faults = await people.erpFaults();
  if (faults.length === 0) return 'well';
  return faults.some(({ kind }) => kind === 'business-error') ? 'refusing' : 'down';
}

async function whyNotPulled(pull: () => Promise<string>): Promise<string | undefined> {
  try {
    const outcome = await pull();
    return outcome === 'read' ? undefined : outcome;
  } catch (error) {
    return reasonOf(error);
  }
}

async function ordersOf(people: RemoteSandboxes): Promise<ShopFloorOrder[]> {
  const asked = [people.orders(), people.bookings(), people.productOrders()] as const;
  const [orders, bookings, productOrders] = await Promise.all(asked);
  const found = new Map<string, ShopFloorOrder>();
  // Split orders, and orders from the order endpoint, are known to Azumuta only.
  for (const { number, article, parameters, status } of productOrders) {
    const quantity = String(parameters.find(({ key }) => key === 'Quantity')?.value ?? 1);
    found.set(number, { number, article: article?.number ?? '', quantity, inAzumuta: status, booked: [] });
  }
  for (const { number, product: article, quantity, status: inErp } of orders) {
    const booked = bookings
      .filter(({ kind, order }) => kind === 'production' && order === number)
      .map(({ goodQuantity }) => goodQuantity);
    found.set(number, { ...found.get(number), number, article, quantity, inErp, booked });
  }
  return [...found.values()].sort((a, b) => b.number.localeCompare(a.number, 'en', { numeric: true }));
}
