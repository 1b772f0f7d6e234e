import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished, vi } from 'vitest';
import { bundleSettings, integrationPlugin } from '../../../infra/build/bundle-functions.ts';
import { newFolder } from '../new-folder.ts';

it('writes environment variables into all files of the configuration, and leaves ours alone', async () => {
  // Prepare: two plants that share what they have in common, and a file of ours that reads the environment
  const folder = newFolder();
  const file = join(folder, 'ghent.config.ts');
  writeFileSync(
    file,
    "import { baseUrl } from './common.ts';\nexport default { plant: process.env.PLANT_NAME, azumuta: { baseUrl } };",
  );
  writeFileSync(join(folder, 'common.ts'), 'export const baseUrl = process.env.PLANT_BASE_URL;');
  const contents =
    "export { default } from '#integration'; export * from './shared/platform/environment.ts';";
  vi.stubEnv('PLANT_NAME', 'ghent');
  vi.stubEnv('PLANT_BASE_URL', 'https://ghent.example');
  onTestFinished(() => void vi.unstubAllEnvs());

  // Act
  const { outputFiles } = await build({
    ...bundleSettings,
    stdin: { contents, resolveDir: process.cwd() },
    plugins: [integrationPlugin(file)],
    write: false,
  });

  // Assess
  const code = outputFiles[0]?.text;
  expect(code).toContain('"ghent"');
  expect(code).toContain('https://ghent.example');
  expect(code).not.toMatch(/process\.env\.PLANT/);
  expect(code).toMatch(/process\.env/);
});
