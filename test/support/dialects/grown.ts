import { azumutaBasePath } from '../../../infra/local/sandbox/api.ts';
import { listAt, valueAt } from '../../../shared/platform/places.ts';
import { type Asking, type Dialect, oneOf, type ShownRecording } from './dialect.ts';

type Shown = Parameters<Dialect['productOrder']>[0];

/** More entries do not fit on a page of a search. */
const mostOnPage = 2;

/** What was thrown away has the id of what replaced it, backwards. */
const discarded = new Set<string>();
const discardedId = (id: string): string => {
  const backwards = [...id].reverse().join('');
  discarded.add(backwards);
  return backwards;
};
const keptId = (id: string): string => (discarded.has(id) ? [...id].reverse().join('') : id);

/** The entries of lists within a list; undefined where there is none, which is not the same as an empty one. */
function within(json: unknown, outer: string, inner: string): readonly unknown[] | undefined {
  const lists = valueAt(json, outer);
  return Array.isArray(lists) ? lists.flatMap((one) => listAt(one, inner)) : undefined;
}

/** A date as Meteor's EJSON writes it. */
const ejson = (time: string | null) => time && { $date: Date.parse(time) };

/** What all double checks come to; undefined where the recording does not show them. */
function outcomeOf(checks: unknown): string | undefined {
  if (!Array.isArray(checks)) return undefined;
  return checks.every((one) => valueAt(one, 'outcome') === 'approved') ? 'approved' : 'pending';
}

/** `PT8M`, as ISO 8601 writes what a span of time takes. */
const span = (seconds: number) => `PT${Math.floor(seconds / 60)}M${seconds % 60}S`;
const secondsIn = (text: unknown) => {
  const [, minutes = '0', seconds = '0'] = /^PT(\d+)M(\d+)S$/.exec(String(text)) ?? [];
  return Number(minutes) * 60 + Number(seconds);
};

const sentenceOf = (status: number, reason: string) => ({
  isClientSafe: true,
  error: { 401: 'unauthorized', 404: 'not-found', 422: 'match-failed' }[status] ?? 'failed',
  reason,
  message: `${reason} [${status}]`,
  errorType: 'Meteor.Error',
});

/** All that the account has at a path, of every page. */
function allOf(ask: Asking['ask'], path: string): readonly unknown[] | { readonly refused: number } {
  const all: unknown[] = [];
  let cursor: string | null = null;
  do {
    const { status = 200, body } = ask({ path, query: { cursor } });
    if (status >= 300) return { refused: status };
    all.push(...listAt(body, 'data'));
    const next: unknown = valueAt(body, 'next');
    cursor = typeof next === 'string' ? new URL(next, 'http://here').searchParams.get('cursor') : null;
  } while (cursor !== null);
  return all;
}

/** A search by the first characters of a number, in any case: `WO-1` finds `wo-10`, too. What was thrown away is among them. */
const searchOf = (
  path: RegExp,
  name: string,
  show: (entry: Shown & Parameters<Dialect['article']>[0]) => readonly unknown[],
): Dialect['routes'][number] => ({
  method: 'GET',
  path,
  asks({ query, url, ask }) {
    const found = allOf(ask, `/${name}`);
    if ('refused' in found) return { answer: grown.refusal(found.refused, 'The key is not valid.') };
    const start = (query.get('search') ?? '').toLowerCase();
    const matches = found
      .map((one) => Object(one))
      .filter(({ number }) => String(number).toLowerCase().startsWith(start))
      .sort((one, other) => String(one.number).length - String(other.number).length)
      .flatMap(show);
    const from = Number(query.get('cursor') ?? 0);
    const isLast = from + mostOnPage >= matches.length;
    const next = isLast ? null : String(from + mostOnPage);
    return { answer: { body: grown.list(matches.slice(from, from + mostOnPage), next, url) } };
  },
});

/** Each recording was begun twice; the attempt that was broken off comes after it, as the older one. */
const withAttempts = (recordings: Shown['recordings']) =>
  [...new Set(recordings.map(({ workInstructionId }) => workInstructionId))].map((workInstructionId) => ({
    workInstructionId,
    recordings: recordings
      .filter((one) => one.workInstructionId === workInstructionId)
      .flatMap(({ id }) => [
        { object: 'recording', id, state: 'finished' },
        { object: 'recording', id: discardedId(id), state: 'aborted' },
      ]),
  }));

/** A figure without limits was typed in. */
const isTyped = ({ value, min }: ShownRecording['steps'][number]) =>
  typeof value === 'number' && min === undefined;

/** The figures that were typed in, changed. */
const changed = (recording: ShownRecording, by: number): ShownRecording => ({
  ...recording,
  steps: recording.steps.map((step) => (isTyped(step) ? { ...step, value: Number(step.value) + by } : step)),
});

/** The attempt before a recording: it has figures of its own, which do not count. */
const brokenOff = (recording: ShownRecording) => ({
  ...Object(grown.recording(changed(recording, 2), 1)),
  id: discardedId(recording.id),
  state: 'aborted',
  startedAt: ejson(new Date(Date.parse(recording.startedAt) - 3_600_000).toISOString()),
  finishedAt: null,
});

