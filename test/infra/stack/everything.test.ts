import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import cdk from '../../../cdk.json' with { type: 'json' };
import { personsOf } from '../../../infra/ops/cli/target.ts';
import { grantsOf, propertiesOf, startAssembly, templateOf } from './assembled.ts';
import everything from './everything.config.ts';

const violationsSchema = z.array(z.object({ ruleName: z.string() }));
const packSchema = z.object({
  pluginName: z.string(),
  violations: violationsSchema,
  suppressedViolations: z.exactOptional(violationsSchema),
});
const reportSchema = z.object({ pluginReports: z.array(packSchema) });

function checkWithNag(app: App) {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}

/** Rules that something in the app breaks: without a reason, and with one. A pack without any is left out. */
function findingsIn(app: App) {
  try {
    app.synth();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationFailed') throw error;
  }
  const text = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8');
  const { pluginReports } = z.parse(reportSchema, JSON.parse(text));
  const rules = (found: readonly { readonly ruleName: string }[] = []) =>
    found.map(({ ruleName }) => ruleName);
  return {
    packs: pluginReports.map(({ pluginName }) => pluginName),
    broken: pluginReports.flatMap(({ violations }) => rules(violations)),
    acknowledged: new Set(pluginReports.flatMap((pack) => rules(pack.suppressedViolations))),
  };
}

const assembled = startAssembly(afterAll, { validate: true });
checkWithNag(assembled.app);
const stack = await assembled.add('test/infra/stack/everything.config.ts', 'production');
const sampleStack = await assembled.add('integration.config.ts', 'production');
const { deployment } = everything;
const withoutBudget = await templateOf(
  { ...everything, deployment: { ...deployment, monthlyBudget: 'none' } },
  'production',
);
const found = findingsIn(assembled.app);
const template = Template.fromStack(stack);
const sample = Template.fromStack(sampleStack);

it('outputs who acts for the console, in characters that CloudFormation gives back, and nothing where nobody is named', () => {
  const { Persons } = template.findOutputs('Persons');
  expect(Persons?.Value).toMatch(/^[ -~]+$/);
  expect(personsOf({ outputs: { Persons: String(Persons?.Value) } })).toEqual({
    planner: 'Renée Maes, ext. 23',
  });
  expect(sample.findOutputs('Persons')).toEqual({});
});

it('lets an alarm reach the topic: CloudWatch may publish to it', () => {
  // Prepare
  const stackName = 'AzumutaErp-everything-production';
  const statementSchema = z.looseObject({
    Effect: z.string(),
    Resource: z.unknown(),
    Condition: z.unknown(),
  });
  const policySchema = z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) });
  const policies = Object.entries(template.findResources('AWS::SNS::TopicPolicy'));
  const topicPolicy = policies.find(([logicalId]) => logicalId.startsWith('Alarms'))?.[1];

  // Act
  const { Statement } = z.parse(policySchema, topicPolicy?.Properties).PolicyDocument;
  const [allowed, ...others] = Statement.filter(({ Effect }) => Effect === 'Allow');

  // Assess
  expect(others).toEqual([]);
  expect(allowed).toMatchObject({
    Action: 'sns:Publish',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
  });
  expect(JSON.stringify(allowed?.Condition)).toMatch(
    new RegExp(`^\\{"ArnLike":\\{"aws:SourceArn":.*:alarm:${stackName}-\\*"`),
  );
  const alarms = propertiesOf(template, 'AWS::CloudWatch::Alarm');
  expect(alarms.length).toBeGreaterThan(10);
  for (const { AlarmName, AlarmActions, OKActions } of alarms) {
    expect(AlarmName).toMatch(new RegExp(`^${stackName}-`));
    expect(AlarmActions).toEqual([allowed?.Resource]);
    expect([undefined, AlarmActions]).toContainEqual(OKActions);
  }
});

describe('cdk-nag', () => {
  it('finds nothing without a reason, nor does the CDK, in the sample and with all that a deployment can have', () => {
    // The sample names nobody who gets alarms, and is warned.
    expect(found).toMatchObject({
      packs: ['AwsSolutions', 'Serverless', 'Construct Annotations'],
      broken: ['Annotation::azumuta-erp:nobody-is-told'],
    });
    expect([...found.acknowledged].sort()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5[Resource::*]',
      'AwsSolutions-SMG4',
      'AwsSolutions-VPC7',
      'Serverless-LambdaAsyncFailureDestination',
      'Serverless-LambdaDLQ',
      'Serverless-LambdaEventSourceMappingDestination',
      'Serverless-LambdaTracing',
      'Serverless-SNSRedrivePolicy',
      'Serverless-SQSRedrivePolicy',
    ]);
  });
});

