import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import {
  type AzumutaControl,
  azumutaControl,
  type ErpControl,
  erpControl,
} from '../local/sandbox/control.ts';
import type { Fault } from '../local/sandbox/faults.ts';

/** How the ERP sandbox behaves. */
export const erpModes = ['well', 'down', 'refusing'] as const;
export type ErpMode = (typeof erpModes)[number];

/** One order, from both partners' own books. */
export interface ShopFloorOrder {
  readonly number: string;
  readonly article: string;
  readonly quantity: string;
  /** `released`, `done`, `cancelled`; absent when only Azumuta knows it. */
  readonly inErp?: string;
  /** Azumuta's status; absent while it is not there yet. */
  readonly inAzumuta?: string;
  /** How often a quantity was booked for it in the ERP, and how much in all. */
  readonly booked: { readonly times: number; readonly good: string };
}

export interface ShopFloorView {
  readonly erp: ErpMode;
  /** Newest first. */
  readonly orders: readonly ShopFloorOrder[];
  readonly more: number;
}

export interface Released {
  readonly number: string;
  /** Why the pull did not take it in at once; absent when it did. */
  readonly notPulled?: string;
}

/** The partners' sandboxes in the hands of whoever tries the integration out. */
export interface ShopFloor {
  readonly look: () => Promise<ShopFloorView>;
  /** Releases an order in the ERP and lets the pull run at once. */
  readonly release: (article: string, quantity: number) => Promise<Released>;
  /** What an operator records at the end: the completion goes its way from there. */
  readonly complete: (number: string, good: number, scrap: number) => Promise<void>;
  readonly setErp: (mode: ErpMode) => Promise<void>;
}

const faultsOf: Readonly<Record<ErpMode, readonly Fault[]>> = {
  well: [],
  down: [{ kind: 'status', status: 503 }],
  refusing: [
    {
      kind: 'business-error',
      route: 'POST /api/production-orders/{number}/bookings',
      message: 'The posting period is closed',
    },
  ],
};

const maxOrders = 25;
/** The pull's answer: its outcome, or why it failed. */
const pulledSchema = z.object({ outcome: z.optional(z.string()), errorMessage: z.optional(z.string()) });

export function createShopFloor(
  sandboxes: { readonly azumuta: string; readonly erp: string },
  pull: { readonly lambda: LambdaClient; readonly functionName: string },
  seed: () => number,
): ShopFloor {
  const azumuta = azumutaControl(sandboxes.azumuta);
  const erp = erpControl(sandboxes.erp);
  return {
    async look() {
      const [mode, orders, bookings, productOrders] = await Promise.all([
        erpMode(erp),
        erp.orders(),
        erp.bookings(),
        azumuta.productOrders(),
      ]);
      const all = merged(orders, bookings, productOrders);
      return { erp: mode, orders: all.slice(0, maxOrders), more: Math.max(0, all.length - maxOrders) };
    },

    async release(article, quantity) {
      const [order] = await erp.release({ product: article, quantity, seed: seed() });
      if (!order) throw new Error('The ERP sandbox released nothing.');
      const notPulled = await runPull(pull);
      return { number: order.number, ...(notPulled === undefined ? {} : { notPulled }) };
    },

    async complete(number, good, scrap) {
      await azumuta.complete(number, { quantity: good, scrap });
    },

    setErp: (mode) => erp.setFaults(faultsOf[mode]),
  };
}

async function erpMode(erp: ErpControl): Promise<ErpMode> {
  const faults = await erp.faults();
  if (faults.length === 0) return 'well';
  return faults.some(({ kind }) => kind === 'business-error') ? 'refusing' : 'down';
}

/** @returns why nothing was read. */
async function runPull({
  lambda,
  functionName,
}: Parameters<typeof createShopFloor>[1]): Promise<string | undefined> {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: functionName }));
  const run = z.safeParse(pulledSchema, JSON.parse(Payload?.transformToString() || 'null'));
  if (run.data?.outcome === 'read') return undefined;
  return run.data?.errorMessage ?? 'the pull did not run through';
}

function merged(
  orders: Awaited<ReturnType<ErpControl['orders']>>,
  bookings: Awaited<ReturnType<ErpControl['bookings']>>,
  productOrders: Awaited<ReturnType<AzumutaControl['productOrders']>>,
): ShopFloorOrder[] {
  const inAzumuta = new Map(productOrders.map((order) => [order.number, order]));
  const booked = Map.groupBy(
    bookings.filter(({ kind }) => kind === 'production'),
    ({ order }) => order,
  );
  const fromErp = orders.map((order): ShopFloorOrder => {
    const status = inAzumuta.get(order.number)?.status;
    const done = booked.get(order.number) ?? [];
    return {
      number: order.number,
      article: order.product,
      quantity: order.quantity,
      inErp: order.status,
      ...(status === undefined ? {} : { inAzumuta: status }),
      booked: { times: done.length, good: done.map(({ goodQuantity }) => goodQuantity).join(' + ') },
    };
  });
  const known = new Set(orders.map(({ number }) => number));
  // Split orders, and those that came by the endpoint: the ERP sandbox does not know their numbers.
  const onlyInAzumuta = productOrders
    .filter(({ number }) => !known.has(number))
    .map(
      (order): ShopFloorOrder => ({
        number: order.number,
        article: order.article?.number ?? '',
        quantity: String(order.parameters.find(({ key }) => key === 'Quantity')?.value ?? 1),
        inAzumuta: order.status,
        booked: { times: 0, good: '' },
      }),
    );
  return [...fromErp, ...onlyInAzumuta].sort((a, b) =>
    b.number.localeCompare(a.number, 'en', { numeric: true }),
  );
}
