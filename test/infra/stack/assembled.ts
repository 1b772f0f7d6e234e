import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import { type Bundles, functionNames } from '../../../infra/build/bundle-functions.ts';
import { loadIntegration } from '../../../infra/build/load-configuration.ts';
import { createApp } from '../../../infra/stack/assemble.ts';
import { IntegrationStack } from '../../../infra/stack/stack.ts';
import { stackNameOf } from '../../../infra/stack/stage.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';

/**
 * An app with stacks of this project in it.
 * @param atEnd What removes it: `afterAll`, `onTestFinished`.
 * @param validate Whether the CDK checks the templates itself: that takes seconds, so one test file has it done.
 * @param content Of the code of each function.
 */
export function startAssembly(atEnd: (remove: () => void) => void, { validate = false, content = '' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'stack-test-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const app = createApp({ outdir: folder, builtinCloudFormationValidation: validate });
  return {
    app,
    folder,
    /** A stack without its code, which takes the most time. Add all before a template is read: that synthesizes the app. */
    async add(configuration: string | CompleteIntegration, stage: string): Promise<IntegrationStack> {
      const integration =
        typeof configuration === 'string'
          ? (await loadIntegration(configuration, stage)).integration
          : configuration;
      const code = join(folder, 'no-code');
      mkdirSync(code, { recursive: true });
      writeFileSync(join(code, 'index.mjs'), content);
      const stackName = stackNameOf(integration.plant, stage);
      return new IntegrationStack(app, stackName, {
        stackName,
        integration,
        stage,
        // Made from all names, so every name is a key.
        bundles: Object.fromEntries(functionNames.map((name) => [name, code])) as Bundles,
      });
    },
  };
}

/** The template of one stack. @param content Of the code of each function. */
export async function templateOf(
  configuration: string | CompleteIntegration,
  stage: string,
  content = '',
): Promise<Template> {
  let remove = () => {};
  const { add } = startAssembly((end) => (remove = end), { content });
  const template = Template.fromStack(await add(configuration, stage));
  remove();
  return template;
}

/** The properties of each resource of a type. */
export const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

const statementsSchema = z.array(
  z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() }),
);

/** What the role of a function may do, and with what: `ShowPages` has that of the function `show-pages`. */
export const grantsOf = (template: Template, name: string) =>
  Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(`Functions${name}Role`))
    .flatMap(([, { Properties }]) => z.parse(statementsSchema, Properties.PolicyDocument.Statement));
