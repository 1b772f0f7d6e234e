import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import sample from '../../../integration.config.ts';
import { ConfigurationError, defineIntegration } from '../../../shared/integration/define.ts';
import type { Deployment } from '../../../shared/integration/deployment.ts';
import { propertiesOf, startAssembly, templateOf } from './assembled.ts';

const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/4f0c1d2e';
const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:erp/credentials';
const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const domain = { name: 'azumuta.plant.example', certificateArn };

const integrationWith = (deployment: Deployment) =>
  defineIntegration({
    plant: 'ghent',
    timeZone: 'Europe/Brussels',
    erp: sample.erp,
    completions: sample.completions,
    deployment,
  });

const stackWith = async (deployment: Deployment) =>
  startAssembly(onTestFinished).add(integrationWith(deployment), 'production');

const templateWith = (deployment: Deployment, stage = 'production') =>
  templateOf(integrationWith(deployment), stage);

describe('an account and a region', () => {
  it('are pinned, without a look into the account', async () => {
    const pinned = { account: '111122223333', region: 'eu-west-1' };
    const stack = await stackWith({ ...pinned, network: { fixedAddress: true } });

    expect([stack.account, stack.region]).toEqual(['111122223333', 'eu-west-1']);
    expect(stack.availabilityZones).toHaveLength(2);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::Subnet', {
      AvailabilityZone: { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] },
    });
  });

  it('are those of the credentials unless the plant names others', async () => {
    const { account, region } = await stackWith({});
    expect(`${account} ${region}`).toMatch(/^\$\{Token\[AWS\.AccountId.*\]\} \$\{Token\[AWS\.Region.*\]\}$/);
  });

  const region = 'eu-central-1';
  const erpCredentials = `${secret}-AbCdEf`;
  const ofErp = 'secrets.erpCredentials';
  it.each([
    ['a certificate', { region, domain }, 'domain.certificateArn'],
    ['a secret', { region, secrets: { erpCredentials } }, ofErp],
    [
      'a secret with a key',
      { region, secrets: { erpCredentials: { arn: erpCredentials, keyArn: key } } },
      ofErp,
    ],
  ])('refuse %s of another region, by name', async (_, deployment, path) => {
    const refused = stackWith(deployment);
    await expect(refused).rejects.toThrow(ConfigurationError);
    await expect(refused).rejects.toThrow(
      `$.deployment.${path}: found an ARN of eu-west-1, expected one of eu-central-1 (deployment.region)`,
    );
  });

  it('are refused when an ARN is in another region than the AWS profile', async () => {
    vi.stubEnv('CDK_DEFAULT_REGION', 'eu-central-1');
    onTestFinished(() => void vi.unstubAllEnvs());

    await expect(stackWith({ domain })).rejects.toThrow(
      'expected one of eu-central-1 (of your AWS profile; deployment.region pins another)',
    );
    await expect(stackWith({ domain, region: 'eu-west-1' })).resolves.toBeDefined();
  });
});

it('is refused while nobody has tried whether a relay books a key once', async () => {
  const integration = integrationWith({});
  const untried = { ...integration, erp: { ...integration.erp, untried: 'erp.book.steps[0].tried' } };

  const refused = startAssembly(onTestFinished).add(untried, 'production');

  await expect(refused).rejects.toThrow(ConfigurationError);
  await expect(refused).rejects.toThrow('$.erp.book.steps[0].tried: found missing, expected when, by whom');
});

it('answers at AWS’s address as well as at its own domain, while callers move from the one to the other', async () => {
  const both = await templateWith({ region: 'eu-west-1', domain: { ...domain, alsoAwsAddress: true } });
  const moved = await templateWith({ region: 'eu-west-1', domain });

  both.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
  moved.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  for (const template of [both, moved])
    template.hasOutput('OrderEndpoint', { Value: 'https://azumuta.plant.example/product-orders' });
});

