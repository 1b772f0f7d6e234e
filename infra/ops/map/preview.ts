import type {
  CompleteIntegration,
  CompletionMapping,
  ProductOrderMapping,
} from '../../../shared/integration/define.ts';
import { mapCompletion } from '../../../shared/integration/mapping/completions.ts';
import { isWanted, mapProductOrders } from '../../../shared/integration/mapping/product-orders.ts';
import { detailLines, lotLine } from '../../../shared/model/completion-lines.ts';
import type { CompletedProductOrder, Completion } from '../../../shared/model/completions.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import type { ErpOrder, ProductOrderDraft } from '../../../shared/model/orders.ts';
import { formatQuantity } from '../../../shared/model/quantity.ts';
import { readOrWhy, Unread } from '../../../shared/model/unread.ts';
import { fieldOf, isRecord } from '../../../shared/platform/json.ts';
import { type Column, counted, definedLines, styled, tableLines } from '../cli/output.ts';
import { readSample, type Sample } from './read-sample.ts';

export type PreviewRow = readonly [field: string, value: string];

export interface Preview {
  /** Its path in the file: `$`, `$[2]`. */
  readonly at: string;
  readonly from: { readonly title: string; readonly rows: readonly PreviewRow[] };
  /** What is sent; several product orders when the order is split. */
  readonly becomes: readonly { readonly title: string; readonly rows: readonly PreviewRow[] }[];
  /** Every mistake that was found, each with the path of its field; nothing is sent when there are any. */
  readonly mistakes: readonly string[];
  /** Why nothing is sent although nothing is wrong. */
  readonly leftOut?: string;
}

/** What the plant's mapping makes of a file's samples: ERP orders, or completions. Sends nothing, calls no partner. */
export function previewsOf(
  json: unknown,
  integration: CompleteIntegration,
  learnedAt = new Date().toISOString(),
): Preview[] {
  return samplesIn(json).map(([at, one]) =>
    previewOf(at, readSample(one, at, integration, learnedAt), integration),
  );
}

/** The samples of a file, each with its path. @param json Content of the file, parsed as JSON. */
export function samplesIn(json: unknown): (readonly [at: string, one: unknown])[] {
  const list = isRecord(json) && 'orders' in json ? json.orders : json;
  return Array.isArray(list) ? list.map((one, at) => [`$[${at}]`, one]) : [['$', list]];
}

export function previewOf(at: string, sample: Sample, integration: CompleteIntegration): Preview {
  if ('mistakes' in sample) return { at, from: { title: 'Sample', rows: [] }, becomes: [], ...sample };
  if ('order' in sample) return { at, ...previewOrder(sample.order, integration.productOrders) };
  return { at, ...previewCompletion(sample.completed, sample.books, integration) };
}

function previewOrder(order: ErpOrder, mapping: ProductOrderMapping): Omit<Preview, 'at'> {
  const from = { title: 'ERP order', rows: orderRows(order) };
  const attempt = (partial: ProductOrderMapping) => catchRejection(() => mapProductOrders(partial, order));
  const { accept: _, ...fields } = mapping;
  const found = [
    ...Object.entries(fields).flatMap(([field, map]) => attempt({ [field]: map })),
    ...attempt(mapping),
    ...catchRejection(() => isWanted(mapping, order)),
  ];
  const mistakes = [...new Set(found)];
  if (mistakes.length > 0) return { from, becomes: [], mistakes };
  if (!isWanted(mapping, order))
    return { from, becomes: [], mistakes, leftOut: 'productOrders.accept does not want this order' };
  const { split: made, productOrders } = mapProductOrders(mapping, order);
  const becomes = productOrders.map(({ draft, part }) => ({
    title:
      made.of > 1 ? `Product order in Azumuta (${part.index} of ${made.of})` : 'Product order in Azumuta',
    rows: draftRows(draft),
  }));
  return { from, becomes, mistakes };
}

function previewCompletion(
  completed: CompletedProductOrder,
  books: Completion['kind'],
  { completions, timeZone, erp }: CompleteIntegration,
): Omit<Preview, 'at'> {
  const from = { title: 'Completed in Azumuta', rows: nestedFieldRows(completed) };
  const map = (mapping: CompletionMapping) =>
    mapCompletion({ completions: mapping, timeZone }, books, [completed]);
  const attempt = (mapping: CompletionMapping) => catchRejection(() => map(mapping));
  // The others are tried with some quantity: by default it would be the planned one.
  const found = Object.entries(completions).flatMap(([field, own]) =>
    attempt({ quantity: () => 1, [field]: own }),
  );
  const mistakes = [...new Set([...found, ...attempt(completions)])];
  if (mistakes.length > 0) return { from, becomes: [], mistakes };
  const completion = map(completions);
  const title = `${books === 'quantity' ? 'Booking' : 'Amendment'} in the ERP (${erp.name})`;
  return { from, becomes: [{ title, rows: completionRows(completion) }], mistakes };
}

/** The fields of an ERP order; its state where it is not released. */
export function orderRows({ quantity, attributes, state, ...order }: ErpOrder): PreviewRow[] {
  const unusual = state === 'released' ? undefined : state;
  return nestedFieldRows({ ...order, quantity: formatQuantity(quantity), state: unusual, attributes });
}

/** In place of what is not known. */
const missingValueMark = '–';

