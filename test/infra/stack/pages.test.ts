import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, it } from 'vitest';
import sample from '../../../integration.config.ts';
import { grantsOf, propertiesOf, startAssembly } from './assembled.ts';

const assembled = startAssembly(afterAll);
const { deployment } = sample;
const withPages = { ...sample, deployment: { ...deployment, pages: { validHours: 24, allowedSources: [] } } };
const without = await assembled.add(sample, 'test');
const production = await assembled.add(withPages, 'production');
const [off, on] = [Template.fromStack(without), Template.fromStack(production)];

it('adds nothing to a stack that has no pages', () => {
  expect(JSON.stringify(off.toJSON())).not.toMatch(/pages/i);
});

it('lets the function get, query and read its own key, and nothing else', () => {
  const grants = grantsOf(on, 'ShowPages').filter(({ Action }) => !/^logs:/.test(String(Action)));
  expect(grants.map(({ Action }) => Action)).toEqual([
    ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
    'dynamodb:Query',
    'secretsmanager:GetSecretValue',
  ]);
  const resources = JSON.stringify(grants.map(({ Resource }) => Resource));
  expect(resources).toMatch(/by-awaiting-completion.*by-concern.*SecretsPagesKey/);
  expect(resources).not.toMatch(/Queue|Secrets(?!PagesKey)/);
});

it('lets only the function that sends links read the key besides, and gives it the address of the pages', () => {
  const policies = Object.entries(on.findResources('AWS::IAM::Policy'));
  const readers = policies.filter(([, policy]) => JSON.stringify(policy).includes('SecretsPagesKey'));
  expect(readers.map(([id]) => id.replace(/Role.*/, '')).sort()).toEqual([
    'FunctionsSendAlerts',
    'FunctionsShowPages',
  ]);
  on.hasResourceProperties('AWS::Lambda::Function', {
    Description: Match.stringLikeRegexp('^Tells people'),
    Environment: {
      Variables: Match.objectLike({ PAGES_URL: { 'Fn::Join': ['', [Match.anyValue(), '/pages']] } }),
    },
  });
});

it('has the key made by AWS, so that nobody ever sees it', () => {
  on.hasResourceProperties('AWS::SecretsManager::Secret', {
    GenerateSecretString: {
      SecretStringTemplate: '{}',
      GenerateStringKey: 'current',
      ExcludePunctuation: true,
    },
    SecretString: Match.absent(),
  });
});

it('takes five calls a second of each method, so that a flood of links turns no trigger away', () => {
  const limit = { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 20 };
  const [stage] = propertiesOf(on, 'AWS::ApiGatewayV2::Stage');
  expect(stage?.RouteSettings).toMatchObject({
    'GET /pages/{page}': limit,
    'HEAD /pages/{page}': limit,
    'POST /product-orders': { ThrottlingRateLimit: 50 },
  });
  const routes = propertiesOf(on, 'AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey);
  const ofPages = routes.filter((key) => /pages/.test(key));
  expect(ofPages.sort()).toEqual(['GET /pages/{page}', 'HEAD /pages/{page}']);
});

it('counts refused pages for an alarm of their own, and not among the calls of Azumuta and the ERP', () => {
  const filters = propertiesOf(on, 'AWS::Logs::MetricFilter').map(
    ({ MetricTransformations: [counted], FilterPattern }) => [counted.MetricName, FilterPattern],
  );
  const isRefused = '(($.status = "5*") || ($.status = "429"))';
  expect(filters.sort()).toEqual([
    ['HttpApiRefused', `{ ($.route != "*/pages/*") && ${isRefused} }`],
    ['PagesRefused', `{ ($.route = "*/pages/*") && ${isRefused} }`],
  ]);
  on.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'PagesRefused', Threshold: 1 });
});
