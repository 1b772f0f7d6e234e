import * as z from 'zod/mini';
import { createAnswerReaders } from '../../../shared/azumuta/answer-readers.ts';
import { type Read, sentencesOf } from '../../../shared/azumuta/field-readers.ts';
import { completedOf, forMapping } from '../../../shared/completions/read-recordings.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { erpOrderNumberOf } from '../../../shared/integration/mapping/completions.ts';
import type { CompletedProductOrder, Completion } from '../../../shared/model/completions.ts';
import { reasonOf } from '../../../shared/model/errors.ts';
import type { ErpOrder } from '../../../shared/model/orders.ts';
import { erpOrderOf, postedOrderSchema } from '../../../shared/orders/endpoint/posted-order.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { type Mismatch, parse } from '../../../shared/platform/validation.ts';

/** A sample that was read, or the mistakes of an invalid one. */
export type Sample =
  | { readonly order: ErpOrder }
  | { readonly completed: CompletedProductOrder; readonly books: Completion['kind'] }
  | { readonly mistakes: readonly string[] };

const completionSampleSchema = z.strictObject({
  productOrder: z.looseObject({}),
  recordings: z._default(z.array(z.looseObject({})), []),
  /** The ERP order, where it is not the one that the mapping names. */
  erpOrder: z.optional(z.object({ number: z.string(), id: z.exactOptional(z.string()) })),
  /** `amendment`: recordings that came after the quantity was booked. */
  kind: z._default(z.enum(['quantity', 'amendment']), 'quantity'),
});

/**
 * A sample of a file: an ERP order in any form that the order endpoint takes, or a completion.
 * @param at Its path in the file, for its mistakes.
 * @param learnedAt ISO time for a completion that has none of its own.
 */
export function readSample(
  one: unknown,
  at: string,
  integration: CompleteIntegration,
  learnedAt: string,
): Sample {
  if (isRecord(one) && ('productOrder' in one || 'recordings' in one))
    return completionSample(one, at, integration, learnedAt);
  const parsed = parse(postedOrderSchema, one);
  return parsed.ok ? { order: erpOrderOf(parsed.value) } : invalid(at, parsed.mismatches);
}

function completionSample(
  one: unknown,
  at: string,
  { azumuta, completions }: CompleteIntegration,
  learnedAt: string,
): Sample {
  const parsed = parse(completionSampleSchema, one);
  if (!parsed.ok) return invalid(at, parsed.mismatches);
  const { productOrder, recordings, erpOrder, kind } = parsed.value;
  const readers = createAnswerReaders(azumuta.contract);
  const mistakes: string[] = [];
  const readAt = <T>(where: string, read: Read<T>): T[] => {
    if (read.ok) return [read.value];
    mistakes.push(...sentencesOf(read.invalid, `${at}.${where}`));
    return [];
  };
  const [order] = readAt('productOrder', readers.readProductOrder.read(productOrder));
  const read = recordings
    .flatMap((recording, index) => readAt(`recordings[${index}]`, readers.readRecording.read(recording)))
    .map((recording) => forMapping(recording, completions.includeOperators ?? false));
  if (order === undefined || mistakes.length > 0) return { mistakes };
  try {
    const ref = erpOrder ?? { number: erpOrderNumberOf(completions, order.number) };
    return { books: kind, completed: completedOf(order, ref, read, learnedAt) };
  } catch (error) {
    return { mistakes: [reasonOf(error)] };
  }
}

function invalid(at: string, mismatches: readonly Mismatch[]): Sample {
  return {
    mistakes: mismatches.map(
      ({ path, found, expected }) => `${path.replace('$', () => at)}: found ${found}, expected ${expected}`,
    ),
  };
}

/** Samples for trying a mapping on: `npm run map -- --sample order`. */
export const samples = {
  /** As an ERP posts it to the order endpoint. */
  order: {
    number: 'MO/0042',
    id: '42',
    article: 'GEAR-01',
    quantity: '5',
    unit: 'u',
    dueDate: '2026-12-18',
    attributes: { customer: 'Müller & Söhne', side: 'Left', atex: true },
  },
  /** A completed product order and its recordings, as Azumuta answers them. */
  completion: {
    productOrder: {
      id: 'SarLiLeyuNWgw3Tai',
      number: 'MO/0042',
      status: 'completed',
      completedAt: '2026-12-17T14:05:00.000Z',
      article: { number: 'GEAR-01' },
      parameters: [
        { key: 'Quantity', value: 5 },
        { key: 'Customer name', value: 'Müller & Söhne' },
      ],
      variants: ['Left', 'ATEX'],
      url: 'https://app.azumuta.com/product-orders/SarLiLeyuNWgw3Tai',
    },
    recordings: [
      {
        id: '5KKoy7m6ms89mvrTg',
        workInstruction: { id: 'Qz4mWdT7uPAbhRzvy', version: 7, name: { en: 'Assemble housing' } },
        startedAt: '2026-12-17T13:00:00.000Z',
        finishedAt: '2026-12-17T13:20:00.000Z',
        durationSeconds: 1200,
        operator: { name: 'An Peeters' },
        steps: [
          { name: { en: 'Torque', nl: 'Aanhaalmoment' }, value: 45.2, unit: 'Nm', result: 'Ok' },
          { name: 'Serial number', value: 'SN-000042' },
        ],
        url: 'https://app.azumuta.com/recordings/5KKoy7m6ms89mvrTg',
      },
      {
        id: 'kcNsDPy7kRZhwvtCb',
        workInstruction: { id: 'vYBkkAobvPTbQJ8Qa', version: 3, name: 'Final inspection' },
        finishedAt: '2026-12-17T14:05:00.000Z',
        durationSeconds: 600,
        steps: [
          { name: { en: 'Good quantity' }, value: 4 },
          { name: { en: 'Scrap quantity' }, value: 1 },
        ],
      },
    ],
  },
} as const;

export const sampleNames = ['order', 'completion'] as const;
