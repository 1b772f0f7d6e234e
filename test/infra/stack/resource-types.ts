import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { isRecord } from '../../../shared/platform/json.ts';

interface ValueType {
  readonly type: string;
  readonly element?: ValueType | undefined;
  readonly reference?: { readonly $ref: string } | undefined;
}

const valueTypeSchema: z.ZodMiniType<ValueType> = z.lazy(() =>
  z.object({
    type: z.string(),
    element: z.optional(valueTypeSchema),
    reference: z.optional(z.object({ $ref: z.string() })),
  }),
);
const propertiesSchema = z.record(
  z.string(),
  z.object({ type: valueTypeSchema, causesReplacement: z._default(z.enum(['yes', 'maybe', 'no']), 'no') }),
);
type Properties = z.output<typeof propertiesSchema>;

const resourceTypeSchema = z.object({
  properties: propertiesSchema,
  primaryIdentifier: z._default(z.array(z.string()), []),
  arnTemplate: z.optional(z.string()),
});

const entitiesSchema = z.object({ entities: z.array(z.looseObject({})) });
const databaseSchema = z.object({
  schema: z.object({ resource: entitiesSchema, typeDefinition: entitiesSchema }),
});

/**
 * What CloudFormation tells of its resource types, as the command line of the CDK brings it along for `cdk diff`: what
 * cannot be changed ("Update requires: Replacement" in its template reference), and what identifies a resource.
 */
const { schema } = z.parse(databaseSchema, JSON.parse(gunzipSync(readFileSync(databaseFile())).toString()));
const resourceTypes = new Map(schema.resource.entities.map((type) => [type.cloudFormationType, type]));
const definitions = new Map(schema.typeDefinition.entities.map((type) => [type.$id, type]));

function databaseFile(): string {
  return join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'db.json.gz');
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Properties of a resource, by their paths: `Budget.BudgetName`. */
type Values = Readonly<Record<string, unknown>>;

/** What CloudFormation cannot change of a resource: it makes a new one instead, and then deletes the old one. */
export function createOnlyOf({ Type, Properties }: Resource): Values {
  return Object.fromEntries(createOnlyIn(Properties, resourceType(Type).properties, Type));
}

/**
 * What tells a resource apart from others of its type; empty where CloudFormation or the service names it. The name of an
 * API, which can be changed, is a label that several may have.
 */
export function identityOf(resource: Resource): Values {
  const { primaryIdentifier } = resourceType(resource.Type);
  const [typeName = ''] = resource.Type.split('::').slice(-1);
  const identifies = (path: string) => {
    const property = path.split('.').at(-1) ?? '';
    // BudgetName of a Budget, TableName of a GlobalTable, Name of anything; not the FunctionName of a Permission.
    const isOwnName = property.endsWith('Name') && typeName.endsWith(property.slice(0, -'Name'.length));
    return isOwnName || primaryIdentifier.includes(path);
  };
  const createOnly = Object.entries(createOnlyOf(resource));
  return Object.fromEntries(createOnly.filter(([path]) => identifies(path)));
}

/** Whether resources of a type share their names with all regions of the account. */
export function isAccountWide(type: string): boolean {
  const { arnTemplate } = resourceType(type);
  return arnTemplate !== undefined && !/\$\{Region\}/.test(arnTemplate);
}

function resourceType(type: string) {
  const known = resourceTypes.get(type);
  if (!known) throw new Error(`The CDK does not know the resource type ${type}.`);
  return z.parse(resourceTypeSchema, known);
}

function createOnlyIn(values: Values, properties: Properties, at: string): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const property = properties[name];
    if (!property) throw new Error(`The CDK does not know the property ${name} of ${at}.`);
    if (property.causesReplacement !== 'no') return [[name, value]];
    return withinValue(value, property.type, `${at}.${name}`).map(([path, inner]) => [
      `${name}.${path}`,
      inner,
    ]);
  });
}

/** The same within a property. */
function withinValue(value: unknown, type: ValueType, at: string): [string, unknown][] {
  if (type.element && Array.isArray(value)) {
    const { element } = type;
    return value.flatMap((one, index) =>
      withinValue(one, element, at).map(([path, inner]): [string, unknown] => [`${index}.${path}`, inner]),
    );
  }
  const definition = type.reference && definitions.get(type.reference.$ref);
  if (!definition || !isRecord(value) || isIntrinsic(value)) return [];
  return createOnlyIn(value, z.parse(propertiesSchema, definition.properties), at);
}

/** `{ Ref: … }` or `{ 'Fn::…': … }`: a value that CloudFormation computes. */
function isIntrinsic(value: Values): boolean {
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && /^(Ref|Fn::\w+)$/.test(name);
}
