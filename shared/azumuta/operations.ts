import * as z from 'zod/mini';
import type { ProductOrderDraft } from '../model/orders.ts';
import { leavesOf } from '../platform/json.ts';
import { placeSchema } from '../platform/places.ts';
import { showFound, strictObject } from '../platform/validation.ts';

/** Data with placeholders: a text that consists of one placeholder becomes its value, which may be a list. */
export type BodyTemplate = Readonly<Record<string, unknown>>;

export interface AzumutaArticle {
  readonly id: string;
  readonly number: string;
  readonly variants: readonly { readonly id: string; readonly name: string }[];
  /** As Azumuta has answered it: of its other fields only the account knows which there are. */
  readonly raw: unknown;
}

/** Makes the body of `createProductOrder` where a template is not enough. Azumuta's ids are text. */
export type CreateBody = (
  draft: ProductOrderDraft,
  article: AzumutaArticle,
  variantIds: readonly string[],
  place: PlaceInBatch | undefined,
) => unknown;

/** Where a product order is in its batch order. */
export interface PlaceInBatch {
  readonly batch: { readonly number: string };
  /** Counted from 1, and how many there were when it was mapped. */
  readonly part: { readonly index: number; readonly of: number };
}

/** What follows it is a field of the article: `{article.id}` and `{article.number}` by the contract, any other as it was answered. */
export const articlePlaceholder = 'article.';

export const allPlaceholders = /\{([^{}]*)\}/g;

/** Whether a text of a body is GraphQL: its braces are no placeholders, as values belong into `variables`. */
export function isGraphql(text: string): boolean {
  return /^\s*(query|mutation|fragment)\b[^{}]*\{[\s\S]*\}\s*$/.test(text);
}

/** Where the contract says nothing else: there is none. */
export const assumedNone: readonly number[] = [404];

const methods = z.enum(['GET', 'POST', 'PUT', 'PATCH']);
const httpStatuses = z.array(z.int().check(z.minimum(200), z.maximum(599)));

/**
 * The address of an operation: requests, links to further pages, the origins that are called and the routes of the sandbox
 * all begin here, so whoever gives one operation another base changes this alone. HTTP refuses another origin than the
 * account's.
 * @param path Another one below the same base, or the link to a further page.
 */
export function addressOf(
  operation: Pick<AzumutaOperation, 'path'>,
  baseUrl: string,
  path = operation.path,
): string {
  const isLink = /^https?:/i.test(path);
  return isLink ? path : `${baseUrl.replace(/\/$/, '')}${path}`;
}

