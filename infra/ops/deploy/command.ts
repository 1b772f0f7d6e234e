import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadIntegration } from '../../build/load-configuration.ts';
import { answerOptions, defineCommand, exits, option, runCommand, text, textOr } from '../cli/command.ts';
import { say } from '../cli/output.ts';
import { checkAccount, releaseFailedStack } from './check-account.ts';

const command = defineCommand({
  name: 'deploy',
  description:
    "Deploys a plant's stack, as npx cdk deploy does. First it checks in seconds what the CDK would find missing after its synthesis: configuration, region, AWS credentials, account, bootstrapping. A first deployment that failed is repeated.",
  help: `
Examples:
  npm run deploy -- -c plants/ghent.config.ts --stage test

With options of the CDK: npx cdk deploy -c config=plants/ghent.config.ts -c stage=test …

Exit codes: 0 deployed · 1 failed · 2 wrong command line, configuration, region or account: nothing was done`,
  options: {
    ...answerOptions,
    // Without a default, as that is the demo, which would replace a plant of the same name.
    config: option('<file>', "the plant's configuration file", text, '-c, --config <file>'),
    stage: textOr('production', '<stage>', 'stage of the stack (default: production)'),
  },
});

await runCommand(command, async ({ options: { config, stage } }) => {
  const { integration } = await loadIntegration(config, stage);
  const { account, region } = await checkAccount(integration.deployment);
  const stack = `AzumutaErp-${integration.plant}-${stage}`;
  const isRepeated = await releaseFailedStack(stack, region);
  say(`Deploying ${integration.plant} (${stage}) to account ${account} in ${region}.`);
  // What a first deployment may do was agreed to before it failed.
  const approval = isRepeated ? ['--require-approval', 'never'] : [];
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
    exit: deployed ? exits.done : exits.failed,
  };
});
