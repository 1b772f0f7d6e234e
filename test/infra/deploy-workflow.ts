import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const words = z._default(z.record(z.string(), z.string()), {});
const stepSchema = z.strictObject({
  name: z.exactOptional(z.string()),
  if: z.exactOptional(z.string()),
  uses: z.exactOptional(z.string()),
  with: z.exactOptional(z.record(z.string(), z.unknown())),
  env: words,
  run: z.exactOptional(z.string()),
});
const jobSchema = z.strictObject({
  needs: z.exactOptional(z.string()),
  if: z.exactOptional(z.string()),
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  environment: z.exactOptional(z.string()),
  concurrency: z.exactOptional(z.string()),
  permissions: z.record(z.string(), z.string()),
  env: words,
  steps: z.array(stepSchema),
});
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.strictObject({ pull_request: z.null(), push: z.strictObject({ branches: z.array(z.string()) }) }),
  permissions: z.strictObject({}),
  // What they are where the repository has no such variable.
  env: z.record(
    z.string(),
    z.pipe(
      z.string(),
      z.transform((value) => value.replace(/^\$\{\{ vars\.\w+ \|\| '([^']*)' \}\}$/, '$1')),
    ),
  ),
  jobs: z.record(z.string(), jobSchema),
});

/** The workflow that deploys, with its anchors put in. */
export const deployWorkflow = z.parse(
  workflowSchema,
  parse(readFileSync('.github/workflows/deploy.yml', 'utf8')),
);

/** What its steps run, with their variables put in and without quotes. */
export const workflowScripts = Object.entries(deployWorkflow.jobs).flatMap(([job, { env, steps }]) =>
  steps.flatMap(({ name, run }) => {
    const values: Readonly<Record<string, string>> = { ...deployWorkflow.env, ...env };
    const script = run
      ?.replaceAll(/\$([A-Z]+)/g, (text, variable) => values[variable] ?? text)
      .replaceAll('"', '');
    return script === undefined ? [] : [{ job, name, script }];
  }),
);
