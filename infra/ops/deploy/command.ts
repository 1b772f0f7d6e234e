import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import type { CompleteDeployment } from '../../../shared/integration/deployment.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import {
  answerOptions,
  defineCommand,
  flagOption,
  nonEmptyText,
  option,
  runCommand,
  textOr,
  UsageError,
} from '../cli/command.ts';
import { findStack } from '../cli/find-stack.ts';
import { say } from '../cli/output.ts';
import { agreeToFirstDeployment } from './first-deployment.ts';

const command = defineCommand({
  name: 'deploy',
  description:
    "Deploys a plant's stack, as npx cdk deploy does. First it checks in seconds what the CDK would find missing after its synthesis: configuration, region, AWS credentials, account, bootstrapping. Before it makes a new stack it asks. A first deployment that failed is repeated.",
  help: `
Examples:
  npm run deploy -- -c plants/ghent.config.ts --stage test
  npm run deploy -- -c plants/ghent.config.ts --yes            without a terminal

With options of the CDK: npx cdk deploy -c config=plants/ghent.config.ts -c stage=test …

Exit codes: 0 deployed · 1 failed · 2 wrong command line, configuration, region or account: nothing was done`,
  options: {
    ...answerOptions,
    // Without a default, as that is the demo, which would replace a plant of the same name.
    config: option(
      '<file>',
      "the plant's configuration file",
      z.exactOptional(nonEmptyText),
      '-c, --config <file>',
    ),
    stage: textOr('production', '<stage>', 'stage of the stack (default: production)'),
    yes: flagOption('agree to what is deployed, without being asked'),
  },
});

await runCommand(command, async ({ options: { config, stage, yes } }) => {
  if (config === undefined)
    throw new UsageError('Say which plant: npm run deploy -- -c plants/<plant>.config.ts');
  const { integration } = await loadIntegration(config, stage);
  const { account, region } = await checkAccount(integration.deployment);
  const stack = `AzumutaErp-${integration.plant}-${stage}`;
  const before = await prepareStack(stack, region);
  const context = `-c config=${config} -c stage=${stage}`;
  const terminal = process.stdin.isTTY ? { input: process.stdin, output: process.stderr } : undefined;
  if (before === 'none') await agreeToFirstDeployment({ stack, region, isYes: yes, context, terminal });
  say(`Deploying ${integration.plant} (${stage}) to account ${account} in ${region}.`);
  const isAgreed = yes || before !== 'deployed';
  const approval = isAgreed ? ['--require-approval', 'never'] : [];
  const words = ['deploy', ...approval, '-c', `config=${config}`, '-c', `stage=${stage}`];
  const cdk = spawn(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...words], {
    stdio: 'inherit',
    env: { ...process.env, AWS_REGION: region },
  });
  const [code] = await once(cdk, 'exit');
  const deployed = code === 0;
  return {
    facts: { stack, account, region, deployed },
    lines: deployed
      ? [`Next: npm run secrets -- --stack ${stack}`, `      npm run doctor -- --stack ${stack}`]
      : [],
    exit: deployed ? 'done' : 'failed',
  };
});

/** Where the CDK will deploy to. @throws UsageError with what is missing; the SDK's error without credentials. */
async function checkAccount({ account, region: pinned }: Pick<CompleteDeployment, 'account' | 'region'>) {
  // The CDK reads the second one, too; the SDK does not.
  const given = pinned ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  const sts = new STSClient(given ? { region: given } : {});
  const region = await sts.config.region().catch((cause: unknown) => {
    const missing = 'No region is set, and the CDK would take us-east-1: set AWS_REGION, such as eu-west-1.';
    throw new UsageError(missing, { cause });
  });
  const { Account = '' } = await sts.send(new GetCallerIdentityCommand({}));
  if (account !== undefined && account !== Account)
    throw new UsageError(
      `These AWS credentials are of account ${Account}, and deployment.account is ${account}: log in there, or set AWS_PROFILE.`,
    );
  const bootstrap = await stackNamed('CDKToolkit', new CloudFormationClient({ region }));
  // One that failed leaves a stack without outputs. Whoever has `deploy.json` alone may not look: the CDK will say it.
  const isWhole =
    bootstrap === 'hidden' || bootstrap?.Outputs?.some(({ OutputKey }) => OutputKey === 'BootstrapVersion');
  if (isWhole) return { account: Account, region };
  throw new UsageError(
    `Account ${Account} is not bootstrapped in ${region}. Type this once: npx cdk bootstrap aws://${Account}/${region}`,
  );
}

/**
 * Takes the protection from the empty stack that a first deployment leaves when it fails: the CDK could not replace it. Of
 * any other stack it changes nothing.
 * @returns What is there: of a first deployment that `failed`, a person has agreed to what it makes before. One that we may
 * not see counts as `deployed`, and the CDK asks.
 */
async function prepareStack(name: string, region: string): Promise<'none' | 'failed' | 'deployed'> {
  const client = new CloudFormationClient({ region });
  const stack = await stackNamed(name, client);
  if (stack === 'hidden') return 'deployed';
  const status = stack?.StackStatus;
  // In review is what the CDK leaves when nobody agreed.
  if (status === undefined || status === 'REVIEW_IN_PROGRESS') return 'none';
  if (!/^ROLLBACK_(COMPLETE|FAILED)$/.test(status)) return 'deployed';
  const unprotected = { StackName: name, EnableTerminationProtection: false };
  await client.send(new UpdateTerminationProtectionCommand(unprotected));
  return 'failed';
}

/** `hidden` where the caller may not look. */
async function stackNamed(name: string, client: CloudFormationClient) {
  return findStack(client, name).catch((error: unknown) => {
    if (error instanceof Error && error.name.startsWith('AccessDenied')) return 'hidden' as const;
    throw error;
  });
}
