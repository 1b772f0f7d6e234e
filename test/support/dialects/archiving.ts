import { azumutaBasePath } from '../../../infra/local/sandbox/api.ts';
import { listAt, valueAt } from '../../../shared/platform/places.ts';
import type { Answer } from '../server.ts';
import { type Dialect, listOf, oneOf, type ShownRecording } from './dialect.ts';

type Route = Dialect['routes'][number];
type ShownOrder = Parameters<Dialect['productOrder']>[0];

const perMinute = 120;
let calls = 0;

/** Jobs that create a product order, by their ids: its number, and whether it was made yet. */
const jobs = new Map<string, { readonly number: string; isDone: boolean }>();

/** Number of the product order of which the last message was sent. */
let lastCompleted: string | undefined;

/** Seconds since 1970, with a fraction. */
const seconds = (time: string | null) => time && Date.parse(time) / 1000;

/** A decimal as a Belgian writes it. */
const written = (value: unknown) => (typeof value === 'number' ? String(value).replace('.', ',') : value);
const typed = (value: unknown) => ({
  type: typeof value === 'number' ? 'decimal' : 'text',
  value: written(value),
});
const untyped = (one: unknown): unknown => {
  const value = valueAt(one, 'value');
  return valueAt(one, 'type') === 'decimal' ? Number(String(value).replace(',', '.')) : value;
};

const succeeded = (result: unknown): Answer => ({ body: { success: true, result } });
const failed = (code: string, message: string): Answer => ({
  body: { success: false, code, message, result: null },
});

/** Every so many calls the account has asked too often. When it may ask again is not in `Retry-After`. */
const limited = (route: Route): Route => ({
  ...route,
  asks(asking) {
    calls += 1;
    if (calls % perMinute > 0) return route.asks(asking);
    const headers = { 'x-ratelimit-limit': `${perMinute};w=60`, 'x-ratelimit-reset': '1798700000' };
    const body = { success: false, code: 'RATE_LIMITED', message: 'Too many requests.' };
    return { answer: { status: 429, headers, body } };
  },
});

/** A product order among those that are open, or in the archive. */
const orderIn = (place: 'orders' | 'archive', path: RegExp): Route => ({
  method: 'GET',
  path,
  asks({ named: { id = '' }, ask }) {
    const { status = 200, body } = ask({ path: `/productorders/${encodeURIComponent(id)}` });
    if (status >= 300) return { answer: archiving.refusal(status, `Order ${id} was not found.`) };
    const isArchived = valueAt(body, 'status') === 'completed';
    if (isArchived === (place === 'archive'))
      return { answer: succeeded(archiving.productOrder(Object(body))) };
    if (place === 'archive') return { answer: archiving.refusal(404, `Order ${id} was not found.`) };
    return { answer: failed('ORDER_ARCHIVED', `Order ${id} was moved to the archive.`) };
  },
});

/** Product orders with a number, page by page, of one of the two places. */
const ordersIn = (place: 'orders' | 'archive', path: RegExp): Route => ({
  method: 'GET',
  path,
  asks({ query, url, ask }) {
    const number = query.get('orderNumber');
    const { status = 200, body } = ask({
      path: '/productorders',
      query: { number, cursor: query.get('page') },
    });
    if (status >= 300) return { answer: archiving.refusal(status, 'The token is not valid.') };
    const next: unknown = valueAt(body, 'next');
    const cursor = typeof next === 'string' ? new URL(next, url).searchParams.get('cursor') : null;
    const items = listAt(body, 'data')
      .map((one): ShownOrder => Object(one))
      .filter(({ status: state }) => (state === 'completed') === (place === 'archive'));
    const shown = isMade(number) ? items.map(archiving.productOrder) : [];
    return { answer: { body: archiving.list(shown, cursor, url) } };
  },
});

/** What was asked for is not made by then: a job makes it, soon after. */
function isMade(number: string | null): boolean {
  const waiting = [...jobs.values()].filter((job) => job.number === number && !job.isDone);
  for (const job of waiting) job.isDone = true;
  return waiting.length === 0;
}

const creating: Route = {
  method: 'POST',
  path: /^\/v2\/orders$/,
  asks({ body: { orderNumber: number, articleId, attributes, variants }, ask }) {
    const there = listAt(ask({ path: '/productorders', query: { number } }).body, 'data');
    if (there.length > 0) return { answer: failed('ORDER_EXISTS', `Order ${number} exists.`) };
    const parameters = Object.entries(Object(attributes)).map(([key, one]) => ({ key, value: untyped(one) }));
    const body = { number, articleId, parameters, variantIds: variants };
    return { method: 'POST', path: '/productorders', body };
  },
  shows(order) {
    const { number } = Object(order);
    const jobId = `job-${jobs.size + 1}`;
    jobs.set(jobId, { number, isDone: false });
    return {
      status: 202,
      headers: { location: `${azumutaBasePath}/v2/jobs/${jobId}` },
      body: { success: true, result: { jobId, state: 'queued' } },
    };
  },
};

