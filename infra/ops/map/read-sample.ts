import * as z from 'zod/mini';
import { productOrderIn, recordingIn, workInstructionIn } from '../../../shared/azumuta/answer-readers.ts';
import {
  describeInvalidFields,
  type ReadResource,
  readByContract,
} from '../../../shared/azumuta/field-readers.ts';
import { withStepNames } from '../../../shared/azumuta/step-names.ts';
import { completedOf, forMapping } from '../../../shared/completions/read-recordings.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { erpOrderNumberOf } from '../../../shared/integration/mapping/completions.ts';
import type { CompletedProductOrder, Completion, Recording } from '../../../shared/model/completions.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { quantitySchema } from '../../../shared/model/quantity.ts';
import { erpOrderOfPosted, postedOrderSchema } from '../../../shared/orders/endpoint/posted-order.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { describeMismatches, type Mismatch, parse } from '../../../shared/platform/validation.ts';
import completion from './samples/completion.json' with { type: 'json' };
import order from './samples/order.json' with { type: 'json' };

export type Sample =
  | { readonly order: ErpOrder }
  | { readonly completed: CompletedProductOrder; readonly books: Completion['kind'] }
  | { readonly mistakes: readonly string[] };

const completionSampleSchema = z.strictObject({
  productOrder: z.looseObject({}),
  recordings: z._default(z.array(z.looseObject({})), []),
  /** Those that name the steps, where `azumuta.contract.step.nameIn` says so. */
  workInstructions: z._default(z.array(z.looseObject({})), []),
  /** The ERP order, where it is not the one that the mapping names. */
  erpOrder: z.optional(z.object({ number: z.string(), id: z.exactOptional(z.string()) })),
  /** Which part of a split ERP order it is. */
  part: z.optional(z.object({ index: z.int(), of: z.int(), quantity: quantitySchema })),
  /** `amendment`: recordings that came after the quantity was booked. */
  kind: z._default(z.enum(['quantity', 'amendment']), 'quantity'),
});

/** @param at Its path in the file, for mistakes. @param learnedAt ISO time for a completion that has none. */
export function readSample(
  one: unknown,
  at: string,
  integration: CompleteIntegration,
  learnedAt: string,
): Sample {
  const isCompletion = isRecord(one) && ('productOrder' in one || 'recordings' in one);
  if (isCompletion) return completionSample(one, at, integration, learnedAt);
  const parsed = parse(postedOrderSchema, one);
  return parsed.ok ? { order: erpOrderOfPosted(parsed.value) } : invalidSample(at, parsed.mismatches);
}

function completionSample(
  one: unknown,
  at: string,
  { azumuta, completions }: CompleteIntegration,
  learnedAt: string,
): Sample {
  const parsed = parse(completionSampleSchema, one);
  if (!parsed.ok) return invalidSample(at, parsed.mismatches);
  const { productOrder, recordings, workInstructions, erpOrder, part, kind } = parsed.value;
  const mistakes: string[] = [];
  const readAt = <T>(where: string, as: ReadResource<T>, json: unknown): T[] => {
    const read = readByContract(azumuta.contract, as, json);
    if (read.ok) return [read.value];
    mistakes.push(...describeInvalidFields(read.invalid, `${at}.${where}`));
    return [];
  };
  const [order] = readAt('productOrder', productOrderIn, productOrder);
  const namesSteps = azumuta.contract.step.nameIn === 'workInstruction';
  const instructions = workInstructions.flatMap((instruction, index) =>
    readAt(`workInstructions[${index}]`, workInstructionIn, instruction),
  );
  const withNames = (recording: Recording) => {
    const instruction = instructions.find(({ id }) => id === recording.workInstruction?.id);
    return namesSteps ? withStepNames(recording, instruction?.steps ?? {}) : recording;
  };
  const read = recordings
    .flatMap((recording, index) => readAt(`recordings[${index}]`, recordingIn, recording))
    .map((recording) => forMapping(recording, { includeOperators: completions.includeOperators ?? false }))
    .map(withNames);
  if (order === undefined || mistakes.length > 0) return { mistakes };
  try {
    const ref = erpOrder ?? { number: erpOrderNumberOf(completions, order.number) };
    const about = { erpOrder: ref, part, recordings: read, learnedAt };
    return { books: kind, completed: completedOf(order, about) };
  } catch (error) {
    return { mistakes: [reasonOf(error)] };
  }
}

function invalidSample(at: string, mismatches: readonly Mismatch[]): Sample {
  const within = mismatches.map((one) => ({ ...one, path: one.path.replace('$', () => at) }));
  return { mistakes: within.map((one) => describeMismatches([one])) };
}

/** To try a mapping on: an order as an ERP posts it, and a completed product order as Azumuta answers it. */
export const samples = { order, completion } as const;

export const sampleNames = ['order', 'completion'] as const;
