import { listAt } from '../../../shared/platform/places.ts';
import { type Dialect, listed, listOf, oneOf, recordingsOn } from './dialect.ts';

/** Ids of the catalogue, which become numbers in text. */
const counted: string[] = [];
const numbered = (id: string): string => {
  if (/^\d+$/.test(id)) return id;
  if (!counted.includes(id)) counted.push(id);
  return String(counted.indexOf(id) + 1);
};
const catalogueId = (id: string): string => counted[Number(id) - 1] ?? id;

let ids = 4_180_000;

/** On the clock of the plant. */
const local = (time: string | null): string | null =>
  time && new Date(Date.parse(time) + 3_600_000).toISOString().replace(/\.\d+Z$/, '+01:00');

/** A decimal is text, so that no digit of it is lost. */
const decimal = (value: unknown) => (typeof value === 'number' ? value.toFixed(2) : value);

const one = (type: string, id: string) => ({ data: { type, id } });
const many = (type: string, all: readonly string[]) => ({ data: all.map((id) => ({ type, id })) });

/** Draft, released, busy, paused, done. */
const codeOf = (status: string) => (status === 'completed' ? 40 : 20);

/** A parameter that the API does not know is refused, not ignored. */
const strict = (known: readonly string[], route: Dialect['routes'][number]): Dialect['routes'][number] => ({
  ...route,
  asks(asking) {
    const other = [...asking.query.keys()].find((name) => !known.includes(name));
    if (other === undefined) return route.asks(asking);
    return { answer: compound.refusal(400, `${other} is not a supported parameter.`) };
  },
});

const strictList = (path: RegExp, name: string, number: string) =>
  strict([number, 'page[after]', 'page[size]', 'sort'], listOf(path, name, number, 'page[after]'));

/**
 * JSON:API, as Ruby on Rails makes it: everything is a resource with attributes and relationships, ids are numbers in text,
 * decimals are text, states are codes. Recordings are listed by a filter, step names are in the version of the procedure, and
 * a recording counts only once it is signed off.
 */
