import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';

/** The HTTP API: Azumuta's triggers and the ERP's orders come in here. */
export class Doors extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, functions: Functions) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      description: 'Webhook of Azumuta and order endpoint of the ERP',
      createDefaultStage: false,
    });
    const webhook = new HttpLambdaIntegration('Webhook', functions.receiveWebhook.lambda);
    const orders = new HttpLambdaIntegration('Orders', functions.acceptProductOrders.lambda);
    this.api.addRoutes({
      path: '/webhooks/azumuta/{event}/{token}',
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: webhook,
    });
    this.api.addRoutes({ path: '/product-orders', methods: [HttpMethod.POST], integration: orders });
    // Greedy, as order numbers may hold slashes.
    this.api.addRoutes({ path: '/product-orders/{number+}', methods: [HttpMethod.GET], integration: orders });

    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        // Never the path: it holds the webhook's token.
        format: AccessLogFormat.custom(
          JSON.stringify({
            time: '$context.requestTimeEpoch',
            route: '$context.routeKey',
            status: '$context.status',
            latencyMs: '$context.responseLatency',
            sourceIp: '$context.identity.sourceIp',
            requestId: '$context.requestId',
            error: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
  }
}
