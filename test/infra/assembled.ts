import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { assemble } from '../../infra/assemble.ts';
import { IntegrationStack } from '../../infra/stack.ts';

/** An app with stacks of this project in it. */
export interface Assembled {
  readonly app: App;
  readonly folder: string;
  /** Add them all before the first template is read: that synthesizes the app. */
  readonly add: (configuration: string, stage: string) => Promise<IntegrationStack>;
  readonly remove: () => void;
}

export function startAssembly(): Assembled {
  const folder = mkdtempSync(join(tmpdir(), 'stack-test-'));
  const app = new App({ outdir: folder });
  return {
    app,
    folder,
    async add(configuration, stage) {
      const stack = app.node.findChild(await assemble(app, configuration, stage));
      if (!(stack instanceof IntegrationStack)) throw new Error('It is not our stack.');
      return stack;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
