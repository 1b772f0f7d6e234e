import { type Dialect, listed, oneOf, recordingsOn } from './dialect.ts';

const searchBody = (filter: Readonly<Record<string, string>>) =>
  ({ method: 'POST', query: {}, body: { filter, page: { after: '{cursor}', size: 50 } } }) as const;

const searchOf = (path: RegExp, name: string): Dialect['routes'][number] => ({
  method: 'POST',
  path,
  asks: ({ body }) => ({
    path: `/${name}`,
    query: { number: body.filter.number, cursor: body.page.after && String(body.page.after) },
  }),
});

/**
 * Everything is searched for by POST, and pages are asked for in its body. Recordings are searched for by their product
 * order, and a second person checks each of them after it was made: until then its figures may change.
 */
export const searching: Dialect = {
  name: 'searching',
  contract: {
    operations: {
      findArticle: { path: '/articles/search', ...searchBody({ number: '{number}' }) },
      findProductOrder: { path: '/jobs/search', ...searchBody({ number: '{number}' }) },
      readProductOrder: { path: '/jobs/{id}' },
      createProductOrder: {
        path: '/jobs',
        body: { job: '{number}', of: '{article.id}', with: '{parameters}', as: '{variantIds}' },
      },
      readRecording: { path: '/results/{id}' },
      listRecordings: { path: '/results/search', ...searchBody({ job: '{productOrder.id}' }) },
      readWorkInstruction: { path: '/instructions/{id}' },
    },
    list: { entries: 'found', next: 'page.next' },
    error: { sentence: 'why' },
    productOrder: { number: 'job', status: 'phase' },
    createdProductOrder: { number: 'job' },
    recordingRef: { id: 'result' },
    recording: {
      productOrderId: 'job.id',
      productOrderNumber: 'job.number',
      steps: 'answers',
      settled: { path: 'review.state', is: ['approved'] },
    },
    trigger: { productOrderNumber: ['job'] },
    completedStatuses: ['finished'],
  },
  routes: [
    searchOf(/^\/articles\/search$/, 'articles'),
    searchOf(/^\/jobs\/search$/, 'productorders'),
    oneOf(/^\/jobs\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/jobs$/,
      asks: ({ body }) => ({
        method: 'POST',
        path: '/productorders',
        body: { number: body.job, articleId: body.of, parameters: listed(body.with), variantIds: body.as },
      }),
    },
    {
      method: 'POST',
      path: /^\/results\/search$/,
      asks({ body, url, ask }) {
        const found = recordingsOn(ask, body.filter.job, body.page.after);
        if ('refused' in found) return { answer: searching.refusal(found.refused, 'There is no such job.') };
        const entries = found.page.map(({ id }) => ({ result: id }));
        return { answer: { body: searching.list(entries, found.next, url) } };
      },
    },
    oneOf(/^\/results\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/instructions\/(?<id>[^/]+)$/, 'workinstructions'),
  ],
  article: (article) => article,
  productOrder: ({ recordings, number, status, ...order }) => ({
    ...order,
    job: number,
    phase: status === 'completed' ? 'finished' : 'running',
  }),
  recording: ({ steps, productOrderId, productOrderNumber, status, ...recording }, shown) => ({
    ...recording,
    job: { id: productOrderId, number: productOrderNumber },
    review: { state: shown === 0 ? 'awaiting double check' : 'approved' },
    answers: steps,
  }),
  workInstruction: ({ id, name }) => ({ id, name }),
  list: (found, next) => ({ found, page: { next: next && Number(next) } }),
  refusal: (status, why) => ({ status, body: { why } }),
  trigger: ({ productOrderNumber }) => ({ job: productOrderNumber }),
};
