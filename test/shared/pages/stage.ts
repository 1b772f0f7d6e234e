import { BatchGetItemCommand, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createShowPages } from '../../../functions/show-pages/show-pages.ts';
import { BreakerForPeople } from '../../../shared/circuit-breaker/breaker-for-people.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import type { Mode } from '../../../shared/model/mode.ts';
import { type AskedPage, signedLink } from '../../../shared/pages/links.ts';
import { testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';

type ShowPages = ReturnType<typeof createShowPages>;

/** The function in front of a ledger, with its key. */
export async function startPages({
  allowed = [],
  mode = 'live',
}: {
  readonly allowed?: readonly string[];
  readonly mode?: Mode;
} = {}) {
  const clock = testClock();
  const store = await startLedgerStore();
  /** What Secrets Manager holds; it fails without. */
  const secret: { value: object | undefined } = { value: { current: 'the key of the pages, first' } };
  const reads = { ledger: 0, secret: 0 };
  const logged: string[] = [];
  const show = createShowPages({
    environment: {
      STACK_NAME: 'AzumutaErp-ghent-production',
      STAGE: 'production',
      MODE: mode,
      LEDGER_TABLE_NAME: store.tableName,
      SETTLING_SECONDS: '300',
      PAGES_KEY_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:1:secret:pages-AbCdEf',
      PLANT: 'ghent',
      TIME_ZONE: 'Europe/Brussels',
      GRACE_HOURS: '24',
      ALLOWED_SOURCES: JSON.stringify(allowed),
    },
    clock,
    dynamodb: readingOnly(store, reads),
    secretsManager: holding(secret, reads),
    writeLog: (line) => logged.push(line),
  });
  const links = { until: clock.now().getTime() / 1000 + 3600 };
  return {
    clock,
    store,
    secret,
    reads,
    logged,
    links,
    ledger: createLedger({ table: store.table, clock, settlingSeconds: 300 }),
    breaker: new BreakerForPeople(store.table, clock),
    /** A link as the alerts sign it. */
    link: (page: AskedPage, signer: object = {}) =>
      signedLink(
        { ...page, ...links },
        { key: 'the key of the pages, first', plant: 'ghent', stage: 'production', ...signer },
      ),
    /** Opens a link, which is relative to where pages are. */
    open(link: string, method = 'GET', sourceIp = '198.51.100.7') {
      const [page = '', query = ''] = link.split(/\?(.*)/s);
      return show(eventOf(method, sourceIp, page, query), {
        awsRequestId: '1',
        getRemainingTimeInMillis: () => 9000,
      });
    },
  };
}

/** As API Gateway describes a call, as far as the function reads it. */
function eventOf(method: string, sourceIp: string, page: string, rawQueryString: string) {
  const requestContext = { http: { method, sourceIp } };
  // The rest of the event is never read.
  return {
    requestContext,
    pathParameters: { page: decodeURIComponent(page) },
    rawQueryString,
  } as unknown as Parameters<ShowPages>[0];
}

/** DynamoDB for a role that may get and query, and nothing else. */
function readingOnly({ client }: LedgerStore, reads: { ledger: number }): LedgerStore['client'] {
  const send = async (command: Parameters<typeof client.send>[0]) => {
    reads.ledger += 1;
    if (![GetItemCommand, BatchGetItemCommand, QueryCommand].some((reading) => command instanceof reading))
      throw new Error('AccessDeniedException');
    return client.send(command);
  };
  // The overloads of the SDK's method are one function.
  return { send } as typeof client;
}

function holding(secret: { readonly value: object | undefined }, reads: { secret: number }) {
  const send = async () => {
    reads.secret += 1;
    if (!secret.value) throw new Error('Secrets Manager does not answer.');
    return { SecretString: JSON.stringify(secret.value) };
  };
  // As above.
  return { send } as unknown as Pick<SecretsManagerClient, 'send'>;
}