/** A product order as it was before it was made once more with the same number. */
const thrownAway = (order: Shown) => ({
  ...Object(grown.productOrder({ ...order, status: 'open', completedAt: null, recordings: [] })),
  id: discardedId(order.id),
  archived: true,
});

const answered = (step: ShownRecording['steps'][number]) => {
  const { type, value } = step;
  return {
    numberValue: typeof value === 'number' ? value : null,
    booleanValue: typeof value === 'boolean' ? value : null,
    textValue: typeof value === 'string' && type !== 'signature' ? value : null,
    signedBy: type === 'signature' ? { object: 'user', name: value } : null,
  };
};

/**
 * All that is verified of Azumuta holds: the key, the envelope of lists, ids, language maps, work instructions and where they
 * are. What is assumed does not: a number is searched for by its first characters, orders that were thrown away are still
 * found, with `archived`, whether an order is finished is yes or no, its recordings stand below its work instructions with
 * those that were broken off, and a recording shows its results only on request, in sections, with a list of double checks.
 */
export const grown: Dialect = {
  name: 'grown',
  contract: {
    operations: {
      findArticle: { query: { search: '{number}' } },
      findProductOrder: { query: { search: '{number}' } },
      createProductOrder: {
        body: ({ number, parameters }, { id }, variantIds) => ({
          productOrderNumber: number,
          articleId: id,
          variantIds,
          parameters: Object.entries(parameters).map(([name, value]) =>
            typeof value === 'number' ? { name, numberValue: value } : { name, textValue: value },
          ),
        }),
        exists: [400],
      },
      readRecording: { query: { expand: 'results,components,doubleChecks' } },
    },
    list: { entries: (json) => listAt(json, 'data').filter((one) => valueAt(one, 'archived') !== true) },
    error: { sentence: 'reason' },
    article: {
      number: 'articleNumber',
      variants: (article) => within(article, 'variantGroups', 'variants'),
    },
    productOrder: {
      number: 'productOrderNumber',
      status: 'isFinished',
      completedAt: 'finishedAt.$date',
      article: 'article.articleNumber',
      variants: 'variantIds',
      recordings: (order) =>
        within(order, 'workInstructions', 'recordings')?.filter(
          (one) => valueAt(one, 'state') === 'finished',
        ),
    },
    createdProductOrder: { number: 'productOrderNumber' },
    parameter: { key: 'parameter.name', value: ['numberValue', 'textValue'] },
    recording: {
      productOrderId: 'productOrder.id',
      productOrderNumber: 'productOrder.productOrderNumber',
      workInstructionId: 'workInstructionVersion.workInstructionId',
      workInstructionVersion: 'workInstructionVersion.number',
      workInstructionName: 'workInstructionVersion.name',
      startedAt: 'startedAt.$date',
      finishedAt: 'finishedAt.$date',
      durationSeconds: (recording) => secondsIn(valueAt(recording, 'activeTime')),
      operator: 'executedBy.0.name',
      steps: (recording) => within(recording, 'results', 'items'),
      components: 'consumed',
      settled: {
        path: (recording) => outcomeOf(valueAt(recording, 'doubleChecks')),
        is: ['approved'],
      },
    },
    component: {
      article: 'articleNumber',
      quantity: 'quantity.value',
      unit: 'quantity.unit',
      lot: 'lotNumber',
    },
    step: {
      id: 'stepUuid',
      name: 'title',
      type: 'kind',
      value: ['numberValue', 'booleanValue', 'textValue', 'signedBy.name'],
      unit: 'tolerance.unit',
      result: 'outcome',
      min: 'tolerance.lower',
      max: 'tolerance.upper',
    },
    trigger: { productOrderNumber: ['productOrderNumber'], recordingIds: ['recordingIds'] },
    completedStatuses: [true],
    okResults: ['OK'],
  },
  routes: [
    searchOf(/^\/articles$/, 'articles', (article) => [grown.article(article)]),
    searchOf(/^\/productorders$/, 'productorders', (order) => [thrownAway(order), grown.productOrder(order)]),
    {
      ...oneOf(/^\/productorders\/(?<id>[^/]+)$/, 'productorders'),
      asks({ named: { id = '' }, ask }) {
        const path = `/productorders/${encodeURIComponent(keptId(id))}`;
        if (!discarded.has(id)) return { path };
        const { status = 200, body } = ask({ path });
        if (status >= 300) return { answer: grown.refusal(status, `There is no product order ${id}.`) };
        return { answer: { body: thrownAway(Object(body)) } };
      },
    },
    {
      method: 'POST',
      path: /^\/productorders$/,
      asks({ body, ask }) {
        const { productOrderNumber: number, articleId, variantIds, parameters } = body;
        const there = listAt(ask({ path: '/productorders', query: { number } }).body, 'data');
        if (there.length > 0)
          return {
            answer: { status: 400, body: sentenceOf(400, `Product order ${number} exists already.`) },
          };
        const values = listAt(parameters, '').map((one) => ({
          key: valueAt(one, 'name'),
          value: valueAt(one, ['numberValue', 'textValue']),
        }));
        return {
          method: 'POST',
          path: '/productorders',
          body: { number, articleId, variantIds, parameters: values },
        };
      },
      shows: (order) => ({ body: { object: 'product-order', id: Object(order).id } }),
    },
    {
      method: 'GET',
      path: /^\/recordings\/(?<id>[^/]+)$/,
      asks({ named: { id = '' }, query, ask }) {
        const path = `/recordings/${encodeURIComponent(keptId(id))}`;
        const isExpanded = query.get('expand')?.includes('results') ?? false;
        if (!discarded.has(id) && isExpanded) return { path };
        const { status = 200, body } = ask({ path });
        if (status >= 300) return { answer: grown.refusal(status, `There is no recording ${id}.`) };
        const recording: ShownRecording = Object(body);
        const whole = discarded.has(id) ? brokenOff(recording) : grown.recording(recording, 0);
        const { results, consumed, doubleChecks, ...shown } = Object(whole);
        return { answer: { body: isExpanded ? whole : shown } };
      },
    },
    oneOf(/^\/workinstructions\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: ({ id, number, name, variants, articleCategory }) => ({
    object: 'article',
    id,
    articleNumber: number,
    name,
    articleCategory,
    variantGroups: [
      { object: 'variant-group', name: { en: 'Side', nl: 'Kant' }, variants: variants.slice(0, 2) },
      { object: 'variant-group', name: { en: 'Other', nl: 'Andere' }, variants: variants.slice(2) },
    ],
    archived: false,
  }),
  productOrder: (order) => ({
    object: 'product-order',
    id: order.id,
    productOrderNumber: order.number,
    batchOrder: { object: 'batch-order', id: 'rTqNwQ4bSxZk2mHfa', batchOrderNumber: 'BATCH-1' },
    name: order.name,
    number: 1,
    status: 'active',
    isReleased: true,
    isFinished: order.status === 'completed',
    progress: order.status === 'completed' ? 100 : 0,
    releasedAt: ejson(order.createdAt),
    dueAt: ejson('2027-01-31T00:00:00Z'),
    finishedAt: ejson(order.completedAt),
    article: order.article && {
      object: 'article',
      id: order.article.id,
      articleNumber: order.article.number,
    },
    parameters: order.parameters.map(({ key, value }) => ({
      parameter: { object: 'parameter', name: { en: key, nl: `${key} (nl)` } },
      defaultValue: 99,
      numberValue: typeof value === 'number' ? value : null,
      textValue: typeof value === 'number' ? null : value,
    })),
    variantIds: order.variants.map(({ id }) => id),
    workInstructions: withAttempts(order.recordings),
    url: order.url,
    archived: false,
  }),
  recording: (recording, shown) => ({
    object: 'recording',
    id: recording.id,
    state: 'finished',
    productOrder: {
      object: 'product-order',
      id: recording.productOrderId,
      productOrderNumber: recording.productOrderNumber,
    },
    workInstructionVersion: {
      object: 'work-instruction-version',
      id: 'vK7dYpL3cWnE9tRgs',
      workInstructionId: recording.workInstruction.id,
      number: recording.workInstruction.version,
      name: recording.workInstruction.name,
      effectiveAt: ejson('2026-01-01T00:00:00Z'),
    },
    startedAt: ejson(recording.startedAt),
    finishedAt: ejson(recording.finishedAt),
    activeTime: span(recording.durationSeconds),
    pausedTime: span(90),
    executedBy: [{ object: 'user', id: recording.operator.id, name: recording.operator.name }],
    consumed: (recording.components ?? []).map(({ article, quantity, unit, lot }) => ({
      articleNumber: article.number,
      planned: { value: 99, unit },
      quantity: { value: quantity, unit },
      lotNumber: lot,
    })),
    // Until somebody has checked it, a figure may be wrong.
    results: changed(recording, shown === 0 ? 1 : 0).steps.map((step, at) => ({
      object: 'section',
      title: { en: `Section ${at + 1}`, nl: `Deel ${at + 1}` },
      items: [
        {
          object: 'result',
          stepUuid: step.id,
          title: typeof step.name === 'string' ? { en: step.name, nl: `${step.name} (nl)` } : step.name,
          kind: step.type,
          ...answered(step),
          outcome: step.result === 'Ok' ? 'OK' : 'N/A',
          tolerance: { lower: step.min, upper: step.max, unit: step.unit },
        },
      ],
    })),
    doubleChecks: [{ object: 'double-check', by: 'Els Maes', outcome: shown === 0 ? 'pending' : 'approved' }],
    url: recording.url,
  }),
  workInstruction: (instruction) => instruction,
  list: (data, next, url) => {
    const following = new URL(url);
    following.searchParams.set('cursor', next ?? '');
    return {
      object: 'list',
      url: `${url.origin}${azumutaBasePath}`,
      next: next === null ? null : following.href,
      data,
    };
  },
  refusal: (status, reason) => ({ status, body: sentenceOf(status, reason) }),
  trigger: ({ productOrderNumber, workInstructionIds = [], recordingIds = [] }) => ({
    productOrderNumber,
    workInstructionIds,
    recordingIds,
  }),
};
