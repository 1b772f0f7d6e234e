import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import type { Bundles } from '../build/bundle-functions.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { Functions } from './functions.ts';
import { HttpApi } from './http-api.ts';
import { LedgerTable } from './ledger-table.ts';
import { Network } from './network.ts';
import { Queues } from './queues.ts';
import { Schedules } from './schedules.ts';
import { Secrets } from './secrets.ts';

export interface IntegrationStackProps extends StackProps {
  readonly integration: CompleteIntegration;
  readonly bundles: Bundles;
  /** `production` keeps table and secrets when the stack is deleted. */
  readonly stage: string;
}

/** One plant's integration on one stage: both flows, from the HTTP API to the partners. */
export class IntegrationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { integration, bundles, stage, ...props }: IntegrationStackProps,
  ) {
    super(scope, id, props);
    const { plant, timeZone, deployment } = integration;
    const production = stage === 'production';
    Tags.of(this).add('azumuta-erp:plant', plant);
    Tags.of(this).add('azumuta-erp:stage', stage);

    const queues = new Queues(this, 'Queues');
    const ledger = new LedgerTable(this, 'Ledger', { production });
    const secrets = new Secrets(this, 'Secrets', {
      plant,
      stage,
      production,
      existing: deployment.secrets,
    });
    const network = new Network(this, 'Network', deployment.network);
    const functions = new Functions(this, 'Functions', {
      integration,
      bundles,
      queues,
      secrets,
      ledger,
      placement: network.placement,
    });
    const httpApi = new HttpApi(this, 'Doors', { functions, domain: deployment.domain });
    const schedules = new Schedules(this, 'Schedules', { integration, functions });
    const alarms = new Alarms(this, 'Alarms', { integration, queues, functions, httpApi, schedules });
    new Dashboard(this, 'Picture', { queues, functions, httpApi, alarms });

    // For the operator's commands: which configuration is this stack's, and where its days begin.
    new CfnOutput(this, 'Plant', { value: plant });
    new CfnOutput(this, 'TimeZone', { value: timeZone });
    // The token itself never stands in an output.
    new CfnOutput(this, 'WebhookUrl', {
      value: `${httpApi.api.apiEndpoint}/webhooks/azumuta/product-order-completed/<token>`,
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
    new CfnOutput(this, 'OrderEndpoint', { value: `${httpApi.api.apiEndpoint}/product-orders` });
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
    new CfnOutput(this, 'PullFunction', {
      value: functions.named['pull-product-orders'].lambda.functionName,
    });
  }
}