const readingJob: Route = {
  method: 'GET',
  path: /^\/v2\/jobs\/(?<id>[^/]+)$/,
  asks({ named: { id = '' }, ask }) {
    const job = jobs.get(id);
    if (!job) return { answer: archiving.refusal(404, `Job ${id} was not found.`) };
    job.isDone = true;
    const [order] = listAt(ask({ path: '/productorders', query: { number: job.number } }).body, 'data');
    return { answer: succeeded({ jobId: id, state: 'done', orderId: valueAt(order, 'id') }) };
  },
};

/** Of the double check only a list at another address knows. */
const listingChecks: Route = {
  method: 'GET',
  path: /^\/v2\/runs\/(?<id>[^/]+)\/checks$/,
  asks({ named: { id = '' }, ask }) {
    const { status = 200 } = ask({ path: `/recordings/${encodeURIComponent(id)}` });
    if (status >= 300) return { answer: archiving.refusal(status, `Run ${id} was not found.`) };
    const state = (timesRead.get(id) ?? 0) > 1 ? 'approved' : 'pending';
    const items = [{ checkId: `check-${id}`, runId: id, state, checkedBy: 'Els Maes' }];
    return { answer: succeeded({ items, page: 1, pages: 1 }) };
  },
};
const timesRead = new Map<string, number>();

/** A figure without limits was typed in, and who checks it finds one too many. */
const asTyped = ({ value, min }: ShownRecording['steps'][number], isChecked: boolean) =>
  typeof value === 'number' && min === undefined && !isChecked ? value + 1 : value;

/** The answers of all units of a run; undefined where it has none. */
function answersIn(run: unknown): readonly unknown[] | undefined {
  const units = valueAt(run, 'units');
  return Array.isArray(units) ? units.flatMap((unit) => listAt(unit, 'answers')) : undefined;
}

/** What the operator typed in for a step, as it stands until somebody has checked it. */
const answersOf = ({ steps }: ShownRecording, shown: number) =>
  steps.map((step) => ({
    questionId: step.id,
    label: step.name,
    kind: step.type,
    ...typed(asTyped(step, shown > 0)),
    unit: step.unit,
    verdict: step.result === 'Ok' ? 1 : 0,
    // Differs each time that it is asked for.
    photo: `https://files.example.com/${step.id}.jpg?expires=600&signature=s${shown}`,
  }));

/**
 * What the contract cannot say: a completed order is moved to an archive and is not found among the others, a create is a
 * job, a double check is a thing apart which changes figures, and one message holds events of several orders. Everything is a
 * 200, what does not exist, too; decimals have a comma.
 */
