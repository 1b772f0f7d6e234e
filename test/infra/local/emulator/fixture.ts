import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleSettings } from '../../../../infra/build/bundle-functions.ts';
import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../../../../infra/local/emulator/emulator.ts';
import type { Template } from '../../../../infra/local/emulator/template/template.ts';

type Resources = Template['Resources'];

export const place = {
  region: 'eu-west-1',
  accountId: '000000000000',
  awsEndpoint: 'http://127.0.0.1:4566',
  apiUrl: 'http://127.0.0.1:8080',
};

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Something that a role may do. */
const allow = (Action: string | string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

const roleWith = (name: string, ...Statement: object[]): Resources => ({
  [`${name}Role`]: { Type: 'AWS::IAM::Role', Properties: {} },
  [`${name}Policy`]: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement }, Roles: [{ Ref: `${name}Role` }] },
  },
});

/** A function of `handlers/`, which may log, and whatever `grants` say. */
const lambda = (
  name: string,
  Timeout: number,
  more: object,
  code = name,
  ...grants: object[]
): Resources => ({
  [name]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Key: code },
      Timeout,
      MemorySize: 256,
      Role: arn(`${name}Role`),
      ...more,
    },
  },
  ...roleWith(name, allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '*'), ...grants),
});

/** A small stack with one of each thing that the local platform runs. */
export const resources: Resources = {
  Unable: { Type: 'AWS::SQS::Queue', Properties: {} },
  Orders: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      VisibilityTimeout: 600,
      RedrivePolicy: { deadLetterTargetArn: arn('Unable'), maxReceiveCount: 3 },
    },
  },
  Ledger: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      AttributeDefinitions: ['pk', 'sk', 'number'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-number',
          KeySchema: [{ AttributeName: 'number', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  },
  ApiKey: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
  ...lambda('Probe', 30, {}),
  ...lambda('Hurried', 1, {}, 'Probe'),
  ...lambda(
    'Worker',
    120,
    { Environment: { Variables: { TABLE_NAME: { Ref: 'Ledger' }, SETTLING_SECONDS: '300' } } },
    'Worker',
    allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], arn('Ledger')),
    allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], arn('Orders')),
  ),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Worker' },
      EventSourceArn: arn('Orders'),
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { IntegrationType: 'AWS_PROXY', IntegrationUri: arn('Probe'), PayloadFormatVersion: '2.0' },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      RouteKey: 'POST /product-orders',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn('Probe'),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Join': [
          '',
          ['arn:aws:execute-api:eu-west-1:000000000000:', { Ref: 'Api' }, '/*/*/product-orders'],
        ],
      },
    },
  },
  ...roleWith('Scheduler', allow('lambda:InvokeFunction', arn('Probe'))),
  Hourly: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'rate(5 minutes)',
      Target: {
        Arn: arn('Probe'),
        RoleArn: arn('SchedulerRole'),
        Input: JSON.stringify({ act: 'echo', from: 'schedule' }),
      },
    },
  },
};

/**
 * The fixture, running; its times are long, so that none ends by itself.
 * @param change What of the template is changed before.
 */
export async function startFixture(
  options: Partial<EmulatorOptions> = {},
  change: (resources: Resources) => Resources = (same) => same,
): Promise<Emulator> {
  const { dataDir = mkdtempSync(join(tmpdir(), 'fixture-')) } = options;
  const directory = join(dataDir, 'fixture');
  mkdirSync(directory, { recursive: true });
  const names = ['Probe', 'Worker'];
  await build({
    ...bundleSettings,
    entryPoints: names.map((name) => ({
      in: join(import.meta.dirname, 'handlers', `${name}.ts`),
      out: `${name}/index`,
    })),
    outdir: directory,
  });
  const file = (name: string) => ({ source: { path: name }, destinations: { here: { objectKey: name } } });
  const files = Object.fromEntries(names.map((name) => [name, file(name)]));
  writeFileSync(join(directory, 'Fixture.assets.json'), JSON.stringify({ files }));
  writeFileSync(join(directory, 'Fixture.template.json'), JSON.stringify({ Resources: change(resources) }));
  const remove = () => rmSync(options.dataDir ? directory : dataDir, { recursive: true, force: true });
  const started = startEmulator({
    template: { directory, stackName: 'Fixture' },
    overrides: { environment: { SETTLING_SECONDS: '1' } },
    ...options,
    dataDir,
  });
  const emulator = await started.catch((error: unknown) => {
    remove();
    throw error;
  });
  return { ...emulator, stop: () => emulator.stop().finally(remove) };
}
