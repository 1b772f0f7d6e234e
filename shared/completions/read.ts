import type { AzumutaClient } from '../azumuta/client.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../azumuta/translate.ts';
import type { WorkInstructionNames } from '../ledger/work-instructions.ts';
import type { CompletedProductOrder, Recording } from '../model/completions.ts';
import type { ErpOrderRef } from '../model/orders.ts';
import { inTurns } from '../platform/turns.ts';
import type { PartnerCalls } from '../worker/partner.ts';

export interface ReadParts {
  readonly azumuta: AzumutaClient;
  readonly partners: PartnerCalls;
  readonly workInstructionNames: WorkInstructionNames;
  /** Whether operators' names (personal data) go on to the mapping. */
  readonly includeOperators: boolean;
}

/** A recording to read, and the product order that it must belong to. */
export interface WantedRecording {
  readonly id: string;
  readonly productOrder: { readonly id: string; readonly number: string };
}

/** Calls to Azumuta at the same time within one attempt: gentle on it, as attempts run beside each other. */
export const readsAtOnce = 4;

/**
 * Reads recordings, each once, with the names of their work instructions. Ids that Azumuta does not know, or
 * that belong to another product order, are left out.
 */
export async function readRecordings(
  wanted: readonly WantedRecording[],
  signal: AbortSignal,
  parts: ReadParts,
): Promise<ReadonlyMap<string, Recording>> {
  const once = [...new Map(wanted.map((each) => [each.id, each])).values()];
  const read = await inTurns(once, readsAtOnce, async ({ id, productOrder }) => {
    const found = await parts.partners.call('azumuta', () => parts.azumuta.recording(id, signal));
    return found && belongsTo(found, productOrder)
      ? [[id, await withWorkInstruction(found, signal, parts)] as const]
      : [];
  });
  return new Map(read.flat());
}

function belongsTo(
  { productOrder }: AzumutaRecording,
  order: { readonly id: string; readonly number: string },
): boolean {
  if (productOrder.id !== undefined) return productOrder.id === order.id;
  return productOrder.number === undefined || productOrder.number === order.number;
}

async function withWorkInstruction(
  { productOrder: _belongs, operator, ...recording }: AzumutaRecording,
  signal: AbortSignal,
  { azumuta, partners, workInstructionNames, includeOperators }: ReadParts,
): Promise<Recording> {
  const { workInstruction } = recording;
  const shown = { ...recording, ...(includeOperators && operator !== undefined ? { operator } : {}) };
  if (!workInstruction) return shown;
  const { id, version } = workInstruction;
  const read = async () => (await partners.call('azumuta', () => azumuta.workInstruction(id, signal)))?.name;
  const name = (await workInstructionNames.name(id, version ?? 0, read)) ?? workInstruction.name;
  return { ...shown, workInstruction: { ...workInstruction, ...(name === undefined ? {} : { name }) } };
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
