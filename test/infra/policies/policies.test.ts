import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod/mini';
import { keyUsesOf } from '../../../infra/local/emulator/iam/key-uses.ts';
import { startAssembly } from '../stack/assembled.ts';
import { awsActionsOf, deploy, operatorPrograms } from './aws-calls.ts';
import { actionsFor } from './handlers.ts';
import { actionsOf, complaintsAbout, differencesOf, mentions, policyOf, wideActionsOf } from './policy.ts';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Condition: z.exactOptional(z.string()),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
});
const templateSchema = z.looseObject({ Resources: z.record(z.string(), resourceSchema) });

const outputSchema = z.looseObject({ Value: z.looseObject({ Ref: z.exactOptional(z.string()) }) });
const outputsSchema = z.looseObject({ Outputs: z.record(z.string(), z.catch(outputSchema, { Value: {} })) });

const assembled = startAssembly(afterAll);
const stacks = [
  await assembled.add('test/infra/stack/everything.config.ts', 'production'),
  await assembled.add('integration.config.ts', 'test'),
];
const resources = stacks.flatMap((stack) =>
  Object.entries(z.parse(templateSchema, Template.fromStack(stack).toJSON()).Resources),
);

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
const nothing = { missing: [], idle: [] };
const policies = readdirSync('infra/policies')
  .filter((file) => file.endsWith('.json') && !file.startsWith('github-'))
  .map((file) => file.replace('.json', ''));

describe.each(policies)('the policy %s', (name) => {
  it('names actions that IAM knows, on resources that they have, under conditions that they support', async () => {
    expect((await Promise.all(policyOf(name).map(complaintsAbout))).flat()).toEqual([]);
  });

  it('changes nothing of others, where IAM can tell them apart', async () => {
    const wide = (await Promise.all(policyOf(name).map(wideActionsOf))).flat();
    const known = [
      // What is made has no tag before it is there.
      /^ec2:(Create|Allocate|Associate|Attach|Authorize)/,
      // APIs, domains and mappings have ids that nobody chooses; a mapping's tags know no function.
      /^apigateway:(DELETE|PATCH|POST|PUT)$/,
      /^lambda:(Tag|Untag)Resource$/,
    ];
    expect(wide.filter((action) => !known.some((one) => one.test(action)))).toEqual([]);
  });

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (white space does not count) */
  it('is short enough for IAM', () => {
    const text = JSON.stringify(JSON.parse(readFileSync(`infra/policies/${name}.json`, 'utf8')));
    expect(text.length).toBeLessThanOrEqual(6_144);
  });
});

type TypedResource = z.output<typeof resourceSchema>;

/** The calls of KMS that these calls make where a stack has something of their service with a key that is not AWS's own. */
function keyActionsOf(sent: readonly string[], within: readonly TypedResource[]): string[] {
  const hasOwnKey = ({ Properties }: TypedResource) =>
    /"(Kms|KMS)(Master)?KeyId":(?!"alias\/aws\/)/.test(JSON.stringify(Properties));
  const services = within.filter(hasOwnKey).map(({ Type }) => Type.split('::')[1]?.toLowerCase());
  const encrypted = [{ on: 'encrypted', key: 'key' }];
  return sent
    .filter((action) => services.includes(action.split(':')[0]))
    .flatMap((action) => keyUsesOf({ action, resource: 'encrypted' }, { encrypted, region: 'eu-west-1' }))
    .map(({ action }) => action);
}

describe('operators', () => {
  it('may do what the commands and the console send, with the keys of what is encrypted, and nothing else', async () => {
    const sent = await awsActionsOf(operatorPrograms());
    const ofKeys = keyActionsOf(
      sent,
      resources.map(([, resource]) => resource),
    );
    expect(actionsOf('operate')).toEqual(sorted([...sent, ...ofKeys]));
  });

  it('would need the key of a queue that has one', () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: { Ref: 'Key' } } };
    const sent = ['sqs:ReceiveMessage', 'sqs:SendMessage', 'dynamodb:PutItem'];
    expect(sorted(keyActionsOf(sent, [queue]))).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });

  it('are told whose rights a command of the AWS CLI needs that they may not type', () => {
    const files = readdirSync('infra/ops', { recursive: true, encoding: 'utf8' });
    const told = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join('infra/ops', file), 'utf8'))
      .flatMap((text) =>
        Array.from(text.matchAll(/[^`]{0,200}[`']aws [a-z-]+ [a-z-]+ --/g), ([found]) => found),
      );
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.filter((text) => !text.includes('with the rights of an administrator'))).toEqual([]);
  });

  it.each([
    ['dynamodb:Query', 'arn:aws:dynamodb:eu-west-1:111122223333:table/NAME/index/by-day'],
    ['dynamodb:UpdateItem', 'arn:aws:dynamodb:eu-west-1:111122223333:table/NAME'],
    ['lambda:InvokeFunction', 'arn:aws:lambda:eu-west-1:111122223333:function:NAME'],
    ['sqs:DeleteMessage', 'arn:aws:sqs:eu-west-1:111122223333:NAME'],
  ])('reach what belongs to a plant, and nothing of others: %s', (action, arn) => {
    // CloudFormation names what has no name by its stack, its logical id and chance.
    const ours = 'AzumutaErp-ghent-production-QueuesDeliveries-4XUZ1TQ3A2B1';
    expect([ours, 'Payroll'].map((name) => mentions('operate', action, arn.replace('NAME', name)))).toEqual([
      true,
      false,
    ]);
  });
});

