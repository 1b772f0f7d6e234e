import type {
  CompleteIntegration,
  CompletionMapping,
  ProductOrderMapping,
} from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { callMapping } from '../../../shared/integration/mapping/validate.ts';
import type { CompletedProductOrder, Completion } from '../../../shared/model/completions.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import type { ErpOrder, ParameterValue } from '../../../shared/model/orders.ts';
import { formatQuantity } from '../../../shared/model/quantity.ts';
import type { Sample } from './read-sample.ts';
import { isRead, readsOf } from './unused-fields.ts';

/** A field and its value, as text, and a remark. */
export type Row = readonly [field: string, value: string, remark?: string];

/** What one sample becomes. */
export interface Preview {
  /** Where it stands in the file: `$`, `$[2]`. */
  readonly at: string;
  readonly from: { readonly title: string; readonly rows: readonly Row[] };
  /** What is sent; several product orders when the order is split. */
  readonly becomes: readonly { readonly title: string; readonly rows: readonly Row[] }[];
  /** Every mistake that was found, each with the path of its field; nothing is sent when there are any. */
  readonly mistakes: readonly string[];
  /** Why nothing is sent although nothing is wrong. */
  readonly leftOut?: string;
}

/** What the plant's mapping makes of a sample. Sends nothing, and needs no partner. */
export function previewOf(sample: Sample, integration: CompleteIntegration): Preview {
  switch (sample.kind) {
    case 'unfit':
      return { at: sample.at, from: { title: 'Sample', rows: [] }, becomes: [], mistakes: sample.mistakes };
    case 'order':
      return { at: sample.at, ...previewOrder(sample.order, integration.productOrders) };
    case 'completion':
      return { at: sample.at, ...previewCompletion(sample.completed, sample.books, integration) };
  }
}

function previewOrder(order: ErpOrder, mapping: ProductOrderMapping): Omit<Preview, 'at'> {
  const from = { title: 'ERP order', rows: rowsOf(orderFields(order)) };
  const attempt = (partial: ProductOrderMapping) => mistakeOf(() => mapProductOrders(partial, order));
  const { split, accept, ...fields } = mapping;
  const mistakes = distinct([
    ...Object.entries(fields).map(([field, map]) => attempt({ [field]: map })),
    ...(split === undefined ? [] : [attempt({ split })]),
    attempt(mapping),
  ]);
  if (mistakes.length > 0) return { from, becomes: [], mistakes };
  const accepted = mistakeOf(() => {
    if (!callMapping('productOrders.accept', () => (accept ?? (() => true))(order), order))
      throw new Rejected('left out', { code: 'configuration' });
  });
  if (accepted === 'left out')
    return { from, becomes: [], mistakes, leftOut: 'productOrders.accept does not want this order' };
  if (accepted !== undefined) return { from, becomes: [], mistakes: [accepted] };
  const reads = readsOf(order, (lookAlike) => {
    accept?.(lookAlike);
    mapProductOrders(mapping, lookAlike);
  });
  const { split: made, productOrders } = mapProductOrders(mapping, order);
  const becomes = productOrders.map(({ draft, part }) => ({
    title:
      made.of > 1 ? `Product order in Azumuta (${part.index} of ${made.of})` : 'Product order in Azumuta',
    rows: [
      ['number', draft.number],
      ['article', draft.article],
      ...Object.entries(draft.parameters).map(([key, value]): Row => [`parameter "${key}"`, typed(value)]),
      ['variants', draft.variants.join(', ') || '–'],
    ] satisfies Row[],
  }));
  const rows = from.rows.map((row) => (reads && isUnused(row[0], reads) ? unused(row) : row));
  return { from: { ...from, rows }, becomes, mistakes };
}

/** What the mapping does not look at, though it may have been meant to. The flows themselves use the others. */
function isUnused(field: string, reads: ReadonlySet<string>): boolean {
  return !['number', 'id', 'dueDate', 'state'].includes(field) && !isRead(reads, field);
}

function unused([field, value]: Row): Row {
  return [field, value, 'not used'];
}

