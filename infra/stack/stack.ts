import {
  Annotations,
  CfnOutput,
  Fn,
  RemovalPolicies,
  RemovalPolicy,
  Stack,
  type StackProps,
  Tags,
} from 'aws-cdk-lib';
import { CfnEIP } from 'aws-cdk-lib/aws-ec2';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type CompleteIntegration, ConfigurationError } from '../../shared/integration/define.ts';
import { type CompleteDeployment, secretNames } from '../../shared/integration/deployment.ts';
import { dueTermsOf } from '../../shared/integration/due-terms.ts';
import { durationInWords, hourMs } from '../../shared/model/time.ts';
import type { Bundles } from '../build/bundle-functions.ts';
import { Alarms } from './alarms.ts';
import { addBudget } from './budget.ts';
import { createFunctions } from './functions.ts';
import { createHttpApi } from './http-api.ts';
import { createLedgerTable } from './ledger-table.ts';
import { createMails } from './mails.ts';
import { createNetwork } from './network.ts';
import { createStackQueues } from './queues.ts';
import { addSchedules } from './schedules.ts';
import { constructIdOfSecret, createSecrets } from './secrets.ts';
import { isProduction } from './stage.ts';

export interface IntegrationStackProps extends StackProps {
  readonly integration: CompleteIntegration;
  readonly bundles: Bundles;
  /** Every stage that is not known to be disposable is production. */
  readonly stage: string;
}

/** What is kept when a production stack is deleted, besides its ledger. None has a name that a second stack would claim. */
const keptResourceTypes = [
  CfnSecret.CFN_RESOURCE_TYPE_NAME,
  CfnLogGroup.CFN_RESOURCE_TYPE_NAME,
  // The ERP's firewall knows the address: named as `allocationId`, the next stack calls from it, too.
  CfnEIP.CFN_RESOURCE_TYPE_NAME,
];

export class IntegrationStack extends Stack {
  constructor(scope: Construct, id: string, props: IntegrationStackProps) {
    const { integration, bundles, stage, ...stackProps } = props;
    const production = isProduction(stage);
    const { account, region } = integration.deployment;
    checkRegions(integration.deployment, process.env.CDK_DEFAULT_REGION);
    checkTried(integration.erp.untried);
    super(scope, id, {
      terminationProtection: production,
      // It would tell AWS which constructs are used.
      analyticsReporting: false,
      env: { ...(account && { account }), ...(region && { region }) },
      ...stackProps,
    });
    // Resources of a failed first deployment are deleted.
    RemovalPolicies.of(this).apply(
      production ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      { applyToResourceTypes: keptResourceTypes },
    );
    const ahead = liveFromAhead(integration.deployment, new Date());
    if (ahead !== undefined) Annotations.of(this).addWarningV2('azumuta-erp:live-from', ahead);
    Tags.of(this).add('azumuta-erp:plant', integration.plant);
    Tags.of(this).add('azumuta-erp:stage', stage);
    for (const [name, value] of Object.entries(outputsOf(createParts(this, props)))) {
      const description = outputDescriptions[name];
      if (value !== undefined) new CfnOutput(this, name, { value, ...(description && { description }) });
    }
  }

  /** The first two zones of the region: where one is pinned, the CDK would ask the account for their names. */
  override get availabilityZones(): string[] {
    return [0, 1].map((at) => Fn.select(at, Fn.getAzs()));
  }
}

/** What follows of an instant that is still to come; undefined where all that is completed now is booked. */
export function liveFromAhead(
  { mode, liveFrom }: Pick<CompleteDeployment, 'mode' | 'liveFrom'>,
  now: Date,
): string | undefined {
  if (mode !== 'live' || liveFrom === undefined) return undefined;
  const hours = Math.ceil((Date.parse(liveFrom) - now.getTime()) / hourMs);
  if (hours <= 0) return undefined;
  return `deployment.liveFrom is ${liveFrom}, in ${durationInWords(hours * 3600)}: what is completed in Azumuta until then is people's, and booked by nobody here.`;
}

function createParts(scope: IntegrationStack, { integration, bundles, stage }: IntegrationStackProps) {
  const { deployment } = integration;
  const queues = createStackQueues(scope);
  const ledger = createLedgerTable(scope, isProduction(stage), deployment.ledgerGeneration);
  const secrets = createSecrets(scope, deployment);
  const { placement, address } = createNetwork(scope, deployment.network);
  const mails = createMails(scope, deployment);
  const isWatched = deployment.alarms ?? isProduction(stage);
  const { mode } = deployment;
  const resources = { integration, stage, mode, isWatched, queues, secrets, ledger, mails };
  const functions = createFunctions(scope, { ...resources, bundles, placement });
  const httpApi = createHttpApi(scope, functions, deployment.domain, isWatched);
  addSchedules(scope, integration, functions);
  addBudget(scope, deployment);
  const alarms = isWatched && new Alarms(scope, 'Alarms', { integration, queues, functions, httpApi });
  return { ...resources, address, functions, httpApi, alarms };
}

