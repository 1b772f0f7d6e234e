import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CompleteDeployment } from '../../../shared/integration/deployment.ts';
import { UsageError } from '../cli/command.ts';
import { findStack } from '../cli/find-stack.ts';

/**
 * The account and the region that the CDK will deploy to. Where somebody may not see whether it is bootstrapped, as whoever
 * has `deploy.json` alone, the CDK will say it.
 * @throws UsageError with what is missing; the SDK's error without credentials.
 */
export async function checkAccount({
  account,
  region: pinned,
}: Pick<CompleteDeployment, 'account' | 'region'>) {
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
  // A bootstrapping that failed leaves a stack without outputs.
  const isWhole =
    bootstrap === 'hidden' || bootstrap?.Outputs?.some(({ OutputKey }) => OutputKey === 'BootstrapVersion');
  if (isWhole) return { account: Account, region };
  throw new UsageError(
    `Account ${Account} is not bootstrapped in ${region}. Type this once: npx cdk bootstrap aws://${Account}/${region}`,
  );
}

/**
 * After a first deployment that failed, CloudFormation deletes what it made and leaves an empty stack, which the CDK
 * cannot replace, as it has protected it before it was made: this takes the protection away. Of any other stack it changes
 * nothing.
 * @returns whether there was one.
 */
export async function releaseFailedStack(name: string, region: string): Promise<boolean> {
  const client = new CloudFormationClient({ region });
  const stack = await stackNamed(name, client);
  if (stack === 'hidden' || !/^ROLLBACK_(COMPLETE|FAILED)$/.test(stack?.StackStatus ?? '')) return false;
  const unprotected = { StackName: name, EnableTerminationProtection: false };
  await client.send(new UpdateTerminationProtectionCommand(unprotected));
  return true;
}

/** `hidden` where the caller may not look. */
async function stackNamed(name: string, client: CloudFormationClient) {
  return findStack(client, name).catch((error: unknown) => {
    if (error instanceof Error && error.name.startsWith('AccessDenied')) return 'hidden' as const;
    throw error;
  });
}
