import { listAt, valueAt } from '../../../shared/platform/places.ts';
import { creating, type Dialect, listed, listOf, oneOf } from './dialect.ts';

/** A step that was renamed after it was recorded is another one: its instruction does not have it. */
const stepKey = (id: string, name: unknown) =>
  `${id}/${typeof name === 'string' ? name : valueAt(name, 'en')}`;

/**
 * Recordings name their steps by id only, and each revision of a work instruction has its steps in pages, with their names.
 * What is created needs the path of the article in a tree, which only its raw answer has. Refusals are XML.
 */
export const revised: Dialect = {
  name: 'revised',
  contract: {
    operations: {
      findArticle: { path: '/models', query: { number: '{number}' } },
      findProductOrder: { path: '/units', query: { number: '{number}' } },
      readProductOrder: { path: '/units/{id}' },
      createProductOrder: {
        path: '/units',
        body: ({ number, parameters, variants }, article) => ({
          number,
          model: article.number,
          folder: listAt(article.raw, 'tree').map((one) => valueAt(one, 'key')),
          parameters,
          variants,
        }),
      },
      readRecording: { path: '/logs/{id}' },
      readWorkInstruction: { path: '/procedures/{id}/revisions/{version}' },
    },
    article: { number: 'model' },
    step: { id: 'of', nameIn: 'workInstruction' },
    workInstruction: {
      steps: (instruction) => listAt(instruction, 'pages').flatMap((page) => listAt(page, 'steps')),
    },
    instructionStep: { id: 'key', name: 'title' },
    recording: {
      workInstructionId: 'procedure.id',
      workInstructionVersion: 'procedure.revision',
      workInstructionName: 'procedure.title',
    },
  },
  routes: [
    listOf(/^\/models$/, 'articles', 'number', 'cursor'),
    listOf(/^\/units$/, 'productorders', 'number', 'cursor'),
    oneOf(/^\/units\/(?<id>[^/]+)$/, 'productorders'),
    {
      method: 'POST',
      path: /^\/units$/,
      asks({ body, ask }) {
        if (body.folder.join('/') !== 'root/Products')
          return { answer: revised.refusal(422, 'There is no such folder.') };
        return creating(ask, body.number, body.model, listed(body.parameters), body.variants);
      },
    },
    oneOf(/^\/logs\/(?<id>[^/]+)$/, 'recordings'),
    oneOf(/^\/procedures\/(?<id>[^/]+)\/revisions\/1$/, 'workinstructions'),
  ],
  article: ({ id, number, variants, articleCategory }) => ({
    id,
    model: number,
    variants,
    tree: [{ key: 'root' }, { key: articleCategory.name }],
  }),
  productOrder: (order) => order,
  recording: ({ workInstruction, steps, ...recording }) => ({
    ...recording,
    procedure: { id: workInstruction.id, revision: workInstruction.version, title: workInstruction.name },
    steps: steps.map(({ id, name, ...step }) => ({ ...step, of: stepKey(id, name) })),
  }),
  workInstruction: ({ id, name, steps }) => ({
    id,
    name,
    pages: [
      { steps: [] },
      { steps: steps.map((step) => ({ key: stepKey(step.uuid, step.name), title: step.name })) },
    ],
  }),
  list: (data, next) => ({ data, next }),
  refusal: (status, text) => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<error><code>E${status}</code><message>${text}</message></error>`,
  }),
  trigger: (content) => content,
};
