import { readByIdOrNumber } from '../../shared/azumuta/client.ts';
import { recordingsIn } from '../../shared/completions/decide-bookings.ts';
import { CompletionReader, completedOf } from '../../shared/completions/read-recordings.ts';
import { erpOrderNumberOf } from '../../shared/integration/mapping/completions.ts';
import { type ErpOrderRef, erpOrderRefOf } from '../../shared/model/orders.ts';
import { localTime } from '../../shared/model/time.ts';
import { differencesFrom } from '../../shared/orders/differences.ts';
import { sentenceOf, UsageError } from '../ops/cli/command.ts';
import type { Plant } from '../ops/cli/partners.ts';
import { draftRows, filled, orderRows, type Row } from '../ops/map/preview.ts';
import type { ConsoleDependencies } from './dependencies.ts';

export type LiveDependencies = Pick<ConsoleDependencies, 'plant' | 'ledger' | 'clock' | 'timeZone'>;

/** What is so now, field by field, and what the ledger has of it where that is compared. */
export interface Comparison {
  readonly title: string;
  /** What it is compared with, `Sent to Azumuta`; undefined for a table of one side. */
  readonly was?: string | undefined;
  readonly rows: ReturnType<typeof compare>;
  /** What else is to be known. */
  readonly note?: string | undefined;
  /** Why nothing could be read. */
  readonly failure?: string;
}

/**
 * Both sides of a comparison; undefined on the side that has no such field.
 * @param isWhole What the ledger does not have differs, too: it would have it.
 */
export function compare(now: readonly Row[], was: readonly Row[] = [], isWhole = false) {
  const [is, had] = [new Map(now), new Map(was)];
  const gone = was.flatMap(([field]) => (is.has(field) ? [] : [[field, undefined] as const]));
  return [...now, ...gone].map(([field, value]) => {
    const other = had.get(field);
    return { field, now: value, was: other, differs: other === undefined ? isWhole : value !== other };
  });
}

/** Longest that a partner may take to answer. */
const maxWaitMs = 30_000;

/** What a partner says at this moment, or why it cannot be read: the other one may be there. */
async function readNow(
  partner: string,
  { plant, clock, timeZone }: LiveDependencies,
  read: (plant: Plant) => Promise<Pick<Comparison, 'rows' | 'note'>>,
): Promise<Comparison> {
  const title = `Read now from ${partner}, ${localTime(clock.now(), timeZone).slice(11)}`;
  try {
    return { title, ...(await read(await plant())) };
  } catch (error) {
    return { title, rows: [], failure: sentenceOf(error) };
  }
}

/** @param number Of a product order, or of an ERP order. */
export function erpNow(number: string, dependencies: LiveDependencies): Promise<Comparison> {
  const { knownOrders, erpOrders } = dependencies.ledger;
  return readNow('the ERP', dependencies, async (plant) => {
    const { entry } = await knownOrders.standing(number);
    const record = await erpOrders.find(entry?.erpOrder ?? { number });
    const known = record?.erpOrder ?? entry?.erpOrder ?? { number };
    const order = await readErpOrder(erpOrderRefOf(known), plant);
    return { rows: compare([...orderRows({ ...order, state: 'released' }), ['state', order.state]]) };
  });
}

/** One order as the ERP has it now. @throws UsageError when it has none. */
export async function readErpOrder(order: ErpOrderRef, { erp }: Plant) {
  if (!erp.readOrder)
    throw new UsageError('This ERP cannot be asked for one order: with rest(), set erp.orders.one.');
  const found = await erp.readOrder(order, AbortSignal.timeout(maxWaitMs));
  if (found) return found;
  throw new UsageError(`The ERP has no order ${order.number}, or does not show it to our user.`);
}

/** With what the flows would call different from what was sent. @param number Of a product order. */
export function azumutaNow(number: string, dependencies: LiveDependencies): Promise<Comparison> {
  return readNow('Azumuta', dependencies, async (plant) => {
    const { order, entry } = await readProductOrder(number, plant, dependencies);
    const { id, status, completedAt, recordingIds } = order;
    const now = filled([
      ...draftRows(order),
      ['id', id],
      ['status', status],
      ['completedAt', completedAt],
      ['recordings', recordingIds && String(recordingIds.length)],
    ]);
    const found = entry ? differencesFrom(order, entry.draft, { withVariants: true }) : [];
    // Without the values, which may be secrets: they stand below, and on the order's page.
    const fields = found.map((difference) => difference.replace(/ is .*/s, '')).join(', ');
    const note = fields === '' ? undefined : `It is not as it was sent: ${fields}.`;
    return { rows: compare(now), note };
  });
}

async function readProductOrder(number: string, { azumuta }: Plant, { ledger }: LiveDependencies) {
  const { entry, bookings } = await ledger.knownOrders.standing(number);
  const signal = AbortSignal.timeout(maxWaitMs);
  const order = await readByIdOrNumber({ id: entry?.productOrder?.id, number }, signal, azumuta);
  if (order) return { order, entry, bookings, signal };
  throw new UsageError(`Azumuta has no product order ${number}.`);
}

/**
 * A product order with its recordings, as the flow reads it for the mapping, but without names of operators. Nothing is
 * written down: neither for the circuit breaker nor for others.
 */
export async function readCompleted(number: string, plant: Plant, dependencies: LiveDependencies) {
  const { clock } = dependencies;
  const { order, entry, bookings, signal } = await readProductOrder(number, plant, dependencies);
  const reader = new CompletionReader({
    ...{ azumuta: plant.azumuta, clock, includeOperators: false },
    ledger: { workInstructionNames: { name: (_id, _version, read) => read() } },
    partners: { call: (_partner, aborted, run) => run(aborted) },
  });
  // Where Azumuta lists none, those that triggers have named.
  const ids = order.recordingIds ?? [...recordingsIn(bookings)];
  const wanted = ids.map((id) => ({ id, productOrder: order }));
  const read = await reader.readRecordings(wanted, signal);
  const missing = ids.find((id) => !read.has(id));
  if (missing !== undefined)
    throw new UsageError(`Azumuta lists recording ${missing} of ${number}, and does not show it.`);
  const mapped = () => ({ number: erpOrderNumberOf(plant.integration.completions, order.number) });
  const erpOrder = entry ? erpOrderRefOf(entry.erpOrder) : mapped();
  const recordings = ids.flatMap((id) => read.get(id) ?? []);
  const completed = completedOf(order, erpOrder, recordings, clock.now().toISOString());
  return { completed, isCompleted: order.completed };
}
