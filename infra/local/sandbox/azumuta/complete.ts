import * as z from 'zod/mini';
import type { CatalogueArticle, InstructionStep } from './catalogue.ts';

/** What the operators of this sandbox do with a product order. */
export const completionRequestSchema = z.strictObject({
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

export type CompletionRequest = z.output<typeof completionRequestSchema>;

export type RecordingRecord = ReturnType<typeof makeRecordings>[number];

/** What is recorded: a product order. */
interface OrderToRecord {
  readonly id: string;
  readonly number: string;
  readonly parameters: readonly { readonly key: string; readonly value: unknown }[];
}

const durationSeconds = 480;

/**
 * Recordings of the article's work instructions, in order. Only the last recording has quantities, so
 * adding up all recordings of one completion counts nothing twice.
 */
export function makeRecordings(
  order: OrderToRecord,
  article: CatalogueArticle,
  request: CompletionRequest,
  { now, newId }: { readonly now: Date; readonly newId: () => string },
) {
  const { workInstructions } = article;
  const {
    recordings: wanted = workInstructions.length,
    operator = 'An Peeters',
    quantity,
    scrap = 0,
  } = request;
  const said = Number(order.parameters.find(({ key }) => key === 'Quantity')?.value ?? 1);
  const planned = Number.isFinite(said) ? said : 1;
  const good = quantity === undefined ? planned : quantity;
  return Array.from({ length: wanted }, (_, index) => {
    const left = wanted - 1 - index;
    // The last recording is of the last work instruction; with more recordings than instructions, they repeat.
    const instruction = workInstructions.at(-1 - (left % workInstructions.length));
    if (!instruction) throw new Error(`Article ${article.number} has no work instruction.`);
    const finishedAt = new Date(now.getTime() - left * 900_000);
    const quantities = left === 0 ? { good, scrap } : undefined;
    return {
      id: newId(),
      productOrderId: order.id,
      productOrderNumber: order.number,
      workInstructionId: instruction.id,
      workInstructionVersion: instruction.version,
      startedAt: new Date(finishedAt.getTime() - durationSeconds * 1000).toISOString(),
      finishedAt: finishedAt.toISOString(),
      durationSeconds,
      operator: { id: newId(), name: operator },
      steps: instruction.steps.flatMap((step) => answersTo(step, { ...request, operator }, quantities)),
      // ASSUMED: the list of what was used stands in the recording. Scrap has taken components, too.
      components: instruction.components?.map(({ article: used, perPiece, unit, lot }) => ({
        article: { number: used },
        quantity: perPiece * ((good ?? planned) + scrap),
        unit,
        lot,
      })),
    };
  });
}

/** @param quantities Of the last recording. */
function answersTo(
  step: InstructionStep,
  { serials = [], reason = 'Scratch', operator = '' }: CompletionRequest,
  quantities: { readonly good: number | null; readonly scrap: number } | undefined,
) {
  const { id, name, type, unit, minimum: min, maximum: max } = step;
  const answered = (value: string | number | boolean, result: 'Ok' | null) => {
    return { id, name, type, value, unit, result, min, max };
  };
  const { good = null, scrap = 0 } = quantities ?? {};
  switch (step.records) {
    case 'good-quantity':
      return good === null ? [] : [answered(good, null)];
    case 'scrap-quantity':
      return good === null ? [] : [answered(scrap, null)];
    case 'scrap-reason':
      return scrap === 0 ? [] : [answered(reason, null)];
    case 'serial':
      return serials.map((serial) => answered(serial, null));
  }
  if (type === 'signature') return [answered(operator, null)];
  if (type !== 'number') return [answered(true, 'Ok')];
  const { minimum = 0, maximum = 100 } = step;
  return [answered((minimum + maximum) / 2, 'Ok')];
}
