import { creating, type Dialect, listed, listOf, oneOf } from './dialect.ts';

const seconds = (time: string | null): number | null =>
  time === null ? null : Math.floor(Date.parse(time) / 1000);

/**
 * The probe was written without knowledge of this dialect: orders have a reference in addition to their number,
 * recordings are executions, their values are grouped, and pages have a token.
 */
export const executed: Dialect = {
  name: 'executed',
  contract: {
    operations: {
      findArticle: { path: '/products', query: { search: '{number}' } },
      findProductOrder: { path: '/production-orders', query: { search: '{number}' } },
      readProductOrder: { path: '/production-orders/{id}' },
      createProductOrder: {
        path: '/production-orders',
        body: {
          reference: '{number}',
          product: '{article.number}',
          attributes: '{parameters}',
          options: '{variantNames}',
        },
      },
      readRecording: { path: '/executions/{id}' },
    },
    list: { entries: 'results', next: 'paging.nextPageToken', cursor: 'pageToken' },
    error: { sentence: 'problem.detail' },
    article: { number: 'sku', variants: 'options' },
    variant: { name: 'label' },
    productOrder: {
      id: 'uuid',
      number: 'reference',
      status: 'state.label',
      completedAt: 'timestamps.finished',
      article: 'product.sku',
      parameters: 'attributes',
      variants: 'options',
      recordings: 'executions',
      url: 'links.web',
    },
    createdProductOrder: { id: 'uuid', number: 'reference', url: 'links.web' },
    recording: {
      id: 'uuid',
      productOrderId: 'order.uuid',
      productOrderNumber: 'order.reference',
      workInstructionId: 'document.id',
      workInstructionVersion: 'document.rev',
      workInstructionName: 'document.title',
      startedAt: 'begin',
      finishedAt: 'end',
      durationSeconds: 'seconds',
      operator: 'worker.displayName',
      steps: 'entries',
      components: 'consumed',
      url: 'links.web',
    },
    component: { article: 'item.sku', quantity: 'qty', unit: 'uom', lot: 'lotNumber' },
    step: { id: 'uid', name: 'caption', type: 'kind', value: 'val', unit: 'uom', result: 'outcome' },
    trigger: { productOrderNumber: ['order.reference'], recordingIds: ['executions'] },
    completedStatuses: ['Afgewerkt'],
    personalStepTypes: ['autograph'],
    okResults: ['pass'],
  },
  routes: [
    listOf(/^\/products$/, 'articles', 'search', 'pageToken'),
    listOf(/^\/production-orders$/, 'productorders', 'search', 'pageToken'),
    oneOf(/^\/production-orders\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/production-orders$/,
      asks: ({ body: order, ask }) =>
        creating(ask, order.reference, order.product, listed(order.attributes ?? {}), order.options ?? []),
    },
    oneOf(/^\/executions\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/workinstructions\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants }) => ({
    id,
    sku: number,
    title: name,
    options: variants.map((variant) => ({ id: variant.id, label: variant.name })),
  }),
  productOrder: (order) => ({
    id: 4711,
    uuid: order.id,
    sequence: 12,
    reference: order.number,
    title: `Order ${order.number}`,
    state: order.status === 'completed' ? { code: 9, label: 'Afgewerkt' } : { code: 2, label: 'Bezig' },
    product: { uuid: order.articleId, sku: order.article?.number },
    amounts: { planned: 5, actual: 5, rejected: 0 },
    attributes: Object.fromEntries(order.parameters.map(({ key, value }) => [key, value])),
    options: order.variants.map(({ name }) => name),
    timestamps: {
      planned: seconds('2026-11-25T06:00:00Z'),
      created: seconds(order.createdAt),
      finished: seconds(order.completedAt),
    },
    executions: order.recordings.map(({ id }) => id),
    links: { self: `/production-orders/${order.id}`, web: order.url },
  }),
  recording: (recording) => ({
    uuid: recording.id,
    order: { uuid: recording.productOrderId, reference: recording.productOrderNumber },
    document: {
      id: recording.workInstruction.id,
      rev: recording.workInstruction.version,
      title: recording.workInstruction.name,
    },
    begin: recording.startedAt,
    end: recording.finishedAt,
    seconds: recording.durationSeconds,
    worker: { id: 'w-1', displayName: recording.operator.name },
    consumed: recording.components?.map(({ article, quantity, unit, lot }) => ({
      ...{ item: { sku: article.number }, qty: quantity, uom: unit, lotNumber: lot },
    })),
    entries: recording.steps.map(({ id, name, type, value, unit, result }) => ({
      uid: id,
      caption: name,
      kind: type === 'signature' ? 'autograph' : type,
      val: value,
      uom: unit,
      outcome: result === 'Ok' ? 'pass' : result && 'fail',
    })),
    links: { web: recording.url },
  }),
  workInstruction: ({ id, name }) => ({ id, name }),
  list: (results, next) => ({ results, paging: { size: results.length, nextPageToken: next } }),
  refusal: (status, detail) => ({ status, body: { problem: { detail, status } } }),
  trigger: ({ productOrderNumber, recordingIds = [] }) => ({
    type: 'order.finished',
    order: { id: 4711, reference: productOrderNumber },
    executions: recordingIds,
  }),
};
