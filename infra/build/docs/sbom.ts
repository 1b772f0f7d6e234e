import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { bundleFunctions, projectRoot } from '../bundle-functions.ts';

const tool = join(projectRoot, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js');

const textSchema = z.object({ license: z.object({ text: z.object({ content: z.base64() }) }) });
const packageSchema = z.object({
  group: z.optional(z.string()),
  name: z.string(),
  version: z.string(),
  licenses: z.array(z.object({ license: z.object({ id: z.string() }) })),
  evidence: z.object({ licenses: z.array(textSchema) }),
});
type Package = z.output<typeof packageSchema>;
const sbomSchema = z.object({ components: z.array(z.looseObject({ version: z.optional(z.string()) })) });

/**
 * The packages in the bundles of every plant, as no connector needs a further one: an SBOM in CycloneDX 1.6, and a notice
 * with each licence's text. @throws ZodError if a package names no licence by its SPDX id, or brings no text of it.
 */
export async function billOfMaterials() {
  const folder = mkdtempSync(join(tmpdir(), 'azumuta-erp-sbom-'));
  try {
    const { metafile } = await bundleFunctions(join(projectRoot, 'integration.config.ts'), folder);
    const file = join(folder, 'metafile.json');
    writeFileSync(file, JSON.stringify(metafile));
    const words = ['--output-reproducible', '--gather-license-texts', '--bwd', projectRoot, '-o', '-', file];
    const listed: unknown = JSON.parse(
      execFileSync(process.execPath, [tool, ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const { components } = z.parse(sbomSchema, listed);
    // Node.js's own modules are listed, too, without a version.
    const packages = components.filter(({ version }) => version).map((each) => z.parse(packageSchema, each));
    // The texts of the licences are in the notice.
    const withoutTexts = (name: string, value: unknown) => (name === 'evidence' ? undefined : value);
    return { sbom: JSON.stringify(listed, withoutTexts, 2), notice: noticeOf(packages) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Packages that share the text of a licence are named above it. */
function noticeOf(packages: readonly Package[]): string {
  const byText = Map.groupBy(packages, ({ evidence }) =>
    evidence.licenses.map(({ license }) => Buffer.from(license.text.content, 'base64').toString()).join('\n'),
  );
  const notices = [...byText].map(
    ([text, named]) =>
      `${named.map(describePackage).join('\n')}\n\n${text.replaceAll('\r\n', '\n').trimEnd()}\n`,
  );
  return `The bundles of the functions contain these packages.\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function describePackage({ group, name, version, licenses }: Package): string {
  const ids = licenses.map(({ license }) => license.id).join(' and ');
  return `${group ? `${group}/` : ''}${name} ${version} (${ids})`;
}
