import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import * as z from 'zod/mini';

/** What whoever deploys types: no operator may take the protection from a stack. */
export const deploy = 'infra/ops/deploy/command.ts';

/** The programs that an operator types, as package.json names them. */
export function operatorPrograms(): string[] {
  const schema = z.object({ scripts: z.record(z.string(), z.string()) });
  const { scripts } = z.parse(schema, JSON.parse(readFileSync('package.json', 'utf8')));
  return [
    ...new Set(
      Object.values(scripts).flatMap(
        (script) => script.match(/^node (infra\/(?:ops|console)\/\S+)/)?.[1] ?? [],
      ),
    ),
  ].filter((program) => program !== deploy);
}

/** Commands of the SDK whose action has another name, and those that IAM lets everybody do. */
const actionOf: Readonly<Record<string, string | undefined>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  'sqs:SendMessageBatch': 'sqs:SendMessage',
  'sqs:DeleteMessageBatch': 'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibilityBatch': 'sqs:ChangeMessageVisibility',
  // "No permissions are required to perform this operation."
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  'sts:GetCallerIdentity': undefined,
};

const sdkImport = /import \{([^}]+)\} from "@aws-sdk\/client-([a-z-]+)";/g;

/**
 * The IAM actions behind all commands of the AWS SDK that these programs can send: what their bundle imports of
 * its clients, after esbuild has left out what nothing uses.
 */
export async function awsActionsOf(programs: readonly string[]): Promise<string[]> {
  const { outputFiles } = await build({
    entryPoints: [...programs],
    bundle: true,
    write: false,
    outdir: 'unused',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
  });
  const calls = outputFiles.flatMap(({ text }) =>
    Array.from(text.matchAll(sdkImport), ([, names = '', client = '']) =>
      Array.from(
        names.matchAll(/\b(?:(\w+)Command|paginate(\w+))\b/g),
        ([, command, paged]) => `${client.replaceAll('-', '')}:${command ?? paged}`,
      ),
    ).flat(),
  );
  const actions = calls.map((call) => (call in actionOf ? actionOf[call] : call));
  return [...new Set(actions.filter((action) => action !== undefined))].sort();
}