/** For the operator's commands and for people: an output that is undefined is left out. */
function outputsOf(parts: ReturnType<typeof createParts>): Readonly<Record<string, string | undefined>> {
  const { integration, stage, queues, secrets, ledger, mails, address, functions, httpApi, alarms } = parts;
  return {
    // Which configuration is this stack's, where its days begin, and from when on an order is late.
    Plant: integration.plant,
    Stage: stage,
    // A stack that is live has no such output, as each one before there was a shadow.
    Mode: integration.deployment.mode === 'shadow' ? 'shadow' : undefined,
    LiveFrom: integration.deployment.mode === 'live' ? integration.deployment.liveFrom : undefined,
    TimeZone: integration.timeZone,
    GraceHours: String(dueTermsOf(integration).graceHours),
    // An output never contains the token itself.
    WebhookUrl: `${httpApi.url}/webhooks/azumuta/product-order-completed/<token>`,
    OrderEndpoint: `${httpApi.url}/product-orders`,
    DomainTarget: httpApi.domainTarget,
    FixedAddress: address,
    AlarmTopic: alarms ? alarms.topic.topicArn : undefined,
    AlertTopic: mails.alerts.topicArn,
    MorningMailTopic: mails.morning?.topicArn,
    DeadLetterQueue: queues.deadLetters.queueUrl,
    // Where a dead letter goes back to, and which triggers the webhook understands.
    ProductOrdersQueue: queues.productOrders.queueUrl,
    CompletionsQueue: queues.completions.queueUrl,
    TriggerNames: JSON.stringify(integration.azumuta.contract.trigger),
    LedgerTable: ledger.tableName,
    // Who acts, for the console; without a name there is no output.
    Persons: personsInAscii(integration.deployment.alerts.who),
    ...Object.fromEntries(
      secretNames.map((name) => [`${constructIdOfSecret(name)}Secret`, secrets[name]?.secretArn] as const),
    ),
    AlertFunction: functions['send-alerts'].functionName,
    PullFunction: functions['pull-product-orders'].functionName,
  };
}

/**
 * The names as JSON in ASCII: CloudFormation gives any other character of an output back as a question mark.
 * @see https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814
 */
function personsInAscii(persons: CompleteDeployment['alerts']['who']): string | undefined {
  if (Object.keys(persons).length === 0) return undefined;
  return JSON.stringify(persons).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const outputDescriptions: Readonly<Record<string, string>> = {
  DomainTarget: 'The DNS entry (CNAME) of the own domain points here',
  FixedAddress: 'The public address from which the ERP is called',
};

/**
 * What the plant names by an ARN must be in the region of the stack: API Gateway takes no certificate of another region,
 * and functions ask Secrets Manager in their own.
 * @param profile Region of the AWS profile, as the CDK's command line passes it.
 * @throws ConfigurationError naming the first ARN that is in another region.
 */
/** @param untried Path of what the configuration does not say. */
function checkTried(untried: string | undefined): void {
  if (untried === undefined) return;
  throw new ConfigurationError(
    `The integration configuration is wrong. $.${untried}: found missing, expected when, by whom and on which test system npm run trial has shown that a key is booked once: npm run trial -- --help`,
  );
}

function checkRegions({ region, domain, secrets }: CompleteDeployment, profile: string | undefined): void {
  const expected = region ?? profile;
  const ofSecrets = Object.entries(secrets).map(
    ([name, own]) => [`secrets.${name}`, typeof own === 'string' ? own : own?.arn] as const,
  );
  const arns = [['domain.certificateArn', domain?.certificateArn] as const, ...ofSecrets];
  const regions = arns.map(([path, arn]) => [path, arn?.split(':')[3]] as const);
  const [path, found] = regions.find(([, of]) => of !== undefined && of !== expected) ?? [];
  if (expected === undefined || found === undefined) return;
  const source = region ? 'deployment.region' : 'of your AWS profile; deployment.region pins another';
  throw new ConfigurationError(
    `The integration configuration is wrong. $.deployment.${path}: found an ARN of ${found}, expected one of ${expected} (${source}).`,
  );
}
