import { join } from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import cdk from '../../cdk.json' with { type: 'json' };
import { type CompleteIntegration, ConfigurationError } from '../../shared/integration/define.ts';
import { bundleFunctions } from '../build/bundle-functions.ts';
import { loadIntegration } from '../build/load-configuration.ts';
import { IntegrationStack } from './stack.ts';
import { checkStage, stackNameOf } from './stage.ts';

/** An app with the feature flags of `cdk.json`, which only the CDK's command line reads by itself. */
export function createApp(props: AppProps = {}): App {
  return new App({ ...props, context: cdk.context });
}

/** @returns the stack's name. @throws ConfigurationError naming what is invalid in the configuration, or the stage. */
export async function assemble(app: App, integrationFile: string, stage: string): Promise<string> {
  // First, as the configuration may differ by stage.
  checkStage(stage);
  const { integration, file } = await loadIntegration(integrationFile, stage);
  const [, named = integration.plant] = /[\\/]plants[\\/]([^\\/.]+)\.config\.ts$/.exec(file) ?? [];
  // A copied file that still names the other plant would replace what that one has deployed.
  if (named !== integration.plant && stage !== 'local')
    throw new ConfigurationError(
      `plants/${named}.config.ts is the file of plant ${named}. $.plant: found "${integration.plant}", expected "${named}": correct it, or rename the file.`,
    );
  const stackName = stackNameOf(integration.plant, stage);
  const { bundles } = await bundleFunctions(file, join(app.outdir, 'bundles'));
  new IntegrationStack(app, stackName, {
    stackName,
    integration: stage === 'local' ? withoutAwsAccount(integration) : integration,
    bundles,
    stage,
    description: `Azumuta and ERP integration of ${integration.plant} (${stage})`,
  });
  return stackName;
}

/** `npm start` runs this stage, where nothing of the plant's AWS account exists. */
function withoutAwsAccount(integration: CompleteIntegration): CompleteIntegration {
  const { account, region, domain, ...deployment } = integration.deployment;
  return {
    ...integration,
    deployment: {
      ...deployment,
      allowedSources: { webhook: [], orders: [] },
      ...(deployment.pages && { pages: { ...deployment.pages, allowedSources: [] } }),
      network: 'none',
      secrets: {},
    },
  };
}
