import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyContract } from '../../../../infra/ops/probe/contract-text.ts';
import { startServer } from '../../../support/server.ts';
import { newFolder } from '../../new-folder.ts';
import { typed } from '../commands/typed.ts';
import { seen } from './account.ts';

const order = {
  id: 'o-17',
  orderNo: 'MO/0001',
  article: { sku: 'CHAIR' },
  status: 'done',
  variants: ['Left'],
  parameters: { Quantity: 4711 },
};
const config = ['--config', 'integration.config.ts'];

function answersFolder() {
  const folder = newFolder();
  const write = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  return { folder, write };
}

it('writes the contract of an account over the empty one of init, and never over another one', async () => {
  // Prepare: an account with an order that it calls otherwise
  const known: Readonly<Record<string, unknown>> = {
    '/api/v1/productorders?number=MO%2F0001': { data: [order] },
    '/api/v1/productorders/o-17': order,
  };
  const { url } = await startServer(({ url: { pathname, search } }) => {
    const body = known[pathname + search];
    return body === undefined ? { status: 404, body: {} } : { body };
  });
  const { folder, write } = answersFolder();
  const answers = { number: 'MO/0001', parameter: { name: 'Quantity', value: '4711' } };
  const out = join(folder, 'own.contract.ts');
  writeFileSync(out, emptyContract);
  const words = [...config, '--answers', write('answers.json', answers), '--out', out];
  const environment = { AZUMUTA_BASE_URL: `${url}/api/v1`, AZUMUTA_API_KEY: 'the-key-of-the-account' };

  // Act
  const told = await typed('probe', words, { environment });
  const written = readFileSync(out, 'utf8');
  const [again, asJson] = await Promise.all([
    typed('probe', words, { environment }),
    typed('probe', [...words, '--json', '--values'], { environment }),
  ]);

  // Assess
  expect(told.code).toBe(0);
  expect(told.output).toMatch(/productOrder\.number +orderNo +sure/);
  expect(told.output).not.toMatch(/4711|o-17|the-key/);
  expect(told.output).toContain('What reading cannot show:\n  - what a create takes');
  expect(written).toContain("number: 'orderNo'");
  expect(written).toContain(
    '\n// Look at these, what books wrong first; where they differ, write them above by hand:\n',
  );
  expect(written).toContain('\n// - article: not found: no article was read\n');
  expect(again.output).toContain('is there already, and is left unchanged: copy what is new');
  expect(readFileSync(out, 'utf8')).toBe(written);
  expect(readdirSync(folder).sort()).toEqual(['answers.json', 'own.contract.ts']);
  const number = { line: 'productOrder.number', where: 'orderNo', certainty: 'sure', value: 'MO/0001' };
  expect(JSON.parse(asJson.output).findings).toContainEqual(expect.objectContaining(number));
});

it('says to check the base URL where nothing is at any address, and writes nothing', async () => {
  // Prepare
  const { url } = await startServer(() => ({ status: 404, body: {} }));
  const { folder, write } = answersFolder();
  const words = [...config, '--answers', write('a.json', seen), '--out', join(folder, 'c.ts')];
  const environment = { AZUMUTA_BASE_URL: `${url}/wrong`, AZUMUTA_API_KEY: 'the-key-of-the-account' };

  // Act
  const { code, output } = await typed('probe', words, { environment });

  // Assess
  expect({ code, told: output.replace(/\s+/g, ' ') }).toEqual({
    code: 3,
    told: expect.stringContaining('Check azumuta.baseUrl first'),
  });
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it('names in one sentence what is invalid', async () => {
  const { write } = answersFolder();
  const answers = write('answers.json', seen);
  const refusals = [
    [[], 'name a file of answers with --answers'],
    [['--answers', write('bad.json', { article: 'X' })], '$.number: found missing'],
    [['--answers', 'README.md'], 'README.md is not JSON: '],
    [['--answers', answers], 'set AZUMUTA_API_KEY, or name a stack'],
  ] as const;

  for (const [words, sentence] of refusals) {
    const { code, complaint } = await typed('probe', [...config, ...words]);
    expect({ words, code, complaint }).toMatchObject({
      code: 2,
      complaint: expect.stringContaining(sentence),
    });
  }
});

it('does not repeat a key that cannot be sent', async () => {
  const { write } = answersFolder();
  const words = [...config, '--answers', write('answers.json', seen)];
  const environment = { AZUMUTA_API_KEY: 'the-key\nof-the-account' };

  const { code, output, complaint } = await typed('probe', words, { environment });

  expect({ code, told: output + complaint }).toEqual({
    code: 2,
    told: 'The key has characters that no key has, such as a line break: copy it again.\n',
  });
});

it('leaves neither a file nor the key when it is interrupted', async () => {
  // Prepare
  const { folder, write } = answersFolder();
  const asked = Promise.withResolvers<void>();
  const { url } = await startServer(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const words = [...config, '--answers', write('a.json', seen), '--out', join(folder, 'c.ts')];
  const key = { AZUMUTA_BASE_URL: `${url}/api/v1`, AZUMUTA_API_KEY: 'the-key-of-the-account' };
  const child = spawn(process.execPath, ['infra/ops/probe/command.ts', ...words], {
    env: { PATH: process.env.PATH, ...key },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));

  // Act
  await asked.promise;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');

  // Assess
  expect(code).toBe(1);
  expect(output).toBe('Stopped by you: nothing was written.\n');
  expect(output).not.toContain('the-key');
  expect(readdirSync(folder)).toEqual(['a.json']);
});
