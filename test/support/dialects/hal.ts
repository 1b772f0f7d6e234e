import { azumutaBasePath } from '../../../infra/local/sandbox/api.ts';
import { listAt } from '../../../shared/platform/places.ts';
import { type Dialect, listed, oneOf, recordingsOn } from './dialect.ts';

const halList = (path: RegExp, name: string): Dialect['routes'][number] => ({
  method: 'GET',
  path,
  asks: ({ query }) => ({
    path: `/${name}`,
    query: { number: query.get('number'), cursor: query.get('page') },
  }),
});

const halPage = (entries: readonly unknown[], next: string | null, url: URL) => {
  const following = new URL(url);
  following.searchParams.set('page', next ?? '');
  return {
    _embedded: { items: entries },
    _links: { self: { href: url.href }, ...(next !== null && { next: { href: following.href } }) },
  };
};

/**
 * HAL: lists are embedded, and pages and neighbours are links. A product order does not list its recordings: they have an
 * address of their own below it, a page for each. An order is created in the category of its article.
 */
export const hal: Dialect = {
  name: 'hal',
  contract: {
    operations: {
      findArticle: { endsWithoutNext: true },
      findProductOrder: { path: '/orders', endsWithoutNext: true },
      readProductOrder: { path: '/orders/{id}' },
      createProductOrder: {
        path: '/orders',
        body: {
          number: '{number}',
          article: '{article.number}',
          category: '{article.articleCategory.id}',
          parameters: '{parameters}',
          variants: '{variantIds}',
        },
      },
      listRecordings: { path: '/orders/{productOrder.id}/recordings', query: {}, endsWithoutNext: true },
      readWorkInstruction: { path: '/instructions/{id}' },
    },
    list: { entries: '_embedded.items', next: '_links.next.href' },
    error: { sentence: 'message' },
    productOrder: { status: 'state', completedAt: 'finished', url: '_links.page.href' },
    createdProductOrder: { url: '_links.page.href' },
    recording: {
      productOrderId: '_embedded.order.id',
      productOrderNumber: '_embedded.order.number',
      workInstructionId: '_embedded.instruction.id',
      workInstructionVersion: '_embedded.instruction.version',
      workInstructionName: '_embedded.instruction.name',
      operator: '_embedded.operator.name',
      steps: '_embedded.steps',
      components: '_embedded.components',
      url: '_links.page.href',
    },
    step: { value: 'entered' },
  },
  routes: [
    halList(/^\/articles$/, 'articles'),
    halList(/^\/orders$/, 'productorders'),
    oneOf(/^\/orders\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'GET',
      path: /^\/orders\/(?<id>[^/]+)\/recordings$/,
      asks({ named: { id = '' }, query, url, ask }) {
        const found = recordingsOn(ask, id, query.get('page'));
        if ('refused' in found) return { answer: hal.refusal(found.refused, 'There is no such order.') };
        const entries = found.page.map((one) => ({ id: one.id, _links: { self: { href: `/r/${one.id}` } } }));
        return { answer: { body: halPage(entries, found.next, url) } };
      },
    },
    {
      method: 'POST',
      path: /^\/orders$/,
      asks({ body, ask }) {
        const [article] = listAt(
          ask({ path: '/articles', query: { number: body.article } }).body,
          'data',
        ).map((one) => Object(one));
        if (article?.articleCategory.id !== body.category)
          return { answer: hal.refusal(422, 'The article is in another category.') };
        return {
          method: 'POST',
          path: '/productorders',
          body: {
            number: body.number,
            articleId: article.id,
            parameters: listed(body.parameters),
            variantIds: body.variants,
          },
        };
      },
    },
    oneOf(/^\/recordings\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/instructions\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants, articleCategory }) => ({
    id,
    number,
    name,
    variants,
    articleCategory,
  }),
  productOrder: (order) => ({
    id: order.id,
    number: order.number,
    state: order.status,
    finished: order.completedAt,
    article: order.article,
    parameters: order.parameters,
    variants: order.variants,
    _links: {
      self: { href: `${azumutaBasePath}/orders/${order.id}` },
      recordings: { href: `${azumutaBasePath}/orders/${order.id}/recordings` },
      page: { href: order.url },
    },
  }),
  recording: (recording) => ({
    id: recording.id,
    startedAt: recording.startedAt,
    finishedAt: recording.finishedAt,
    durationSeconds: recording.durationSeconds,
    _embedded: {
      order: { id: recording.productOrderId, number: recording.productOrderNumber },
      instruction: recording.workInstruction,
      operator: recording.operator,
      steps: recording.steps.map(({ value, ...step }) => ({ ...step, entered: value })),
      components: recording.components,
    },
    _links: { page: { href: recording.url } },
  }),
  workInstruction: ({ id, name }) => ({ id, name }),
  list: halPage,
  refusal: (status, message) => ({ status, body: { message, _links: {} } }),
  trigger: ({ productOrderNumber }) => ({ orderNumber: productOrderNumber, _links: {} }),
};
