import { valueAt } from '../../../shared/platform/places.ts';
import { type Dialect, listed, oneOf } from './dialect.ts';

const seconds = (time: string | null) => time && Math.floor(Date.parse(time) / 1000);
const oid = (id: string) => ({ $oid: id });

const searched = (path: RegExp, name: string): Dialect['routes'][number] => ({
  method: 'POST',
  path,
  asks: ({ query, body }) => ({
    path: `/${name}`,
    query: { number: body.filter.code, cursor: query.get('page') },
  }),
});

/**
 * Every answer is wrapped in an object that reports success or failure, with status 200. Queries are POST requests, ids
 * are objects, times are seconds, states are language maps, and pages have numbers. A removed resource answers 410.
 */
export const wrapped: Dialect = {
  name: 'wrapped',
  contract: {
    language: 'nl',
    operations: {
      findArticle: {
        method: 'POST',
        path: '/v2/products/search',
        query: {},
        body: { filter: { code: '{number}' } },
      },
      findProductOrder: {
        method: 'POST',
        path: '/v2/builds/search',
        query: {},
        body: { filter: { code: '{number}', archived: false } },
      },
      readProductOrder: { path: '/v2/builds/{id}', none: [410], answer: 'result' },
      createProductOrder: {
        path: '/v2/builds',
        body: { code: '{number}', product: '{article.id}', values: '{parameters}', options: '{variantIds}' },
        answer: 'result',
      },
      readRecording: { path: '/v2/runs/{id}', none: [410], answer: 'result' },
      readWorkInstruction: { path: '/v2/guides/{id}', none: [410], answer: 'result' },
    },
    list: { entries: 'result.rows', next: 'result.page.next', cursor: 'page' },
    error: { at: (json) => valueAt(json, 'ok') === false, sentence: 'reason' },
    article: { id: '_id.$oid', number: 'code', variants: 'options' },
    variant: { id: '_id.$oid', name: 'label' },
    productOrder: {
      id: '_id.$oid',
      number: 'code',
      status: 'state.label',
      completedAt: 'doneAt',
      article: 'product.code',
      parameters: 'values',
      variants: 'options',
      recordings: 'runs',
      url: 'href',
    },
    createdProductOrder: { id: '_id.$oid', number: 'code', url: 'href' },
    recordingRef: { id: 'run._id.$oid' },
    recording: {
      id: '_id.$oid',
      productOrderId: 'build._id.$oid',
      productOrderNumber: 'build.code',
      workInstructionId: 'guide._id.$oid',
      workInstructionVersion: 'guide.revision',
      workInstructionName: 'guide.label',
      startedAt: 'begin',
      finishedAt: 'end',
      durationSeconds: 'worked',
      operator: ['who.name', 'who'],
      steps: 'checks',
      components: 'used',
      url: 'href',
    },
    component: { article: 'of.code', quantity: 'values.0', unit: 'in', lot: 'charge' },
    step: { id: 'key', name: 'label', type: 'type.code', value: 'values.0', unit: 'in', result: 'outcome' },
    workInstruction: { id: '_id.$oid', name: 'label' },
    trigger: {
      productOrderNumber: ['build.code'],
      recordingIds: ['runs'],
      id: ['$oid'],
    },
    completedStatuses: ['Afgewerkt'],
    okResults: [1],
  },
  routes: [
    searched(/^\/v2\/products\/search$/, 'articles'),
    searched(/^\/v2\/builds\/search$/, 'productorders'),
    oneOf(/^\/v2\/builds\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/v2\/builds$/,
      asks: ({ body }) => ({
        method: 'POST',
        path: '/productorders',
        body: {
          number: body.code,
          articleId: body.product,
          parameters: listed(body.values),
          variantIds: body.options,
        },
      }),
    },
    oneOf(/^\/v2\/runs\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/v2\/guides\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants }) => ({
    _id: oid(id),
    code: number,
    label: name,
    options: variants.map((variant) => ({ _id: oid(variant.id), label: variant.name })),
  }),
  productOrder: (order) => ({
    _id: oid(order.id),
    parent: { _id: oid('p-1') },
    line: { _id: oid('l-1') },
    code: order.number,
    number: 0,
    status: 'completed',
    state: {
      label: order.status === 'completed' ? { en: 'Finished', nl: 'Afgewerkt' } : { en: 'Open', nl: 'Open' },
    },
    plannedAt: seconds('2026-01-01T00:00:00Z'),
    startedAt: seconds(order.createdAt),
    changedAt: seconds('2027-01-31T00:00:00Z'),
    doneAt: seconds(order.completedAt),
    completedAt: seconds('2027-01-31T00:00:00Z'),
    product: order.article && { _id: oid(order.article.id), code: order.article.number },
    values: Object.fromEntries(order.parameters.map(({ key, value }) => [key, value])),
    planned: { Quantity: 99 },
    options: order.variants.map(({ id, name }) => ({
      _id: oid(id),
      label: { nl: name, en: `${name} (en)` },
    })),
    runs: order.recordings.map(({ id }) => ({ _id: oid('link'), run: { _id: oid(id) } })),
    href: order.url,
  }),
  recording: (recording) => ({
    _id: oid(recording.id),
    build: { _id: oid(recording.productOrderId), code: recording.productOrderNumber },
    guide: {
      _id: oid(recording.workInstruction.id),
      revision: recording.workInstruction.version,
      label: { nl: recording.workInstruction.name },
    },
    begin: seconds(recording.startedAt),
    end: seconds(recording.finishedAt),
    worked: recording.durationSeconds,
    who: recording.operator.name,
    used: recording.components?.map(({ article, quantity, unit, lot }) => ({
      of: { code: article.number },
      values: [quantity],
      in: unit,
      charge: lot,
    })),
    checks: recording.steps.map(({ id, name, type, value, unit, result }) => ({
      key: id,
      label: { nl: name, en: 'Check' },
      type: { code: type, label: { nl: type } },
      values: [value],
      limits: [0, 99],
      in: unit,
      outcome: result && (result === 'Ok' ? 1 : 0),
    })),
    href: recording.url,
  }),
  workInstruction: ({ id, name }) => ({ _id: oid(id), label: name }),
  list: (rows, next) => ({ ok: true, result: { rows, page: { next: next && Number(next), of: 3 } } }),
  resource: (result) => ({ ok: true, result }),
  refusal: (status, reason) => ({
    status: { 404: 410, 422: 200 }[status] ?? status,
    body: { ok: false, reason },
  }),
  trigger: ({ productOrderNumber, workInstructionIds = [], recordingIds = [] }) => ({
    build: { code: productOrderNumber },
    number: 0,
    guides: workInstructionIds.map(oid),
    runs: recordingIds.map(oid),
  }),
};
