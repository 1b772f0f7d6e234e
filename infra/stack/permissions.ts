import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { usualSettlingSeconds } from '../../shared/erp/options.ts';
import type { SecretName } from '../../shared/integration/deployment.ts';
import { ledgerIndexes } from '../../shared/ledger/keys.ts';
import type { Mode } from '../../shared/model/mode.ts';
import type { VariableName } from '../../shared/platform/environment.ts';
import type { StackQueues } from './queues.ts';
import type { SecretRef, StackSecrets } from './secrets.ts';

/**
 * Something that a role may do, by its actions: the CDK's own `grant…` allow calls that no function makes (GetQueueUrl,
 * DescribeSecret, Scan). `test/infra/stack/grants` compares them with the calls that are made.
 */
export type Permission = (role: IGrantable) => Grant;

/** What a role uses, with the key that encrypts it, where that is no key of AWS. */
interface UsedResource {
  readonly service: keyof typeof keyActions;
  readonly arn: string;
  readonly key: IKey | undefined;
}

/**
 * What a role needs of the key of what it uses; the key lets nobody else.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const keyActions = {
  sqs: ['kms:Decrypt', 'kms:GenerateDataKey'],
  sns: ['kms:Decrypt', 'kms:GenerateDataKey'],
  dynamodb: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
  secretsmanager: ['kms:Decrypt'],
} as const;

/**
 * To do something with resources, and to use their keys, by way of their service: whoever may use what is encrypted could do
 * nothing without its key. The CDK would write this only into the policy of a key that it creates itself.
 */
function allow(actions: readonly string[], resources: readonly UsedResource[]): Permission {
  return (grantee) => {
    for (const { service, key } of resources)
      if (key)
        Grant.addToPrincipal({
          grantee,
          actions: [...keyActions[service]],
          resourceArns: [key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `${service}.${key.env.region}.amazonaws.com` } },
        });
    return Grant.addToPrincipal({
      grantee,
      actions: [...actions],
      resourceArns: resources.map(({ arn }) => arn),
    });
  };
}

/** @param actions Of SQS. */
export function allowOnQueues(
  actions: readonly string[],
  queues: readonly Pick<IQueue, 'queueArn' | 'encryptionMasterKey'>[],
): Permission {
  return allow(
    actions,
    queues.map(({ queueArn, encryptionMasterKey }) => ({
      service: 'sqs',
      arn: queueArn,
      key: encryptionMasterKey,
    })),
  );
}

/** How a function uses a resource: the variables that name it, and what its role may do to it. */
export interface ResourceUse {
  readonly environment?: Partial<Record<VariableName, string>>;
  readonly may?: Permission;
}

const queueVariables = {
  productOrders: 'PRODUCT_ORDERS_QUEUE_URL',
  completions: 'COMPLETIONS_QUEUE_URL',
  deadLetters: 'DEAD_LETTERS_QUEUE_URL',
} as const satisfies Record<string, VariableName>;
type QueueKey = keyof typeof queueVariables;

const secretVariables = {
  webhookToken: 'WEBHOOK_TOKEN_SECRET_ARN',
  orderApiKey: 'ORDER_API_KEY_SECRET_ARN',
  azumutaApiKey: 'AZUMUTA_API_KEY_SECRET_ARN',
  erpCredentials: 'ERP_CREDENTIALS_SECRET_ARN',
  alertWebhooks: 'ALERT_WEBHOOKS_SECRET_ARN',
  pagesKey: 'PAGES_KEY_SECRET_ARN',
} as const satisfies Record<SecretName, VariableName>;

export interface UsedResources {
  readonly stage: string;
  readonly mode: Mode;
  /** Whether there are alarms, and metrics for them. */
  readonly isWatched: boolean;
  /** What a partner may need to finish what was sent to it: a takeover waits so long. Default: as usual. */
  readonly settlingSeconds?: number | undefined;
  readonly queues: StackQueues;
  readonly secrets: StackSecrets;
  readonly ledger: TableV2;
}

export function createUses({
  stage,
  mode,
  isWatched,
  settlingSeconds = usualSettlingSeconds,
  queues,
  secrets,
  ledger,
}: UsedResources) {
  function ofQueues(names: readonly QueueKey[], action: string): ResourceUse {
    const urls = names.map((name) => [queueVariables[name], queues[name].queueUrl]);
    return {
      environment: Object.fromEntries(urls),
      may: allowOnQueues(
        [action],
        names.map((name) => queues[name]),
      ),
    };
  }

  /** An index has the key of its table. */
  const ledgerResource = (arn: string): UsedResource => ({
    service: 'dynamodb',
    arn,
    key: ledger.encryptionKey,
  });

  return {
    sendTo: (...names: readonly QueueKey[]) => ofQueues(names, 'sqs:SendMessage'),
    /** To put a message of the queue off. */
    hideIn: (name: QueueKey) => ofQueues([name], 'sqs:ChangeMessageVisibility'),
    count: (...names: readonly QueueKey[]) => ofQueues(names, 'sqs:GetQueueAttributes'),
    publish: (variable: VariableName, { topicArn, masterKey }: ITopic): ResourceUse => ({
      environment: { [variable]: topicArn },
      may: allow(['sns:Publish'], [{ service: 'sns', arn: topicArn, key: masterKey }]),
    }),
    read: (...names: readonly SecretName[]): ResourceUse => {
      const own = names.map((name) => [secretVariables[name], secrets[name]?.secretArn]);
      return {
        environment: Object.fromEntries(own.filter(([, arn]) => arn !== undefined)),
        may: readSecrets(names.flatMap((name) => secrets[name] ?? [])),
      };
    },
    /** @param actions Of DynamoDB, on the table itself. */
    ledger: (...actions: readonly string[]): ResourceUse => ({
      environment: {
        STAGE: stage,
        ...(mode === 'shadow' ? { MODE: mode } : {}),
        ...(isWatched ? {} : { METRICS: 'off' }),
        LEDGER_TABLE_NAME: ledger.tableName,
        SETTLING_SECONDS: String(settlingSeconds),
        BREAKER_COOLDOWN_SECONDS: '15',
      },
      may: allow(
        actions.map((action) => `dynamodb:${action}`),
        [ledgerResource(ledger.tableArn)],
      ),
    }),
    query: (index: keyof typeof ledgerIndexes): ResourceUse => ({
      may: allow(
        ['dynamodb:Query'],
        [ledgerResource(`${ledger.tableArn}/index/${ledgerIndexes[index].name}`)],
      ),
    }),
  };
}

export type Uses = ReturnType<typeof createUses>;

function readSecrets(secrets: readonly SecretRef[]): Permission {
  const resources = secrets.map(
    ({ secretArn, encryptionKey }): UsedResource => ({
      service: 'secretsmanager',
      arn: secretArn,
      key: encryptionKey,
    }),
  );
  return allow(['secretsmanager:GetSecretValue'], resources);
}