describe('a deployment with every option', () => {
  it('has an own domain, whose DNS target is an output, and no other address', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    sample.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'azumuta.plant.example' });
    template.hasOutput('DomainTarget', {});
    template.hasOutput('WebhookUrl', {
      Value: 'https://azumuta.plant.example/webhooks/azumuta/product-order-completed/<token>',
    });
    template.hasOutput('OrderEndpoint', { Value: 'https://azumuta.plant.example/product-orders' });
  });

  it('has a list of allowed sources for each endpoint', () => {
    const sources = propertiesOf(template, 'AWS::Lambda::Function').flatMap(
      ({ Description, Environment: { Variables } }) =>
        Variables.ALLOWED_SOURCES ? [[Description, Variables.ALLOWED_SOURCES]] : [],
    );
    expect(sources.sort()).toEqual([
      ['Shows today and single orders to people who have a signed link', '["192.0.2.0/24"]'],
      ['Takes orders from the ERP and returns their status', '["198.51.100.7"]'],
      ['Validates Azumuta triggers and enqueues them', '["203.0.113.0/24"]'],
    ]);
  });

  it('lets the ERP go on for as long as its connector says before a booking in doubt is made again', () => {
    const settling = (from: Template) =>
      propertiesOf(from, 'AWS::Lambda::Function').flatMap(
        ({ Environment: { Variables } }) => Variables.SETTLING_SECONDS ?? [],
      );
    expect([...new Set(settling(template))]).toEqual(['900']);
    expect([...new Set(settling(sample))]).toEqual(['300']);
  });

  it('has a fixed public address for the functions that call the ERP, and for no other', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const placed = functions.filter(([, { Properties }]) => Properties.VpcConfig).map(([id]) => id);
    expect(placed.map((id) => id.replace(/^Functions|Function[0-9A-F]+$/g, '')).sort()).toEqual([
      'BookCompletion',
      'CreateProductOrders',
      'PullProductOrders',
    ]);
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.hasOutput('FixedAddress', {});
  });

  it('has a network in which nothing can be reached from outside', () => {
    const [group, ...others] = propertiesOf(template, 'AWS::EC2::SecurityGroup');
    expect(others).toEqual([]);
    expect(group?.SecurityGroupIngress).toBeUndefined();
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    for (const { VpcConfig } of propertiesOf(template, 'AWS::Lambda::Function'))
      for (const subnet of VpcConfig?.SubnetIds ?? []) expect(subnet.Ref).toMatch(/^NetworkVpcPrivate/);
  });

  it('has no wildcard in any grant but for the interfaces of that network, which no code of ours may touch', () => {
    const everywhere = Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(
      ([id, { Properties }]) =>
        z
          .parse(z.array(z.looseObject({ Resource: z.unknown() })), Properties.PolicyDocument.Statement)
          .filter(({ Resource }) => Resource === '*')
          .map((statement) => [id.replace(/^Functions|[0-9A-F]{8}$/g, ''), statement] as const),
    );
    const interfaces = ['BookCompletion', 'CreateProductOrders', 'PullProductOrders'].map(
      (name) => `${name}NetworkInterfaces`,
    );

    expect([...new Set(everywhere.map(([id]) => id))].sort()).toEqual(interfaces);
    const actions = expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']);
    for (const id of interfaces)
      expect(everywhere.filter(([each]) => each === id).map(([, statement]) => statement)).toEqual([
        { Effect: 'Allow', Action: actions, Resource: '*' },
        {
          Effect: 'Deny',
          Action: actions,
          Resource: '*',
          Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
        },
      ]);
  });

  it('uses a secret of its own, which the stack then does not create and functions may read', () => {
    template.resourceCountIs('AWS::SecretsManager::Secret', 5);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'secretsmanager:GetSecretValue',
            Resource: Match.arrayWith([Match.stringLikeRegexp('secret:erp/credentials-AbCdEf')]),
          }),
        ]),
      },
    });
  });

  it('partners with a limit of calls at once: no more containers run than have a slot, but for one that reads meanwhile, and for two', () => {
    const containers = propertiesOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ({ FunctionName, ScalingConfig }) => [
        JSON.stringify(FunctionName).match(/Functions([A-Za-z]+)Function/)?.[1],
        ScalingConfig.MaximumConcurrency,
      ],
    );
    expect(containers.sort()).toEqual([
      ['BookCompletion', 8],
      ['CreateProductOrders', 2],
    ]);
  });
});

