import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';

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

/**
 * Properties that CloudFormation cannot change: it replaces the resource instead ("Update requires: Replacement" in its
 * template reference). Listed are the types whose resources hold something that a plant needs, or have a unique name.
 */
const createOnly: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['ProtocolType'],
  'AWS::ApiGatewayV2::DomainName': ['DomainName'],
  'AWS::ApiGatewayV2::Stage': ['ApiId', 'StageName'],
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
  'AWS::EC2::EIP': ['Domain', 'Address', 'IpamPoolId', 'NetworkBorderGroup', 'TransferAddress'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::Scheduler::ScheduleGroup': ['Name'],
  'AWS::SecretsManager::Secret': ['Name'],
};

/** Properties that give a resource a unique name. */
const names = /^(Name|(Alarm|Function|LogGroup|Queue|Role|Secret|Table|Topic)Name)$/;

/** The unique names of a resource. The name of an API is a label that several may have. */
export function namesOf({ Properties }: Resource): string[] {
  return Object.entries(Properties).flatMap(([property, value]) =>
    names.test(property) && typeof value === 'string' ? [value] : [],
  );
}

/** The type and id by which CloudFormation recognises a resource that it has deployed before. */
export function identitiesOf({ Resources }: StackTemplate) {
  return Object.fromEntries(
    Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
      const fixed = createOnly[Type]?.filter((name) => name in Properties);
      const values = fixed?.map((name) => [name, Properties[name]] as const);
      return values ? [[id, { Type, ...Object.fromEntries(values) }] as const] : [];
    }),
  );
}

/** What people and other systems use: outputs and routes. */
export function usedOf({ Outputs, Resources }: StackTemplate): string[] {
  const routes = Object.values(Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  return [...Object.keys(Outputs), ...routes.map(({ Properties }) => String(Properties.RouteKey))];
}
