import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as api from '../../../shared/integration/index.ts';

const root = resolve(import.meta.dirname, '../../..');
const names = Object.keys(api);
const documented = /^\/\*\*\n((?: \*.*\n)+?) \*\/\nexport (?:function|const) (\w+)/gm;

/** Examples in the docstrings of exported functions, by name. */
const examples = globSync('shared/**/*.ts', { cwd: root })
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(documented)])
  .map(([, text = '', name = '']) => {
    const [, ...shown] = text.replace(/^ \* ?/gm, '').split('@example\n');
    return { name, shown };
  })
  .filter(({ shown }) => shown.length > 0);

describe('the functions for a configuration', () => {
  it('have one example each in their docstrings', () => {
    expect(examples.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(examples.filter(({ shown }) => shown.length > 1)).toEqual([]);
  });

  it('have examples that compile', async () => {
    // Prepare
    const folder = mkdtempSync(join(tmpdir(), 'examples-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const head = [
      "import * as z from 'zod/mini';",
      `import { type CompletedProductOrder, ${names.join(', ')} } from '#azumuta-erp';`,
      'declare const completed: CompletedProductOrder;',
    ];
    for (const { name, shown } of examples)
      writeFileSync(join(folder, `${name}.mts`), [...head, ...shown].join('\n'));
    const compilerOptions = {
      noUnusedLocals: false,
      paths: { '#azumuta-erp': [join(root, 'shared/integration/index.ts')] },
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.mts'] }),
    );

    // Act
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const told = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch((error) => error);

    // Assess
    expect(told.stdout).toBe('');
  });
});
