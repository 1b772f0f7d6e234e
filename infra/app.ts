import { ConfigurationError } from '../shared/integration/define.ts';
import { assemble, createApp } from './stack/assemble.ts';
import { fateOf } from './stack/stage.ts';

// `cdk synth -c config=plants/ghent.config.ts -c stage=production`
const app = createApp();
const config: unknown = app.node.tryGetContext('config') ?? 'integration.config.ts';
const stage: unknown = app.node.tryGetContext('stage') ?? 'production';

try {
  const stackName = await assemble(app, String(config), String(stage));
  app.synth();
  process.stdout.write(`${stackName}\n`);
  process.stderr.write(`${fateOf(stackName, String(stage))}\n`);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
