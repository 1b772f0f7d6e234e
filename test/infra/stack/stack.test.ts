import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { grantsOf, propertiesOf, startAssembly } from './assembled.ts';

const assembled = startAssembly(afterAll);
const stack = await assembled.add('integration.config.ts', 'test');
const productionStack = await assembled.add('integration.config.ts', 'production');
const template = Template.fromStack(stack);
const production = Template.fromStack(productionStack);

describe('queues', () => {
  it('are encrypted, refuse plain connections and keep messages for 14 days', () => {
    template.allResourcesProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 1_209_600,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('hide messages for six times the timeout of their function, and give them up after a thousand receives', () => {
    const queues = propertiesOf(template, 'AWS::SQS::Queue').map(({ VisibilityTimeout, RedrivePolicy }) => [
      VisibilityTimeout,
      RedrivePolicy?.maxReceiveCount,
    ]);
    expect(queues.filter(([seconds]) => seconds !== undefined)).toEqual(Array(2).fill([360, 1000]));
  });

  it('let consumers answer for each message, by so few containers that three of a new account’s ten are left', () => {
    const mappings = propertiesOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ({ FunctionResponseTypes, ScalingConfig }) => [FunctionResponseTypes, ScalingConfig.MaximumConcurrency],
    );
    expect(mappings).toEqual([4, 3].map((containers) => [['ReportBatchItemFailures'], containers]));
  });
});

describe('functions', () => {
  it('may put a message back into their own queue for as long as a pause lasts', () => {
    const consumers = propertiesOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ({ FunctionName }) => FunctionName.Ref,
    );
    const allowed = Object.entries(template.findResources('AWS::Lambda::Function')).flatMap(
      ([id, { Properties }]) => (Properties.RecursiveLoop === 'Allow' ? id : []),
    );
    expect(consumers).toHaveLength(2);
    expect(allowed.sort()).toEqual(consumers.sort());
  });

  it('run on Node 24 and arm64, with JSON logs in their own groups', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: Match.anyValue() },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
    // The stage as which they load their configuration.
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ STAGE: 'test' }) },
    });
  });

  it('have no wildcard in any grant', () => {
    for (const { PolicyDocument } of propertiesOf(template, 'AWS::IAM::Policy')) {
      for (const { Action, Resource } of PolicyDocument.Statement) {
        expect(JSON.stringify(Action)).not.toContain('*');
        // A log group's own ARN ends in `:*`, which stands for its streams; Scheduler's names versions.
        expect(Resource).not.toBe('*');
      }
    }
  });

  it('may send to two queues and read one token when anybody can call them', () => {
    const statements = grantsOf(template, 'ReceiveWebhook');
    const reached = (action: string) =>
      statements
        .filter(({ Action }) => [Action].flat().includes(action))
        .flatMap(({ Resource }) => JSON.stringify(Resource).match(/(?:Queues|Secrets)[A-Za-z]+/g) ?? []);
    const actions = statements.flatMap(({ Action }) => Action).filter((action) => !/^logs:/.test(action));
    expect(actions).toEqual(['sqs:SendMessage', 'secretsmanager:GetSecretValue']);
    expect(reached('sqs:SendMessage')).toEqual([
      expect.stringMatching(/^QueuesCompletions/),
      expect.stringMatching(/^QueuesDeadLetters/),
    ]);
    expect(reached('secretsmanager:GetSecretValue')).toEqual([expect.stringMatching(/^SecretsWebhookToken/)]);
  });
});

describe('routes', () => {
  it('have a route for each trigger method and for orders, and no other', () => {
    const routes = propertiesOf(template, 'AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey);
    expect(routes.sort()).toEqual([
      'GET /product-orders/{number+}',
      'GET /webhooks/azumuta/{event}/{token}',
      'POST /product-orders',
      'POST /webhooks/azumuta/{event}/{token}',
    ]);
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 1);
    template.resourceCountIs('AWS::Lambda::Url', 0);
    const callers = propertiesOf(template, 'AWS::Lambda::Permission').map(({ Principal }) => Principal);
    expect(new Set(callers)).toEqual(new Set(['apigateway.amazonaws.com']));
  });

  it('log the route and never the path, which contains the token', () => {
    const [{ AccessLogSettings } = {}] = propertiesOf(template, 'AWS::ApiGatewayV2::Stage');
    const format = AccessLogSettings.Format;
    expect(format).toContain('$context.routeKey');
    expect(format).not.toMatch(/\$context\.(path|resourcePath|http)|\$request/);
  });

  it('accept 20 calls a second from Azumuta and 200 at once, and from the ERP so many that none of those is turned away', () => {
    const webhook = { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 200 };
    const orders = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const routes = template.findResources('AWS::ApiGatewayV2::Route');

    expect(stage?.Properties).toMatchObject({ DefaultRouteSettings: orders });
    expect(stage?.Properties.RouteSettings).toEqual({
      'GET /webhooks/azumuta/{event}/{token}': webhook,
      'POST /webhooks/azumuta/{event}/{token}': webhook,
      'POST /product-orders': orders,
      'GET /product-orders/{number+}': orders,
    });
    // API Gateway knows no route of that name before it is made.
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(Object.keys(routes)));
  });
});

describe('what must not be lost', () => {
  it('is kept when a production stack is deleted', () => {
    production.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    for (const type of ['AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'])
      production.allResources(type, {
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    production.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ DeletionProtectionEnabled: true })],
    });
  });

  it('can be recovered to any second, and forgets by time to live', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [
        Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
      ],
    });
  });

  it('is written and read no more than so often, whatever comes with a valid key', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: 500 },
      Replicas: [Match.objectLike({ ReadOnDemandThroughputSettings: { MaxReadRequestUnits: 1000 } })],
    });
  });

  it('creates secrets without a value, so that no change of the template overwrites what a plant put in', () => {
    template.allResourcesProperties('AWS::SecretsManager::Secret', {
      SecretString: Match.absent(),
      GenerateSecretString: Match.absent(),
    });
  });
});
