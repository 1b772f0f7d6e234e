import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import { isSettled } from '../ledger/records/bookings.ts';
import type { Standing } from '../ledger/records/known-orders.ts';
import { plannedByAnother } from './content.ts';
import type { HintDependencies, Inquiry } from './inquiry.ts';

/** What a hint means: a product order in Azumuta, and what the ledger knows of it. */
interface FoundOrder {
  /** The one that was asked about, unless the product order is known under another number. */
  readonly inquiry: Inquiry;
  /** Undefined when Azumuta does not have it. */
  readonly order: AzumutaProductOrder | undefined;
}

/** Reads the product order that a hint means, by its id or its number, and finds out under which number we keep it. */
export async function findOrder(inquiry: Inquiry, dependencies: HintDependencies): Promise<FoundOrder> {
  const found = await readMeant(inquiry, dependencies);
  const { order } = found;
  const isKnownAs = order?.id === found.inquiry.entry?.productOrder?.id;
  if (!order || isKnownAs) return found;
  return { inquiry: await followAzumutaId(order, found.inquiry, dependencies), order };
}

/**
 * An alias outlives its name: where Azumuta calls the order that it leads to otherwise by now, another one may have the
 * number that was asked.
 */
async function readMeant(
  inquiry: Inquiry,
  { reader, ledger }: Pick<HintDependencies, 'reader' | 'ledger'>,
): Promise<FoundOrder> {
  const { entry, number, askedAs, hint, attempt } = inquiry;
  const id = entry?.productOrder?.id;
  const order = await reader.readProductOrder({ id, number }, attempt.signal);
  if (askedAs === number || order?.number === askedAs) return { inquiry, order };
  const other = await reader.readProductOrder({ id: undefined, number: askedAs }, attempt.signal);
  if (!other || other.id === order?.id) return { inquiry, order };
  const named = await ledger.knownOrders.readNamed(askedAs);
  return { inquiry: { ...named, hint, attempt }, order: other };
}

/**
 * A product order that has another number in Azumuta than the one that we know it by:
 *
 *   ours, renamed               keeps its first number, to which an alias leads, unless the new one is another order's
 *   typed by hand, and booked   the same, without an alias
 *   typed by hand, planned      the plan is taken back: the new number counts
 *   not known by its id         the number that was asked counts
 */
async function followAzumutaId(
  { id }: AzumutaProductOrder,
  inquiry: Inquiry,
  { ledger }: HintDependencies,
): Promise<Inquiry> {
  const number = await ledger.knownOrders.numberOfAzumutaId(id);
  if (number === undefined || number === inquiry.number) return inquiry;
  const found = await ledger.knownOrders.readStanding(number);
  if (found.entry) {
    if (!inquiry.entry) await ledger.knownOrders.writeAlias(inquiry.hint.productOrderNumber, number);
    return askedUnder(found, inquiry);
  }
  const own = found.bookings.filter(({ productOrder }) => productOrder.id === id);
  if (own.some(isSettled)) return askedUnder(found, inquiry);
  for (const booking of own.filter(({ state }) => state !== 'ignored')) {
    if (!(await ledger.bookings.withdrawPlan(number, booking))) throw plannedByAnother(booking);
    await ledger.deadLetters.settleOutdated(booking.rejectedBy, { ...inquiry.attempt, orderNumber: number });
  }
  return inquiry;
}

/** Hint, question and answer stay those of the number that was asked. */
function askedUnder(found: Standing, { hint, attempt, askedAs, question, answered }: Inquiry): Inquiry {
  return { ...found, hint, attempt, askedAs, question, answered };
}
