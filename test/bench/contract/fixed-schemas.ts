import * as z from 'zod/mini';
import { textIn } from '../../../shared/azumuta/forms.ts';
import type { AzumutaProductOrder, AzumutaRecording } from '../../../shared/azumuta/resources.ts';
import type { RecordedStep } from '../../../shared/model/completions.ts';
import type { ParameterValue } from '../../../shared/model/orders.ts';
import { utcInstant } from '../../../shared/model/time.ts';

/**
 * Schemas in which each field has one fixed place, as this project had them before Azumuta's answers could be
 * configured. The contract is compared with them.
 */

const absent = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

/** A name: plain text or a language map, `{ "en": "…", "nl": "…" }` (both seen). */
const text = z.union([z.string(), z.record(z.string(), z.nullable(z.string()))]);
const id = z.string().check(z.minLength(1));
/** Numbers of orders and articles are texts; a JSON number is accepted and converted to text. */
const number = z.pipe(z.union([z.string().check(z.minLength(1)), z.number()]), z.transform(String));
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const recordingReference = z.union([id, z.object({ id })]);

const productOrderSchema = z.object({
  id,
  number,
  status: absent(z.string()),
  url: absent(z.string()),
  completedAt: absent(z.string()),
  article: absent(z.object({ id: absent(id), number: absent(number) })),
  parameters: absent(
    z.union([
      z.array(z.object({ key: z.string(), value: z.nullable(scalar) })),
      z.record(z.string(), z.nullable(scalar)),
    ]),
  ),
  variants: absent(z.array(z.union([z.string(), z.object({ id: absent(id), name: absent(text) })]))),
  recordings: absent(z.array(recordingReference)),
  recordingIds: absent(z.array(id)),
});

const recordedStepSchema = z.object({
  id: absent(z.string()),
  name: absent(text),
  type: absent(z.string()),
  value: absent(z.union([scalar, z.array(scalar)])),
  unit: absent(z.string()),
  result: absent(z.union([z.string(), z.boolean()])),
});

const recordingSchema = z.object({
  id,
  productOrderId: absent(id),
  productOrderNumber: absent(number),
  workInstruction: absent(z.object({ id, version: absent(z.number()), name: absent(text) })),
  startedAt: absent(z.string()),
  finishedAt: absent(z.string()),
  durationSeconds: absent(z.number()),
  operator: absent(z.union([z.string(), z.object({ name: absent(z.string()) })])),
  steps: absent(z.array(recordedStepSchema)),
  url: absent(z.string()),
});

type ProductOrderWire = z.output<typeof productOrderSchema>;
type RecordingWire = z.output<typeof recordingSchema>;
type RecordedStepWire = z.output<typeof recordedStepSchema>;

interface Words {
  readonly language: string;
  readonly completedStatuses: readonly string[];
  readonly personalStepTypes: readonly string[];
}

const words: Words = {
  language: 'en',
  completedStatuses: ['completed', 'done', 'finished'],
  personalStepTypes: ['signature', 'sign-off', 'person', 'user', 'operator'],
};

/** @throws when the value does not fit. */
export const readFixed = {
  productOrder: (json: unknown) => productOrderOf(z.parse(productOrderSchema, json), words),
  recording: (json: unknown) => recordingOf(z.parse(recordingSchema, json), words),
};

function productOrderOf(order: ProductOrderWire, assumptions: Words): AzumutaProductOrder {
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

function recordingIdsOf({ recordings, recordingIds }: ProductOrderWire): string[] | undefined {
  if (!recordings && !recordingIds) return undefined;
  const listed = (recordings ?? []).map((recording) =>
    typeof recording === 'string' ? recording : recording.id,
  );
  return [...new Set([...(recordingIds ?? []), ...listed])];
}

function parametersOf({ parameters }: ProductOrderWire): Record<string, ParameterValue> {
  const pairs = Array.isArray(parameters)
    ? parameters.map(({ key, value }) => [key, value] as const)
    : Object.entries(parameters ?? {});
  return Object.fromEntries(pairs.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

function recordingOf(recording: RecordingWire, assumptions: Words): AzumutaRecording {
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

function stepOf(step: RecordedStepWire, { language, personalStepTypes }: Words): RecordedStep {
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

/** An instant becomes UTC with milliseconds; a time without a zone is kept, in the plant's time zone. */
function inUtc(time: string | null | undefined): string | null | undefined {
  return time ? (utcInstant(time) ?? time) : time;
}

function optional<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
