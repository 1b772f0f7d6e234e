import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { type AssumedOperation, addressOf } from '../../../../shared/azumuta/operations.ts';
import { writtenQuery } from '../../../../shared/platform/http.ts';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';
import { azumutaBasePath, defineRoute, Refusal, type SandboxRoute } from '../api.ts';
import {
  type Catalogue,
  type CatalogueArticle,
  type CatalogueInstruction,
  workInstructionsOf,
} from './catalogue.ts';
import type { RecordingRecord } from './complete.ts';
import { type Azumuta, newProductOrderSchema, type ProductOrderRecord } from './store.ts';

/**
 * Objects as Azumuta shows them. VERIFIED: `object`, ids, names as text or language map, and the work
 * instruction without its steps. ASSUMED, by analogy: these, product orders, recordings and articles.
 */
export const showObject = {
  workInstruction: (instruction: CatalogueInstruction, origin: string) => ({
    object: 'work-instruction',
    id: instruction.id,
    name: instruction.name,
    description: {},
    isAudit: false,
    latestOfficialVersion: instruction.version,
    url: `${origin}/work-instructions/${instruction.id}`,
    thumbnail: null,
    archived: false,
    treeNodeIds: [],
    articleCategories: [{ object: 'article-category', ...categoryOf(instruction), archived: false }],
    tags: [],
    properties: [],
    linkedVariants: [],
    steps: instruction.steps.map(({ id, name }) => ({ uuid: id, name })),
  }),

  article: ({ category, workInstructions, ...article }: CatalogueArticle, origin: string) => ({
    object: 'article',
    ...article,
    description: {},
    articleCategory: { object: 'article-category', ...categoryOf({ category }) },
    workInstructionIds: workInstructions.map(({ id }) => id),
    url: `${origin}/articles/${article.id}`,
  }),

  productOrder: (stored: ProductOrderRecord, catalogue: Catalogue, origin: string) => {
    const { parameters, variantIds, recordings, ...order } = stored;
    const article = catalogue.find(({ id }) => id === order.articleId);
    return {
      object: 'product-order',
      ...order,
      name: { en: `Product order ${order.number}`, nl: `Productieorder ${order.number}` },
      article: article && { object: 'article', id: article.id, number: article.number, name: article.name },
      parameters: parameters.map(({ key, value }) => ({
        key,
        value,
        valueType:
          article?.parameters.find((known) => known.key === key)?.valueType ??
          (typeof value === 'number' ? 'Number' : 'Text'),
      })),
      variants: variantIds.flatMap((id) => article?.variants.filter((variant) => variant.id === id) ?? []),
      recordings: recordings.map(({ id, workInstructionId }) => ({
        object: 'recording',
        id,
        workInstructionId,
      })),
      url: `${origin}/product-orders/${order.id}`,
    };
  },

  recording: (recording: RecordingRecord, catalogue: Catalogue, origin: string) => {
    const { workInstructionId, workInstructionVersion, ...recorded } = recording;
    const instruction = workInstructionsOf(catalogue).find(({ id }) => id === workInstructionId);
    return {
      object: 'recording',
      ...recorded,
      workInstruction: {
        object: 'work-instruction',
        id: workInstructionId,
        version: workInstructionVersion,
        name: instruction?.name ?? null,
      },
      status: 'finished',
      url: `${origin}/recordings/${recording.id}`,
    };
  },
};

function categoryOf({ category }: Pick<CatalogueArticle, 'category'>) {
  return { id: category.id, name: category.name };
}

type Show<T> = (entry: T, origin: string) => unknown;

const { operations } = defaultContract;
// Both have the names of the operations as their keys.
const operationNames = Object.keys(operations) as readonly AssumedOperation[];

/** Where the sandbox answers a call of the contract. */
export function pathOfOperation(name: AssumedOperation): string {
  return addressOf(operations[name], azumutaBasePath);
}

/** As its calls are counted: `GET /api/v1/recordings/{id}`. */
export function routeOfOperation(name: AssumedOperation): string {
  return `${operations[name].method} ${pathOfOperation(name)}`;
}

