import * as z from 'zod/mini';
import type { ProductOrderDraft } from '../model/orders.ts';
import { type Place, placeSchema } from '../platform/places.ts';
import { strictObject } from '../platform/strict-object.ts';
import { showFound } from '../platform/validation.ts';
import type { Article } from './resources.ts';

/** One kind of call to Azumuta. */
export interface Operation {
  /** Only `createProductOrder` changes anything at Azumuta, even where others use POST. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below `azumuta.baseUrl`. Values of placeholders are encoded. */
  readonly path: string;
  /** Parameters of the address, with placeholders. Yours replace the assumed ones as a whole. */
  readonly query: Readonly<Record<string, string>>;
  /** Sent as JSON: data with placeholders, `{ number: '{number}' }`. Yours replaces the assumed one as a whole. */
  readonly body?: BodyTemplate | CreateBody | undefined;
  /** Statuses that mean that it was done. Default: 200 to 299. */
  readonly done?: readonly number[] | undefined;
  /** Statuses that mean: there is none. */
  readonly none?: readonly number[] | undefined;
  /** Statuses that mean: there is a product order of this number already. It is looked up once more. */
  readonly exists?: readonly number[] | undefined;
  /** Where the resource is in the answer. If that is a list, the entry with the id that was asked for counts. */
  readonly answer?: Place | undefined;
}

/** Data with placeholders: a text that consists of one placeholder becomes its value, which may be a list. */
export type BodyTemplate = Readonly<Record<string, unknown>>;

/** Makes the body of `createProductOrder` where a template is not enough. Azumuta's ids are text. */
export type CreateBody = (
  draft: ProductOrderDraft,
  article: Article,
  variantIds: readonly string[],
) => unknown;

export const placeholder = /\{([^{}]*)\}/;
export const onlyPlaceholder = /^\{([^{}]*)\}$/;
const allPlaceholders = /\{([^{}]*)\}/g;
const methods = z.enum(['GET', 'POST', 'PUT', 'PATCH']);
const statuses = z.array(z.int().check(z.minimum(200), z.maximum(599)));

/** A path that stays below the base URL with any values of its placeholders. */
const belowBase = z.refine<string>(
  (path) => /^(\/[^/?#\\\s]+)+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path),
  { error: 'a path below azumuta.baseUrl, such as /productorders/{id}, without a query', params: showFound },
);

function placeholdersIn(template: unknown): string[] {
  if (typeof template === 'string')
    return [...template.matchAll(allPlaceholders)].map(([, name = '']) => name);
  return template !== null && typeof template === 'object'
    ? Object.values(template).flatMap(placeholdersIn)
    : [];
}

/** The fields of all operations, with the assumed path and query of this one. */
function shapeOf(
  placeholders: readonly string[],
  path: string,
  query: Readonly<Record<string, string>> = {},
) {
  const known = z.refine<unknown>(
    (template) => placeholdersIn(template).every((name) => placeholders.some((one) => isWithin(name, one))),
    {
      error: `no placeholders but ${placeholders.map((name) => `{${name}}`).join(', ')}`,
      params: showFound,
    },
  );
  return {
    shape: {
      method: z._default(methods, 'GET'),
      path: z._default(z.string().check(belowBase, known), path),
      query: z._default(z.record(z.string(), z.string().check(known)), query),
      done: z.optional(statuses),
    },
    body: z.record(z.string(), z.unknown()).check(known),
  };
}

/** `{parameters.Quantity}` belongs to the placeholder `parameters`. */
function isWithin(name: string, placeholder: string): boolean {
  return name === placeholder || (placeholder === 'parameters' && name.startsWith('parameters.'));
}

/** A GET has no body: fetch refuses it, and retries would not help. */
const bodyFitsMethod = z.refine<{ readonly method: string; readonly body?: unknown }>(
  ({ method, body }) => method !== 'GET' || body === undefined,
  { path: ['body'], error: 'none with GET' },
);

const none = z._default(statuses, [404]);
const answer = z._default(placeSchema, '');

function finding(path: string) {
  const { shape, body } = shapeOf(['number'], path, { number: '{number}' });
  return z.prefault(strictObject({ ...shape, body: z.optional(body), none }).check(bodyFitsMethod), {});
}

function reading(path: string, ...more: string[]) {
  const { shape, body } = shapeOf(['id', ...more], `${path}/{id}`);
  return z.prefault(
    strictObject({ ...shape, body: z.optional(body), none, answer }).check(bodyFitsMethod),
    {},
  );
}

const createBody = z.custom<CreateBody>((value) => typeof value === 'function', 'a function');

function creating(path: string, assumed: BodyTemplate) {
  const { shape, body } = shapeOf(
    ['number', 'article.id', 'article.number', 'parameters', 'parameterList', 'variantIds', 'variantNames'],
    path,
  );
  return z.prefault(
    strictObject({
      ...shape,
      method: z._default(methods, 'POST'),
      body: z._default(z.union([body, createBody]), assumed),
      exists: z._default(statuses, [409]),
      answer,
    }).check(bodyFitsMethod),
    {},
  );
}

/** The path `/workinstructions` is verified; the others follow its pattern. */
export const operationsSchema = strictObject({
  /** Finds an article by `{number}`. */
  findArticle: finding('/articles'),
  /** Finds a product order by `{number}`. */
  findProductOrder: finding('/productorders'),
  /** Reads a product order by `{id}`. */
  readProductOrder: reading('/productorders'),
  /**
   * Creates one of `{number}`, `{article.id}`, `{article.number}`, `{parameters}` (a map; `{parameters.Quantity}` is
   * one of them) or `{parameterList}` (of key and value), `{variantIds}`, `{variantNames}`. A body that these cannot
   * say is a function, `(draft, article, variantIds) => …`.
   */
  createProductOrder: creating('/productorders', {
    number: '{number}',
    articleId: '{article.id}',
    parameters: '{parameterList}',
    variantIds: '{variantIds}',
  }),
  /** Reads a recording by `{id}`; `{productOrder.id}` and `{productOrder.number}` are of its product order. */
  readRecording: reading('/recordings', 'productOrder.id', 'productOrder.number'),
  /** Reads a work instruction by `{id}`. */
  readWorkInstruction: reading('/workinstructions'),
});

export type OperationName = keyof z.output<typeof operationsSchema>;