describe('a deployment', () => {
  const [none, alias] = ['203.0.113.7', 'arn:aws:kms:eu-west-1:111122223333:alias/erp'];
  const aliased = { secrets: { erpCredentials: { arn: `${secret}-AbCdEf`, keyArn: alias } } };
  const noKey = '$.deployment.secrets.erpCredentials.keyArn: found string, expected the ARN of a key';
  it.each<[string, Deployment, string]>([
    ['an account that is no text of 12 digits', { account: '1111' }, '$.deployment.account'],
    ['a region that is none', { region: 'Ireland' }, '$.deployment.region'],
    ['half an ARN', { secrets: { erpCredentials: secret } }, 'with the dash and six characters at its end'],
    ['a key by its alias', aliased, noKey],
    [
      'an address that is no allocation',
      { network: { fixedAddress: true, allocationId: none } },
      'eipalloc-',
    ],
    ['no container at all for the webhook', { webhookConcurrency: 0 }, '$.deployment.webhookConcurrency'],
  ])('with %s is refused with a sentence', (_, deployment, sentence) => {
    expect(() => integrationWith(deployment)).toThrow(ConfigurationError);
    expect(() => integrationWith(deployment)).toThrow(sentence);
  });

  it('is refused before it is deployed when its allowed sources exceed Lambda’s environment', async () => {
    const sources = (count: number) =>
      Array.from({ length: count }, (_, at) => `203.0.${at % 100}.${at % 256}`);

    await expect(stackWith({ allowedSources: { webhook: sources(100) } })).resolves.toBeDefined();
    await expect(stackWith({ allowedSources: { webhook: sources(260) } })).rejects.toThrow(
      /\$\.deployment\.allowedSources\.webhook: .*expected at most 2500 characters in all: networks \(203\.0\.113\.0\/24\)/,
    );
  });
});

it('lets the functions that read a secret with a key of the plant’s own decrypt it, and no other', async () => {
  const template = await templateWith({
    secrets: { webhookToken: { arn: `${secret}-AbCdEf`, keyArn: key } },
  });
  const Condition = { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } };
  const Statement = Match.arrayWith([{ Action: 'kms:Decrypt', Effect: 'Allow', Resource: key, Condition }]);
  template.hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement } });
  const decrypting = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, policy]) =>
    JSON.stringify(policy).includes('kms:Decrypt'),
  );
  expect(decrypting.map(([id]) => id)).toEqual([expect.stringMatching(/^FunctionsReceiveWebhook/)]);
});

describe('the address that the ERP lets in', () => {
  it('is the plant’s own where it names one', async () => {
    const template = await templateWith({ network: { fixedAddress: true, allocationId: 'eipalloc-0abc' } });
    template.resourceCountIs('AWS::EC2::EIP', 0);
    template.hasResourceProperties('AWS::EC2::NatGateway', { AllocationId: 'eipalloc-0abc' });
    expect(template.findOutputs('FixedAddress')).toEqual({});
  });

  it('is kept in the account when a production stack is deleted', async () => {
    const assembled = startAssembly(onTestFinished);
    const own = integrationWith({ network: { fixedAddress: true } });
    const stages = [await assembled.add(own, 'production'), await assembled.add(own, 'dev')];
    const kept = stages.map((stack) =>
      Object.values(Template.fromStack(stack).findResources('AWS::EC2::EIP')),
    );

    expect(kept).toMatchObject([
      [{ DeletionPolicy: 'RetainExceptOnCreate' }],
      [{ DeletionPolicy: 'Delete' }],
    ]);
  });
});

it('keeps containers for the webhook alone, and only where the plant says so', async () => {
  const reserved = async (deployment: Deployment) =>
    propertiesOf(await templateWith(deployment), 'AWS::Lambda::Function').flatMap(
      ({ Description, ReservedConcurrentExecutions: containers }) =>
        containers === undefined ? [] : [[Description, containers]],
    );
  expect(await reserved({})).toEqual([]);
  expect(await reserved({ webhookConcurrency: 10 })).toEqual([
    ['Validates Azumuta triggers and enqueues them', 10],
  ]);
});
