import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as ApiGatewayHttpApi,
  CfnStage,
  DomainName,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  type HttpStageProps,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type JsonPattern, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';
import { metricNamespace } from '../../shared/platform/metrics.ts';
import type { Functions } from './functions.ts';
import { metricPeriod } from './metrics.ts';
import { acknowledge } from './nag.ts';

const ordersLimit = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };
const isChecked = 'Its function checks it itself, in constant time, with two values valid during rotation.';
/**
 * What each function is called with. Each route has its own limit, so that an import of orders turns no trigger away.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
const httpApiRoutes = [
  {
    to: 'receive-webhook',
    integrationId: 'Webhook',
    calls: { '/webhooks/azumuta/{event}/{token}': [HttpMethod.GET, HttpMethod.POST] },
    limit: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 200 },
    proof: `Azumuta can only call a URL, so its token is in the path. ${isChecked}`,
  },
  {
    to: 'accept-product-orders',
    integrationId: 'Orders',
    // Greedy, as order numbers may contain slashes.
    calls: { '/product-orders': [HttpMethod.POST], '/product-orders/{number+}': [HttpMethod.GET] },
    limit: ordersLimit,
    proof: `The ERP sends a key. ${isChecked}`,
  },
  {
    to: 'show-pages',
    integrationId: 'Pages',
    calls: { '/pages/{page}': [HttpMethod.GET, HttpMethod.HEAD] },
    limit: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 20 },
    proof: 'People open a link, which is signed. Its function checks that itself, in constant time.',
  },
] as const;
const callsOfRoute = ({ calls }: HttpApiRoute) => Object.entries<readonly HttpMethod[]>(calls);
type HttpApiRoute = (typeof httpApiRoutes)[number];

/** Filters know `*` in texts. */
const ofPages = (comparison: '=' | '!=') => FilterPattern.stringValue('$.route', comparison, '*/pages/*');

export type HttpApi = ReturnType<typeof createHttpApi>;

/**
 * The HTTP API, to which Azumuta sends triggers and the ERP sends orders, and where people open pages.
 * @param isWatched Whether alarms count the calls that were refused.
 */
export function createHttpApi(
  stack: Stack,
  functions: Functions,
  domain: CompleteDeployment['domain'],
  isWatched: boolean,
) {
  const scope = new Construct(stack, 'HttpApi');
  const api = new ApiGatewayHttpApi(scope, 'Api', {
    apiName: stack.stackName,
    // An own domain is the only way in, as what is set up for it, such as a firewall, may be its reason; only while callers
    // move to it there are two.
    disableExecuteApiEndpoint: domain !== undefined && !domain.alsoAwsAddress,
    description: 'Webhook of Azumuta and order endpoint of the ERP',
    createDefaultStage: false,
  });
  // Pages have a route only where they have a function.
  const present = httpApiRoutes.filter(({ to }) => functions[to]);
  const added = present.flatMap((route) => addRoutes(api, route, functions));
  const accessLogs = new LogGroup(scope, 'AccessLogs', { retention: RetentionDays.THREE_MONTHS });
  const ownDomain =
    domain &&
    new DomainName(scope, 'Domain', {
      domainName: domain.name,
      certificate: Certificate.fromCertificateArn(scope, 'Certificate', domain.certificateArn),
    });
  // The stage's settings name the routes in text, so CloudFormation does not see that it depends on them.
  const reached = { httpApi: api, ...(ownDomain && { domainMapping: { domainName: ownDomain } }) };
  addStage(scope, reached, present, accessLogs).node.addDependency(...added);
  /** Where callers reach it: the own domain, if there is one. */
  const url = domain ? `https://${domain.name}` : api.apiEndpoint;
  const hasPages = functions['show-pages'] !== undefined;
  // It is made before this API, whose address the links begin with.
  if (hasPages) functions['send-alerts'].addEnvironment('PAGES_URL', `${url}/pages`);
  return {
    url,
    /** What the own domain's DNS entry points to. */
    domainTarget: ownDomain?.regionalDomainName,
    /** Calls that were answered 5xx or 429, from the access log: the API's own metrics count 429 among all other 4xx. */
    refused: isWatched ? countRefused(scope, accessLogs, '', hasPages ? [ofPages('!=')] : []) : undefined,
    /** The same of pages, where there are some. */
    pagesRefused:
      isWatched && hasPages ? countRefused(scope, accessLogs, 'Pages', [ofPages('=')]) : undefined,
  };
}

function addRoutes(api: ApiGatewayHttpApi, route: HttpApiRoute, functions: Functions): HttpRoute[] {
  const called = functions[route.to];
  if (!called) return [];
  const integration = new HttpLambdaIntegration(route.integrationId, called);
  const own = callsOfRoute(route).flatMap(([path, methods]) =>
    api.addRoutes({ path, methods: [...methods], integration }),
  );
  for (const each of own) acknowledge(each, { 'AwsSolutions::AwsSolutions-APIG4': route.proof });
  return own;
}

function addStage(
  scope: Construct,
  reached: Pick<HttpStageProps, 'httpApi' | 'domainMapping'>,
  present: readonly HttpApiRoute[],
  accessLogs: LogGroup,
): HttpStage {
  const stage = new HttpStage(scope, 'Stage', {
    ...reached,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: ordersLimit.ThrottlingRateLimit, burstLimit: ordersLimit.ThrottlingBurstLimit },
    accessLogSettings: {
      destination: new LogGroupLogDestination(accessLogs),
      // Never the path: it contains the webhook's token.
      format: AccessLogFormat.custom(
        JSON.stringify({
          stack: Stack.of(scope).stackName,
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
    present.flatMap((route) =>
      callsOfRoute(route).flatMap(([path, methods]) =>
        methods.map((method) => [`${method} ${path}`, route.limit]),
      ),
    ),
  );
  return stage;
}

/** @param only Which calls, besides their status. */
function countRefused(
  scope: Construct,
  logGroup: LogGroup,
  prefix: string,
  only: readonly JsonPattern[],
): IMetric {
  const isRefused = FilterPattern.any(
    FilterPattern.stringValue('$.status', '=', '5*'),
    FilterPattern.stringValue('$.status', '=', '429'),
  );
  const filter = new MetricFilter(scope, `${prefix}Refused`, {
    logGroup,
    filterPattern: only.length > 0 ? FilterPattern.all(...only, isRefused) : isRefused,
    metricNamespace,
    metricName: `${prefix || 'HttpApi'}Refused`,
    dimensions: { Stack: '$.stack' },
    metricValue: '1',
  });
  return filter.metric({
    // The filter's own metric has no value for its dimension.
    dimensionsMap: { Stack: Stack.of(scope).stackName },
    statistic: 'Sum',
    period: metricPeriod,
  });
}
