import { BreakerForPeople } from '../../shared/circuit-breaker/breaker-for-people.ts';
import { createViewLedger } from '../../shared/ledger/ledger.ts';
import { tableInMode } from '../../shared/ledger/shadow-table.ts';
import { type PageDependencies, showPage } from '../../shared/pages/show-page.ts';
import { rotatingSecretSchema } from '../../shared/platform/aws/credentials.ts';
import type { HttpApiEvent, Invocation } from '../../shared/platform/aws/lambda.ts';
import { ipAllowListCheck } from '../../shared/platform/ip-allow-list.ts';
import { type Runtime, type Surroundings, surroundingsOf } from '../wiring.ts';

/**
 * Shows pages to people who have a signed link. It reads the ledger, and writes nothing. Whose pages they are is said by
 * the stack: the configuration, and with it the connector, is not loaded.
 */
export function createShowPages(runtime: Surroundings & Pick<Runtime, 'dynamodb'>) {
  const { setting, secrets, clock, log } = surroundingsOf('show-pages', runtime);
  const mode = setting('MODE');
  const name = setting('LEDGER_TABLE_NAME');
  const table = tableInMode(mode, runtime.dynamodb, name, clock.now);
  const keyArn = setting('PAGES_KEY_SECRET_ARN');
  const dependencies: PageDependencies = {
    ledger: createViewLedger({ table, clock, settlingSeconds: setting('SETTLING_SECONDS') }),
    breaker: new BreakerForPeople(table, clock),
    mode,
    plant: setting('PLANT'),
    stage: setting('STAGE'),
    timeZone: setting('TIME_ZONE'),
    graceHours: setting('GRACE_HOURS'),
    key: (options) => secrets.read(keyArn, rotatingSecretSchema, options),
    mayCall: ipAllowListCheck(setting('ALLOWED_SOURCES')),
    clock,
    log,
  };
  return (event: HttpApiEvent, invocation: Invocation) => {
    log.begin(invocation.awsRequestId);
    const { method, sourceIp } = event.requestContext.http;
    const page = event.pathParameters?.page ?? '';
    return showPage({ method, sourceIp, page, query: event.rawQueryString }, dependencies);
  };
}