/** The fields of a product order, as the mapping wants it, or as Azumuta has it and may not tell them all. */
export function draftRows(
  order: Omit<ProductOrderDraft, 'article'> & { article?: string | undefined },
): PreviewRow[] {
  const { number, article = missingValueMark, parameters } = order;
  const variants = readOrWhy(() => order.variants.join(', ') || missingValueMark);
  return [
    ['number', number],
    ['article', article],
    ...Object.keys(parameters).map(
      (key): PreviewRow => [`parameter "${key}"`, showFieldValue(readField(parameters, key))],
    ),
    ['variants', variants instanceof Unread ? variants.why.message : variants],
  ];
}

/** The fields of a booking; those that it has several of come several times. */
export function completionRows(completion: Completion): PreviewRow[] {
  return completionFieldNames.flatMap((name) => rowsOfCompletion[name](completion));
}

type CompletionRows = (completion: Completion) => readonly PreviewRow[];

const noRow: CompletionRows = () => [];

/** How a person reads each field of a completion before it is booked. */
const rowsOfCompletion: Readonly<Record<keyof Completion, CompletionRows>> = {
  erpOrder: ({ erpOrder }) => [['ERP order', erpOrder.number]],
  article: ({ article }) => rowsWithValue([['must be of article', article]]),
  quantity: ({ quantity }) => rowsWithValue([['good quantity', quantity && formatQuantity(quantity)]]),
  scrap: ({ scrap }) => rowsWithValue([['scrap', scrap && formatQuantity(scrap)]]),
  final: ({ kind, final }) =>
    kind === 'quantity' ? [['finishes the order', final ? 'yes' : 'no, more is to come']] : [],
  lots: ({ lots }) =>
    lots.map((lot) => [lot.scrapped ? 'scrapped lot or serial' : 'lot or serial', lotLine(lot)]),
  scrapReasons: (completion) => detailLines(completion).scrap.map((line) => ['scrap', line]),
  components: (completion) => detailLines(completion).component.map((line) => ['component', line]),
  operations: (completion) => detailLines(completion).operation.map((line) => ['operation', line]),
  checks: (completion) => detailLines(completion).check.map((line) => ['check', line]),
  notes: ({ notes }) => notes.map((note) => ['note', note]),
  links: ({ links }) => links.map(({ name, url }) => ['link', `${name}: ${url}`]),
  work: ({ work }) =>
    work.map(({ operation, seconds, date }) => ['work', `${operation ?? 'work'}, ${seconds} s on ${date}`]),
  // The page names its product order and what is booked. When it was completed, the sample says.
  kind: noRow,
  productOrder: noRow,
  completedAt: noRow,
  completedOn: noRow,
  // Only a booking that is planned has them.
  madeFor: noRow,
  beyondOrder: noRow,
};
// Its type says that it has these keys, and a literal has no others.
const completionFieldNames = Object.keys(rowsOfCompletion) as readonly (keyof Completion)[];

export function rowsWithValue(
  rows: readonly (readonly [field: string, value: string | undefined])[],
): PreviewRow[] {
  return rows.flatMap(([field, value]): PreviewRow[] => (value === undefined ? [] : [[field, value]]));
}

/** Nested fields by their path, `attributes.options[0].colour`, except those that are undefined. */
function nestedFieldRows(value: object, path = ''): PreviewRow[] {
  return Object.keys(value).flatMap((name): PreviewRow[] => {
    const isEntry = Array.isArray(value);
    const at = isEntry ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    const inner = readField(value, name);
    if (inner === undefined) return [];
    const hasFields = typeof inner === 'object' && inner !== null && !(inner instanceof Unread);
    if (!hasFields) return [[at, path === '' && typeof inner === 'string' ? inner : showFieldValue(inner)]];
    return nestedFieldRows(inner, at);
  });
}

/** What a field holds; a mapping that does not use it needs no field that cannot be understood. */
function readField(object: object, name: string): unknown {
  return readOrWhy(() => fieldOf(object, name));
}

/** Text in quotes, which distinguishes `5` from `"5"`: Azumuta's value type follows from it. */
function showFieldValue(value: unknown): string {
  if (value instanceof Unread) return value.why.message;
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function catchRejection(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof Rejected) return [error.message];
    throw error;
  }
}

function fieldColumns(title: string): Column<PreviewRow>[] {
  return [
    { title, cell: ([field]) => field },
    { title: '', cell: ([, value]) => value, most: 70 },
  ];
}

/** Showing more parts of a split order adds nothing. */
const mostPartsPreviewed = 3;

export function previewLines({ at, from, becomes, mistakes, leftOut }: Preview): string[] {
  const shown = becomes.slice(0, mostPartsPreviewed);
  const tables = [from, ...shown.map(({ title, rows }) => ({ title: `→ ${title}`, rows }))];
  return definedLines(
    at !== '$' && styled('dim', at),
    tables
      .filter(({ rows }) => rows.length > 0)
      .flatMap(({ title, rows }) => [...tableLines(fieldColumns(title), rows), '']),
    becomes.length > shown.length && `… and ${becomes.length - shown.length} more`,
    mistakes.length > 0 && styled('red', `${counted(mistakes.length, 'mistake')}: nothing would be sent.`),
    mistakes.map((mistake) => `  ✗ ${mistake}`),
    leftOut !== undefined && `Nothing would be sent: ${leftOut}.`,
  );
}
