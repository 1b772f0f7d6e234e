import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';

/** One stack of a synthesized CDK app (`cdk.out`), as read from disk. */
export type Assembly = ReturnType<typeof readAssembly>;

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

const assetManifestSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.optional(z.string()) }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

/** Reads the template and the asset manifest of a stack. The CDK names both files by the stack's id, which is its name. */
export function readAssembly(directory: string, stackName: string) {
  const { files } = read(assetManifestSchema, join(directory, `${stackName}.assets.json`));
  return {
    directory,
    stackName,
    template: read(templateSchema, join(directory, `${stackName}.template.json`)),
    /** Bundles that would be uploaded, each with the S3Keys under which the template names it. */
    assets: Object.values(files).flatMap(({ source, destinations }) => {
      const objectKeys = Object.values(destinations).map(({ objectKey }) => objectKey);
      return source.path === undefined ? [] : [{ path: join(directory, source.path), objectKeys }];
    }),
  };
}

function read<T>(schema: z.ZodMiniType<T>, file: string): T {
  const parsed = parse(schema, JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.ok) throw new Error(`${file}: ${describeMismatches(parsed.mismatches)}.`);
  return parsed.value;
}
