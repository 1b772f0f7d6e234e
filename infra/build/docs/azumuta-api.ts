import * as z from 'zod/mini';
import { type Assumption, assumptions, verified } from '../../../shared/azumuta/assumptions.ts';
import { contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import type { AssumedOperation } from '../../../shared/azumuta/operations.ts';
import { leavesOf } from '../../../shared/platform/json.ts';
import { withPart } from './made-part.ts';

type PartSchema = z.core.JSONSchema._JSONSchema;

/** All lines of the contract, `productOrder.number`, also those that are only set where they are needed. */
export function linesOfContract(): string[] {
  return linesOfSchema(z.toJSONSchema(contractSchema, { io: 'input', unrepresentable: 'any' }), '');
}

function linesOfSchema(schema: PartSchema, path: string): string[] {
  const fields = typeof schema === 'boolean' ? [] : Object.entries(schema.properties ?? {});
  if (fields.length === 0) return [path];
  return fields.flatMap(([name, field]) => linesOfSchema(field, path === '' ? name : `${path}.${name}`));
}

export function isAbout({ lines }: Pick<Assumption, 'lines'>, line: string): boolean {
  return lines.some((own) => line === own || line.startsWith(`${own}.`));
}

/** The page with what is verified, and what is assumed. */
export function azumutaPageWithAssumptions(page: string): string {
  const rows = assumptions.map(({ sentence, lines, confirmed, onlyAzumutaKnows }) => {
    const unseen = onlyAzumutaKnows ? `only Azumuta can say: ${onlyAzumutaKnows}` : 'not yet';
    const seen = confirmed ? `${confirmed.recording}, ${confirmed.on}` : unseen;
    return `| ${sentence} | ${lines.map((line) => `\`${line}\``).join(', ') || 'none'} | ${seen} |`;
  });
  const part = [
    ['Verified:', '', ...verified.map((sentence) => `- ${sentence}`)].join('\n'),
    [
      `Assumed, ${assumptions.length} things (\`azumuta.contract\` in the configuration overrides each line):`,
      '',
      '| it is assumed that | lines of the contract | confirmed by |',
      '| --- | --- | --- |',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
  return withPart(page, { path: 'shared/azumuta/README.md', name: 'assumptions' }, part);
}

interface Described {
  readonly operation: AssumedOperation;
  readonly summary: string;
  /** The schema of the resource, and whether a list of these is answered. */
  readonly answers: string;
  readonly isList?: true;
}

const describedOperations: readonly Described[] = [
  { operation: 'findArticle', summary: 'Articles with a number', answers: 'Article', isList: true },
  {
    operation: 'findProductOrder',
    summary: 'Product orders with a number',
    answers: 'ProductOrder',
    isList: true,
  },
  { operation: 'readProductOrder', summary: 'A product order', answers: 'ProductOrder' },
  { operation: 'createProductOrder', summary: 'Creates a product order', answers: 'CreatedProductOrder' },
  { operation: 'readRecording', summary: 'A recording', answers: 'Recording' },
  { operation: 'readWorkInstruction', summary: 'A work instruction', answers: 'WorkInstruction' },
];

/** The assumed API of Azumuta, to be sent to Azumuta with one question: what is wrong here? */
export function assumedApiDocument() {
  const { apiKeyHeader } = defaultContract;
  const paths: Record<string, Record<string, object>> = {};
  for (const described of describedOperations) {
    const { method, path } = defaultContract.operations[described.operation];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(described) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'The assumed API of Azumuta',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description: `What is wrong here? Azumuta’s API is not documented in public. This is what an integration with an ERP takes for granted:\n\n${assumptions.map(({ sentence }) => `- ${sentence}`).join('\n')}`,
    },
    servers: [{ url: 'https://app.azumuta.com/api/v1' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: apiKeyHeader } },
      schemas: assumedSchemas(),
    },
  };
}

function operationObject({ operation, summary, answers, isList }: Described): object {
  const { path, query, ...rest } = defaultContract.operations[operation];
  const body = 'body' in rest && typeof rest.body === 'object' ? rest.body : undefined;
  const parameter = (name: string, place: 'path' | 'query') => {
    return { name, in: place, required: true, schema: { type: 'string' } };
  };
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => parameter(name, 'path'));
  const resource = { $ref: `#/components/schemas/${answers}` };
  const schema = isList
    ? objectOf({
        object: { type: 'string' },
        url: { type: 'string' },
        next: { type: ['string', 'null'] },
        data: listOfSchema(resource),
      })
    : resource;
  const about = assumptions.filter(({ lines }) => lines.includes(`operations.${operation}`));
  const fields = Object.keys(body ?? {}).map((name): [string, object] => [name, {}]);
  const content = { 'application/json': { schema: objectOf(Object.fromEntries(fields)) } };
  return {
    operationId: operation,
    summary,
    description: about.map(({ sentence }) => sentence).join(' '),
    parameters: [...inPath, ...Object.keys(query).map((name) => parameter(name, 'query'))],
    ...(body && { requestBody: { required: true, content } }),
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema } } },
      ...(!isList && !body && { 404: { description: 'There is none' } }),
    },
  };
}

const objectOf = (properties: object) => ({ type: 'object', properties });
const listOfSchema = (items: object) => ({ type: 'array', items });

/** Each resource, with its fields where the contract assumes them. */
function assumedSchemas(): Record<string, object> {
  const { article, variant, productOrder, createdProductOrder, parameter } = defaultContract;
  const { recordingRef, recording, step, component, workInstruction } = defaultContract;
  const { nameIn: _, ...ofStep } = step;
  const { steps: __, ...ofInstruction } = workInstruction;
  const variants = listOfSchema(schemaOfResource(variant));
  return {
    Article: schemaOfResource(article, { variants }),
    ProductOrder: schemaOfResource(productOrder, {
      parameters: listOfSchema(schemaOfResource(parameter)),
      variants,
      recordings: listOfSchema(schemaOfResource(recordingRef)),
    }),
    CreatedProductOrder: schemaOfResource(createdProductOrder),
    Recording: schemaOfResource(recording, {
      steps: listOfSchema(schemaOfResource(ofStep)),
      components: listOfSchema(schemaOfResource(component)),
    }),
    WorkInstruction: schemaOfResource(ofInstruction),
  };
}

interface SchemaTree {
  [name: string]: SchemaTree | object;
}

/** @param within Schemas of fields that hold others; any other is a plain value. */
function schemaOfResource(places: object, within: Readonly<Record<string, object>> = {}): object {
  const tree: SchemaTree = {};
  for (const [field, place] of Object.entries(places)) {
    const [path] = leavesOf(place);
    if (typeof path === 'string') setSchema(tree, path.split('.'), within[field] ?? {});
  }
  return objectOf(tree);
}

function setSchema(tree: SchemaTree, [name = '', ...rest]: readonly string[], schema: object): void {
  if (rest.length === 0) {
    tree[name] = schema;
    return;
  }
  const inner: SchemaTree = Object(Object(tree[name]).properties);
  setSchema(inner, rest, schema);
  tree[name] = objectOf(inner);
}
