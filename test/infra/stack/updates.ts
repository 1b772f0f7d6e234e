import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import { isRecord } from '../../../shared/platform/json.ts';
import { createOnlyOf, identityOf, isAccountWide } from './resource-types.ts';

const resourceSchema = z.object({
  Type: z.string(),
  DeletionPolicy: z.exactOptional(z.string()),
  DependsOn: z.exactOptional(z.array(z.string())),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({})),
});
/** The template of a stack, as CloudFormation gets it. */
export type StackTemplate = z.output<typeof templateSchema>;
type Resource = StackTemplate['Resources'][string];

export function parsedTemplate(template: Template): StackTemplate {
  return z.parse(templateSchema, template.toJSON());
}

/** Types whose resources hold something that a plant needs, or are known to others by a name. */
const lasting = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::GlobalTable',
  'AWS::EC2::EIP',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::Secret',
]);

/** The type and properties by which CloudFormation recognises a lasting resource that it has deployed before. */
export function identitiesOf({ Resources }: StackTemplate) {
  return Object.fromEntries(
    Object.entries(Resources).flatMap(([id, resource]) =>
      lasting.has(resource.Type) ? [[id, { Type: resource.Type, ...createOnlyOf(resource) }] as const] : [],
    ),
  );
}

/** A resource with a name of its own, which no second one may have. */
interface Named {
  readonly id: string;
  readonly type: string;
  /** Its name, and what it is a name in: a stage of one API. */
  readonly name: string;
}

/** The resources that the template names itself. CloudFormation gives all others a name that is free. */
export function namedIn({ Resources }: StackTemplate): Named[] {
  return Object.entries(Resources).flatMap(([id, resource]) => {
    const identity = identityOf(resource);
    const isNamed = Object.values(identity).some((value) => !refersTo(value, (of) => of in Resources));
    return isNamed ? [{ id, type: resource.Type, name: JSON.stringify(identity) }] : [];
  });
}

/**
 * What an update would make under a name that the resource before still has. CloudFormation deletes the old ones last,
 * so the new one finds its name taken, and the whole update is rolled back.
 */
export function clashesOf(before: StackTemplate, after: StackTemplate): string[] {
  const anew = madeAnew(before, after);
  const old = namedIn(before);
  const clashing = namedIn(after).filter(({ id, type, name }) => {
    const isElsewhere = refersTo(identityOf(resourceOf(after, id)), (of) => anew.has(of));
    return anew.has(id) && !isElsewhere && old.some((other) => other.type === type && other.name === name);
  });
  return clashing.map(describe);
}

/** What has another name in the second, and is the same resource. */
export function renamedIn(before: StackTemplate, after: StackTemplate): string[] {
  const names = new Map(namedIn(before).map(({ id, name }) => [id, name]));
  return namedIn(after)
    .filter(({ id, name }) => names.has(id) && names.get(id) !== name)
    .map(describe);
}

/** What two stacks of one account, in two regions, could not both have. */
export function clashesInAccount(one: StackTemplate, other: StackTemplate): string[] {
  const names = namedIn(other);
  const isTaken = ({ type, name }: Named) =>
    names.some((named) => named.type === type && named.name === name);
  return namedIn(one)
    .filter((named) => isAccountWide(named.type) && isTaken(named))
    .map(describe);
}

const describe = ({ id, type, name }: Named) => `${type} ${id} ${name}`;

/** Ids of what an update creates, or replaces: as a property that cannot change differs, or names what is replaced. */
function madeAnew(before: StackTemplate, after: StackTemplate): Set<string> {
  const anew = new Set<string>();
  const isMadeAnew = (id: string) => {
    const resource = resourceOf(after, id);
    const old = before.Resources[id];
    if (old?.Type !== resource.Type) return true;
    const createOnly = createOnlyOf(resource);
    if (JSON.stringify(createOnly) !== JSON.stringify(createOnlyOf(old))) return true;
    return refersTo(createOnly, (of) => anew.has(of));
  };
  const ids = Object.keys(after.Resources);
  let counted: number;
  do {
    counted = anew.size;
    for (const id of ids) if (isMadeAnew(id)) anew.add(id);
  } while (anew.size > counted);
  return anew;
}

function resourceOf({ Resources }: StackTemplate, id: string): Resource {
  const resource = Resources[id];
  if (!resource) throw new Error(`The template has no resource ${id}.`);
  return resource;
}

/** Whether a value is, or holds, a `Ref` or `Fn::GetAtt` of one of these ids. */
function refersTo(value: unknown, isMeant: (id: string) => boolean): boolean {
  if (Array.isArray(value)) return value.some((one) => refersTo(one, isMeant));
  if (!isRecord(value)) return false;
  const { Ref: ref, 'Fn::GetAtt': attribute } = value;
  const ids = [ref, Array.isArray(attribute) ? attribute[0] : attribute];
  return ids.some((id) => typeof id === 'string' && isMeant(id)) || refersTo(Object.values(value), isMeant);
}

/** What people and other systems use: outputs and routes. */
export function usedOf({ Outputs, Resources }: StackTemplate): string[] {
  const routes = Object.values(Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  return [...Object.keys(Outputs), ...routes.map(({ Properties }) => String(Properties.RouteKey))];
}