/** A path that is below the base URL with any values of its placeholders. */
const belowBase = z.refine<string>(
  (path) => /^(\/[^/?#\\\s]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path),
  { error: 'a path below azumuta.baseUrl, such as /productorders/{id}, without a query', params: showFound },
);

export function placeholdersIn(template: unknown): string[] {
  const texts = leavesOf(template).filter((leaf) => typeof leaf === 'string');
  return texts.flatMap((text) =>
    isGraphql(text) ? [] : [...text.matchAll(allPlaceholders)].map(([, name = '']) => name),
  );
}

/** A template with no other placeholders than these. */
function noOtherPlaceholders(...placeholders: readonly string[]) {
  const others = (template: unknown) =>
    placeholdersIn(template).filter((name) => !placeholders.some((one) => belongsToPlaceholder(name, one)));
  const written = (names: readonly string[]) => names.map((name) => `{${name}}`).join(', ');
  return z.refine<unknown>((template) => others(template).length === 0, {
    error: ({ input }) => `no placeholders but ${written(placeholders)}, and not ${written(others(input))}`,
    params: showFound,
  });
}

/** The fields of an operation, with its assumed path and query. */
const operationFields = (known: PlaceholderCheck, path: string, query: Record<string, string> = {}) => ({
  /** Only `createProductOrder` changes anything at Azumuta, even where others use POST. */
  method: z._default(methods, 'GET'),
  /** Below `azumuta.baseUrl`. Values of placeholders are encoded. */
  path: z._default(z.string().check(belowBase, known), path),
  /** Parameters of the address, with placeholders. Yours replace the assumed ones as a whole. */
  query: z._default(z.record(z.string(), z.string().check(known)), query),
  /** Sent as JSON: data with placeholders, `{ number: '{number}' }`. Yours replaces the assumed one as a whole. */
  body: z.optional(z.record(z.string(), z.unknown()).check(known)),
  /** Statuses that mean that it was done. Default: 200 to 299. */
  done: z.optional(httpStatuses),
  /**
   * Statuses that mean: there is none. Default: 404, but not with a page that a proxy may have sent. Those that you write
   * mean it with any body.
   */
  none: z.optional(httpStatuses),
  /** Statuses that mean: there is a product order of this number already. It is looked up again. */
  exists: z._default(httpStatuses, [409]),
  /** Its last page names no next one, not even `null`, as in OData. Otherwise a look-up that lists others only is refused. */
  endsWithoutNext: z._default(z.boolean(), false),
  /** The entries of its list show less than the product order: what is found is read by its id. */
  summaries: z._default(z.boolean(), false),
  /** Where the resource is in the answer. If that is a list, the entry with the id that was asked for counts. */
  answer: z._default(placeSchema, ''),
});
type PlaceholderCheck = ReturnType<typeof noOtherPlaceholders>;
type Fields = z.output<z.ZodMiniObject<ReturnType<typeof operationFields>>>;

/** One kind of call to Azumuta; not every kind has all fields. */
export type AzumutaOperation = Pick<Fields, 'method' | 'path' | 'query'> &
  Partial<Pick<Fields, 'done' | 'none' | 'exists' | 'answer' | 'endsWithoutNext'>> & {
    readonly body?: BodyTemplate | CreateBody | undefined;
  };

/** Of a product order in a batch order. */
export const placePlaceholders = ['batch.number', 'part.index', 'part.of'] as const;

/** Placeholders that stand for many: `{parameters.Quantity}`, `{article.categoryId}`. */
const openPlaceholders: Readonly<Record<string, string>> = {
  parameters: 'parameters.',
  'article.<field>': articlePlaceholder,
};

function belongsToPlaceholder(name: string, placeholder: string): boolean {
  const start = openPlaceholders[placeholder];
  const isOneOfMany = start !== undefined && name.startsWith(start) && name.length > start.length;
  return isOneOfMany || name === placeholder;
}

/** A GET has no body: fetch refuses it, and retries would not help. */
const bodyFitsMethod = z.refine<{ readonly method: string; readonly body?: unknown }>(
  ({ method, body }) => method !== 'GET' || body === undefined,
  { path: ['body'], error: 'none with GET' },
);

function fieldsOfFinding(path: string) {
  const known = noOtherPlaceholders('number', 'cursor');
  const { exists, answer, ...fields } = operationFields(known, path, { number: '{number}' });
  return fields;
}
const { summaries: _, ...findingArticle } = fieldsOfFinding('/articles');

/** Of all recordings of one product order, page by page. */
function schemaOfListingRecordings() {
  const known = noOtherPlaceholders('productOrder.id', 'productOrder.number', 'cursor');
  const { exists, answer, summaries, ...fields } = operationFields(known, '/recordings', {
    productOrderId: '{productOrder.id}',
  });
  const namesOrder = z.refine<{ readonly path: string; readonly query: object; readonly body?: unknown }>(
    (operation) => placeholdersIn(operation).some((name) => name.startsWith('productOrder.')),
    {
      path: ['query'],
      error: '{productOrder.id} or {productOrder.number} in its path, query or body, else it lists all',
      params: showFound,
    },
  );
  return strictObject(fields).check(bodyFitsMethod, namesOrder);
}

function schemaOfReading(path: string, ...more: string[]) {
  const { exists, endsWithoutNext, summaries, ...fields } = operationFields(
    noOtherPlaceholders('id', ...more),
    `${path}/{id}`,
  );
  return z.prefault(strictObject(fields).check(bodyFitsMethod), {});
}

const createBody = z.custom<CreateBody>((value) => typeof value === 'function', 'a function');

function schemaOfCreating(path: string, assumed: BodyTemplate) {
  const known = noOtherPlaceholders(
    ...['number', 'article.id', 'article.number', 'article.<field>'],
    ...['parameters', 'parameterList', 'variantIds', 'variantNames'],
    ...placePlaceholders,
  );
  const { none, endsWithoutNext, summaries, body, ...fields } = operationFields(known, path);
  return z.prefault(
    strictObject({
      ...fields,
      /** The one call that changes anything at Azumuta. */
      method: z._default(methods, 'POST'),
      /** Sent as JSON: data with placeholders, `{ number: '{number}' }`. Yours replaces the assumed one as a whole. */
      body: z._default(z.union([body, createBody]), assumed),
    }).check(bodyFitsMethod),
    {},
  );
}

/** The path `/workinstructions` is verified; the others follow its pattern. */
export const operationsSchema = strictObject({
  /** Finds an article by `{number}`. */
  findArticle: z.prefault(strictObject(findingArticle).check(bodyFitsMethod), {}),
  /** Finds a product order by `{number}`. */
  findProductOrder: z.prefault(strictObject(fieldsOfFinding('/productorders')).check(bodyFitsMethod), {}),
  /** Reads a product order by `{id}`. */
  readProductOrder: schemaOfReading('/productorders'),
  /**
   * Creates one of `{number}`, `{article.id}`, `{article.number}`, `{parameters}` (a map; `{parameters.Quantity}` is
   * one of them) or `{parameterList}` (of key and value), `{variantIds}`, `{variantNames}`, and any other field of the
   * article as it was answered (`{article.category.id}`); where `productOrders.split.batch` is given, of `{batch.number}`,
   * `{part.index}` (from 1) and `{part.of}`, too. A body that these cannot say is a function,
   * `(draft, article, variantIds, place) => …`, which has the whole answer in `article.raw`, and the batch in `place`.
   */
  createProductOrder: schemaOfCreating('/productorders', {
    number: '{number}',
    articleId: '{article.id}',
    parameters: '{parameterList}',
    variantIds: '{variantIds}',
  }),
  /** Reads a recording by `{id}`; `{productOrder.id}` and `{productOrder.number}` are of its product order. */
  readRecording: schemaOfReading('/recordings', 'productOrder.id', 'productOrder.number'),
  /**
   * Only where a product order does not list its recordings: lists their ids (`recordingRef.id`), page by page, of the
   * product order with `{productOrder.id}` or `{productOrder.number}`. Each is then read by `readRecording`. Where the
   * path does not name the product order, a filter may be ignored: then each recording must say whose it is. Here a 404
   * is refused, unless `none` has it: the address may be wrong.
   */
  listRecordings: z.optional(schemaOfListingRecordings()),
  /** Reads a work instruction by `{id}`; `{version}` is that of the recording. */
  readWorkInstruction: schemaOfReading('/workinstructions', 'version'),
});

type Operations = z.output<typeof operationsSchema>;
export type OperationName = keyof Operations;
/** Those that every account has. */
export type AssumedOperation = Exclude<OperationName, 'listRecordings'>;
