import { type Dialect, listed, listOf, oneOf, type ShownRecording } from './dialect.ts';

/** The ids of the catalogue, which become numbers. */
const counted: string[] = [];
const numberOf = (id: string): number => {
  if (/^\d+$/.test(id)) return Number(id);
  if (!counted.includes(id)) counted.push(id);
  return counted.indexOf(id) + 1;
};
const idOf = (number: number | string): string => counted[Number(number) - 1] ?? String(number);
const epoch = (time: string | null) => time && Date.parse(time);

let ids = 70_000;

/**
 * Ids are numbers, states are objects with a code, times are milliseconds, and parameters are a map of objects. Next to
 * each field that matters there is a similar one.
 */
export const counting: Dialect = {
  name: 'counting',
  contract: {
    apiKeyHeader: 'X-Auth-Token',
    operations: {
      findArticle: { path: '/products', query: { sku: '{number}' } },
      findProductOrder: { path: '/product-orders', query: { orderNo: '{number}', expand: 'all' } },
      readProductOrder: { path: '/product-orders/{id}' },
      createProductOrder: {
        method: 'PUT',
        path: '/product-orders/by-number/{number}',
        body: ({ number, parameters }, { id }, variantIds) => ({
          order: {
            orderNo: number,
            product: { id: Number(id) },
            parameters,
            options: variantIds.map(Number),
          },
        }),
        done: [201],
        exists: [412],
      },
      readRecording: { path: '/executions/{id}' },
      readWorkInstruction: { path: '/instructions/{id}' },
    },
    list: { entries: 'items', next: 'paging.after', cursor: 'after' },
    error: { at: 'fault', sentence: 'fault.text' },
    article: { number: 'sku', variants: 'options' },
    variant: { name: 'label' },
    productOrder: {
      number: 'orderNo',
      status: 'state.code',
      completedAt: 'timing.finishedAt',
      article: 'product.sku',
      variants: 'options',
      recordings: 'executions',
      url: 'links.page',
    },
    createdProductOrder: { id: 'created', number: 'orderNo' },
    parameter: { value: 'actual' },
    recordingRef: { id: 'executionId' },
    recording: {
      productOrderId: 'order.id',
      productOrderNumber: 'order.orderNo',
      workInstructionId: 'instruction.id',
      workInstructionVersion: 'instruction.revision',
      workInstructionName: 'instruction.title',
      startedAt: 'from',
      finishedAt: 'to',
      durationSeconds: 'seconds',
      operator: 'by.fullName',
      steps: 'answers',
      components: 'parts',
    },
    component: { article: 'itemNo', quantity: 'pieces', lot: 'batch' },
    step: { id: 'stepNo', name: 'question', type: 'kind', value: 'answer', result: 'verdict' },
    workInstruction: { name: 'title' },
    trigger: {
      productOrderNumber: ['orderNo'],
      recordingIds: ['executions'],
      id: ['executionId'],
    },
    completedStatuses: [40],
    okResults: ['good'],
    personalStepTypes: ['autograph'],
  },
  newId: () => String(++ids),
  routes: [
    listOf(/^\/products$/, 'articles', 'sku', 'after'),
    listOf(/^\/product-orders$/, 'productorders', 'orderNo', 'after'),
    oneOf(/^\/product-orders\/(?<id>\d+)$/, 'productorders'),
    {
      method: 'PUT',
      path: /^\/product-orders\/by-number\/(?<number>[^/]+)$/,
      asks({ named: { number = '' }, body: { order }, ask }) {
        const there = Object(ask({ path: '/productorders', query: { number } }).body).data ?? [];
        if (there.length > 0) return { answer: { status: 412, body: { fault: { text: 'It is there.' } } } };
        return {
          method: 'POST',
          path: '/productorders',
          body: {
            number: order.orderNo,
            articleId: idOf(order.product.id),
            parameters: listed(order.parameters),
            variantIds: order.options.map(idOf),
          },
        };
      },
      shows: (order) => ({
        status: 201,
        body: { created: Number(Object(order).id), id: 1, orderNo: Object(order).number },
      }),
    },
    oneOf(/^\/executions\/(?<id>\d+)$/, 'recordings'),
    oneOf(/^\/instructions\/(?<id>\d+)$/, 'workinstructions', idOf),
  ],
  article: ({ id, number, name, variants }) => ({
    id: numberOf(id),
    number: 7,
    sku: number,
    title: name,
    options: variants.map((variant) => ({ id: numberOf(variant.id), label: variant.name, name: 'option' })),
  }),
  productOrder: (order) => ({
    id: numberOf(order.id),
    tenantId: 3,
    externalId: '0000000001',
    number: 12,
    orderNo: order.number,
    status: 'active',
    state: {
      code: order.status === 'completed' ? 40 : 10,
      name: order.status === 'completed' ? 'Gereed' : 'Open',
    },
    quantity: { planned: 1, actual: 0 },
    timing: {
      createdAt: epoch(order.createdAt),
      releasedAt: epoch(order.createdAt),
      dueAt: epoch('2027-01-31T00:00:00Z'),
      finishedAt: epoch(order.completedAt),
    },
    completedAt: null,
    product: order.article && { id: numberOf(order.article.id), sku: order.article.number, number: 7 },
    parameters: Object.fromEntries(
      order.parameters.map(({ key, value }) => [key, { planned: 99, actual: value }]),
    ),
    options: order.variants.map(({ id, name }) => ({ id: numberOf(id), label: name })),
    executions: order.recordings.map(({ id }) => ({ id: 1, executionId: numberOf(id) })),
    links: { page: order.url, api: `${order.url}.json` },
  }),
  recording: (recording: ShownRecording) => ({
    id: numberOf(recording.id),
    order: { id: numberOf(recording.productOrderId), orderNo: recording.productOrderNumber, number: 12 },
    instruction: {
      id: numberOf(recording.workInstruction.id),
      revision: String(recording.workInstruction.version),
      title: recording.workInstruction.name,
    },
    from: epoch(recording.startedAt),
    to: epoch(recording.finishedAt),
    exportedAt: epoch('2027-01-31T00:00:00Z'),
    seconds: String(recording.durationSeconds),
    by: { id: 5, fullName: recording.operator.name, name: 'operator' },
    parts: recording.components?.map(({ article, quantity, lot }, at) => ({
      id: at,
      itemNo: article.number,
      article: 'part',
      pieces: String(quantity),
      batch: lot,
      lot: null,
    })),
    answers: recording.steps.map(({ name, type, value, unit, result }, at) => ({
      stepNo: at + 1,
      question: name,
      name: `step ${at + 1}`,
      kind: type === 'signature' ? 'autograph' : type,
      answer: value,
      value: null,
      unit,
      verdict: result && (result === 'Ok' ? 'good' : 'bad'),
    })),
    url: recording.url,
  }),
  workInstruction: ({ id, name, latestOfficialVersion }) => ({
    id: numberOf(id),
    name: 'instruction',
    title: name,
    revision: latestOfficialVersion,
  }),
  list: (items, next) => ({
    items,
    total: items.length,
    next: 'never',
    paging: { after: next && Number(next) },
  }),
  refusal: (status, text) => ({ status, body: { fault: { text }, message: 'It failed.' } }),
  trigger: ({ productOrderNumber, workInstructionIds = [], recordingIds = [] }) => ({
    number: 12,
    orderNo: productOrderNumber,
    instructions: workInstructionIds.map(numberOf),
    executions: recordingIds.map((id) => ({ id: 1, executionId: numberOf(id) })),
  }),
};
