import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configurationReference } from './configuration.ts';
import { openApiDocument } from './openapi.ts';

/** The documents that are made of schemas, and committed: a test fails when one is out of date. */
export const documents = [
  {
    file: inProject('infra/build/docs/openapi.json'),
    text: () => `${JSON.stringify(openApiDocument(), null, 2)}\n`,
  },
  { file: inProject('shared/integration/CONFIGURATION.md'), text: configurationReference },
] as const;

function inProject(path: string) {
  return { path, absolute: fileURLToPath(new URL(`../../../${path}`, import.meta.url)) };
}

if (import.meta.main) {
  for (const { file, text } of documents) {
    writeFileSync(file.absolute, text());
    process.stdout.write(`Wrote ${file.path}.\n`);
  }
}
