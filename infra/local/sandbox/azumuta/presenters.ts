import type { Article, Catalogue, WorkInstruction } from './catalogue.ts';
import type { ProductOrderRecord, RecordingRecord, Store } from './store.ts';

/**
 * Objects as Azumuta shows them. VERIFIED: the list envelope, `object`, ids, names as text or language map,
 * and the work instruction. ASSUMED, by analogy: product orders, recordings and articles.
 */
export const show = {
  list: (call: { origin: string; path: string; next: string | null }, objects: readonly unknown[]) => ({
    object: 'list',
    url: `${call.origin}${call.path}`,
    next: call.next,
    data: objects,
  }),

  workInstruction: (instruction: WorkInstruction, origin: string) => ({
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
  }),

  article: (article: Article, origin: string) => ({
    object: 'article',
    id: article.id,
    number: article.number,
    name: article.name,
    description: {},
    articleCategory: { object: 'article-category', ...categoryOf(article) },
    variants: article.variants,
    parameters: article.parameters,
    workInstructionIds: article.workInstructions.map(({ id }) => id),
    url: `${origin}/articles/${article.id}`,
  }),

  productOrder: (order: ProductOrderRecord, catalogue: Catalogue, store: Store, origin: string) => {
    const article = catalogue.articles.find(({ id }) => id === order.articleId);
    return {
      object: 'product-order',
      id: order.id,
      number: order.number,
      name: { en: `Product order ${order.number}`, nl: `Productieorder ${order.number}` },
      articleId: order.articleId,
      article: article && { object: 'article', id: article.id, number: article.number, name: article.name },
      parameters: order.parameters.map(({ key, value }) => ({
        key,
        value,
        valueType:
          article?.parameters.find((known) => known.key === key)?.valueType ??
          (typeof value === 'number' ? 'Number' : 'Text'),
      })),
      variants: order.variantIds.flatMap(
        (id) => article?.variants.filter((variant) => variant.id === id) ?? [],
      ),
      status: order.status,
      createdAt: order.createdAt,
      completedAt: order.completedAt,
      recordings: store
        .recordingsOf(order.id)
        .map(({ id, workInstructionId }) => ({ object: 'recording', id, workInstructionId })),
      url: `${origin}/product-orders/${order.id}`,
    };
  },

  recording: (recording: RecordingRecord, catalogue: Catalogue, origin: string) => {
    const { workInstructionId, workInstructionVersion, ...recorded } = recording;
    const instruction = catalogue.workInstructions.find(({ id }) => id === workInstructionId);
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

function categoryOf({ category }: Article | WorkInstruction) {
  return { id: category.id, name: category.name };
}
