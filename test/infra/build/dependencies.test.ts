import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';

const versions = z.record(z.string(), z.string());
const manifestSchema = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.optional(z.string()),
      inBundle: z.optional(z.boolean()),
      link: z.optional(z.boolean()),
    }),
  ),
});
const read = <T>(schema: z.ZodMiniType<T>, file: string) =>
  z.parse(schema, JSON.parse(readFileSync(file, 'utf8')));

it('pins each package to one version, with a hash of its content', () => {
  // Prepare
  const { dependencies, devDependencies, optionalDependencies } = read(manifestSchema, 'package.json');
  const { packages } = read(lockSchema, 'package-lock.json');

  // Act
  const named = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const { '': project, ...installed } = packages;
  // What comes in another package's archive is part of that one's hash; a folder of this project is linked, and has none.
  const alone = Object.entries(installed).filter(
    ([path, { inBundle, link }]) => path.includes('node_modules/') && !inBundle && !link,
  );

  // Assess
  expect(project).toBeDefined();
  expect(named.filter(([, version]) => !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(alone.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([]);
});
