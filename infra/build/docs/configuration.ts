import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { operationsSchema } from '../../../shared/azumuta/operations.ts';
import { odooOptionsSchema } from '../../../shared/erp/odoo/options.ts';
import { sapOptionsSchema } from '../../../shared/erp/sap-s4hana/options.ts';
import { trytonOptionsSchema } from '../../../shared/erp/tryton/options.ts';
import { integrationSchema } from '../../../shared/integration/schema.ts';
import { placeSchema } from '../../../shared/platform/places.ts';
import { docCommentsOf } from './doc-comments.ts';

/** Where the comments of the configuration's fields stand, by the path of what they are about. */
const comments: readonly (readonly [path: string, file: string, name: string])[] = [
  ['', 'integration/define.ts', 'Integration'],
  ['productOrders', 'integration/define.ts', 'ProductOrderMapping'],
  ['completions', 'integration/define.ts', 'CompletionMapping'],
  ['deployment', 'integration/deployment.ts', 'Deployment'],
  ['azumuta', 'model/partner.ts', 'PartnerLimit'],
  ['azumuta.contract', 'azumuta/contract.ts', 'contractSchema'],
  ...['list', 'error', 'article', 'variant', 'productOrder', 'parameter', 'recording', 'step', 'trigger'].map(
    (part) => [`azumuta.contract.${part}`, 'azumuta/contract.ts', `${part}Fields`] as const,
  ),
  ['azumuta.contract.operations', 'azumuta/operations.ts', 'operationsSchema'],
  ...Object.keys(operationsSchema.shape).map(
    (name) => [`azumuta.contract.operations.${name}`, 'azumuta/operations.ts', 'Operation'] as const,
  ),
];

const connectors = [
  ['tryton', trytonOptionsSchema, 'erp/tryton/options.ts', 'TrytonOptions'],
  ['odoo', odooOptionsSchema, 'erp/odoo/options.ts', 'OdooOptions'],
  ['sapS4Hana', sapOptionsSchema, 'erp/sap-s4hana/options.ts', 'SapOptions'],
] as const;

/** What of JSON schema the reference reads. */
const jsonSchema = z.looseObject({
  type: z.optional(z.union([z.string(), z.array(z.string())])),
  properties: z.optional(z.record(z.string(), z.unknown())),
  required: z.optional(z.array(z.string())),
  anyOf: z.optional(z.array(z.unknown())),
  enum: z.optional(z.array(z.unknown())),
  const: z.optional(z.unknown()),
  title: z.optional(z.string()),
  items: z.optional(z.unknown()),
  additionalProperties: z.optional(z.unknown()),
  default: z.optional(z.unknown()),
});
type JsonSchema = z.output<typeof jsonSchema>;

interface Row {
  readonly path: string;
  readonly type: string;
  readonly standard: string;
  readonly meaning: string;
}

/** The reference of `integration.config.ts` in Markdown, from the schema that checks it and its comments. */
export function configurationReference(): string {
  const told = new Map(
    comments.flatMap(([path, file, name]) =>
      [...docCommentsOf(sourceOf(file), name)].map(([field, text]): [string, string] => [
        path === '' ? field : `${path}.${field}`,
        text,
      ]),
    ),
  );
  const ofEveryConnector = [
    ...docCommentsOf(sourceOf('model/partner.ts'), 'PartnerLimit'),
    ...docCommentsOf(sourceOf('erp/options.ts'), 'ErpOptions'),
  ];
  const sections = connectors.map(([name, schema, file, type]) => {
    const rows = rowsOf(schema, new Map([...ofEveryConnector, ...docCommentsOf(sourceOf(file), type)]));
    return `## \`erp: ${name}({ … })\`\n\n${table(rows)}`;
  });
  return [
    '# Configuration',
    "What a plant's configuration (`plants/<plant>.config.ts`) may hold. This page is made by `npm run documents` from the schema that checks the file; where a default is not shown, the meaning tells it. A mistake stops synthesis with the path of the field.",
    table(rowsOf(integrationSchema, told)),
    '`function` is a plain TypeScript function; its input is typed, so that an editor completes it. `place` is where something stands in an answer: a path (`article.number`, `lines.0.id`; an empty text is the answer itself), a list of paths of which the first counts that tells anything, or a function of the answer. [MAPPING.md](MAPPING.md) has worked examples.',
    ...sections,
    '## `erp: rest({ … })`\n\nDescribes an ERP with an HTTP API in steps; its fields are told in [`options.ts`](../erp/rest/options.ts), and the [sample configuration](../../integration.config.ts) uses most of them.',
    '',
  ].join('\n\n');
}

function sourceOf(file: string): string {
  return readFileSync(new URL(`../../../shared/${file}`, import.meta.url), 'utf8');
}

function rowsOf(schema: z.ZodMiniType, told: ReadonlyMap<string, string>): Row[] {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema: told }) {
      if (zodSchema === placeSchema) told.title = 'place';
    },
  });
  return fieldsOf(z.parse(jsonSchema, json), '', told);
}

function fieldsOf(schema: JsonSchema, parent: string, told: ReadonlyMap<string, string>): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    // What a connector is made of is told by its own section.
    if (parent === 'erp') return [];
    const field = z.parse(jsonSchema, value);
    const path = parent === '' ? name : `${parent}.${name}`;
    const row: Row = {
      path,
      type: typeOf(field),
      standard: schema.required?.includes(name) ? '**required**' : standardOf(field),
      meaning: told.get(path) ?? '',
    };
    const alternatives = (field.anyOf ?? []).map((each) => z.parse(jsonSchema, each));
    const within = [field, ...alternatives].flatMap((each) => fieldsOf(each, path, told));
    return [row, ...within.filter((each, at) => within.findIndex(({ path: p }) => p === each.path) === at)];
  });
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf)
    return [...new Set(schema.anyOf.map((each) => typeOf(z.parse(jsonSchema, each))))].join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'anything' : typeOf(z.parse(jsonSchema, schema.items))}`;
  if (schema.type === 'object') return 'object';
  if (schema.type === 'integer') return 'whole number';
  if (schema.type === 'string') return 'text';
  return schema.type === undefined ? (schema.title ?? 'function') : String(schema.type);
}

/** Defaults of whole objects are those of their fields. */
function standardOf({ default: standard, properties }: JsonSchema): string {
  return standard === undefined || properties ? '' : `\`${JSON.stringify(standard)}\``;
}

function table(rows: readonly Row[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(
    ({ path, type, standard, meaning }) =>
      `| \`${path}\` | ${cell(type)} | ${cell(standard)} | ${cell(meaning)} |`,
  );
  return ['| field | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
