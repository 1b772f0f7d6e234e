import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';

/** One stack of a synthesized CDK app (`cdk.out`), as read from disk. */
export interface Assembly {
  readonly directory: string;
  readonly stackName: string;
  readonly template: Template;
  readonly assets: readonly Asset[];
}

/** A bundle that would be uploaded: `objectKey` is the S3Key that the template names. */
export interface Asset {
  readonly objectKeys: readonly string[];
  /** Absolute path of the directory or file. */
  readonly path: string;
}

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.optional(z.record(z.string(), z.unknown())),
      Metadata: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  Parameters: z.optional(z.record(z.string(), z.object({ Default: z.optional(z.unknown()) }))),
  Outputs: z.optional(z.record(z.string(), z.object({ Value: z.unknown() }))),
});

export type Template = z.infer<typeof templateSchema>;

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.optional(
        z.object({
          templateFile: z.optional(z.string()),
          stackName: z.optional(z.string()),
          file: z.optional(z.string()),
        }),
      ),
    }),
  ),
});

const assetManifestSchema = z.object({
  files: z.optional(
    z.record(
      z.string(),
      z.object({
        source: z.object({ path: z.optional(z.string()) }),
        destinations: z.record(z.string(), z.object({ objectKey: z.optional(z.string()) })),
      }),
    ),
  ),
});

/**
 * Reads the template and the asset manifest of a stack, by its artifact id or its stack name
 * (the cloud assembly's `manifest.json` says where they are).
 * @throws Error when the folder holds no such stack.
 */
export function readAssembly(directory: string, stackName: string): Assembly {
  const { artifacts } = read(manifestSchema, join(directory, 'manifest.json'));
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const stack = stacks.find(
    ([id, { properties }]) => id === stackName || properties?.stackName === stackName,
  );
  const templateFile = stack?.[1].properties?.templateFile;
  if (!stack || templateFile === undefined) {
    const known = stacks.map(([id]) => id).join(', ') || 'none';
    throw new Error(
      `There is no stack ${stackName} in ${directory}; it holds: ${known}. Synthesize it first.`,
    );
  }
  const assetFile = artifacts[`${stack[0]}.assets`]?.properties?.file;
  const { files = {} } = assetFile === undefined ? {} : read(assetManifestSchema, join(directory, assetFile));
  return {
    directory,
    stackName: stack[1].properties?.stackName ?? stack[0],
    template: read(templateSchema, join(directory, templateFile)),
    assets: Object.values(files).flatMap(({ source, destinations }) =>
      source.path === undefined
        ? []
        : [
            {
              path: join(directory, source.path),
              objectKeys: Object.values(destinations).flatMap(({ objectKey }) => objectKey ?? []),
            },
          ],
    ),
  };
}

function read<T>(schema: z.ZodMiniType<T>, file: string): T {
  const parsed = parse(schema, JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.ok) throw new Error(`${file}: ${describeMismatches(parsed.mismatches)}.`);
  return parsed.value;
}
