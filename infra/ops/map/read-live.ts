import { readByIdOrNumber } from '../../../shared/azumuta/reader.ts';
import { recordingsOfBookings } from '../../../shared/completions/decide-bookings.ts';
import { CompletionReader, completedOf } from '../../../shared/completions/read-recordings.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { erpOrderNumberOf } from '../../../shared/integration/mapping/completions.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import { type ErpOrder, type ErpOrderRef, erpOrderRefOf, partOfSplit } from '../../../shared/model/orders.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import type { OperatorLedger } from '../../local/operator-clients.ts';
import { UsageError } from '../cli/command.ts';
import type { ConnectedPlant } from '../cli/partners.ts';
import { type Preview, previewOf } from './preview.ts';
import type { Sample } from './read-sample.ts';

export interface LiveReadDependencies {
  readonly ledger: OperatorLedger;
  readonly clock: Clock;
}

/** Where an order is read: as it is to be built, or as it was. */
export type LiveSource = 'erp' | 'azumuta';

interface LiveSample {
  readonly sample: Sample;
  /** Why the flows would send nothing of it now. */
  readonly leftOut?: string;
}

const liveReadTimeoutMs = 30_000;

/** The configuration without names of operators, whatever its mapping asks for: people read what it makes. */
export function withoutOperators(integration: CompleteIntegration): CompleteIntegration {
  const { includeOperators: _, ...completions } = integration.completions;
  return { ...integration, completions };
}

/**
 * What the mapping on this machine makes of an order now: of the ERP's order, and of the product order that was completed.
 * Where one cannot be read, that is its mistake, and the other one is shown.
 * @param number Of a product order, or of an ERP order.
 */
export async function previewsOfLive(
  number: string,
  plant: ConnectedPlant,
  dependencies: LiveReadDependencies,
): Promise<Preview[]> {
  const integration = withoutOperators(plant.integration);
  const previews: Preview[] = [];
  for (const [from, partner] of [
    ['erp', 'the ERP'],
    ['azumuta', 'Azumuta'],
  ] as const) {
    const at = `${number}, read now from ${partner}`;
    try {
      const { sample, leftOut } = await readLiveSample(from, number, plant, dependencies);
      const preview = previewOf(at, sample, integration);
      previews.push(leftOut === undefined ? preview : { ...preview, leftOut });
    } catch (error) {
      previews.push(previewOf(at, { mistakes: [reasonOf(error)] }, integration));
    }
  }
  return previews;
}

/** @throws UsageError where a partner has no such order; what the partners' clients throw. */
export async function readLiveSample(
  from: LiveSource,
  number: string,
  plant: ConnectedPlant,
  dependencies: LiveReadDependencies,
): Promise<LiveSample> {
  if (from === 'erp') {
    const order = await readErpOrderNamed(number, plant, dependencies);
    return order.state === 'released'
      ? { sample: { order } }
      : { sample: { order }, leftOut: 'the ERP order is not released now' };
  }
  const { completed, isCompleted } = await readCompleted(number, plant, dependencies);
  const sample: Sample = { completed, books: 'quantity' };
  return isCompleted ? { sample } : { sample, leftOut: 'Azumuta says that it is not completed' };
}

/**
 * One order as the ERP has it now, of the id that the ledger knows it by.
 * @param number Of a product order, or of an ERP order.
 * @throws UsageError when the ERP has none.
 */
export async function readErpOrder(
  number: string,
  plant: Pick<ConnectedPlant, 'erp'>,
  { ledger }: LiveReadDependencies,
): Promise<ErpOrder> {
  const known = await knownErpOrder(number, ledger);
  return requireErpOrder(await findErpOrder(known, plant), known);
}

/** The same, else the one that has the number itself: the ledger may know an earlier order of that number. */
async function readErpOrderNamed(
  number: string,
  plant: Pick<ConnectedPlant, 'erp'>,
  { ledger }: LiveReadDependencies,
): Promise<ErpOrder> {
  const known = await knownErpOrder(number, ledger);
  const found = (await findErpOrder(known, plant)) ?? (await findErpOrder({ number }, plant));
  return requireErpOrder(found, known);
}

async function knownErpOrder(number: string, ledger: OperatorLedger): Promise<ErpOrderRef> {
  const { entry } = await ledger.knownOrders.readStanding(number);
  const record = await ledger.erpOrders.find(entry?.erpOrder ?? { number });
  return erpOrderRefOf(record?.erpOrder ?? entry?.erpOrder ?? { number });
}

function findErpOrder(
  order: ErpOrderRef,
  { erp }: Pick<ConnectedPlant, 'erp'>,
): Promise<ErpOrder | undefined> {
  if (!erp.readOrder)
    throw new UsageError('This ERP cannot be asked for one order: with rest(), set erp.orders.one.');
  return erp.readOrder(order, AbortSignal.timeout(liveReadTimeoutMs));
}

function requireErpOrder(found: ErpOrder | undefined, { number }: ErpOrderRef): ErpOrder {
  if (found) return found;
  throw new UsageError(`The ERP has no order ${number}, or does not show it to our user.`);
}

/** @param number Of a product order. @throws UsageError when Azumuta has none. */
export async function readProductOrder(
  number: string,
  { azumuta }: Pick<ConnectedPlant, 'azumuta'>,
  { ledger }: LiveReadDependencies,
) {
  const { entry, bookings } = await ledger.knownOrders.readStanding(number);
  const signal = AbortSignal.timeout(liveReadTimeoutMs);
  const read = await readByIdOrNumber({ id: entry?.productOrder?.id, number }, { signal }, azumuta);
  if (read) return { order: await azumuta.withRecordings(read, { signal }), entry, bookings, signal };
  throw new UsageError(`Azumuta has no product order ${number}.`);
}

/**
 * A product order with its recordings, as the flow reads it for the mapping, but without names of operators. Nothing is
 * written down: neither for the circuit breaker nor for others.
 */
export async function readCompleted(
  number: string,
  plant: ConnectedPlant,
  dependencies: LiveReadDependencies,
) {
  const { clock, ledger } = dependencies;
  const { order, entry, bookings, signal } = await readProductOrder(number, plant, dependencies);
  const reader = new CompletionReader({
    azumuta: plant.azumuta,
    clock,
    includeOperators: false,
    ledger: { workInstructionNames: { readNames: async (_wanted, read) => (await read()) ?? {} } },
    partners: { call: (_partner, aborted, run) => run({ signal: aborted }) },
  });
  // Where Azumuta lists none, those that triggers have named.
  const ids = order.recordingIds ?? [...recordingsOfBookings(bookings)];
  const wanted = ids.map((id) => ({ id, productOrder: order }));
  const read = await reader.readRecordings(wanted, { messageId: 'map', sentAt: clock.now(), signal });
  const missing = ids.find((id) => !read.has(id));
  if (missing !== undefined)
    throw new UsageError(`Azumuta lists recording ${missing} of ${number}, and does not show it.`);
  const mapped = () => ({ number: erpOrderNumberOf(plant.integration.completions, order.number) });
  const erpOrder = entry ? erpOrderRefOf(entry.erpOrder) : mapped();
  const record = entry && (await ledger.erpOrders.find(entry.erpOrder));
  const completed = completedOf(order, {
    erpOrder,
    part: entry && partOfSplit(entry, entry.part.index, record?.split.of ?? 1),
    recordings: ids.flatMap((id) => read.get(id)?.recording ?? []),
    learnedAt: clock.now().toISOString(),
  });
  return { completed, isCompleted: order.completed };
}
