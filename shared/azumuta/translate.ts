import type { CompletedProductOrder, RecordedStep, Recording } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import type { ParameterValue, ProductOrderDraft, ProductOrderRef } from '../model/orders.ts';
import { utcInstant } from '../model/time.ts';
import type { AzumutaAssumptions } from './assumptions.ts';
import type * as wire from './schemas.ts';
import { textIn } from './text.ts';

/** An article with its variants, by name and id. */
export interface Article {
  readonly id: string;
  readonly number: string;
  readonly variants: readonly { readonly id: string; readonly name: string }[];
}

/** A product order as Azumuta shows it. */
export interface AzumutaProductOrder extends ProductOrderRef {
  readonly completed: boolean;
  readonly status: string | undefined;
  readonly completedAt: string | undefined;
  readonly article: string | undefined;
  readonly parameters: CompletedProductOrder['parameters'];
  readonly variants: readonly string[];
  /** Undefined when Azumuta's answer tells nothing of recordings, which is not the same as telling of none. */
  readonly recordingIds: readonly string[] | undefined;
}

/** A recording with the product order it says to belong to. */
export interface AzumutaRecording extends Recording {
  readonly productOrder: { readonly id?: string; readonly number?: string };
}

export interface WorkInstruction {
  readonly id: string;
  readonly name: string | undefined;
}

export function productOrderOf(
  order: wire.ProductOrderWire,
  assumptions: AzumutaAssumptions,
): AzumutaProductOrder {
  return {
    id: order.id,
    number: order.number,
    ...optional('url', order.url),
    status: order.status ?? undefined,
    completed: isOneOf(assumptions.completedStatuses, order.status ?? ''),
    completedAt: inUtc(order.completedAt) ?? undefined,
    article: order.article?.number ?? undefined,
    parameters: parametersOf(order),
    variants: (order.variants ?? []).map((variant) =>
      typeof variant === 'string'
        ? variant
        : (textIn(variant.name, assumptions.language) ?? variant.id ?? ''),
    ),
    recordingIds: recordingIdsOf(order),
  };
}

function isOneOf(words: readonly string[], word: string): boolean {
  return words.some((one) => one.toLowerCase() === word.toLowerCase());
}

function recordingIdsOf({ recordings, recordingIds }: wire.ProductOrderWire): string[] | undefined {
  if (!recordings && !recordingIds) return undefined;
  const listed = (recordings ?? []).map((recording) =>
    typeof recording === 'string' ? recording : recording.id,
  );
  return [...new Set([...(recordingIds ?? []), ...listed])];
}

/**
 * Ids of the wanted variants.
 * @throws Rejected naming the variant that the article does not have.
 */
export function variantIdsOf(draft: ProductOrderDraft, article: Article): string[] {
  return draft.variants.map((wanted) => {
    const variant = article.variants.find(
      ({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase(),
    );
    if (variant) return variant.id;
    const known = article.variants.map(({ name }) => name).join(', ') || 'none';
    throw new Rejected(
      `Article ${article.number} has no variant "${wanted}" in Azumuta (it has: ${known}).`,
      { code: 'unknown-article' },
    );
  });
}

function parametersOf({ parameters }: wire.ProductOrderWire): Record<string, ParameterValue> {
  const pairs = Array.isArray(parameters)
    ? parameters.map(({ key, value }) => [key, value] as const)
    : Object.entries(parameters ?? {});
  return Object.fromEntries(pairs.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

export function recordingOf(
  recording: wire.RecordingWire,
  assumptions: AzumutaAssumptions,
): AzumutaRecording {
  const { language } = assumptions;
  const { workInstruction, operator } = recording;
  const name = typeof operator === 'string' ? operator : operator?.name;
  return {
    id: recording.id,
    productOrder: {
      ...optional('id', recording.productOrderId),
      ...optional('number', recording.productOrderNumber),
    },
    steps: (recording.steps ?? []).map((step) => stepOf(step, assumptions)),
    ...(workInstruction
      ? {
          workInstruction: {
            id: workInstruction.id,
            ...optional('version', workInstruction.version),
            ...optional('name', textIn(workInstruction.name, language)),
          },
        }
      : {}),
    ...optional('startedAt', inUtc(recording.startedAt)),
    ...optional('finishedAt', inUtc(recording.finishedAt)),
    ...optional('durationSeconds', recording.durationSeconds),
    ...optional('operator', name),
    ...optional('url', recording.url),
  };
}

function stepOf(
  step: wire.RecordedStepWire,
  { language, personalStepTypes }: AzumutaAssumptions,
): RecordedStep {
  const { result } = step;
  return {
    ...optional('id', step.id),
    ...optional('name', textIn(step.name, language)),
    ...optional('value', step.value),
    ...optional('unit', step.unit),
    ...(isOneOf(personalStepTypes, step.type ?? '') ? { personal: true as const } : {}),
    ...(result === null || result === undefined
      ? {}
      : { ok: result === true || /^(ok|pass(ed)?|yes)$/i.test(String(result)) }),
  };
}

/** From here on an instant is UTC with milliseconds; a time without a zone stays as it is, on the plant's clock. */
function inUtc(time: string | null | undefined): string | null | undefined {
  return time ? (utcInstant(time) ?? time) : time;
}

function optional<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
