import { listAt, valueAt } from '../../../shared/platform/places.ts';
import { creating, type Dialect, listOf, oneOf } from './dialect.ts';

const zoned = (time: string | null) =>
  time && `${new Date(Date.parse(time) + 3_600_000).toISOString().replace('Z', '')}+01:00[Europe/Brussels]`;

/**
 * Lists show summaries, without a status. An order embeds its article with all of its variants, and names its own by id;
 * keys of parameters and names of steps are language maps. A create answers nothing.
 */
export const embedded: Dialect = {
  name: 'embedded',
  contract: {
    operations: {
      findArticle: { path: '/articles', query: { number: '{number}' } },
      findProductOrder: { path: '/orders', query: { number: '{number}' }, summaries: true },
      readProductOrder: { path: '/orders/{id}', answer: 'order' },
      createProductOrder: {
        path: '/orders',
        body: {
          order: { number: '{number}', article: { id: '{article.id}', number: '{article.number}' } },
          parameters: '{parameterList}',
          variants: '{variantNames}',
        },
      },
      readRecording: { path: '/orders/{productOrder.id}/recordings/{id}', answer: 'recording' },
      readWorkInstruction: { answer: 'instruction' },
    },
    list: { entries: 'items', next: 'links.next' },
    productOrder: {
      number: 'orderNumber',
      // Ids, of which the embedded article has the names.
      variants: (order) => {
        const ofArticle = listAt(order, 'article.variants');
        return listAt(order, 'variants').map((id) => ofArticle.find((one) => valueAt(one, 'id') === id));
      },
    },
    recording: {
      productOrderId: 'order.id',
      productOrderNumber: 'order.orderNumber',
      operator: 'employee.name',
    },
    step: { result: 'verdict' },
    trigger: { productOrderNumber: ['order.orderNumber'], recordingIds: ['recordings'] },
    completedStatuses: ['closed_by_operator'],
  },
  routes: [
    listOf(/^\/articles$/, 'articles', 'number', 'cursor'),
    listOf(/^\/orders$/, 'productorders', 'number', 'cursor'),
    oneOf(/^\/orders\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/orders$/,
      asks: ({ body: { order, parameters, variants }, ask }) =>
        creating(ask, order.number, order.article.number, parameters, variants),
      shows: () => ({ status: 204, body: '' }),
    },
    oneOf(/^\/orders\/[^/]+\/recordings\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/workinstructions\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants }) => ({
    id,
    number,
    name: { en: name },
    variants: variants.map((variant) => ({ id: variant.id, name: { en: variant.name } })),
  }),
  productOrder: (order) => ({
    id: order.id,
    orderNumber: order.number,
    status: order.status === 'completed' ? 'closed_by_operator' : 'open',
    completedAt: zoned(order.completedAt),
    article: {
      ...{ id: order.articleId, number: order.article?.number },
      variants: [
        { id: 'another', name: { en: 'Another' } },
        ...order.variants.map(({ id, name }) => ({ id, name: { en: name } })),
      ],
    },
    parameters: order.parameters.map(({ key, value }) => ({ key: { en: key, nl: `${key} (nl)` }, value })),
    variants: order.variants.map(({ id }) => id),
    recordings: order.recordings.map(({ id }) => ({ id, state: 'Closed by operator' })),
    url: order.url,
  }),
  recording: (recording) => ({
    id: recording.id,
    order: { id: recording.productOrderId, orderNumber: recording.productOrderNumber },
    workInstruction: recording.workInstruction,
    startedAt: zoned(recording.startedAt),
    finishedAt: zoned(recording.finishedAt),
    durationSeconds: recording.durationSeconds,
    plannedSeconds: recording.durationSeconds,
    employee: recording.operator,
    components: recording.components,
    steps: recording.steps.map(({ id, name, type, value, unit, result }) => ({
      ...{ id, name: { en: name, nl: `${name} (nl)` }, type, value, unit, verdict: result },
      limits: { from: 0, expected: value },
    })),
    url: recording.url,
  }),
  workInstruction: ({ id, name }) => ({ id, name: { en: name } }),
  summary: (order) => ({ id: order.id, orderNumber: order.number }),
  list: (items, next) => ({ items, links: { next } }),
  resource: (resource, object) => {
    const name = { 'product-order': 'order', 'work-instruction': 'instruction' }[object] ?? object;
    return { [name]: resource };
  },
  refusal: (status, message) => ({ status, body: { error: { message } } }),
  trigger: ({ productOrderNumber, recordingIds = [] }) => ({
    order: { orderNumber: productOrderNumber },
    recordings: recordingIds,
  }),
};
