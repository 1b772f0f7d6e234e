import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, it } from 'vitest';
import { startAssembly } from './assembled.ts';

const assembled = startAssembly();
afterAll(assembled.remove);
const whole = await assembled.add('test/infra/stack/everything.config.ts', 'production');
const sampleStack = await assembled.add('integration.config.ts', 'test');
const everything = Template.fromStack(whole);
const sample = Template.fromStack(sampleStack);

/** The topic of each address. */
const listsOf = (template: Template) =>
  Object.values(template.findResources('AWS::SNS::Subscription'))
    .map(({ Properties: { Endpoint, TopicArn, Protocol } }) => [
      Endpoint,
      Protocol,
      String(TopicArn.Ref).replace(/[0-9A-F]{8}$/, ''),
    ])
    .sort();

it('mails alerts and the morning mail each to a topic of its own', () => {
  expect(listsOf(everything)).toEqual([
    ['foreman@plant.example', 'email', 'MailsMorning'],
    ['it@plant.example', 'email', 'AlarmsTopic'],
    ['planning@plant.example', 'email', 'MailsAlerts'],
    ['planning@plant.example', 'email', 'MailsMorning'],
  ]);
});

it('looks every five minutes for what a person must act on, in any deployment', () => {
  for (const template of [everything, sample])
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Target: Match.objectLike({ Arn: Match.anyValue() }),
      Description: 'Tells people what they must see to',
    });
});

it('has a secret for the addresses of webhooks, and lets one function read it, only where there are webhooks', () => {
  const secretsOf = (template: Template) =>
    Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  expect(secretsOf(everything).filter((id) => id.startsWith('SecretsAlertWebhooks'))).toHaveLength(1);
  expect(secretsOf(sample).filter((id) => id.startsWith('SecretsAlertWebhooks'))).toEqual([]);
  const readers = Object.entries(everything.findResources('AWS::IAM::Policy'))
    .filter(([, { Properties }]) => JSON.stringify(Properties).includes('SecretsAlertWebhooks'))
    .map(([logicalId]) => logicalId);
  expect(readers).toEqual([expect.stringMatching(/^FunctionsSendAlertsRole/)]);
});

it('lets the function publish to these topics only, and read the index of days only for the morning mail', () => {
  const policyOf = (template: Template) =>
    JSON.stringify(
      Object.entries(template.findResources('AWS::IAM::Policy')).find(([logicalId]) =>
        logicalId.startsWith('FunctionsSendAlertsRole'),
      ),
    );
  expect(policyOf(everything)).toMatch(/"sns:Publish".*MailsAlerts.*MailsMorning/);
  expect(policyOf(everything)).not.toContain('AlarmsTopic');
  expect(policyOf(everything)).toContain('/index/by-day');
  expect(policyOf(sample)).not.toMatch(/MailsMorning|by-day|\*"/);
});
