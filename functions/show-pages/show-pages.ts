import { Breaker } from '../../shared/circuit-breaker/circuit-breaker.ts';
import { createLedger } from '../../shared/ledger/ledger.ts';
import { type PageDependencies, showPage } from '../../shared/pages/show-page.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import { Table } from '../../shared/platform/aws/dynamodb-table.ts';
import type { HttpApiEvent, Invocation } from '../../shared/platform/aws/lambda.ts';
import { Secrets } from '../../shared/platform/aws/secrets.ts';
import { readEnvironment } from '../../shared/platform/environment.ts';
import { ipAllowListCheck } from '../../shared/platform/ip-allow-list.ts';
import { createLogger } from '../../shared/platform/log.ts';
import type { Runtime } from '../container.ts';

/** Whose pages they are is said by the stack: the configuration, and with it the connector, is not loaded. */
const variables = [
  ...(['STACK_NAME', 'PLANT', 'STAGE', 'TIME_ZONE', 'LEDGER_TABLE_NAME', 'SETTLING_SECONDS'] as const),
  ...(['PAGES_KEY_SECRET_ARN', 'ALLOWED_SOURCES'] as const),
];

type Surroundings = Pick<Runtime, 'environment' | 'clock' | 'dynamodb' | 'secretsManager' | 'writeLog'>;

/** Shows pages to people who have a signed link. It reads the ledger, and writes nothing. */
export function createShowPages({ environment, clock, dynamodb, secretsManager, writeLog }: Surroundings) {
  const settings = readEnvironment(variables, environment);
  const table = new Table(dynamodb, settings.LEDGER_TABLE_NAME);
  const secrets = new Secrets(secretsManager, clock);
  const log = createLogger({ stack: settings.STACK_NAME, functionName: 'show-pages' }, writeLog, clock);
  const dependencies: PageDependencies = {
    ledger: createLedger({ table, clock, times: { settlingSeconds: settings.SETTLING_SECONDS } }),
    breaker: new Breaker(table, clock),
    ...{ plant: settings.PLANT, stage: settings.STAGE, timeZone: settings.TIME_ZONE },
    key: (options) => secrets.read(settings.PAGES_KEY_SECRET_ARN, rotatingSecretSchema, options),
    mayCall: ipAllowListCheck(settings.ALLOWED_SOURCES),
    ...{ clock, log },
  };
  return (event: HttpApiEvent, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    const { method, sourceIp } = event.requestContext.http;
    const page = event.pathParameters?.page ?? '';
    return showPage({ method, sourceIp, page, query: event.rawQueryString }, dependencies);
  };
}
