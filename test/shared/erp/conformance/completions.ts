import { createHash } from 'node:crypto';
import type {
  BookingKey,
  Check,
  Completion,
  Component,
  Operation,
} from '../../../../shared/model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../../../shared/model/orders.ts';
import { type Decimal, sumOf } from '../../../../shared/model/quantity.ts';
import type { Assembly, Cannot, Consumed, Details } from './target.ts';

const meteorAlphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** A product order as Azumuta would have created it from this ERP order: the same one every time. */
export function productOrderOf(order: ErpOrderRef, part = 1): ProductOrderRef {
  const digest = createHash('sha256')
    .update(`${order.number}/${order.id ?? ''}/${part}`)
    .digest();
  const id = [...digest.subarray(0, 17)].map((byte) => meteorAlphabet[byte % meteorAlphabet.length]).join('');
  const number = `${order.number}/${part}`;
  return { id, number, url: `https://app.azumuta.com/productorders/${id}` };
}

/** A completion of a whole order of 5, without scrap, lots, notes or links, unless `differs` gives them. */
export function completionOf(
  order: ErpOrderRef,
  differs: Partial<Completion> = {},
  productOrder = productOrderOf(order),
): Completion {
  return {
    kind: 'quantity',
    erpOrder: order,
    productOrder,
    completedAt: '2026-11-24T10:00:00Z',
    completedOn: '2026-11-24',
    quantity: { amount: '5' },
    final: true,
    lots: [],
    notes: [],
    links: [],
    work: [],
    ...differs,
  };
}

/**
 * What the shop floor recorded of an order of 5 of an assembly, as far as the ERP takes it: two were scrapped for two
 * reasons, one component was used as planned and two were not, the operations ended out of order, and one of five checks
 * failed.
 */
export function assemblyOf(
  order: ErpOrderRef,
  { components, operations, reasons }: Assembly,
  cannot: Cannot,
  differs: Partial<Completion> = {},
): Completion {
  const used = components.map(({ article, lot }, at): Component => {
    const counted = at === 0 ? {} : { quantity: { amount: at === 1 ? '6' : '4' } };
    return { article, lots: [{ number: lot }], ...counted, recording: 'r1', step: `Lot of ${article}` };
  });
  const reports = operations.map(
    (operation, at): Operation => ({
      operation,
      setupSeconds: 60,
      runSeconds: 600 * (at + 1),
      finished: true,
    }),
  );
  const [third, first, fourth, second] = [reports[2], reports[0], reports[3], reports[1]];
  const checks = [1, 2, 3, 4, 5].map(
    (n): Check => ({
      name: `Torque ${n}`,
      value: 40 + n,
      unit: 'Nm',
      min: 40,
      max: 44,
      passed: n < 5,
      recording: 'r1',
    }),
  );
  return completionOf(order, {
    quantity: { amount: '3' },
    scrap: { amount: '2' },
    ...(cannot.reasons === undefined
      ? { scrapReasons: reasons.map((reason) => ({ reason, quantity: { amount: '1' } })) }
      : {}),
    ...(cannot.components === undefined ? { components: { all: false, beyondPlan: true, used } } : {}),
    ...(cannot.operations === undefined
      ? { operations: [third, first, fourth, second].flatMap((one) => one ?? []) }
      : {}),
    ...(cannot.checks === undefined ? { checks } : {}),
    ...differs,
  });
}

/** What the ERP must have of it afterwards. */
export function detailsOf({ components, operations, reasons }: Assembly, cannot: Cannot): Details {
  return {
    ...(cannot.components === undefined && {
      components: Object.fromEntries(
        components.map(({ article, lot }, at) => {
          const amount = ['5', '6', '4'][at] ?? '';
          return [article, { amount, lots: { [lot]: amount } }];
        }),
      ),
    }),
    ...(cannot.operations === undefined && {
      operations: Object.fromEntries(
        operations.map((operation, at) => [operation, { minutes: 11 + 10 * at, finished: true }]),
      ),
    }),
    ...(cannot.reasons === undefined && {
      reasons: Object.fromEntries(reasons.map((reason) => [reason, '1'])),
    }),
    ...(cannot.checks === undefined && {
      checks: ['!Torque 5', 'Torque 1', 'Torque 2', 'Torque 3', 'Torque 4'],
    }),
  };
}

/** What was consumed of a component in several movements. */
export function consumedIn(
  movements: readonly { readonly amount: Decimal; readonly lot?: string | undefined }[],
): Consumed {
  const ofLot = Map.groupBy(movements, ({ lot }) => lot || undefined);
  const lots = [...ofLot].flatMap(([lot, of]) =>
    lot === undefined ? [] : [[lot, sumOf(of.map(({ amount }) => amount))] as const],
  );
  return { amount: sumOf(movements.map(({ amount }) => amount)), lots: Object.fromEntries(lots) };
}

/** One of several product orders of an ERP order, of which nobody knows whether it is the last one. */
export function partOf(
  order: ErpOrderRef,
  n: number,
  amount: string,
  differs: Partial<Completion> = {},
): Completion {
  return completionOf(order, { quantity: { amount }, final: false, ...differs }, productOrderOf(order, n));
}

/** Parts of an ERP order that were completed by a time of the plant: its nth booking, with the key that the ledger counts. */
export function windowOf(
  order: ErpOrderRef,
  n: number,
  amount: string,
  differs: Partial<Completion> = {},
): { readonly completion: Completion; readonly key: BookingKey } {
  const name = createHash('sha256').update(productOrderOf(order).number).digest('hex').slice(0, 17);
  return { completion: partOf(order, n, amount, differs), key: `${name}#${n}#quantity` };
}

export function quantityKey(productOrder: ProductOrderRef): string {
  return `${productOrder.id}#quantity`;
}

/** An amendment by a later recording. */
export function amendmentOf(order: ErpOrderRef, differs: Partial<Completion> = {}): Completion {
  const { quantity: _, ...rest } = completionOf(order, { kind: 'amendment', final: false, ...differs });
  return rest;
}