it('lets operators invoke the functions that the commands invoke, and no other', () => {
  // Prepare: the outputs by which commands name what they invoke
  const sources = readdirSync('infra', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join('infra', file), 'utf8'));
  const named = sorted(
    sources.flatMap((text) =>
      [...text.matchAll(/invokeStackFunction\(target, '(\w+)'/g)].map(([, name = '']) => name),
    ),
  );
  const [statement] = policyOf('operate').filter(({ Action }) => Action.includes('lambda:InvokeFunction'));

  // Act
  const tag = { Key: 'azumuta-erp:operators', Value: 'invoke' };
  const tagged = stacks.map((stack) => {
    const template = Template.fromStack(stack);
    return Object.keys(
      template.findResources('AWS::Lambda::Function', { Properties: { Tags: Match.arrayWith([tag]) } }),
    ).sort();
  });
  const invoked = stacks.map((stack) => {
    const outputs = z.parse(outputsSchema, Template.fromStack(stack).toJSON()).Outputs;
    return sorted(named.map((name) => outputs[name]?.Value.Ref ?? name));
  });

  // Assess
  expect(named).toEqual(['AlertFunction', 'PullFunction']);
  expect(tagged).toEqual(invoked);
  expect(statement?.Condition).toEqual({ StringEquals: { [`aws:ResourceTag/${tag.Key}`]: [tag.Value] } });
});

describe('CloudFormation, for a stack', () => {
  const needed = actionsFor(sorted(resources.map(([, { Type }]) => Type)));
  const ofNetworks = (action: string) => action.startsWith('ec2:');

  it('may create, read, change and delete each type of resource in it, and nothing else', () => {
    // The template's parameter `BootstrapVersion` is read by its name.
    const others = [...needed.filter((action) => !ofNetworks(action)), 'ssm:GetParameters'];
    expect(differencesOf('cloudformation', others)).toEqual(nothing);
    expect(differencesOf('cloudformation-network', needed.filter(ofNetworks))).toEqual(nothing);
  });

  it('gives each resource the name that its policy expects', () => {
    const named = resources.flatMap(([, { Type, Properties }]) =>
      ['QueueName', 'TableName', 'FunctionName', 'RoleName', 'LogGroupName', 'TopicName', 'AlarmName']
        .concat(Type.startsWith('AWS::Scheduler::') ? 'Name' : [])
        .map((property) => Properties[property])
        .filter((name) => typeof name === 'string'),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !name.startsWith('AzumutaErp'))).toEqual([]);
  });

  it('gives each resource the tag that its policy expects', () => {
    // Routes, associations and attachments are changed through what they connect.
    const tagged = resources.filter(([, { Type }]) =>
      /^AWS::(SecretsManager::Secret|EC2::(?!.*(Route|Association|Attachment)$))/.test(Type),
    );
    expect(tagged.length).toBeGreaterThan(10);
    expect(
      tagged.filter(([, { Properties }]) => !JSON.stringify(Properties.Tags).includes('azumuta-erp:plant')),
    ).toEqual([]);
  });
});

describe('the CDK', () => {
  it('is bootstrapped by a role that may create what its own stack contains', () => {
    // Prepare: the keys and the boundary of its template are made on request only.
    const file = 'node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml';
    const { Resources } = z.parse(templateSchema, parseYaml(readFileSync(file, 'utf8')));
    const made = Object.values(Resources).filter(({ Condition }) => Condition === undefined);
    const text = JSON.stringify(made).replace(/\$\{Qualifier\}/g, 'hnb659fds');

    // Act
    const types = sorted(made.map(({ Type }) => Type));
    const roles = [...text.matchAll(/"RoleName":\{"Fn::Sub":"([^"]+)"/g)].map(([, name]) => name);
    const given = [...text.matchAll(/iam::aws:policy\/(\w+)/g)].map(([, name = '']) => name);

    // Assess
    const needed = actionsFor(types, { attached: true });
    // Before it begins, the command reads which version is there.
    const { missing, idle } = differencesOf('bootstrap', [...needed, 'ssm:GetParameter']);
    expect(missing).toEqual([]);
    expect(idle.filter((action) => !action.startsWith('cloudformation:'))).toEqual([]);
    expect(
      roles.map((name) => mentions('bootstrap', 'iam:CreateRole', `arn:aws:iam::1:role/${name}`)),
    ).toEqual(Array.from({ length: 5 }, () => true));
    const allowed = JSON.stringify(
      policyOf('bootstrap').flatMap(({ Condition }) => Object.values(Condition)),
    );
    // The last one is what the policies of this project are there to replace.
    expect(sorted(given).filter((policy) => !allowed.includes(`/${policy}"`))).toEqual([
      'AdministratorAccess',
    ]);
  });

  it('deploys with the roles that the policy lets it assume, and no other', () => {
    // Prepare
    const files = readdirSync(assembled.folder).filter((file) => /^manifest|assets\.json$/.test(file));
    const text = files.map((file) => readFileSync(join(assembled.folder, file), 'utf8')).join('\n');

    // Act
    const roles = sorted(
      Array.from(text.matchAll(/"assumeRoleArn": ?"[^"]+role\/([a-z0-9-]+-role-)/g), ([, role = '']) => role),
    );

    // Assess
    const assumed = policyOf('deploy').filter(({ Action }) => Action.includes('sts:AssumeRole'));
    expect(assumed.flatMap(({ Resource }) => Resource)).toEqual(
      roles.map((role) => `arn:aws:iam::*:role/${role}*`),
    );
  });

  it('deploys again what failed for the first time, by a person who may do what that command sends', async () => {
    const sent = await awsActionsOf([deploy]);
    expect(differencesOf('deploy', [...sent, 'sts:AssumeRole'])).toEqual(nothing);
  });
});
