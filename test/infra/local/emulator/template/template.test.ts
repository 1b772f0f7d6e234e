import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStack } from '../../../../../infra/local/emulator/template/read-stack.ts';
import { type Assembly, readAssembly } from '../../../../../infra/local/emulator/template/template.ts';
import { newFolder } from '../../../new-folder.ts';
import { place } from '../fixture.ts';

const read = (assembly: Assembly) => readStack(assembly, place);

/** A template of these resources alone. */
function assemblyOf(
  Resources: Assembly['template']['Resources'],
  Outputs: Record<string, unknown> = {},
): Assembly {
  const template = {
    Resources,
    Outputs: Object.fromEntries(Object.entries(Outputs).map(([name, Value]) => [name, { Value }])),
  };
  return { directory: '/nowhere', stackName: 'S', assets: {}, template };
}

const queue = { Type: 'AWS::SQS::Queue', Properties: {} };

describe('intrinsic functions', () => {
  it.each([
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ 'Fn::GetAtt': ['Q', 'Arn'] }, 'arn:aws:sqs:eu-west-1:000000000000:S-Q'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::StackName' }]] }, 'a-S'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation writes it so.
    [{ 'Fn::Sub': '${AWS::AccountId}-${Q}' }, '000000000000-http://127.0.0.1:4566/000000000000/S-Q'],
  ])('computes %j', (value, expected) => {
    expect(read(assemblyOf({ Q: queue }, { Out: value })).outputs.Out).toBe(expected);
  });

  it.each([
    [{ 'Fn::ImportValue': 'Other' }, /Outputs\.Out\.Value\.Fn::ImportValue: local runs cannot compute/],
    [{ Ref: 'Missing' }, /Outputs\.Out\.Value\.Ref: the template has no resource Missing/],
    [{ 'Fn::GetAtt': ['Q', 'Nope'] }, /do not know Nope of AWS::SQS::Queue \(Q\)/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation writes it so.
    [{ 'Fn::Sub': ['${Name}!', { Name: 'x' }] }, /Out\.Value\.Fn::Sub: local runs cannot compute/],
  ])('rejects %j with its path', (value, complaint) => {
    expect(() => read(assemblyOf({ Q: queue }, { Out: value }))).toThrow(complaint);
  });
});

it('knows what is encrypted with a key that is not AWS’s own, as who uses it must be allowed to use the key', () => {
  const Replicas = [{ Region: 'eu-west-1', SSESpecification: { KMSMasterKeyId: 'key-of-ledger' } }];
  const assembly = assemblyOf({
    Plain: queue,
    Q: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: 'key-of-queue' } },
    T: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: { KeySchema: [], AttributeDefinitions: [], Replicas },
    },
  });
  expect(read(assembly).encrypted).toEqual([
    { on: 'arn:aws:sqs:eu-west-1:000000000000:S-Q', key: 'key-of-queue' },
    { on: 'arn:aws:dynamodb:eu-west-1:000000000000:table/S-T', key: 'key-of-ledger' },
  ]);
});

describe('a template beyond local runs', () => {
  // That any property by another name is refused, in each type, is asked by everything.programs.ts.
  it.each([
    ['AWS::SQS::Queue', { VisibilityTimeout: 'soon' }, /Resources\.R\.Properties.*VisibilityTimeout/],
    ['AWS::ApiGatewayV2::Route', { RouteKey: 'ANY /x', Target: 't' }, /do not know ANY and/],
    ['AWS::ApiGatewayV2::Route', { RouteKey: '$default', Target: 't' }, /do not know ANY and/],
    ['AWS::Scheduler::Schedule', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /expected "OFF"/],
    ['AWS::SecretsManager::Secret', { GenerateSecretString: {} }, /GenerateSecretString/],
    ['AWS::Lambda::Permission', { SourceArn: 'arn:*:api/x' }, /wildcards in its last part only/],
  ])('is refused with the path of the property: %s', (Type, Properties, complaint) => {
    expect(() => read(assemblyOf({ R: { Type, Properties } }))).toThrow(complaint);
  });

  it.each([
    ['a condition of a resource', { Resources: { R: { ...queue, Condition: 'C' } } }],
    ['a mapping', { Resources: {}, Mappings: {} }],
    ['a condition of an output', { Resources: {}, Outputs: { O: { Value: 1, Condition: 'C' } } }],
  ])('is refused for %s', (_, template) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'S.assets.json'), '{"files":{}}');
    writeFileSync(join(folder, 'S.template.json'), JSON.stringify(template));
    expect(() => readAssembly(folder, 'S')).toThrow(/none of the fields (Condition|Mappings)/);
  });

  it('is refused for a resource that local runs do not imitate, except those that make no difference', () => {
    const assembly = (Type: string) => assemblyOf({ R: { Type, Properties: {} } });

    expect(() => read(assembly('AWS::Events::Rule'))).toThrow(
      'Resources.R: local runs do not imitate AWS::Events::Rule',
    );
    expect(read(assembly('AWS::CloudWatch::Alarm')).functions).toEqual([]);
  });

  it.each([
    ['NotAction', { NotAction: 'sqs:*' }],
    ['NotResource', { NotResource: '*' }],
    ['StringEquals', { Condition: { StringEquals: { 'aws:SourceAccount': '0' } } }],
    ['aws:ViaAWSService', { Condition: { Bool: { 'aws:ViaAWSService': 'true' } } }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes it so.
    ['policy variables', { Resource: 'arn:aws:sqs:*:*:${aws:username}' }],
  ])('is refused where IAM knows more than local runs do: %s', (named, more) => {
    const Statement = [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*', ...more }];
    const R = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement } } };

    expect(() => read(assemblyOf({ R }))).toThrow(named);
  });
});