/**
 * Azumuta's REST API, with methods and paths as the contract assumes them. VERIFIED: base path, key header and the work
 * instruction routes; ASSUMED: all others, that creating the same number twice makes two product orders, and that an
 * unknown article is refused (422).
 */
export function azumutaApiRoutes(azumuta: Azumuta): SandboxRoute[] {
  const { catalogue, store } = azumuta;
  const workInstructions = workInstructionsOf(catalogue);
  const shown = (order: ProductOrderRecord, origin: string) =>
    showObject.productOrder(order, catalogue, origin);
  const instruction = (wanted: string) => workInstructions.find(({ id }) => id === wanted);
  const articlesNumbered = (wanted: string | null) =>
    catalogue.filter(({ number }) => wanted === null || number === wanted);
  const ordersNumbered = (wanted: string | null) =>
    wanted === null ? store.productOrders() : store.productOrdersNumbered(wanted);

  const answers: Readonly<Record<AssumedOperation, AnswerCall>> = {
    findArticle: listPage(store, articlesNumbered, showObject.article),
    findProductOrder: listPage(store, ordersNumbered, shown),
    readProductOrder: singleEntry('product order', store.productOrder, shown),
    createProductOrder: ({ body, origin }) => shown(storeNewProductOrder(azumuta, body), origin),
    readRecording: singleEntry('recording', store.recording, (found, origin) =>
      showObject.recording(found, catalogue, origin),
    ),
    readWorkInstruction: singleEntry('work instruction', instruction, showObject.workInstruction),
  };
  return [
    ...operationNames.map((name) =>
      defineRoute(operations[name].method, pathOfOperation(name), answers[name]),
    ),
    // No operation lists them, but an account does.
    defineRoute(
      'GET',
      `${azumutaBasePath}/workinstructions`,
      listPage(store, () => workInstructions, showObject.workInstruction),
    ),
  ];
}

type AnswerCall = SandboxRoute['body'];

/** @param name As an error names it. */
function singleEntry<T>(name: string, find: (id: string) => T | undefined, show: Show<T>): AnswerCall {
  return ({ parameters: { id = '' }, origin }) => {
    const found = find(id);
    if (found !== undefined) return show(found, origin);
    throw new Refusal(404, 'not-found', `There is no ${name} ${id}.`);
  };
}

/**
 * A page of a list in the VERIFIED envelope; the cursor is the index of the next entry.
 * @param entries Gets `?number=`, which is null when it is absent.
 */
function listPage<T>(
  store: Azumuta['store'],
  entries: (number: string | null) => readonly T[],
  show: Show<T>,
): AnswerCall {
  return ({ path, query, origin }) => {
    const { pageSize } = store;
    const found = entries(query.get('number'));
    const from = Number(query.get('cursor') ?? 0);
    const next = new URLSearchParams(query);
    next.set('cursor', String(from + pageSize));
    return {
      object: 'list',
      url: `${origin}${path}`,
      next: from + pageSize < found.length ? `${path}?${writtenQuery(next)}` : null,
      data: found.slice(from, from + pageSize).map((entry) => show(entry, origin)),
    };
  };
}

function storeNewProductOrder({ catalogue, store, now, newId }: Azumuta, body: unknown): ProductOrderRecord {
  const parsed = parse(newProductOrderSchema, body);
  if (!parsed.ok) throw new Refusal(422, 'malformed', describeMismatches(parsed.mismatches));
  const { articleId, variantIds } = parsed.value;
  const article = catalogue.find(({ id }) => id === articleId);
  if (!article) throw new Refusal(422, 'unknown-article', `There is no article with id "${articleId}".`);
  const unknown = variantIds.find((id) => !article.variants.some((variant) => variant.id === id));
  if (unknown !== undefined) {
    const message = `Article ${article.number} has no variant with id "${unknown}".`;
    throw new Refusal(422, 'unknown-variant', message);
  }
  return store.save({
    ...parsed.value,
    id: newId(),
    status: 'open',
    createdAt: now().toISOString(),
    completedAt: null,
    recordings: [],
  });
}
