import { valueAt } from '../../../shared/platform/places.ts';
import { creating, type Dialect } from './dialect.ts';

const call = (query: string, variables: object) =>
  ({ method: 'POST', path: '/graphql', query: {}, body: { query, variables } }) as const;
const list = (name: string) =>
  call(
    `query ($number: String!, $after: String) {
      result: ${name}(number: $number, after: $after) { nodes {id} pageInfo { hasNextPage endCursor } }
    }`,
    { number: '{number}', after: '{cursor}' },
  );
const one = (name: string) => ({
  ...call(`query ($id: ID!) { result: ${name}(id: $id) {id} }`, { id: '{id}' }),
  answer: 'data.result',
});
const routes: Readonly<Record<string, string>> = {
  products: 'articles',
  jobs: 'productorders',
  job: 'productorders',
  run: 'recordings',
  guide: 'workinstructions',
};

/**
 * GraphQL in the form of Relay: everything is a POST to one address, with status 200 even for errors; cursors are
 * variables, and the last page has one, too. What does not exist is null.
 */
export const graph: Dialect = {
  name: 'graph',
  contract: {
    operations: {
      findArticle: list('products'),
      findProductOrder: list('jobs'),
      readProductOrder: one('job'),
      createProductOrder: {
        ...call('mutation ($input: JobInput!) { result: createJob(input: $input) {id code} }', {
          input: {
            code: '{number}',
            product: '{article.number}',
            parameters: '{parameterList}',
            variants: '{variantNames}',
          },
        }),
        answer: 'data.result',
      },
      readRecording: one('run'),
      readWorkInstruction: one('guide'),
    },
    list: {
      entries: 'data.result.nodes',
      next: (json) =>
        valueAt(json, 'data.result.pageInfo.hasNextPage')
          ? valueAt(json, 'data.result.pageInfo.endCursor')
          : null,
    },
    article: { number: 'sku' },
    productOrder: {
      number: 'code',
      status: 'state',
      completedAt: 'finishedAt',
      article: 'product.sku',
      recordings: 'runs.nodes',
    },
    createdProductOrder: { number: 'code' },
    parameter: { value: 'actual' },
    recording: {
      productOrderId: 'job.id',
      productOrderNumber: 'job.code',
      workInstructionId: 'guide.id',
      workInstructionVersion: 'guide.version',
      workInstructionName: 'guide.title',
      startedAt: 'started',
      finishedAt: 'ended',
      durationSeconds: 'elapsed',
      operator: 'worker.fullName',
      steps: 'checks',
      components: 'materials.nodes',
    },
    component: { article: 'product.sku', quantity: 'actual' },
    step: { name: 'title', type: 'kind', value: 'response', unit: 'uom', result: 'verdict' },
    workInstruction: { name: 'title' },
    trigger: { productOrderNumber: ['data.job.code'], recordingIds: ['data.runs'] },
  },
  routes: [
    {
      method: 'POST',
      path: /^\/graphql$/,
      asks({ body: { query, variables }, ask }) {
        const [, name = ''] = /result: (\w+)/.exec(query) ?? [];
        const path = `/${routes[name]}`;
        if (name === 'createJob') {
          const { code, product, parameters, variants } = variables.input;
          return creating(ask, code, product, parameters, variants);
        }
        if ('id' in variables) return { path: `${path}/${encodeURIComponent(variables.id)}` };
        return { path, query: { number: variables.number, cursor: variables.after } };
      },
    },
  ],
  article: ({ id, number, name, variants }) => ({ id, sku: number, title: name, variants }),
  productOrder: (order) => ({
    id: order.id,
    code: order.number,
    state: order.status.toUpperCase(),
    export: { state: order.status },
    createdAt: order.createdAt,
    finishedAt: order.completedAt,
    product: order.article && { id: order.article.id, sku: order.article.number },
    parameters: order.parameters.map(({ key, value }) => ({ key, planned: `${value}`, actual: value })),
    variants: order.variants.map(({ id, name }) => ({ id, name })),
    runs: { nodes: order.recordings.map(({ id }) => ({ id })) },
    url: order.url,
  }),
  recording: (recording) => ({
    id: recording.id,
    job: { id: recording.productOrderId, code: recording.productOrderNumber },
    guide: {
      id: recording.workInstruction.id,
      version: recording.workInstruction.version,
      title: recording.workInstruction.name,
    },
    started: recording.startedAt,
    ended: recording.finishedAt,
    elapsed: recording.durationSeconds,
    worker: { id: 'w-1', fullName: recording.operator.name },
    materials: {
      nodes: (recording.components ?? []).map(({ article, quantity, ...used }) => ({
        ...used,
        product: { sku: article.number },
        planned: 99,
        actual: quantity,
      })),
    },
    checks: recording.steps.map(({ id, name, type, value, unit, result }) => ({
      id,
      title: name,
      kind: type,
      response: value,
      uom: unit,
      verdict: result,
    })),
    url: recording.url,
  }),
  workInstruction: ({ id, name }) => ({ id, title: name }),
  list: (nodes, next) => ({
    data: { result: { nodes, pageInfo: { hasNextPage: next !== null, endCursor: next ?? 'the-last' } } },
  }),
  resource: (result) => ({ data: { result } }),
  refusal: (status, message) => {
    if (status === 404) return { status: 200, body: { data: { result: null } } };
    if (status === 422 || status === 409)
      return { status: 200, body: { data: { result: null }, errors: [{ message }] } };
    return { status, body: { errors: [{ message }] } };
  },
  trigger: ({ productOrderNumber, recordingIds = [] }) => ({
    data: { job: { id: 'j', code: productOrderNumber }, runs: recordingIds },
  }),
};
