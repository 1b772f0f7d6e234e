import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import {
  answerOptions,
  configOption,
  defineCommand,
  exits,
  fileOf,
  runCommand,
  stackOptions,
  UsageError,
} from '../cli/command.ts';

const command = defineCommand({
  name: 'redeploy',
  description:
    'Repeats a first deployment that failed. CloudFormation has deleted what it made, but protects the empty stack that is left, so that the CDK cannot replace it: this takes the protection away and deploys. Of any other stack it changes nothing.',
  help: `
Example:
  npm run redeploy -- --stack AzumutaErp-ghent-production

Exit codes: 0 deployed · 1 it failed again · 2 wrong command line, or a stack that was deployed once`,
  options: { ...answerOptions, stack: stackOptions.stack, region: stackOptions.region, ...configOption },
});

await runCommand(command, async ({ options: { stack, region, config } }) => {
  const [, plant, stage] = /^AzumutaErp-(.+)-([^-]+)$/.exec(stack ?? '') ?? [];
  if (!stack || !plant || !stage)
    throw new UsageError('Say which stack: --stack AzumutaErp-<plant>-<stage>.');
  const client = new CloudFormationClient(region ? { region } : {});
  const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  if (!/^ROLLBACK_(COMPLETE|FAILED)$/.test(found?.StackStatus ?? ''))
    throw new UsageError(
      `The stack ${stack} is in the state ${found?.StackStatus}: no first deployment of it has failed. Deploy it with npx cdk deploy.`,
    );
  await client.send(
    new UpdateTerminationProtectionCommand({ StackName: stack, EnableTerminationProtection: false }),
  );
  // What it may do was agreed to when it was deployed for the first time.
  const words = [
    'deploy',
    '--require-approval',
    'never',
    '-c',
    `config=${fileOf(plant, config)}`,
    '-c',
    `stage=${stage}`,
  ];
  const environment = { ...process.env, ...(region && { AWS_REGION: region }) };
  const cdk = spawn(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...words], {
    stdio: 'inherit',
    env: environment,
  });
  const [code] = await once(cdk, 'exit');
  const deployed = code === 0;
  const next = `Next: npm run doctor -- --stack ${stack}`;
  return {
    facts: { target: stack, deployed },
    lines: deployed ? [next] : [],
    exit: deployed ? exits.done : exits.failed,
  };
});
