import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as ApiGatewayHttpApi,
  CfnStage,
  DomainName,
  HttpMethod,
  type HttpRoute,
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
 * Each route has a limit of its own, so that an import of orders turns no trigger away.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
const webhookLimit = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 };
const ordersLimit = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

const keyProof = 'The ERP sends a key.';
const routes = [
  {
    path: '/webhooks/azumuta/{event}/{token}',
    methods: [HttpMethod.GET, HttpMethod.POST],
    to: 'receive-webhook',
    limit: webhookLimit,
    proof: 'Azumuta can only call a URL, so its token is in the path.',
  },
  {
    path: '/product-orders',
    methods: [HttpMethod.POST],
    to: 'accept-product-orders',
    limit: ordersLimit,
    proof: keyProof,
  },
  {
    // Greedy, as order numbers may contain slashes.
    path: '/product-orders/{number+}',
    methods: [HttpMethod.GET],
    to: 'accept-product-orders',
    limit: ordersLimit,
    proof: keyProof,
  },
] as const;

/** The HTTP API, to which Azumuta sends triggers and the ERP sends orders. */
export class HttpApi extends Construct {
  readonly api: ApiGatewayHttpApi;
  /** Where callers reach it: the own domain, if there is one. */
  readonly url: string;
  /** What the own domain's DNS entry points to. */
  readonly domainTarget: string | undefined;
  /** Calls that were answered 5xx or 429, from the access log: the API's own metrics count 429 among all other 4xx. */
  readonly refused: IMetric;

  constructor(scope: Construct, id: string, { functions, domain }: HttpApiProps) {
    super(scope, id);
    this.api = new ApiGatewayHttpApi(this, 'Api', {
      description: 'Webhook of Azumuta and order endpoint of the ERP',
      createDefaultStage: false,
    });
    const added = this.addRoutes(functions);
    const accessLogs = new LogGroup(this, 'AccessLogs', { retention: RetentionDays.THREE_MONTHS });
    const ownDomain =
      domain &&
      new DomainName(this, 'Domain', {
        domainName: domain.name,
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      });
    this.url = domain ? `https://${domain.name}` : this.api.apiEndpoint;
    this.domainTarget = ownDomain?.regionalDomainName;
    // The stage's settings name the routes in text, so CloudFormation does not see that it depends on them.
    this.addStage(accessLogs, ownDomain).node.addDependency(...added);
    this.refused = this.countRefused(accessLogs);
  }

  private addRoutes({ named }: Functions): HttpRoute[] {
    const integrations = {
      'receive-webhook': new HttpLambdaIntegration('Webhook', named['receive-webhook'].lambda),
      'accept-product-orders': new HttpLambdaIntegration('Orders', named['accept-product-orders'].lambda),
    };
    const added = routes.map(({ path, methods, to, proof }) => {
      const reasons = {
        'AwsSolutions::AwsSolutions-APIG4': `${proof} Its function checks it itself, in constant time, with two values valid during rotation.`,
      };
      const own = this.api.addRoutes({ path, methods: [...methods], integration: integrations[to] });
      for (const route of own) acknowledge(route, reasons);
      return own;
    });
    return added.flat();
  }

  private addStage(accessLogs: LogGroup, ownDomain: DomainName | undefined): HttpStage {
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      ...(ownDomain && { domainMapping: { domainName: ownDomain } }),
      throttle: { rateLimit: ordersLimit.ThrottlingRateLimit, burstLimit: ordersLimit.ThrottlingBurstLimit },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        // Never the path: it contains the webhook's token.
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
      routes.flatMap(({ path, methods, limit }) => methods.map((method) => [`${method} ${path}`, limit])),
    );
    return stage;
  }

  private countRefused(accessLogs: LogGroup): IMetric {
    const filter = new MetricFilter(this, 'Refused', {
      logGroup: accessLogs,
      filterPattern: FilterPattern.any(
        FilterPattern.stringValue('$.status', '=', '5*'),
        FilterPattern.stringValue('$.status', '=', '429'),
      ),
      metricNamespace,
      metricName: 'HttpApiRefused',
      dimensions: { Stack: '$.stack' },
      metricValue: '1',
    });
    return filter.metric({
      // The filter's own metric has no value for its dimension.
      dimensionsMap: { Stack: Stack.of(this).stackName },
      statistic: 'Sum',
      period: metricPeriod,
    });
  }
}