export const archiving: Dialect = {
  name: 'archiving',
  contract: {
    apiKeyHeader: 'X-Api-Token',
    operations: {
      findArticle: { path: '/v2/articles', query: { code: '{number}' } },
      findProductOrder: { path: '/v2/orders', query: { orderNumber: '{number}' } },
      // Of those in the archive: what is still open is found by its number.
      readProductOrder: { path: '/v2/archive/orders/{id}', answer: 'result' },
      createProductOrder: {
        path: '/v2/orders',
        body: ({ number, parameters }, { id }, variantIds) => ({
          orderNumber: number,
          articleId: id,
          attributes: Object.fromEntries(
            Object.entries(parameters).map(([key, value]) => [key, typed(value)]),
          ),
          variants: variantIds,
        }),
        answer: 'result',
      },
      readRecording: { path: '/v2/runs/{id}', answer: 'result' },
      readWorkInstruction: { path: '/v2/instructions/{id}', answer: 'result' },
    },
    list: {
      entries: 'result.items',
      next: (json) => valueAt(json, 'result.nextPage') ?? null,
      cursor: 'page',
    },
    error: {
      at: (json) => valueAt(json, 'success') === false && valueAt(json, 'code') !== 'NOT_FOUND',
      sentence: 'message',
    },
    article: { number: 'code' },
    variant: { name: 'title' },
    productOrder: {
      id: 'orderId',
      number: 'orderNumber',
      status: 'archiveReason',
      completedAt: 'archivedOn',
      article: 'articleCode',
      parameters: 'attributes',
      variants: (order) =>
        String(valueAt(order, 'variantTitles') ?? '')
          .split('; ')
          .filter(Boolean),
      recordings: 'runs',
      url: 'page',
    },
    createdProductOrder: { id: 'orderId' },
    parameter: { value: untyped },
    recordingRef: { id: 'runId' },
    recording: {
      id: 'runId',
      productOrderId: 'orderId',
      productOrderNumber: 'orderNumber',
      workInstructionId: 'instruction.instructionId',
      workInstructionVersion: 'instruction.version',
      workInstructionName: 'instruction.title',
      startedAt: 'begun',
      finishedAt: 'ended',
      durationSeconds: (run) => Number(valueAt(run, 'hours')) * 3600,
      operator: 'operators.0',
      steps: answersIn,
      components: 'consumption',
      url: 'page',
    },
    component: { article: 'code', quantity: (used) => untyped(valueAt(used, 'used')), lot: 'lotCode' },
    step: { id: 'questionId', name: 'label', type: 'kind', value: untyped, result: 'verdict' },
    workInstruction: { id: 'instructionId', name: 'title' },
    trigger: { productOrderNumber: ['events', 'order', 'orderNumber'], recordingIds: ['runIds'] },
    completedStatuses: [1],
    okResults: [1],
  },
  routes: [
    listOf(/^\/v2\/articles$/, 'articles', 'code', 'page'),
    ordersIn('orders', /^\/v2\/orders$/),
    ordersIn('archive', /^\/v2\/archive\/orders$/),
    orderIn('orders', /^\/v2\/orders\/(?<id>[^/]+)$/),
    orderIn('archive', /^\/v2\/archive\/orders\/(?<id>[^/]+)$/),
    creating,
    readingJob,
    oneOf(/^\/v2\/runs\/(?<id>[^/]+)$/, 'recordings'),
    listingChecks,
    oneOf(/^\/v2\/instructions\/(?<id>[^/]+)$/, 'workinstructions'),
  ].map(limited),
  article: ({ id, number, name, variants }) => ({
    id,
    code: number,
    title: name,
    variants: variants.map((variant) => ({ id: variant.id, title: variant.name })),
  }),
  productOrder: (order) => ({
    orderId: order.id,
    orderNumber: order.number,
    // Planned, released, busy: codes that mean something else than the reasons below.
    phase: 1,
    archiveReason: order.status === 'completed' ? 1 : null,
    archivedOn: seconds(order.completedAt),
    createdOn: seconds(order.createdAt),
    articleCode: order.article?.number,
    attributes: Object.fromEntries(order.parameters.map(({ key, value }) => [key, typed(value)])),
    variantTitles: order.variants
      .map(({ name }) => (typeof name === 'string' ? name : Object.values(name)[0]))
      .join('; '),
    runs: order.recordings.map(({ id, workInstructionId }) => ({
      runId: id,
      instructionId: workInstructionId,
    })),
    page: order.url,
  }),
  recording(recording, shown) {
    timesRead.set(recording.id, shown + 1);
    const { workInstruction } = recording;
    return {
      runId: recording.id,
      orderId: recording.productOrderId,
      orderNumber: recording.productOrderNumber,
      instruction: {
        instructionId: workInstruction.id,
        version: workInstruction.version,
        title: workInstruction.name,
      },
      begun: seconds(recording.startedAt),
      ended: seconds(recording.finishedAt),
      hours: recording.durationSeconds / 3600,
      operators: [recording.operator.name],
      units: [{ unit: 1, answers: answersOf(recording, shown) }],
      consumption: recording.components?.map(({ article, quantity, unit, lot }) => ({
        code: article.number,
        planned: typed(99),
        used: typed(quantity),
        unit,
        lotCode: lot,
      })),
      page: recording.url,
    };
  },
  workInstruction: ({ id, name }) => ({ instructionId: id, title: name }),
  list: (items, next) => ({
    success: true,
    result: { items, page: 1, pages: next === null ? 1 : 2, nextPage: next && Number(next) },
  }),
  resource: (result) => ({ success: true, result }),
  refusal: (status, message) =>
    status === 401
      ? { status, body: { success: false, code: 'UNAUTHORIZED', message } }
      : failed({ 404: 'NOT_FOUND', 422: 'INVALID' }[status] ?? 'FAILED', message),
  trigger({ productOrderNumber, recordingIds = [] }) {
    const others = lastCompleted === undefined || lastCompleted === productOrderNumber ? [] : [lastCompleted];
    lastCompleted = productOrderNumber;
    return {
      hookId: 'hook-1',
      sentAt: 1_798_700_000,
      events: [
        ...others.map((orderNumber) => ({ type: 'order.archived', order: { orderNumber } })),
        { type: 'order.completed', order: { orderNumber: productOrderNumber, runIds: recordingIds } },
      ],
    };
  },
};
