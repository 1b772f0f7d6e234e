import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { Breaker } from '../../shared/circuit-breaker/circuit-breaker.ts';
import { Concerns } from '../../shared/ledger/records/concerns.ts';
import { Days } from '../../shared/ledger/records/days.ts';
import { DeadLetters } from '../../shared/ledger/records/dead-letters.ts';
import { ErpOrders } from '../../shared/ledger/records/erp-orders.ts';
import { Journeys } from '../../shared/ledger/records/events.ts';
import { KnownOrders } from '../../shared/ledger/records/known-orders.ts';
import { Pauses } from '../../shared/ledger/records/pauses.ts';
import { Orders } from '../../shared/ledger/records/product-orders.ts';
import { pagesKeySchema } from '../../shared/pages/links.ts';
import { type PageDependencies, showPage } from '../../shared/pages/show-page.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import type { Invocation } from '../../shared/platform/aws/lambda.ts';
import { Secrets } from '../../shared/platform/aws/secrets.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { ipAllowListCheck, ipAllowListSchema } from '../../shared/platform/ip-allow-list.ts';
import { createLogger } from '../../shared/platform/log.ts';
import type { Runtime } from '../container.ts';

const variables = [
  'STACK_NAME',
  'STAGE',
  'LEDGER_TABLE_NAME',
  'PAGES_KEY_SECRET_ARN',
  'PAGES_OF',
  'ALLOWED_SOURCES',
] as const;

/** Whose pages they are, as the stack says it: the configuration, and with it the connector, is not loaded. */
const pagesOfSchema = z.object({ plant: z.string(), timeZone: z.string() });

/** Shows pages to people who have a signed link. It reads the ledger, and writes nothing. */
export function createShowPages({
  environment,
  clock,
  dynamodb,
  secretsManager,
  writeLog,
}: Pick<Runtime, 'environment' | 'clock' | 'dynamodb' | 'secretsManager' | 'writeLog'>) {
  const settings = readEnvironment(variables, environment);
  const table = new Table(dynamodb, settings.LEDGER_TABLE_NAME);
  const secrets = new Secrets(secretsManager, clock);
  const log = createLogger({ stack: settings.STACK_NAME, functionName: 'show-pages' }, writeLog, clock);
  const dependencies: PageDependencies = {
    ledger: {
      concerns: new Concerns(table, clock),
      orders: new Orders(table, clock),
      deadLetters: new DeadLetters(table, clock),
      pauses: new Pauses(table, clock),
      days: new Days(table, clock),
      knownOrders: new KnownOrders(table, clock),
      erpOrders: new ErpOrders(table, clock),
      journeys: new Journeys(table, clock),
    },
    breaker: new Breaker(table, clock),
    ...z.parse(pagesOfSchema, JSON.parse(settings.PAGES_OF)),
    stage: settings.STAGE,
    // Read again once a minute, so that a rotation ends all links.
    key: () => secrets.read(settings.PAGES_KEY_SECRET_ARN, pagesKeySchema, { refresh: true }),
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
