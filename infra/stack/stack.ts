import { CfnOutput, Fn, RemovalPolicies, RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { CfnEIP } from 'aws-cdk-lib/aws-ec2';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type CompleteIntegration, ConfigurationError } from '../../shared/integration/define.ts';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';
import type { Bundles } from '../build/bundle-functions.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { Functions } from './functions.ts';
import { HttpApi } from './http-api.ts';
import { LedgerTable } from './ledger-table.ts';
import { Mails } from './mails.ts';
import { Network } from './network.ts';
import { Queues } from './queues.ts';
import { Schedules } from './schedules.ts';
import { Secrets } from './secrets.ts';
import { isProduction } from './stage.ts';

export interface IntegrationStackProps extends StackProps {
  readonly integration: CompleteIntegration;
  readonly bundles: Bundles;
  /** Every one that is not known to be for throwing away is production. */
  readonly stage: string;
}

/** What stays when a production stack is deleted, beside its ledger. None has a name that a second stack would claim. */
const kept = [
  CfnSecret.CFN_RESOURCE_TYPE_NAME,
  CfnLogGroup.CFN_RESOURCE_TYPE_NAME,
  // The ERP's firewall knows it: named as `allocationId`, the next stack calls from there, too.
  CfnEIP.CFN_RESOURCE_TYPE_NAME,
];

/** One plant's integration on one stage: both flows, from the HTTP API to the partners. */
export class IntegrationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { integration, bundles, stage, ...props }: IntegrationStackProps,
  ) {
    const production = isProduction(stage);
    const { plant, timeZone, deployment } = integration;
    const { account, region } = deployment;
    checkRegions(deployment, process.env.CDK_DEFAULT_REGION);
    super(scope, id, {
      terminationProtection: production,
      env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
      ...props,
    });
    // What a first deployment that fails has made goes with it in any case.
    RemovalPolicies.of(this).apply(
      production ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      { applyToResourceTypes: kept },
    );
    Tags.of(this).add('azumuta-erp:plant', plant);
    Tags.of(this).add('azumuta-erp:stage', stage);

    const queues = new Queues(this, 'Queues');
    const ledger = new LedgerTable(this, 'Ledger', {
      production,
      generation: deployment.ledgerGeneration,
    });
    const secrets = new Secrets(this, 'Secrets', deployment);
    const network = new Network(this, 'Network', deployment.network);
    const mails = new Mails(this, 'Mails', integration);
    const functions = new Functions(this, 'Functions', {
      integration,
      stage,
      bundles,
      queues,
      secrets,
      ledger,
      mails,
      placement: network.placement,
    });
    const httpApi = new HttpApi(this, 'Doors', { functions, domain: deployment.domain });
    new Schedules(this, 'Schedules', { integration, functions });
    const alarms = new Alarms(this, 'Alarms', { integration, queues, functions, httpApi });
    if (deployment.dashboard) new Dashboard(this, 'Picture', { queues, functions, httpApi, alarms });

    // For the operator's commands: which configuration is this stack's, and where its days begin.
    new CfnOutput(this, 'Plant', { value: plant });
    new CfnOutput(this, 'Stage', { value: stage });
    new CfnOutput(this, 'TimeZone', { value: timeZone });
    // The token itself never stands in an output.
    new CfnOutput(this, 'WebhookUrl', {
      value: `${httpApi.url}/webhooks/azumuta/product-order-completed/<token>`,
    });
    if (httpApi.domainTarget !== undefined)
      new CfnOutput(this, 'DomainTarget', {
        value: httpApi.domainTarget,
        description: 'The DNS entry (CNAME) of the own domain points here',
      });
    if (network.address !== undefined)
      new CfnOutput(this, 'FixedAddress', {
        value: network.address,
        description: 'The public address from which the ERP is called',
      });
    new CfnOutput(this, 'AlarmTopic', { value: alarms.topic.topicArn });
    new CfnOutput(this, 'AlertTopic', { value: mails.alerts.topicArn });
    if (mails.morning) new CfnOutput(this, 'MorningMailTopic', { value: mails.morning.topicArn });
    if (secrets.alertWebhooks)
      new CfnOutput(this, 'AlertWebhooksSecret', { value: secrets.alertWebhooks.secretArn });
    new CfnOutput(this, 'OrderEndpoint', { value: `${httpApi.url}/product-orders` });
    new CfnOutput(this, 'DeadLetterQueue', { value: queues.deadLetters.queueUrl });
    // For the operator's commands: where a dead letter goes back to, and what the webhook door understands.
    new CfnOutput(this, 'ProductOrdersQueue', { value: queues.productOrders.queueUrl });
    new CfnOutput(this, 'CompletionsQueue', { value: queues.completions.queueUrl });
    new CfnOutput(this, 'BookingsQueue', { value: queues.bookings.queueUrl });
    new CfnOutput(this, 'TriggerNames', { value: JSON.stringify(integration.azumuta.contract.trigger) });
    new CfnOutput(this, 'LedgerTable', { value: ledger.table.tableName });
    new CfnOutput(this, 'WebhookTokenSecret', { value: secrets.webhookToken.secretArn });
    new CfnOutput(this, 'OrderApiKeySecret', { value: secrets.orderApiKey.secretArn });
    new CfnOutput(this, 'AzumutaApiKeySecret', { value: secrets.azumutaApiKey.secretArn });
    new CfnOutput(this, 'ErpCredentialsSecret', { value: secrets.erpCredentials.secretArn });
    new CfnOutput(this, 'AlertFunction', { value: functions.named['send-alerts'].lambda.functionName });
    new CfnOutput(this, 'PullFunction', {
      value: functions.named['pull-product-orders'].lambda.functionName,
    });
  }

  /** The first two of whatever region it is: where one is pinned, the CDK would ask the account for their names. */
  override get availabilityZones(): string[] {
    return [0, 1].map((at) => Fn.select(at, Fn.getAzs()));
  }
}

/**
 * What the plant names by an ARN stands where the stack does: API Gateway takes no certificate of another region, and
 * functions ask Secrets Manager in their own.
 * @param profile Region of the AWS profile, as the CDK's command line tells it.
 * @throws ConfigurationError naming the first that does not.
 */
function checkRegions({ region, domain, secrets }: CompleteDeployment, profile: string | undefined): void {
  const expected = region ?? profile;
  const arns = [
    ['domain.certificateArn', domain?.certificateArn],
    ...Object.entries(secrets).map(([name, own]) => [
      `secrets.${name}`,
      typeof own === 'string' ? own : own?.arn,
    ]),
  ];
  for (const [path, arn] of arns) {
    const found = arn?.split(':')[3];
    if (expected === undefined || found === undefined || found === expected) continue;
    const source =
      region === undefined ? 'of your AWS profile; deployment.region pins another' : 'deployment.region';
    throw new ConfigurationError(
      `The integration configuration is wrong. $.deployment.${path}: found an ARN of ${found}, expected one of ${expected} (${source}).`,
    );
  }
}
