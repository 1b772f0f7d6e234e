import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CompleteDeployment } from '../../../shared/integration/deployment.ts';
import { UsageError } from '../cli/command.ts';

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
  if (await isBootstrapped(region)) return { account: Account, region };
  throw new UsageError(
    `Account ${Account} is not bootstrapped in ${region}. Type this once: npx cdk bootstrap aws://${Account}/${region}`,
  );
}

/** Whether the CDK's own stack is there and whole; true where the caller may not look. */
async function isBootstrapped(region: string): Promise<boolean> {
  const asking = new CloudFormationClient({ region }).send(
    new DescribeStacksCommand({ StackName: 'CDKToolkit' }),
  );
  const { Stacks } = await asking.catch((error: unknown) => {
    const name = error instanceof Error ? error.name : '';
    // CloudFormation answers an unknown name with a ValidationError.
    if (name === 'ValidationError') return { Stacks: [] };
    if (name.startsWith('AccessDenied')) return { Stacks: undefined };
    throw error;
  });
  if (Stacks === undefined) return true;
  // A bootstrapping that failed leaves a stack without outputs.
  return Stacks.some(({ Outputs }) => Outputs?.some(({ OutputKey }) => OutputKey === 'BootstrapVersion'));
}
