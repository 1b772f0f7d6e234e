import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as ApiGatewayHttpApi,
  CfnStage,
  DomainName,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';
import { metricNamespace } from '../../shared/platform/metrics.ts';
import type { Functions } from './functions.ts';
import { metricPeriod } from './metrics.ts';
import { acknowledge } from './nag.ts';

export interface HttpApiProps {
  readonly functions: Functions;
  readonly domain: CompleteDeployment['domain'];
}

/**
 * Each route has calls of its own, so that an import of orders turns no trigger away.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
const webhookLimit = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 };
const ordersLimit = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

/** The HTTP API: Azumuta's triggers and the ERP's orders come in here. */
export class HttpApi extends Construct {
  readonly api: ApiGatewayHttpApi;
  /** Where callers reach it: the own domain, if there is one. */
  readonly url: string;
  /** What the own domain's DNS entry points to. */
  readonly domainTarget: string | undefined;
  /** Calls that were answered 5xx or 429, as the access log tells: the API's own metrics count 429 among all other 4xx. */
  readonly refused: IMetric;

  constructor(scope: Construct, id: string, { functions, domain }: HttpApiProps) {
    super(scope, id);
    this.api = new ApiGatewayHttpApi(this, 'Api', {
      description: 'Webhook of Azumuta and order endpoint of the ERP',
      createDefaultStage: false,
    });
    const webhook = new HttpLambdaIntegration('Webhook', functions.named['receive-webhook'].lambda);
    const orders = new HttpLambdaIntegration('Orders', functions.named['accept-product-orders'].lambda);
    const routes = [
      {
        path: '/webhooks/azumuta/{event}/{token}',
        methods: [HttpMethod.GET, HttpMethod.POST],
        integration: webhook,
      },
      { path: '/product-orders', methods: [HttpMethod.POST], integration: orders },
      // Greedy, as order numbers may hold slashes.
      { path: '/product-orders/{number+}', methods: [HttpMethod.GET], integration: orders },
    ];
    const added = routes.flatMap((route) => this.api.addRoutes(route));

    acknowledge(this.api, {
      'AwsSolutions::AwsSolutions-APIG4':
        'Azumuta can only call a URL, so its token is in the path; the ERP sends a key. The functions check both themselves, in constant time, with two values valid during rotation.',
    });
    const accessLogs = new LogGroup(this, 'AccessLogs', { retention: RetentionDays.THREE_MONTHS });
    const ownDomain =
      domain &&
      new DomainName(this, 'Domain', {
        domainName: domain.name,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      });
    this.url = domain ? `https://${domain.name}` : this.api.apiEndpoint;
    this.domainTarget = ownDomain?.regionalDomainName;
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      ...(ownDomain ? { domainMapping: { domainName: ownDomain } } : {}),
      throttle: { rateLimit: ordersLimit.ThrottlingRateLimit, burstLimit: ordersLimit.ThrottlingBurstLimit },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        // Never the path: it holds the webhook's token.
        format: AccessLogFormat.custom(
          JSON.stringify({
            stack: Stack.of(this).stackName,
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
    const { defaultChild } = stage.node;
    if (!(defaultChild instanceof CfnStage)) throw new Error('A stage is a stage resource.');
    defaultChild.routeSettings = Object.fromEntries(
      routes.flatMap(({ path, methods, integration }) =>
        methods.map((method) => [`${method} ${path}`, integration === webhook ? webhookLimit : ordersLimit]),
      ),
    );
    // It names them in words, of which CloudFormation learns nothing.
    stage.node.addDependency(...added);
    this.refused = new MetricFilter(this, 'Refused', {
      logGroup: accessLogs,
      filterPattern: FilterPattern.any(
        FilterPattern.stringValue('$.status', '=', '5*'),
        FilterPattern.stringValue('$.status', '=', '429'),
      ),
      metricNamespace,
      metricName: 'HttpApiRefused',
      dimensions: { Stack: '$.stack' },
      metricValue: '1',
    }).metric({
      // The filter's own metric knows no value of its dimension.
      dimensionsMap: { Stack: Stack.of(this).stackName },
      statistic: 'Sum',
      period: metricPeriod,
    });
  }
}