function previewCompletion(
  completed: CompletedProductOrder,
  books: Completion['kind'],
  { completions, timeZone, erp }: CompleteIntegration,
): Omit<Preview, 'at'> {
  const from = { title: 'Completed in Azumuta', rows: completedRows(completed) };
  const map = (mapping: CompletionMapping) =>
    mapCompletion({ completions: mapping, timeZone }, books, [completed]);
  const attempt = (mapping: CompletionMapping) => mistakeOf(() => map(mapping));
  const fields = ['quantity', 'scrap', 'lots', 'notes', 'links', 'final'] as const;
  const mistakes = distinct([
    ...fields.map((field) => attempt({ [field]: completions[field] })),
    attempt(completions),
  ]);
  if (mistakes.length > 0) return { from, becomes: [], mistakes };
  const completion = map(completions);
  const title = `${books === 'quantity' ? 'Booking' : 'Amendment'} in the ERP (${erp.name})`;
  return { from, becomes: [{ title, rows: completionRows(completion) }], mistakes };
}

function orderFields({ quantity, attributes, state, ...order }: ErpOrder): Record<string, unknown> {
  return {
    ...order,
    quantity: formatQuantity(quantity),
    ...(state === 'released' ? {} : { state }),
    attributes,
  };
}

function completedRows({
  productOrder,
  article,
  parameters,
  variants,
  completedAt,
  recordings,
}: CompletedProductOrder) {
  return [
    ['number', productOrder.number],
    ...(article === undefined ? [] : [['article', article] satisfies Row]),
    ...Object.entries(parameters).map(([key, value]): Row => [`parameter "${key}"`, typed(value)]),
    ...(variants.length > 0 ? [['variants', variants.join(', ')] satisfies Row] : []),
    ['completed', completedAt],
    ...recordings.flatMap(({ id, workInstruction, steps, durationSeconds, operator }): Row[] => [
      [
        'recording',
        `${workInstruction?.name ?? id}${durationSeconds === undefined ? '' : `, ${durationSeconds} s`}`,
      ],
      ...(operator === undefined ? [] : [['  operator', operator] satisfies Row]),
      ...steps.map(
        ({ name, value, unit, ok }): Row => [
          `  "${name ?? '?'}"`,
          `${Array.isArray(value) ? value.join(', ') : String(value ?? '–')}${unit ? ` ${unit}` : ''}${ok === undefined ? '' : ok ? ' (ok)' : ' (not ok)'}`,
        ],
      ),
    ]),
  ] satisfies Row[];
}

function completionRows(completion: Completion): Row[] {
  const { erpOrder, article, quantity, scrap, lots, notes, links, work, final } = completion;
  return [
    ['ERP order', erpOrder.number],
    ...(article === undefined ? [] : [['must be of article', article] satisfies Row]),
    ...(quantity ? [['good quantity', formatQuantity(quantity)] satisfies Row] : []),
    ...(scrap ? [['scrap', formatQuantity(scrap)] satisfies Row] : []),
    ...(completion.kind === 'quantity'
      ? [['finishes the order', final ? 'yes' : 'no, more is to come'] satisfies Row]
      : []),
    ...lots.map(
      ({ number, quantity: of }): Row => ['lot or serial', of ? `${number} (${formatQuantity(of)})` : number],
    ),
    ...notes.map((note): Row => ['note', note]),
    ...links.map(({ name, url }): Row => ['link', `${name}: ${url}`]),
    ...work.map(
      ({ operation, seconds, date }): Row => ['work', `${operation ?? 'work'}, ${seconds} s on ${date}`],
    ),
  ];
}

/** Nested fields by their path: `attributes.options.colour`. */
function rowsOf(value: Readonly<Record<string, unknown>>, path = ''): Row[] {
  return Object.entries(value).flatMap(([name, inner]): Row[] => {
    const at = `${path}${name}`;
    if (inner === undefined) return [];
    if (inner === null || typeof inner !== 'object')
      return [[at, path === '' ? String(inner) : typed(inner)]];
    if (Array.isArray(inner)) return [[at, JSON.stringify(inner)]];
    return rowsOf(Object.fromEntries(Object.entries(inner)), `${at}.`);
  });
}

/** Text in quotes, so that `5` and `"5"` are told apart: Azumuta's value type follows from it. */
function typed(value: ParameterValue | unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function mistakeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Rejected) return error.message;
    throw error;
  }
}

function distinct(mistakes: readonly (string | undefined)[]): string[] {
  return [...new Set(mistakes.filter((mistake) => mistake !== undefined))];
}
