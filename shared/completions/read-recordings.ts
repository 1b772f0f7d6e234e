import type { AzumutaClient } from '../azumuta/client.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../azumuta/resources.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { WorkInstructionNames } from '../ledger/records/work-instruction-names.ts';
import type { CompletedProductOrder, RecordedStep, Recording } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import type { ErpOrderRef } from '../model/orders.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';

export interface ReadRecordingsDependencies {
  readonly azumuta: AzumutaClient;
  readonly partners: PartnerCalls;
  readonly workInstructionNames: WorkInstructionNames;
  /** Whether operators' names and signatures (personal data) go on to the mapping. */
  readonly includeOperators: boolean;
  readonly readSoFar: ReadSoFar;
}

/**
 * What attempts have read that failed before they had read all, in this container's memory: the next one goes on
 * where they stopped. Without it, a completion that takes longer to read than an attempt may last never ends.
 */
export interface ReadSoFar {
  readonly recordings: Map<string, AzumutaRecording>;
  readonly productOrders: Map<string, AzumutaProductOrder>;
}

export const nothingReadSoFar = (): ReadSoFar => ({ recordings: new Map(), productOrders: new Map() });

/** A recording to read, and the product order that it must belong to. */
export interface WantedRecording {
  readonly id: string;
  readonly productOrder: { readonly id: string; readonly number: string };
  /** Only a trigger names it, which may say anything: it must tell itself which product order it belongs to. */
  readonly hinted?: true;
}

/** Calls to Azumuta at the same time within one attempt: gentle on it, as attempts run beside each other. */
const readsAtOnce = 4;
/** More than this is of attempts that never came back. */
const maxRemembered = 5000;

async function readAll<T>(
  ids: readonly string[],
  remembered: Map<string, T>,
  read: (id: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> {
  if (remembered.size > maxRemembered) remembered.clear();
  const once = [...new Set(ids)];
  const found = await mapConcurrently(once, readsAtOnce, async (id) => {
    const one = remembered.get(id) ?? (await read(id));
    if (one !== undefined) remembered.set(id, one);
    return one === undefined ? [] : [[id, one] as const];
  });
  for (const id of once) remembered.delete(id);
  return new Map(found.flat());
}

/** A product order as Azumuta shows it now: by its id, or by its number when it was made again. */
export function readProductOrder(
  { id, number }: { readonly id: string | undefined; readonly number: string },
  signal: AbortSignal,
  {
    azumuta,
    partners,
  }: {
    readonly azumuta: Pick<AzumutaClient, 'productOrder' | 'findProductOrder'>;
    readonly partners: PartnerCalls;
  },
): Promise<AzumutaProductOrder | undefined> {
  return partners.call('azumuta', async () => {
    const known = id === undefined ? undefined : await azumuta.productOrder(id, signal);
    return known ?? azumuta.findProductOrder(number, signal);
  });
}

/** Reads product orders by id, in turns. Those that Azumuta does not know are left out. */
export function readProductOrders(
  ids: readonly string[],
  signal: AbortSignal,
  { azumuta, partners, readSoFar }: ReadRecordingsDependencies,
): Promise<ReadonlyMap<string, AzumutaProductOrder>> {
  return readAll(ids, readSoFar.productOrders, (id) =>
    partners.call('azumuta', () => azumuta.productOrder(id, signal)),
  );
}

/**
 * Reads recordings, in turns, each once, with the names of their work instructions. Ids that Azumuta does not know, or
 * that belong to another product order, are left out.
 */
export async function readRecordings(
  wanted: readonly WantedRecording[],
  signal: AbortSignal,
  dependencies: ReadRecordingsDependencies,
): Promise<ReadonlyMap<string, Recording>> {
  const { azumuta, partners, readSoFar } = dependencies;
  const owners = new Map(wanted.map(({ id, productOrder }) => [id, productOrder]));
  const found = await readAll([...owners.keys()], readSoFar.recordings, (id) =>
    partners.call('azumuta', () => azumuta.recording(id, signal, owners.get(id))),
  );
  const recordings = new Map<string, Recording>();
  for (const { id, productOrder, hinted = false } of wanted) {
    const recording = found.get(id);
    if (recording && hinted) requireOwner(recording, productOrder.number);
    if (recording && belongsTo(recording, productOrder))
      recordings.set(id, await withWorkInstruction(recording, signal, dependencies));
  }
  return recordings;
}

function belongsTo(
  { productOrder }: AzumutaRecording,
  order: { readonly id: string; readonly number: string },
): boolean {
  if (productOrder.id !== undefined) return productOrder.id === order.id;
  return productOrder.number === undefined || productOrder.number === order.number;
}

/** @throws Rejected when nothing proves whose it is: a forged call could choose what is booked. */
function requireOwner({ id, productOrder }: AzumutaRecording, number: string): void {
  if (productOrder.id !== undefined || productOrder.number !== undefined) return;
  throw new Rejected(
    `Recording ${id}, which only the trigger names for product order ${number}, does not tell which product order it belongs to: book ${number} by hand, and let Azumuta list the recordings of its product orders.`,
    { code: 'completion-unclear' },
  );
}

async function withWorkInstruction(
  recording: AzumutaRecording,
  signal: AbortSignal,
  { azumuta, partners, workInstructionNames, includeOperators }: ReadRecordingsDependencies,
): Promise<Recording> {
  const shown = forMapping(recording, includeOperators);
  const { workInstruction } = shown;
  if (!workInstruction) return shown;
  const { id, version } = workInstruction;
  const read = async () => (await partners.call('azumuta', () => azumuta.workInstruction(id, signal)))?.name;
  const name = (await workInstructionNames.name(id, version ?? 0, read)) ?? workInstruction.name;
  return { ...shown, workInstruction: { ...workInstruction, ...(name === undefined ? {} : { name }) } };
}

/**
 * A recording as the mapping may see it. Whether a step names a person is decided by its type, in whatever language
 * its name is.
 */
export function forMapping(
  { productOrder: _belongs, operator, steps, ...recording }: AzumutaRecording,
  includeOperators: boolean,
): Recording {
  if (includeOperators) return { ...recording, steps, ...(operator === undefined ? {} : { operator }) };
  return {
    ...recording,
    steps: steps.map(({ value, ...step }) => withValue(step, step.personal ? undefined : value)),
  };
}

function withValue(step: RecordedStep, value: RecordedStep['value']): RecordedStep {
  return value === undefined ? step : { ...step, value };
}

/** A product order and its recordings as a completed product order. */
export function completedOf(
  order: AzumutaProductOrder,
  erpOrder: ErpOrderRef,
  recordings: readonly Recording[],
  learnedAt: string,
): CompletedProductOrder {
  return {
    productOrder: { id: order.id, number: order.number, ...(order.url ? { url: order.url } : {}) },
    erpOrder,
    ...(order.article === undefined ? {} : { article: order.article }),
    parameters: order.parameters,
    variants: order.variants,
    completedAt: order.completedAt ?? learnedAt,
    recordings,
  };
}
