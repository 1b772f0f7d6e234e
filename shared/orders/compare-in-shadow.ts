import type { AzumutaReader } from '../azumuta/reader.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { OrdersLedger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { Comparisons, ExpectedComparisons } from '../ledger/records/comparisons.ts';
import { refusalsOfCreation, type Standing } from '../ledger/records/known-orders.ts';
import type { Orders } from '../ledger/records/product-orders.ts';
import { Rejected } from '../model/errors.ts';
import { type ErpOrderRef, partNumbers } from '../model/orders.ts';
import type { PartnerCall } from '../platform/http.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import { type ComparisonFacts, decideComparison } from './decide-comparison.ts';

export interface CompareDependencies {
  readonly ledger: Pick<OrdersLedger, 'knownOrders' | 'erpOrders'>;
  readonly comparisons: Comparisons;
  readonly azumuta: Pick<AzumutaReader, 'findProductOrder'>;
  readonly erp: Pick<ErpConnector, 'readOrder'>;
  readonly partners: PartnerCalls;
}

/**
 * Compares what shadow has decided about an ERP order with what people have typed and booked, where that is due. It reads the
 * ERP once, and Azumuta once for each product order.
 * @param number Of its first product order. @throws RetryLater
 */
export async function compareInShadow(
  number: string,
  attempt: Pick<WorkAttempt, 'signal' | 'log'>,
  dependencies: CompareDependencies,
): Promise<void> {
  if (!(await dependencies.comparisons.isDue(number))) return;
  try {
    await compareOrder(number, attempt, dependencies);
  } catch (error) {
    // A dead letter would be about the order, which nobody has refused.
    if (!(error instanceof Rejected)) throw error;
    await dependencies.comparisons.postpone(number);
    attempt.log.warn('An order cannot be compared today', { reason: error.message });
  }
}

async function compareOrder(
  number: string,
  attempt: Pick<WorkAttempt, 'signal'>,
  dependencies: CompareDependencies,
): Promise<void> {
  const { ledger, comparisons } = dependencies;
  const { entry } = await ledger.knownOrders.readStanding(number);
  const record = entry && (await ledger.erpOrders.find(entry.erpOrder));
  if (!record) return comparisons.postpone(number);
  const standing = [];
  for (const one of partNumbers(record.split)) standing.push(await ledger.knownOrders.readStanding(one));
  const erp = await readErp(entry.erpOrder, attempt, dependencies);
  const parts = [];
  for (const draft of standing.flatMap((one) => one.entry?.draft ?? []))
    parts.push({ draft, typed: await readTyped(draft.number, attempt, dependencies) });
  const decided = decideComparison({
    parts,
    creationRefused: standing.flatMap(refusalsOfCreation),
    bookings: quantityBookingsOf(standing),
    erp,
  });
  if (decided === 'wait') await comparisons.postpone(number);
  else await comparisons.write(number, decided);
}

/** Has an ERP order compared in a day; not one that only Azumuta knows. @param number Of one of its product orders. */
export async function expectComparison(
  number: string,
  {
    orders,
    comparisons,
  }: { readonly orders: Pick<Orders, 'find'>; readonly comparisons: ExpectedComparisons },
): Promise<void> {
  const entry = await orders.find(number);
  if (entry) await comparisons.expect(entry.part.first);
}

/** Each once: those of parts that are booked together are read with each of them. */
function quantityBookingsOf(standing: readonly Standing[]): BookingEntry[] {
  const all = standing.flatMap(({ home, bookings }) =>
    bookings.map((booking) => [`${home} ${booking.key}`, booking] as const),
  );
  return [...new Map(all).values()].filter(({ kind }) => kind === 'quantity');
}

/** One that the ERP does not have counts as deleted; undefined where it cannot be asked for one order. */
async function readErp(
  order: ErpOrderRef,
  { signal }: Pick<WorkAttempt, 'signal'>,
  { erp, partners }: CompareDependencies,
): Promise<ComparisonFacts['erp']> {
  const { readOrder } = erp;
  if (!readOrder) return undefined;
  const reading = ({ signal: own, guard }: PartnerCall) => readOrder(order, own, guard);
  const found = await partners.call('erp', signal, reading, order.number);
  return found ?? { state: 'deleted', quantity: { amount: '0' }, produced: undefined };
}

function readTyped(
  number: string,
  { signal }: Pick<WorkAttempt, 'signal'>,
  { azumuta, partners }: CompareDependencies,
) {
  return partners.call('azumuta', signal, (call) => azumuta.findProductOrder(number, call), number);
}