export const compound: Dialect = {
  name: 'compound',
  contract: {
    apiKeyHeader: 'Authorization',
    apiKeyFormat: 'Token token={key}',
    operations: {
      findArticle: { path: '/products', query: { 'filter[sku]': '{number}' }, endsWithoutNext: true },
      findProductOrder: {
        path: '/work-orders',
        query: { 'filter[order-number]': '{number}', 'page[size]': '25' },
        endsWithoutNext: true,
      },
      readProductOrder: { path: '/work-orders/{id}', answer: 'data' },
      createProductOrder: {
        path: '/work-orders',
        body: {
          data: {
            type: 'work-orders',
            attributes: {
              'order-number': '{number}',
              'custom-fields': '{parameters}',
              'option-ids': '{variantIds}',
            },
            relationships: { product: { data: { type: 'products', id: '{article.id}' } } },
          },
        },
        done: [201],
        exists: [422],
        answer: 'data',
      },
      readRecording: { path: '/executions/{id}', answer: 'data' },
      listRecordings: {
        path: '/executions',
        query: { 'filter[work-order-id]': '{productOrder.id}' },
        endsWithoutNext: true,
      },
      readWorkInstruction: { path: '/procedures/{id}/versions/{version}', answer: 'data' },
    },
    list: { next: 'links.next' },
    error: { at: 'errors', sentence: 'errors.0.detail' },
    article: { number: 'attributes.sku', variants: 'attributes.options' },
    variant: { name: 'label' },
    productOrder: {
      number: 'attributes.order-number',
      status: 'attributes.state',
      completedAt: 'attributes.finished-at',
      article: 'attributes.product-sku',
      parameters: 'attributes.custom-fields',
      variants: 'attributes.option-ids',
      url: 'attributes.web-url',
    },
    createdProductOrder: { number: 'attributes.order-number', url: 'attributes.web-url' },
    recording: {
      productOrderId: 'relationships.work-order.data.id',
      productOrderNumber: 'attributes.order-number',
      workInstructionId: 'relationships.procedure.data.id',
      workInstructionVersion: 'attributes.procedure-version',
      workInstructionName: 'attributes.procedure-title',
      startedAt: 'attributes.started-at',
      finishedAt: 'attributes.ended-at',
      durationSeconds: 'attributes.net-seconds',
      operator: 'attributes.operator',
      steps: 'attributes.answers',
      components: 'attributes.material-usages',
      url: 'attributes.web-url',
      settled: { path: 'attributes.review-state', is: ['signed_off', 'not_required'] },
    },
    component: { article: 'sku', quantity: 'used', unit: 'uom', lot: 'batch-code' },
    step: {
      id: 'question-id',
      nameIn: 'workInstruction',
      type: 'question-kind',
      value: 'answer',
      unit: 'uom',
      result: 'conform',
      min: 'lsl',
      max: 'usl',
    },
    workInstruction: { name: 'attributes.title', steps: 'attributes.questions' },
    instructionStep: { id: 'question-id', name: 'prompt' },
    trigger: {
      productOrderNumber: ['data.attributes.order-number'],
      recordingIds: ['data.relationships.executions.data'],
    },
    completedStatuses: [40],
    personalStepTypes: ['autograph'],
    okResults: [1],
  },
  newId: () => String(++ids),
  routes: [
    strictList(/^\/products$/, 'articles', 'filter[sku]'),
    strictList(/^\/work-orders$/, 'productorders', 'filter[order-number]'),
    oneOf(/^\/work-orders\/(?<id>\d+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/work-orders$/,
      asks({ body: { data }, ask }) {
        const { 'order-number': number, 'custom-fields': fields, 'option-ids': options } = data.attributes;
        const there = listAt(ask({ path: '/productorders', query: { number } }).body, 'data');
        if (there.length > 0) return { answer: compound.refusal(422, 'order-number has already been taken') };
        return {
          method: 'POST',
          path: '/productorders',
          body: {
            number,
            articleId: catalogueId(data.relationships.product.data.id),
            parameters: listed(fields),
            variantIds: options.map(catalogueId),
          },
        };
      },
      shows: (order) => ({ status: 201, body: { data: compound.productOrder(Object(order)) } }),
    },
    strict(['filter[work-order-id]', 'page[after]', 'page[size]'], {
      method: 'GET',
      path: /^\/executions$/,
      asks({ query, url, ask }) {
        const found = recordingsOn(ask, query.get('filter[work-order-id]') ?? '', query.get('page[after]'));
        if ('refused' in found)
          return { answer: compound.refusal(found.refused, 'There is no such work order.') };
        const entries = found.page.map(({ id }) => ({ type: 'executions', id }));
        return { answer: { body: compound.list(entries, found.next, url) } };
      },
    }),
    oneOf(/^\/executions\/(?<id>\d+)$/, 'recordings'),
    oneOf(/^\/procedures\/(?<id>\d+)\/versions\/\d+$/, 'workinstructions', catalogueId),
  ],
  article: ({ id, number, name, variants }) => ({
    type: 'products',
    id: numbered(id),
    attributes: {
      sku: number,
      title: name,
      options: variants.map((variant) => ({ id: Number(numbered(variant.id)), label: variant.name })),
      'discarded-at': null,
    },
  }),
  productOrder: (order) => ({
    type: 'work-orders',
    id: order.id,
    attributes: {
      'order-number': order.number,
      'external-reference': null,
      state: codeOf(order.status),
      'state-changed-at': local('2027-01-31T00:00:00Z'),
      quantity: '99.00',
      'product-sku': order.article?.number,
      'custom-fields': Object.fromEntries(order.parameters.map(({ key, value }) => [key, value])),
      'option-ids': order.variants.map(({ id }) => Number(numbered(id))),
      'created-at': local(order.createdAt),
      'planned-at': local('2026-01-01T00:00:00Z'),
      'finished-at': local(order.completedAt),
      'web-url': order.url,
      'lock-version': 3,
    },
    relationships: {
      product: order.article ? one('products', numbered(order.article.id)) : { data: null },
      executions: { links: { related: `/executions?filter[work-order-id]=${order.id}` } },
    },
  }),
  recording: (recording, shown) => ({
    type: 'executions',
    id: recording.id,
    attributes: {
      'order-number': recording.productOrderNumber,
      'procedure-version': recording.workInstruction.version,
      'procedure-title': recording.workInstruction.name,
      'started-at': local(recording.startedAt),
      'ended-at': local(recording.finishedAt),
      'net-seconds': recording.durationSeconds,
      'gross-seconds': recording.durationSeconds + 60,
      operator: recording.operator.name,
      'review-state': shown === 0 ? 'awaiting_second_check' : 'signed_off',
      'locked-at': null,
      answers: recording.steps.map(({ id, type, value, unit, result, min, max }) => ({
        'question-id': id,
        'question-kind': type === 'signature' ? 'autograph' : type,
        answer: decimal(value),
        'previous-answer': null,
        uom: unit,
        conform: result === null ? null : Number(result === 'Ok'),
        lsl: min === undefined ? null : decimal(min),
        usl: max === undefined ? null : decimal(max),
        'photo-url': `https://files.example.com/${id}.jpg?expires=${600 + shown}`,
      })),
      'material-usages': (recording.components ?? []).map(({ article, quantity, unit, lot }) => ({
        sku: article.number,
        planned: '99.00',
        used: decimal(quantity),
        uom: unit,
        'batch-code': lot,
      })),
      'web-url': recording.url,
    },
    relationships: {
      'work-order': one('work-orders', recording.productOrderId),
      procedure: one('procedures', numbered(recording.workInstruction.id)),
    },
  }),
  workInstruction: ({ id, name, latestOfficialVersion, steps }) => ({
    type: 'procedure-versions',
    id: numbered(id),
    attributes: {
      title: name,
      version: latestOfficialVersion,
      'approved-at': local('2026-01-01T00:00:00Z'),
      'effective-at': local('2026-02-01T00:00:00Z'),
      questions: steps.map(({ uuid, name: prompt }) => ({ 'question-id': uuid, prompt, kind: 'check' })),
    },
  }),
  list: (data, next, url) => {
    const following = new URL(url);
    following.searchParams.set('page[after]', next ?? '');
    return {
      data,
      links: { self: url.href, ...(next !== null && { next: following.href }) },
      meta: { 'record-count': data.length },
    };
  },
  headers: () => ({
    'x-ratelimit-limit': '60',
    'x-ratelimit-remaining': '59',
    'x-ratelimit-reset': '1798700000',
  }),
  resource: (data) => ({ data, jsonapi: { version: '1.0' } }),
  refusal: (status, detail) => ({
    status,
    body: { errors: [{ status: String(status), code: `E${status}`, title: 'Refused', detail }] },
  }),
  trigger: ({ productOrderNumber, workInstructionIds = [], recordingIds = [] }) => ({
    event: 'work-order.finished',
    'event-id': '0191f3c2-7d5e-7c1a-9d0e-3f2b1a4c5d6e',
    'occurred-at': '2026-12-01T08:00:00+01:00',
    data: {
      type: 'work-orders',
      id: '1',
      attributes: { 'order-number': productOrderNumber, state: 40 },
      relationships: {
        executions: many('executions', recordingIds),
        procedures: many('procedures', workInstructionIds.map(numbered)),
      },
    },
  }),
};