describe('a template', () => {
  it('is synthesized with all feature flags that the CDK recommends: to set one later changes what is deployed', () => {
    const recommended = createRequire(import.meta.url)('aws-cdk-lib/recommended-feature-flags.json');
    expect(cdk.context).toEqual(recommended);
  });

  it('is synthesized without a look-up, without functions of the CDK’s own and without network', () => {
    const manifest = readFileSync(join(assembled.folder, 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest).missing).toBeUndefined();
    template.resourceCountIs('AWS::Lambda::Function', 8);
    expect(Object.keys(template.findResources('Custom::*'))).toEqual([]);
  });
});

/** The topic of each address. */
const listsOf = (of: Template) =>
  propertiesOf(of, 'AWS::SNS::Subscription')
    .map(({ Endpoint, TopicArn, Protocol }) => [
      Endpoint,
      Protocol,
      String(TopicArn.Ref).replace(/[0-9A-F]{8}$/, ''),
    ])
    .sort();

it('has AWS mail the IT department when it costs more than its budget, counted by a tag of each resource', () => {
  const stackName = 'AzumutaErp-everything-production';
  template.hasResourceProperties('AWS::Budgets::Budget', {
    Budget: Match.objectLike({
      // People and `infra/policies` know it by its stack.
      BudgetName: Match.stringLikeRegexp(`^${stackName}-eu-west-1-[0-9a-f]{8}$`),
      BudgetLimit: { Amount: 60, Unit: 'USD' },
      CostFilters: { TagKeyValue: [`user:azumuta-erp:stack$${stackName}`] },
    }),
    NotificationsWithSubscribers: ['ACTUAL', 'FORECASTED'].map((NotificationType) => ({
      Notification: { NotificationType, ComparisonOperator: 'GREATER_THAN', Threshold: 100 },
      Subscribers: [{ Address: 'it@plant.example', SubscriptionType: 'EMAIL' }],
    })),
  });
  template.allResourcesProperties('AWS::Lambda::Function', {
    Tags: Match.arrayWith([{ Key: 'azumuta-erp:stack', Value: stackName }]),
  });
  // It would mail nobody.
  sample.resourceCountIs('AWS::Budgets::Budget', 0);
  withoutBudget.resourceCountIs('AWS::Budgets::Budget', 0);
});

it('mails alerts and the morning mail each to a topic of its own', () => {
  expect(listsOf(template)).toEqual([
    ['foreman@plant.example', 'email', 'MailsMorning'],
    ['it@plant.example', 'email', 'AlarmsTopic'],
    ['planning@plant.example', 'email', 'MailsAlerts'],
    ['planning@plant.example', 'email', 'MailsMorning'],
  ]);
});

it('looks every five minutes for what a person must act on, in any deployment', () => {
  for (const each of [template, sample])
    each.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Target: Match.objectLike({ Arn: Match.anyValue() }),
      Description: 'Tells people what needs them',
    });
});

it('has a secret for the addresses of webhooks, and lets one function read it, only where there are webhooks', () => {
  const secretsOf = (of: Template) => Object.keys(of.findResources('AWS::SecretsManager::Secret'));
  expect(secretsOf(template).filter((id) => id.startsWith('SecretsAlertWebhooks'))).toHaveLength(1);
  expect(secretsOf(sample).filter((id) => id.startsWith('SecretsAlertWebhooks'))).toEqual([]);
  const readers = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([, { Properties }]) => JSON.stringify(Properties).includes('SecretsAlertWebhooks'))
    .map(([logicalId]) => logicalId);
  expect(readers).toEqual([expect.stringMatching(/^FunctionsSendAlertsRole/)]);
});

it('lets the function publish to these topics only, and not that of the morning mail where nobody gets one', () => {
  const policyOf = (of: Template) => JSON.stringify(grantsOf(of, 'SendAlerts'));
  expect(policyOf(template)).toMatch(/"sns:Publish".*MailsAlerts.*MailsMorning/);
  expect(policyOf(template)).not.toContain('AlarmsTopic');
  expect(policyOf(sample)).not.toMatch(/MailsMorning|\*"/);
});
