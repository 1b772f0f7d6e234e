import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { projectRoot } from '../bundle-functions.ts';
import { architectureWithDecisions } from './architecture.ts';
import { assumedApiDocument, azumutaPageWithAssumptions } from './azumuta-api.ts';
import { configurationReference } from './configuration.ts';
import { openApiDocument } from './openapi.ts';
import { runbookWithAdvice } from './runbook.ts';
import { billOfMaterials } from './sbom.ts';

/** The committed documents that are made from code, by their path in the project. A test fails when one is out of date. */
export async function createDocuments(): Promise<Readonly<Record<string, string>>> {
  const { sbom, notice } = await billOfMaterials();
  const written = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
  return {
    'infra/build/docs/openapi.json': `${JSON.stringify(openApiDocument(), null, 2)}\n`,
    'infra/build/docs/azumuta-api.json': `${JSON.stringify(assumedApiDocument(), null, 2)}\n`,
    'shared/azumuta/README.md': azumutaPageWithAssumptions(written('shared/azumuta/README.md')),
    'shared/integration/CONFIGURATION.md': configurationReference(),
    'infra/RUNBOOK.md': runbookWithAdvice(written('infra/RUNBOOK.md')),
    'ARCHITECTURE.md': architectureWithDecisions(written('ARCHITECTURE.md')),
    'infra/build/docs/sbom.json': sbom,
    'infra/build/docs/third-party-licences.txt': notice,
  };
}

if (import.meta.main) {
  new Command('npm run documents')
    .description('Writes the documents that are made from code. Run it after a change of what they tell.')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .parse();
  for (const [path, text] of Object.entries(await createDocuments())) {
    writeFileSync(join(projectRoot, path), text);
    process.stdout.write(`Wrote ${path}.\n`);
  }
}
