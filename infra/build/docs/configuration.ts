import * as z from 'zod/mini';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import * as connectors from '../../../shared/erp/registry.ts';
import { integrationSchema } from '../../../shared/integration/schema.ts';
import { placeSchema } from '../../../shared/platform/places.ts';
import { type CommentOf, withFieldComments } from './field-comments.ts';

const contractPath = 'azumuta.contract.';
/** The lines of the contract that differ in practice, in the order in which they are needed. */
const oftenSet = [
  'apiKeyHeader',
  'apiKeyFormat',
  'operations.findProductOrder.query',
  'operations.createProductOrder.body',
  'operations.createProductOrder.exists',
  'productOrder.number',
  'productOrder.status',
  'completedStatuses',
  'productOrder.recordings',
  'step.name',
  'step.value',
  'trigger.productOrderNumber',
];

type JsonSchema = z.core.JSONSchema._JSONSchema;

interface FieldRow {
  readonly path: string;
  readonly type: string;
  readonly standard: string;
  readonly meaning: string;
}

/** The reference of a plant's configuration in Markdown, from the schemas that check it and the comments of their fields. */
export function configurationReference(): string {
  return withFieldComments((commentOf) => {
    const rows = rowsOfSchema(integrationSchema, (path) => commentOf('defineIntegration', path));
    return pageOf(rows, connectorSections(commentOf));
  });
}

function connectorSections(commentOf: CommentOf): string[] {
  return Object.values(connectors).map(({ facts: { folder, call = folder, options, generic } }) => {
    const title = `## \`erp: ${call}({ … })\`\n\nWhat it needs, does and refuses: [${folder}](../erp/${folder}/README.md).`;
    if (generic) {
      return `${title} Describes an ERP with an HTTP API in steps ([from an empty file to the first booking](../erp/${folder}/FIRST-BOOKING.md)); its fields are described in [\`options.ts\`](../erp/${folder}/options.ts), and the [sample configuration](../../integration.config.ts) uses most of them.`;
    }
    return `${title}\n\n${fieldTable(rowsOfSchema(options, (path) => commentOf(call, path)))}`;
  });
}

function pageOf(rows: readonly FieldRow[], sections: readonly string[]): string {
  return [
    '# Configuration',
    "What a plant's configuration (`plants/<plant>.config.ts`) may hold. This page is made by `npm run documents` from the schema that checks the file; where a default is not shown, the meaning tells it. An invalid one stops synthesis with the path of the field.",
    fieldTable(rows.filter(({ path }) => !path.startsWith(contractPath))),
    '`function` is a plain TypeScript function; its input is typed, so that an editor completes it. `path` is where a field of an answer is: `article.number`, `lines.0.id` (an empty text is the answer itself), a list of such paths of which the first with a value counts, or a function of the answer. [MAPPING.md](MAPPING.md) has worked examples.',
    contractSection(rows),
    ...sections,
    '',
  ].join('\n\n');
}

function contractSection(rows: readonly FieldRow[]): string {
  const lines = rows.flatMap(({ path, ...row }) =>
    path.startsWith(contractPath) ? [{ ...row, path: path.slice(contractPath.length) }] : [],
  );
  const first = oftenSet.map((path) => {
    const row = lines.find((line) => line.path === path);
    if (!row) throw new Error(`The contract has no line ${path}.`);
    return row;
  });
  const others = lines.filter(({ path }) => !oftenSet.includes(path));
  return [
    '## `azumuta.contract`',
    "What is assumed of Azumuta's API. A configuration sets only the lines that differ: `contract: { productOrder: { number: 'orderNo' } }`. `npm run probe` finds most of them. The address that all calls begin with is `azumuta.baseUrl`, above. These twelve differ in practice:",
    fieldTable(first),
    'All others. The operations have the same fields, which are listed once:',
    fieldTable(withOperationsOnce(others)),
  ].join('\n\n');
}

/** Each operation with the request that is assumed, and then once the fields that operations have in common. */
function withOperationsOnce(rows: readonly FieldRow[]): FieldRow[] {
  const isField = ({ path }: FieldRow) => /^operations\.\w+\./.test(path);
  const fields = new Map(
    rows.filter(isField).map((row) => [row.path.replace(/^operations\.\w+/, 'operations.*'), row]),
  );
  const common = [...fields].map(([path, row]) => ({
    ...row,
    path,
    // What is assumed differs from one operation to another.
    standard: /\.(method|path|query)$/.test(path) ? 'see above' : row.standard,
  }));
  const others = rows.filter((row) => !isField(row)).map(withRequest);
  const after = others.findLastIndex(({ path }) => path.startsWith('operations.'));
  return others.toSpliced(after + 1, 0, ...common);
}

function withRequest(row: FieldRow): FieldRow {
  const name = row.path.replace('operations.', '');
  const operation = Object.entries(defaultContract.operations).find(([each]) => each === name)?.[1];
  if (!operation) return row;
  const { method, path, query } = operation;
  const parameters = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  const request = [`${method} ${path}`, ...parameters].join('?');
  return { ...row, standard: `\`${request}\`` };
}

/** The meaning of a field, by its path. */
type MeaningOf = (path: string) => string;

function rowsOfSchema(schema: z.ZodMiniType, meaningOf: MeaningOf): FieldRow[] {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema === placeSchema) jsonSchema.title = 'path';
    },
  });
  return rowsOfFields(json, '', meaningOf);
}

function rowsOfFields(schema: JsonSchema, parent: string, meaningOf: MeaningOf): FieldRow[] {
  // The fields of a connector have a section of their own.
  if (typeof schema === 'boolean' || parent === 'erp') return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = parent === '' ? name : `${parent}.${name}`;
    const row: FieldRow = {
      path,
      type: typeOf(field),
      standard: schema.required?.includes(name) ? '**required**' : standardOf(field),
      meaning: meaningOf(path),
    };
    const alternatives = typeof field === 'boolean' ? [] : (field.anyOf ?? []);
    const within = [field, ...alternatives].flatMap((each) => rowsOfFields(each, path, meaningOf));
    return [row, ...within.filter((each, at) => within.findIndex(({ path: p }) => p === each.path) === at)];
  });
}

function typeOf(schema: JsonSchema | undefined): string {
  if (typeof schema !== 'object') return 'anything';
  const { type, items, title } = schema;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (type === 'array') return `list of ${typeOf(Array.isArray(items) ? undefined : items)}`;
  const words: Readonly<Record<string, string>> = { integer: 'whole number', string: 'text' };
  return type === undefined ? (title ?? 'function') : (words[String(type)] ?? String(type));
}

/** The default of a whole object is made of those of its fields, which have rows of their own. */
function standardOf(schema: JsonSchema): string {
  if (typeof schema === 'boolean' || schema.properties) return '';
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

function fieldTable(rows: readonly FieldRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(
    ({ path, type, standard, meaning }) =>
      `| \`${path}\` | ${cell(type)} | ${cell(standard)} | ${cell(meaning)} |`,
  );
  return ['| field | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
