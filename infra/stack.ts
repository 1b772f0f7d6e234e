import { CfnOutput, Duration, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { CompleteIntegration } from '../shared/integration/define.ts';
import type { Bundles } from './bundles.ts';
import { Doors } from './doors.ts';
import { Functions } from './functions.ts';
import { LedgerTable } from './ledger.ts';
import { Queues } from './queues.ts';
import { Secrets } from './secrets.ts';

export interface IntegrationStackProps extends StackProps {
  readonly integration: CompleteIntegration;
  readonly bundles: Bundles;
  /** `production` keeps table and secrets when the stack is deleted. */
  readonly stage: string;
}

/** One plant's integration on one stage: both flows, from the doors to the partners. */
export class IntegrationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { integration, bundles, stage, ...props }: IntegrationStackProps,
  ) {
    super(scope, id, props);
    const { plant } = integration;
    const production = stage === 'production';
    Tags.of(this).add('azumuta-erp:plant', plant);
    Tags.of(this).add('azumuta-erp:stage', stage);

    const queues = new Queues(this, 'Queues');
    const ledger = new LedgerTable(this, 'Ledger', { production });
    const secrets = new Secrets(this, 'Secrets', { plant, stage, production });
    const functions = new Functions(this, 'Functions', { integration, bundles, queues, secrets, ledger });
    const doors = new Doors(this, 'Doors', functions);

    const { pull, reconcile } = integration.schedule;
    new Schedule(this, 'PullSchedule', {
      description: 'Takes in released orders that changed in the ERP',
      schedule: ScheduleExpression.rate(Duration.minutes(pull === 'off' ? 5 : pull.everyMinutes)),
      enabled: pull !== 'off',
      // The next run reads what this one missed: repeating it would only pile up runs.
      target: new LambdaInvoke(functions.pullProductOrders.lambda, { retryAttempts: 0 }),
    });

    new Schedule(this, 'ReconcileSchedule', {
      description: 'Asks Azumuta about overdue product orders, whose trigger may have been lost',
      schedule: ScheduleExpression.rate(Duration.hours(reconcile === 'off' ? 24 : reconcile.everyHours)),
      enabled: reconcile !== 'off',
      // Whoever was not asked about is asked about first by the next run.
      target: new LambdaInvoke(functions.reconcileCompletions.lambda, { retryAttempts: 0 }),
    });

    // The token itself never stands in an output.
    new CfnOutput(this, 'WebhookUrl', {
      value: `${doors.api.apiEndpoint}/webhooks/azumuta/product-order-completed/<token>`,
    });
    new CfnOutput(this, 'OrderEndpoint', { value: `${doors.api.apiEndpoint}/product-orders` });
    new CfnOutput(this, 'DeadLetterQueue', { value: queues.deadLetters.queueUrl });
    // For the operator's commands: where a dead letter goes back to, and what the webhook door understands.
    new CfnOutput(this, 'ProductOrdersQueue', { value: queues.productOrders.queueUrl });
    new CfnOutput(this, 'CompletionsQueue', { value: queues.completions.queueUrl });
    new CfnOutput(this, 'DeliveriesQueue', { value: queues.deliveries.queueUrl });
    new CfnOutput(this, 'WebhookAliases', { value: JSON.stringify(integration.azumuta.webhookAliases) });
    new CfnOutput(this, 'LedgerTable', { value: ledger.table.tableName });
    new CfnOutput(this, 'WebhookTokenSecret', { value: secrets.webhookToken.secretArn });
    new CfnOutput(this, 'OrderApiKeySecret', { value: secrets.orderApiKey.secretArn });
    new CfnOutput(this, 'AzumutaApiKeySecret', { value: secrets.azumutaApiKey.secretArn });
    new CfnOutput(this, 'ErpCredentialsSecret', { value: secrets.erpCredentials.secretArn });
  }
}
