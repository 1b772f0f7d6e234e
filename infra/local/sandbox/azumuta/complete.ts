import * as z from 'zod/mini';
import type { Article, Step, WorkInstruction } from './catalogue.ts';

/** What the operators of this sandbox do with a product order. */
export const completionSchema = z.strictObject({
  /** Which one, when several have the number. */
  id: z.optional(z.string()),
  /** Good quantity; by default the `Quantity` parameter, else 1. `null` records none. */
  quantity: z.optional(z.nullable(z.number())),
  scrap: z.optional(z.number()),
  /** Why it is scrap, where a step asks for it. */
  reason: z.optional(z.string()),
  serials: z.optional(z.array(z.string())),
  /** How many recordings; by default one per work instruction of the article. */
  recordings: z.optional(z.int().check(z.nonnegative())),
  operator: z.optional(z.string()),
});

export type CompletionRequest = z.output<typeof completionSchema>;

export type RecordingRecord = ReturnType<typeof recordingsOf>[number];

/** What is recorded: a product order. */
interface Recorded {
  readonly id: string;
  readonly number: string;
  readonly parameters: readonly { readonly key: string; readonly value: unknown }[];
}

const durationSeconds = 480;

/**
 * Recordings of the article's work instructions, in order. Only the last recording has quantities, so
 * adding up all recordings of one completion counts nothing twice.
 */
export function recordingsOf(
  order: Recorded,
  article: Article,
  request: CompletionRequest,
  { now, newId }: { readonly now: Date; readonly newId: () => string },
) {
  const wanted = request.recordings ?? article.workInstructions.length;
  return Array.from({ length: wanted }, (_, index) => {
    const instruction = instructionAt(article, wanted, index);
    const finishedAt = new Date(now.getTime() - (wanted - 1 - index) * 900_000);
    return {
      id: newId(),
      productOrderId: order.id,
      productOrderNumber: order.number,
      workInstructionId: instruction.id,
      workInstructionVersion: instruction.version,
      startedAt: new Date(finishedAt.getTime() - durationSeconds * 1000).toISOString(),
      finishedAt: finishedAt.toISOString(),
      durationSeconds,
      operator: { id: newId(), name: request.operator ?? 'An Peeters' },
      steps: instruction.steps.flatMap((step) => answersTo(step, order, request, index === wanted - 1)),
      // ASSUMED: the list of what was used stands in the recording.
      components: instruction.components?.map(({ article: used, perPiece, unit, lot }) => ({
        ...{ article: { number: used }, quantity: perPiece * piecesOf(order, request), unit, lot },
      })),
    };
  });
}

/** The last recording is of the last work instruction; with more recordings than instructions, they repeat. */
function instructionAt(article: Article, wanted: number, index: number): WorkInstruction {
  const fromEnd = (wanted - 1 - index) % article.workInstructions.length;
  const found = article.workInstructions.at(-1 - fromEnd);
  if (!found) throw new Error(`Article ${article.number} has no work instruction.`);
  return found;
}

function answersTo(step: Step, order: Recorded, request: CompletionRequest, last: boolean) {
  const { id, name, type, unit, minimum: min, maximum: max } = step;
  const answered = (value: string | number | boolean, result: 'Ok' | null) => {
    return { id, name, type, value, unit, result, min, max };
  };
  if (step.records === 'good-quantity') {
    const good = goodOf(order, request);
    return last && good !== null ? [answered(good, null)] : [];
  }
  if (step.records === 'scrap-reason')
    return last && request.scrap ? [answered(request.reason ?? 'Scratch', null)] : [];
  if (step.records === 'scrap-quantity')
    return last && request.quantity !== null ? [answered(request.scrap ?? 0, null)] : [];
  if (step.records === 'serial') return (request.serials ?? []).map((serial) => answered(serial, null));
  if (step.type === 'signature') return [answered(request.operator ?? 'An Peeters', null)];
  if (step.type !== 'number') return [answered(true, 'Ok')];
  const { minimum = 0, maximum = 100 } = step;
  return [answered((minimum + maximum) / 2, 'Ok')];
}

function goodOf(order: Recorded, { quantity }: CompletionRequest): number | null {
  return quantity === undefined ? plannedQuantity(order) : quantity;
}

/** Scrap has taken components, too. */
function piecesOf(order: Recorded, request: CompletionRequest): number {
  return (goodOf(order, request) ?? plannedQuantity(order)) + (request.scrap ?? 0);
}

function plannedQuantity(order: Recorded): number {
  const planned = Number(order.parameters.find(({ key }) => key === 'Quantity')?.value ?? 1);
  return Number.isFinite(planned) ? planned : 1;
}
