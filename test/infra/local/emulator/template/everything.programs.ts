import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readStack } from '../../../../../infra/local/emulator/template/read-stack.ts';
import { readAssembly } from '../../../../../infra/local/emulator/template/template.ts';
import { synthesize } from '../../../../../infra/local/run-locally.ts';

it('reads the stack of a plant that uses every option of a deployment, without what it has in its account', async () => {
  // Prepare
  const folder = mkdtempSync(join(tmpdir(), 'everything-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const integrationFile = 'test/infra/stack/everything.config.ts';
  const { directory, stackName } = await synthesize({ integrationFile, folder, environment: {} });

  // Act
  const stack = readStack(readAssembly(directory, stackName), {
    region: 'eu-west-1',
    accountId: '000000000000',
    awsEndpoint: 'http://127.0.0.1:4566',
    apiUrl: 'http://127.0.0.1:8080',
  });

  // Assess
  expect([stack.functions.length, stack.mappings.length, stack.schedules.length]).toEqual([7, 2, 3]);
  expect(JSON.stringify(stack)).not.toMatch(/111122223333|203\.0\.113/);
});
