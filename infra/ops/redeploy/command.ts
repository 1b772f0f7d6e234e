import { spawnSync } from 'node:child_process';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { defineCommand, exits, fileOf, plantOptions, runCommand, UsageError } from '../cli/command.ts';

const command = defineCommand({
  name: 'redeploy',
  description:
    'Repeats a first deployment that failed. CloudFormation has deleted what it made, but the CDK cannot replace the empty stack that is left, as it is protected: this takes the protection away and deploys. Of any other stack it changes nothing.',
  help: `
Example:
  npm run redeploy -- --stack AzumutaErp-ghent-production

Exit codes: 0 deployed · 1 it failed again · 2 wrong command line, or a stack that was deployed once`,
  options: plantOptions,
});

await runCommand(command, async ({ options: { stack = '', region, config } }) => {
  const [, plant = '', stage] = /^AzumutaErp-(.+)-([^-]+)$/.exec(stack) ?? [];
  if (stage === undefined) throw new UsageError('Say which stack: --stack AzumutaErp-<plant>-<stage>.');
  const client = new CloudFormationClient(region ? { region } : {});
  const named = { StackName: stack };
  const { Stacks = [] } = await client.send(new DescribeStacksCommand(named));
  const state = Stacks[0]?.StackStatus ?? 'unknown';
  if (!/^ROLLBACK_(COMPLETE|FAILED)$/.test(state))
    throw new UsageError(
      `The stack ${stack} is in the state ${state}: no first deployment of it has failed. Deploy it with npx cdk deploy.`,
    );
  const unprotected = { ...named, EnableTerminationProtection: false };
  await client.send(new UpdateTerminationProtectionCommand(unprotected));
  const context = ['-c', `config=${fileOf(plant, config)}`, '-c', `stage=${stage}`];
  // What it may do was agreed to when it was deployed for the first time.
  const words = ['node_modules/aws-cdk/bin/cdk', 'deploy', '--require-approval', 'never', ...context];
  const env = { ...process.env, ...(region && { AWS_REGION: region }) };
  const deployed = spawnSync(process.execPath, words, { stdio: 'inherit', env }).status === 0;
  return {
    facts: { target: stack, deployed },
    lines: deployed ? [`Next: npm run doctor -- --stack ${stack}`] : [],
    exit: deployed ? exits.done : exits.failed,
  };
});
