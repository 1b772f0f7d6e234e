import Big from 'big.js';
import { compareDecimals, type Decimal, sumOf, toDecimal } from '../../model/quantity.ts';
import { type BuiltLot, notBookable } from '../booking-rules.ts';
import { type ComponentUse, matchUsesToPlan, type PlannedComponent } from '../detail-rules.ts';
import { odataLiteral, stockService } from './client.ts';
import type { SapFindings } from './order.ts';
import { type SapComponent, stockSchema, wireOrderNumber, wireQuantity } from './records.ts';

/** Movement type of a goods issue for an order. */
export const issueType = '261';
/** Decimals that SAP keeps of a quantity. */
const sapQuantityDecimals = 3;
/** Lots that one call asks about: few enough for a short address. */
const batchesOfCall = 10;

export interface SapPlannedComponent extends PlannedComponent {
  readonly items: readonly SapComponent[];
}

/** What was used. */
export interface SapUses {
  /** As the shop floor has recorded it. */
  readonly recorded: readonly ComponentUse<SapPlannedComponent>[];
  /**
   * Of a component that nobody recorded: what is planned for what was built, if SAP would take it itself with a confirmation
   * without movements; the warehouse issues the others.
   */
  readonly asPlanned: readonly ComponentUse<SapPlannedComponent>[];
}

/** @throws Rejected for a component that the order does not have, more than it has planned, or lots that do not add up. */
export function usesIn({ completion, components, order, built: { produced } }: SapFindings): SapUses {
  if (!completion.components) return { recorded: [], asPlanned: [] };
  const planned = toDecimal(order.TotalQuantity) ?? '0';
  const built = compareDecimals(planned, '0') === 0 ? new Big(1) : new Big(produced).div(planned);
  const items = Map.groupBy(components, ({ Material }) => Material);
  const plan = [...items].map(([article, of]) => plannedFromItems(article, of, built));
  const recorded = matchUsesToPlan(completion, plan, 'SAP');
  for (const { planned: used } of recorded) items.delete(used.article);
  const asPlanned = [...items].map(([article, of]) => {
    const backflushed = of.filter((item) => item.MatlCompIsMarkedForBackflush === true);
    const rest = plannedFromItems(article, backflushed, built);
    const amount = compareDecimals(rest.share, rest.open) > 0 ? rest.open : rest.share;
    return { planned: rest, amount, lots: [], place: '' };
  });
  return { recorded, asPlanned };
}

function plannedFromItems(article: string, items: readonly SapComponent[], built: Big): SapPlannedComponent {
  const shares = items.map(({ RequiredQuantity, QuantityIsFixed }) => {
    const required = new Big(toDecimal(RequiredQuantity) ?? '0');
    return (QuantityIsFixed ? required : required.times(built)).round(sapQuantityDecimals).toFixed();
  });
  const unit = items[0]?.BaseUnit ?? undefined;
  return { article, items, share: sumOf(shares), open: sumOf(items.map(openOf)), unit };
}

function openOf({ RequiredQuantity, WithdrawnQuantity, ReservationIsFinallyIssued }: SapComponent): Decimal {
  const open = new Big(toDecimal(RequiredQuantity) ?? '0').minus(toDecimal(WithdrawnQuantity) ?? '0');
  return ReservationIsFinallyIssued || open.lt(0) ? '0' : open.toFixed();
}

/** A goods movement to post with a confirmation, in SAP's fields. */
export type SapMovementToPost = Readonly<Record<string, unknown>>;

/** The goods issues (movement 261) of what was used, each for an item of the order's reservation. */
export function issuesOf(
  { erpOrder }: Pick<SapFindings, 'erpOrder'>,
  uses: readonly ComponentUse<SapPlannedComponent>[],
): SapMovementToPost[] {
  return uses.flatMap(({ planned: { article, items, unit }, amount, lots, place }) => {
    const left = items.map((item) => ({ item, open: new Big(openOf(item)) }));
    const shares: readonly Partial<BuiltLot>[] = lots.length > 0 ? lots : [{ amount }];
    return shares.flatMap(({ number, amount: share = '0' }) =>
      spreadOverItems(new Big(share), left).map(({ item, part }) => ({
        OrderID: wireOrderNumber(erpOrder.number),
        Material: item.Material,
        Plant: item.Plant ?? '',
        StorageLocation: item.StorageLocation ?? '',
        Batch: number ?? item.Batch ?? '',
        GoodsMovementType: issueType,
        Reservation: item.Reservation,
        ReservationItem: item.ReservationItem,
        EntryUnit: unit ?? '',
        QuantityInEntryUnit: wireQuantity(
          part.toFixed(),
          erpOrder.number,
          ` of component ${article}${place}`,
        ),
      })),
    );
  });
}

/** An amount over the items that are still open; the last one takes what is beyond the plan. */
function spreadOverItems(amount: Big, left: { readonly item: SapComponent; open: Big }[]) {
  let rest = amount;
  return left.flatMap((one, at) => {
    const part = at === left.length - 1 || rest.lt(one.open) ? rest : one.open;
    rest = rest.minus(part);
    one.open = one.open.minus(part);
    return part.gt(0) ? [{ item: one.item, part }] : [];
  });
}

/**
 * SAP may book a confirmation though it cannot take a batch, and let the movement wait for a person: so the stock is looked
 * at before.
 * @throws Rejected for a lot that has not as much unrestricted stock as was used of it.
 */
export async function requireStock(
  { readAll, erpOrder }: SapFindings,
  uses: readonly ComponentUse<SapPlannedComponent>[],
): Promise<void> {
  const used = uses.flatMap((use) =>
    [...Map.groupBy(use.lots, ({ number }) => number)].map(([number, of]) => {
      return { ...use, number, amount: sumOf(of.map((lot) => lot.amount)) };
    }),
  );
  for (let at = 0; at < used.length; at += batchesOfCall) {
    const asked = used.slice(at, at + batchesOfCall);
    const query = { $filter: `InventoryStockType eq '01' and (${asked.map(filterOfLot).join(' or ')})` };
    const stock = await readAll(
      { service: stockService, path: '/A_MatlStkInAcctMod', query, what: 'the stock of component lots' },
      stockSchema,
    );
    for (const { planned, number, amount, place } of asked) {
      const rows = stock.filter((row) => row.Material === planned.article && row.Batch === number);
      const has = sumOf(rows.map((row) => toDecimal(row.MatlWrhsStkQtyInMatlBaseUnit) ?? '0'));
      if (compareDecimals(has, amount) >= 0) continue;
      const why = `lot ${number} of component ${planned.article}${place} has ${has} in unrestricted stock, where ${amount} were used: correct the lot, or its stock in SAP`;
      throw notBookable('SAP', erpOrder.number, why);
    }
  }
}

/** The lot, where the order takes the component from. */
function filterOfLot({
  planned,
  number,
}: {
  readonly planned: SapPlannedComponent;
  readonly number: string;
}): string {
  const [{ Plant, StorageLocation } = {}] = planned.items;
  const identified = { Material: planned.article, Batch: number, Plant, StorageLocation };
  const conditions = Object.entries(identified).map(
    ([field, value]) => value && `${field} eq ${odataLiteral(value)}`,
  );
  return `(${conditions.filter(Boolean).join(' and ')})`;
}
