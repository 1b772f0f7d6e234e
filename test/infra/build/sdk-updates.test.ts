import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { comparedVersions, type StandIn, standIns } from '../../../infra/build/trim-aws-sdk.ts';

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.optional(z.string()) })),
});

/** An installed package: where it is, and its version. */
type Installed = readonly (readonly [folder: string, version: string | undefined])[];

const lock = z.parse(lockSchema, JSON.parse(readFileSync('package-lock.json', 'utf8')));
const installed: Installed = Object.entries(lock.packages).map(([folder, { version }]) => [folder, version]);

/** What to look at where the SDK differs from the one that the stand-ins were compared with. */
function findSdkChanges(
  packages: Installed,
  read: (file: string) => Uint8Array | string = (file) => readFileSync(`node_modules/${file}`),
): string[] {
  return [
    ...Object.entries(comparedVersions).flatMap(([name, version]) =>
      findOtherCopies(packages, name, version),
    ),
    ...standIns.flatMap((standIn) => findChangedFiles(standIn, read)),
  ];
}

function findOtherCopies(packages: Installed, name: string, compared: string): string[] {
  const copies = packages.filter(([folder]) => folder.endsWith(`node_modules/${name}`));
  if (copies.length === 1 && copies[0]?.[1] === compared) return [];
  const found = copies.map(([folder, version]) => `${version} in ${folder}`).join(', ');
  return [
    `${name} was compared at ${compared}, and there is ${found || 'none'}. Read in its changes whether what each stand-in ` +
      'assumes still holds, then write the version into comparedVersions (infra/build/trim-aws-sdk.ts).',
  ];
}

function findChangedFiles(
  { module, assumes, originals }: StandIn,
  read: (file: string) => Uint8Array | string,
) {
  return Object.entries(originals).flatMap(([file, compared]) => {
    const hash = createHash('sha256').update(read(file)).digest('hex');
    if (hash === compared) return [];
    return [
      `${file} has changed, and infra/build/trim-aws-sdk.ts replaces ${module}. Read whether this still holds, correct ` +
        `the stand-in if it does not, then write ${hash} into its originals. It assumes: ${assumes}`,
    ];
  });
}

describe('a stand-in for a module of the AWS SDK', () => {
  it('was compared with the SDK that is installed', () => {
    expect(findSdkChanges(installed)).toEqual([]);
  });

  it('was compared with the file that it replaces, in a package whose version is named', () => {
    const packages = Object.keys(comparedVersions);
    expect(standIns.filter(({ module, originals }) => !originals[module])).toEqual([]);
    expect(standIns.filter(({ module }) => !packages.some((name) => module.startsWith(`${name}/`)))).toEqual(
      [],
    );
  });

  it.each(standIns)('says what to read when its original changes: $module', ({ module, assumes }) => {
    // Act
    const changes = findSdkChanges(installed, (file) =>
      file === module ? 'export const other = 1;' : readFileSync(`node_modules/${file}`),
    );

    // Assess
    expect(changes).toEqual([expect.stringContaining(`${module} has changed`)]);
    expect(changes[0]).toContain(assumes);
  });

  it('says which package is new, or there twice', () => {
    // Prepare
    const updated = installed.map(([folder, version]) => {
      const isCore = folder === 'node_modules/@smithy/core';
      return [folder, isCore ? '3.42.0' : version] as const;
    });
    const twice = [...installed, ['node_modules/@aws-sdk/core/node_modules/@smithy/core', '3.42.0'] as const];

    // Act
    const [ofUpdate, ofSecond] = [updated, twice].map((packages) => findSdkChanges(packages));

    // Assess
    expect(ofUpdate).toEqual([expect.stringContaining('there is 3.42.0 in node_modules/@smithy/core.')]);
    expect(ofSecond).toEqual([expect.stringContaining('3.42.0 in node_modules/@aws-sdk/core/node_modules')]);
  });
});
