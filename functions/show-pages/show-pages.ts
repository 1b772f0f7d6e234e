import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { Breaker } from '../../shared/circuit-breaker/circuit-breaker.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import { type PageDependencies, showPage } from '../../shared/pages/show-page.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { Secrets } from '../../shared/platform/aws/secrets.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { ipAllowListCheck, ipAllowListSchema } from '../../shared/platform/ip-allow-list.ts';
import { createLogger } from '../../shared/platform/log.ts';
import type { Runtime } from '../container.ts';

const variables = [
  ...(['STACK_NAME', 'STAGE', 'LEDGER_TABLE_NAME', 'SETTLING_SECONDS'] as const),
  ...(['PAGES_KEY_SECRET_ARN', 'PAGES_OF', 'ALLOWED_SOURCES'] as const),
];

/** Whose pages they are, as the stack says it: the configuration, and with it the connector, is not loaded. */
const pagesOfSchema = z.object({ plant: z.string(), timeZone: z.string() });

type Surroundings = Pick<Runtime, 'environment' | 'clock' | 'dynamodb' | 'secretsManager' | 'writeLog'>;

/** Shows pages to people who have a signed link. It reads the ledger, and writes nothing. */
export function createShowPages({ environment, clock, dynamodb, secretsManager, writeLog }: Surroundings) {
  const settings = readEnvironment(variables, environment);
  const table = new Table(dynamodb, settings.LEDGER_TABLE_NAME);
  const secrets = new Secrets(secretsManager, clock);
  const log = createLogger({ stack: settings.STACK_NAME, functionName: 'show-pages' }, writeLog, clock);
  const dependencies: PageDependencies = {
    ...z.parse(pagesOfSchema, JSON.parse(settings.PAGES_OF)),
    ledger: createLedger({ table, clock, times: { settlingSeconds: settings.SETTLING_SECONDS } }),
    breaker: new Breaker(table, clock),
    stage: settings.STAGE,
    key: (options) => secrets.read(settings.PAGES_KEY_SECRET_ARN, rotatingSecretSchema, options),
    mayCall: ipAllowListCheck(z.parse(ipAllowListSchema, JSON.parse(settings.ALLOWED_SOURCES))),
    ...{ clock, log },
  };
  return (event: APIGatewayProxyEventV2, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    const { method, sourceIp } = event.requestContext.http;
    const page = event.pathParameters?.page ?? '';
    return showPage({ method, sourceIp, page, query: event.rawQueryString }, dependencies);
  };
}
